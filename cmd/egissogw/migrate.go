package main

import (
	"context"
	"errors"
	"fmt"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"

	"github.com/jackc/pgx/v5"
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
		_, err = screen.Fprintf(a.stdout, "Схема egisso уже версии %d\n", to)
	} else {
		_, err = screen.Fprintf(a.stdout, "Схема egisso обновлена: версия %d → %d\n", from, to)
	}
	return err
}

// refusePool is the error of a database behind a pool of connections.
func refusePool(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fault.Database("DATABASE_URL", fmt.Errorf("connect to the gateway database: %w", err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	through, err := assemble.Pooled(ctx, conn)
	if err == nil && through {
		err = errors.New(assemble.PooledText)
	}
	return err
}
