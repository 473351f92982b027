package main

import (
	"context"
	"fmt"

	"egissogw/adapter/store"
)

func migrate(ctx context.Context, a *app, args []string) error {
	if _, err := parse(a.flags("migrate"), args); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "database")
	if err != nil {
		return err
	}
	from, to, err := store.Migrate(ctx, c.Database.URL.Reveal())
	if err != nil {
		return err
	}
	if from == to {
		_, err = fmt.Fprintf(a.stdout, "Схема egisso уже версии %d\n", to)
	} else {
		_, err = fmt.Fprintf(a.stdout, "Схема egisso обновлена: версия %d → %d\n", from, to)
	}
	return err
}
