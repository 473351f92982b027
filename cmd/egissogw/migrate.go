package main

import (
	"context"

	"egissogw/adapter/store"
)

// migrate creates or updates the schema under the role that owns it.
func migrate(ctx context.Context, a *app, args []string) error {
	f := a.flags("migrate")
	asJSON := a.jsonFlag(f)
	if err := parseFlags(f, args); err != nil {
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
	done := a.progress().busy("Схема обновляется")
	from, to, err := store.Migrate(ctx, owner.Reveal())
	done()
	if err != nil {
		return err
	}
	if err := requireApproval(ctx, a, owner.Reveal(), c.Package, *asJSON); err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(map[string]int32{"from": from, "to": to})
	}
	if from == to {
		_, err = fprintf(a.stdout, "Схема egisso уже версии %d\n", to)
	} else {
		_, err = fprintf(a.stdout, "Схема egisso обновлена: версия %d → %d\n", from, to)
	}
	return err
}
