package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/jobs"
)

// reconcile compares the whole source with what the gateway knows of it.
func reconcile(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("reconcile")
	asJSON := a.jsonFlag(f)
	accept := f.Bool("accept-gone", false, "считать исчезнувшие записи удалёнными, сколько бы их ни было")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "database", "source")
	if err != nil {
		return err
	}
	s, err := assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := fromThisSource(ctx, s, c); err != nil {
		return err
	}
	source, pool, err := assemble.OpenSource(ctx, c.Source, c.Database.Timeout)
	if err != nil {
		return err
	}
	defer pool.Close()
	found := []store.Reconciliation{}
	bar := a.progress()
	log := a.logger(c.Log)
	_, err = jobs.Reconcile{
		Collect: jobs.Collect{Source: source, Store: s, Log: log}, AcceptGone: *accept, Log: log,
		Found: func(r store.Reconciliation) { found = append(found, r) },
		Seen: func(r store.Reconciliation) {
			bar.at(egisso.Register(r.Register).Title()+": сверено записей", r.Seen, 0)
		},
	}.Run(ctx)
	bar.end()
	if gone := (*jobs.TooManyGoneError)(nil); errors.As(err, &gone) {
		err = fmt.Errorf("%s: исчезло записей %d из %d, ничего не удалено", gone.Register.Named(), gone.Gone, gone.Known)
	}
	if moved := (*jobs.SourceMovedError)(nil); errors.As(err, &moved) {
		err = fmt.Errorf("%s: источник стал другой базой, в ней нет записей: %d из %d, ничего не удалено", moved.Register.Named(), moved.Gone, moved.Known)
	}
	if *asJSON {
		return errors.Join(a.printJSON(found), err)
	}
	return errors.Join(a.printReconciliations(found), err)
}

func (a *app) printReconciliations(found []store.Reconciliation) error {
	if len(found) == 0 {
		_, err := screen.Fprintf(a.stdout, "Сверять нечего: источник ещё не прочитан до конца\n")
		return err
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(t, "Реестр\tЗаписей\tИзменено\tУдалено\tЗабыто\tПримечание\n")
	for _, r := range found {
		screen.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\n", egisso.Register(r.Register).Named(), r.Seen, r.Changed, r.Gone, r.Forgotten, r.Problem)
	}
	screen.Fprintf(t, "\nИзменено и Удалено — незамеченное опросом, Забыто — без решения; по всем решение будет принято.\n")
	return t.Flush()
}
