package main

import (
	"context"
	"errors"
	"log/slog"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/config"
)

// logger writes the program's own log to standard error.
func (a *app) logger(c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// load reads the whole configuration.
func (a *app) load(ctx context.Context) (config.Config, error) {
	c, err := a.readConfig(ctx)
	_, wrong := assemble.PoliciesOf(c)
	return c, a.orNoFile(config.Together(err, wrong))
}

// loadFor reads the configuration for a command that needs only some groups of
// it; problems of the others do not matter to it.
func (a *app) loadFor(ctx context.Context, groups ...string) (config.Config, error) {
	c, err := a.readConfig(ctx)
	var problems *config.Problems
	if errors.As(err, &problems) {
		err = a.orNoFile(problems.Of(groups...))
	}
	return c, err
}

// storeOptions are those of a command: who gives it, and the zone of times it shows.
func (a *app) storeOptions(c config.Config) []store.Option {
	return append(assemble.InZone(c), store.WithActor(a.actor()))
}

// openStore opens the gateway's database for a command and checks its version.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	c, err := a.loadFor(ctx, "database")
	if err != nil {
		return nil, err
	}
	return assemble.OpenStore(ctx, c.Database, a.storeOptions(c)...)
}
