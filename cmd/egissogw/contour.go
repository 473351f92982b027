package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store"
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
	configured, err := contourOf(c)
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
		fprintln(a.stdout, "База ещё не помнит контура: запомнит первый запуск службы")
	} else {
		fprintf(a.stdout, "База помнит с %s: %s\n", timeText(remembered.Since), remembered)
	}
	fprintf(a.stdout, "Настройки:         %s\n", configured)
	if other {
		fprintln(a.stdout, "Контур другой: служба с этими настройками не запустится. Сменить контур базы: egissogw contour reset --reason ТЕКСТ")
	}
	return nil
}

// contourOf is the contour the settings name. Host and port of the bus are its address:
// versions of the schemas stand in the path.
func contourOf(c config.Config) (store.Contour, error) {
	bus, err := url.Parse(c.SMEV.URL)
	if err != nil {
		return store.Contour{}, err
	}
	port := bus.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[bus.Scheme]
	}
	contour := store.Contour{Bus: net.JoinHostPort(strings.ToLower(bus.Hostname()), port), Test: c.SMEV.TestMessage, Provider: c.Provider.Code}
	contour.Source, contour.SourceHosts, err = sourceOf(c.Source)
	return contour, err
}

// sourceOf names the МИС: database and schema, and where it may be.
func sourceOf(c config.Source) (source string, hosts []string, err error) {
	address, err := pgx.ParseConfig(c.DatabaseURL.Reveal())
	if err != nil {
		return "", nil, err
	}
	add := func(host string, port uint16) {
		if !strings.HasPrefix(host, "/") { // a folder of sockets
			host = strings.ToLower(host)
		}
		if at := net.JoinHostPort(host, strconv.Itoa(int(port))); !slices.Contains(hosts, at) {
			hosts = append(hosts, at)
		}
	}
	add(address.Host, address.Port)
	for _, f := range address.Fallbacks {
		add(f.Host, f.Port)
	}
	return address.Database + "." + c.Schema, hosts, nil
}

// inContour refuses to start in a database of another contour: the next start would be
// refused, too. It stands before the signer, whose PIN is not to be tried in vain.
func inContour(ctx context.Context, s *store.Store, c config.Config) error {
	contour, err := contourOf(c)
	if err != nil {
		return err
	}
	return contourFault(s.InContour(ctx, contour))
}

// contourFault tells a contour that is another one, which it will be at the next start, too.
func contourFault(err error) error {
	if other := (*store.OtherContourError)(nil); errors.As(err, &other) {
		return lastingError{err}
	}
	return err
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
	contour, err := contourOf(c)
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
	if read.Source, read.SourceHosts, err = sourceOf(c.Source); err != nil {
		return err
	}
	return read.SourceAgainst(remembered)
}
