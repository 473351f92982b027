package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// changes shows mass changes that wait for a person, lets them go, drops or announces them.
func changes(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("changes")
	asJSON := a.jsonFlag(f)
	reason := f.String("reason", "", "причина, обязательна")
	set := f.String("set", "", "release, drop: набор, который вы видели (его печатает egissogw changes)")
	all := f.Bool("all", false, "release, drop: всё, что ждёт сейчас, какой бы набор это ни был")
	provider := f.String("provider", "", "release, drop: код поставщика; без него — все")
	until := f.String("until", "", "expect: до какого времени, ГГГГ-ММ-ДД или ГГГГ-ММ-ДДTЧЧ:ММ")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) == 0 {
		return a.listChanges(ctx, *asJSON)
	}
	verb, rest := positional[0], positional[1:]
	want := map[string]int{"release": 2, "drop": 2, "expect": 3}[verb]
	switch {
	case want == 0 || len(rest) != want:
		return usageError{"нужно release РЕЕСТР ИЗМЕНЕНИЕ, drop РЕЕСТР ИЗМЕНЕНИЕ, expect РЕЕСТР ИЗМЕНЕНИЕ ЧИСЛО или ничего"}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	case verb != "expect" && (*set == "") != *all:
		return usageError{"укажите, что вы видели: --set НАБОР (его печатает egissogw changes), или --all — всё, что ждёт сейчас"}
	case verb == "expect" && (*set != "" || *all || *provider != ""):
		return usageError{"--set, --all и --provider — для release и drop"}
	}
	register, err := registerNamed(rest[0])
	if err != nil {
		return err
	}
	change := egisso.RecordChange(rest[1])
	if !slices.Contains(egisso.RecordChanges(), change) {
		return usageError{fmt.Sprintf("нет изменения %q; есть removal (удаления), termination (прекращения), alteration (изменения)", rest[1])}
	}
	held := store.HeldSet{Register: register, Change: change, Provider: *provider, Seen: *set}
	switch verb {
	case "release":
		return a.commanded(ctx, func(s *store.Store) (string, error) { return s.ReleaseHeldChanges(ctx, held, *reason) })
	case "drop":
		return a.commanded(ctx, func(s *store.Store) (string, error) { return s.DropHeldChanges(ctx, held, *reason) })
	}
	most, err := strconv.Atoi(rest[2])
	if err != nil || most < 1 {
		return usageError{"сколько изменений ожидается — число от 1"}
	}
	if _, err := a.loadFor(ctx, "database"); err != nil { // the time is one of its zone
		return err
	}
	term, err := parseUntil(*until)
	if err != nil {
		return err
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) {
		return s.ExpectChanges(ctx, register, change, most, term, *reason)
	})
}

// parseUntil reads a moment; a day alone means its end.
func parseUntil(text string) (time.Time, error) {
	if t, err := time.ParseInLocation("2006-01-02T15:04", text, time.Local); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	return time.Time{}, usageError{"--until: нужно ГГГГ-ММ-ДД или ГГГГ-ММ-ДДTЧЧ:ММ"}
}

func (a *app) listChanges(ctx context.Context, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.HeldChanges(ctx)
	if err != nil {
		return operatorError(err)
	}
	if asJSON {
		return a.printJSON(list)
	}
	if len(list) == 0 {
		_, err := screen.Fprintln(a.stdout, "Массовых изменений, которые ждут человека, нет")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(w, "РЕЕСТР\tИЗМЕНЕНИЕ\tПОСТАВЩИК\tЗАПИСЕЙ\tЖДУТ С\tНАБОР\n")
	for _, c := range list {
		screen.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", egisso.Register(c.Register).Named(), c.Change, c.Provider, c.Records, screen.Time(c.Since), c.Set)
	}
	return w.Flush()
}
