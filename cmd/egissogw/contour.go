package main

import (
	"context"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// contour shows whom the gateway's database was made for, and makes it one of the contour
// of the settings.
func contour(ctx context.Context, a *app, args []string) error {
	f := a.personFlags("contour")
	asJSON := a.jsonFlag(f)
	same := f.Bool("same", false, "reset: ЕГИССО, МИС и поставщик те же, изменились только адреса или имена")
	reason := f.String("reason", "", "причина, обязательна для reset")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	switch {
	case len(positional) > 1 || len(positional) == 1 && positional[0] != "reset":
		return usageError{"нужно reset или ничего"}
	case len(positional) == 1 && *reason == "":
		return usageError{"укажите причину: --reason ТЕКСТ"}
	}
	c, err := a.loadFor(ctx, "database", "source", "provider", "smev")
	if err != nil {
		return err
	}
	configured, err := assemble.ContourOf(c)
	if err != nil {
		return err
	}
	if len(positional) == 1 {
		return a.commanded(ctx, func(s *store.Store) (string, error) { return s.ResetContour(ctx, configured, *same, *reason) })
	}
	return a.showContour(ctx, configured, *asJSON)
}

func (a *app) showContour(ctx context.Context, configured store.Contour, asJSON bool) error {
	s, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	remembered, known, err := s.Contour(ctx)
	if err != nil {
		return operatorError(err)
	}
	other := known && configured.Against(remembered) != nil
	if asJSON {
		shown := struct {
			Remembered *store.Contour `json:"remembered"`
			Same       bool           `json:"same"`
		}{Same: known && !other}
		if known {
			shown.Remembered = &remembered
		}
		return a.printJSON(shown)
	}
	if !known {
		screen.Fprintln(a.stdout, "База ещё не помнит контура: запомнит первый запуск службы")
	} else {
		screen.Fprintf(a.stdout, "База помнит с %s: %s\n", screen.Time(remembered.Since), remembered)
	}
	screen.Fprintf(a.stdout, "Настройки:         %s\n", configured)
	if other {
		screen.Fprintln(a.stdout, "Контур другой: служба с этими настройками не запустится. Сменить контур базы: egissogw contour reset --reason ТЕКСТ")
	}
	return nil
}

// databaseContour tells whether the gateway's database was made for these settings.
func (r *checkResult) databaseContour(ctx context.Context, s *store.Store, c config.Config) {
	remembered, known, err := s.Contour(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return
	}
	if !known {
		r.Notes = append(r.Notes, "контур ещё не запомнен: его запомнит первый запуск службы")
		return
	}
	r.Notes = append(r.Notes, "контур: "+remembered.String())
	contour, err := assemble.ContourOf(c)
	if err != nil {
		return // of settings that check finds fault with elsewhere
	}
	if err := contour.Against(remembered); err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
}

// fromThisSource refuses a command that would compare the database with another МИС.
func fromThisSource(ctx context.Context, s *store.Store, c config.Config) (err error) {
	remembered, known, err := s.Contour(ctx)
	if err != nil || !known {
		return err
	}
	var read store.Contour
	if read.Source, read.SourceHosts, err = assemble.SourceOf(c.Source); err != nil {
		return err
	}
	return read.SourceAgainst(remembered)
}
