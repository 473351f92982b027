package main

import (
	"context"

	"egissogw/adapter/store"
)

// migrate creates or updates the schema under the role that owns it.
func migrate(ctx context.Context, a *app, args []string) error {
	if err := parseFlags(a.flags("migrate"), args); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "database", "package")
	if err != nil {
		return err
	}
	owner := c.Database.Owner
	if owner.IsZero() {
		owner = c.Database.URL
	}
	if err := refusePool(ctx, owner.Reveal()); err != nil {
		return err
	}
	from, to, err := store.Migrate(ctx, owner.Reveal())
	if err != nil {
		return err
	}
	if err := requireApproval(ctx, a, owner.Reveal(), c.Package); err != nil {
		return err
	}
	if from == to {
		_, err = fprintf(a.stdout, "Схема egisso уже версии %d\n", to)
	} else {
		_, err = fprintf(a.stdout, "Схема egisso обновлена: версия %d → %d\n", from, to)
	}
	return err
}
