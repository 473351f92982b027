package main

import (
	"context"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/cmd/egissogw/internal/screen"
)

// exportsShown is how many of the last exports are listed.
const exportsShown = 50

// exportKinds are the kinds of exports in words.
var exportKinds = map[string]string{"first": "первая", "changes": "изменения"}

// showExports lists the last exports (egisso.exports).
func showExports(ctx context.Context, a *app, args []string) error {
	f := a.flags("exports")
	asJSON := a.jsonFlag(f)
	if err := parseFlags(f, args); err != nil {
		return err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.ListExports(ctx, exportsShown)
	if err != nil {
		return operatorError(err)
	}
	if *asJSON {
		return a.printJSON(list)
	}
	if len(list) == 0 {
		_, err := screen.Fprintln(a.stdout, "Выгрузок по расписанию не было: см. EGISSOGW_EXPORT_TIMES")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	screen.Fprintf(w, "№\tПО РАСПИСАНИЮ\tРЕЕСТР\tВИД\tПАКЕТОВ\tЗАПИСЕЙ\tПРИНЯТО\tОТКЛОНЕНО\tСТАТУС\n")
	for _, x := range list {
		screen.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", x.ID, screen.Time(x.DueAt), egisso.Register(x.Register).Named(), exportKinds[x.Kind],
			x.Packages, x.Records, x.Accepted, x.Rejected, x.Status)
	}
	return w.Flush()
}
