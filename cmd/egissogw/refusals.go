package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// refusals shows kinds of refusals and what they mean, or says what one means.
func refusals(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("refusals")
	asJSON := a.jsonFlag(f)
	reason := f.String("reason", "", "причина, обязательна для mean")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) == 0 {
		return a.listRefusals(ctx, *asJSON)
	}
	if positional[0] != "mean" || len(positional) != 3 {
		return usageError{"нужно mean ВИД already-loaded|unknown-target|other или ничего"}
	}
	id, err := strconv.ParseInt(positional[1], 10, 64)
	meaning := lifecycle.Meaning(strings.ReplaceAll(positional[2], "-", "_"))
	switch {
	case err != nil:
		return usageError{fmt.Sprintf("%q — не номер вида отказов", positional[1])}
	case !slices.Contains(lifecycle.Meanings(), meaning):
		return usageError{fmt.Sprintf("нет значения %q; есть already-loaded (запись уже есть в ЕГИССО), unknown-target (ЕГИССО её не знает), other (ошибка в записи)", positional[2])}
	case *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	return a.commanded(ctx, func(s *store.Store) (string, error) { return s.MeanRefusal(ctx, id, meaning, *reason) })
}

// shownRefusals is how many kinds are listed.
const shownRefusals = 200

func (a *app) listRefusals(ctx context.Context, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Refusals(ctx, shownRefusals)
	if err != nil {
		return operatorError(err)
	}
	if asJSON {
		return a.printJSON(list)
	}
	if len(list) == 0 {
		_, err := screen.Fprintln(a.stdout, "ЕГИССО ещё не отклонила ни одной записи")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(w, "ВИД\tЗАПИСЕЙ\tЧТО ЗНАЧИТ\tКТО СКАЗАЛ\tОТКАЗ\n")
	for _, k := range list {
		meaning := k.MeaningText
		if meaning == "" && k.Suspect {
			meaning = "похоже, запись уже есть в ЕГИССО"
		}
		screen.Fprintf(w, "%d\t%d\t%s\t%s\t%s\n", k.ID, k.Records, meaning, k.SaidBy, strings.TrimSpace(k.Rule+" "+k.Text))
	}
	return w.Flush()
}
