package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// ChannelCommand is the channel of NOTIFY on which commands of operators are
// announced (migrations, functions of the operator).
const ChannelCommand = "egisso_command"

// WithActor says for which person the program acts, beside its database role:
// the log of operations shows both.
func WithActor(name string) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["egisso.actor"] = name }
}

// RetryRecord lets one record be tried again and returns, in Russian, what
// follows. The reason is obligatory and kept.
func (s *Store) RetryRecord(ctx context.Context, register egisso.Register, key, reason string) (string, error) {
	return s.command(ctx, "retry_record", register, key, reason)
}

// ConfirmIdentity says what it means that a fact names another man, and returns, in
// Russian, what follows.
func (s *Store) ConfirmIdentity(ctx context.Context, key string, meaning lifecycle.Identity, reason string) (string, error) {
	return s.command(ctx, "confirm_identity", key, string(meaning), reason)
}

// RetryPackage lets a package be tried again and returns, in Russian, what follows.
func (s *Store) RetryPackage(ctx context.Context, id uuid.UUID, reason string) (string, error) {
	return s.command(ctx, "retry_package", id, reason)
}

// DissolvePackage takes a package apart that has not left, and returns, in Russian, what follows.
func (s *Store) DissolvePackage(ctx context.Context, id uuid.UUID) (string, error) {
	return s.command(ctx, "dissolve_package", id)
}

// ReleasePackage gives the records of a package back whose answer does not come,
// and returns how many. ЕГИССО may have loaded them: the caller has asked.
func (s *Store) ReleasePackage(ctx context.Context, id uuid.UUID, reason string) (released int, err error) {
	if err := s.pool.QueryRow(ctx, query("release_package"), id, reason).Scan(&released); err != nil {
		return 0, fmtError("release package", id, err)
	}
	return released, nil
}

// OrderPackage asks for packages of a register now and returns how many records
// are ready to go; none means that there is nothing to send.
func (s *Store) OrderPackage(ctx context.Context, register egisso.Register) (ready int, err error) {
	if err := s.pool.QueryRow(ctx, query("order_package"), register).Scan(&ready); err != nil {
		return 0, fmt.Errorf("order a package of register %s: %w", register, err)
	}
	return ready, nil
}

// SendPackage lets a package go that was formed on command, and returns, in
// Russian, what follows.
func (s *Store) SendPackage(ctx context.Context, id uuid.UUID) (string, error) {
	return s.command(ctx, "send_package", id)
}

func (s *Store) command(ctx context.Context, name string, args ...any) (text string, err error) {
	if err := s.pool.QueryRow(ctx, query(name), args...).Scan(&text); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

// Orders are the registers for which somebody ordered packages, each with the
// last order.
func (s *Store) Orders(ctx context.Context) (map[egisso.Register]int64, error) {
	rows, err := s.pool.Query(ctx, query("open_orders"))
	if err != nil {
		return nil, fmt.Errorf("look for orders of packages: %w", err)
	}
	orders := map[egisso.Register]int64{}
	var id int64
	var register egisso.Register
	if _, err = pgx.ForEachRow(rows, []any{&id, &register}, func() error {
		orders[register] = id
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for orders of packages: %w", err)
	}
	return orders, nil
}

// OrderDone notes that everything ready was formed for the orders of a register
// up to this one. A register that rests keeps its orders.
func (s *Store) OrderDone(ctx context.Context, register egisso.Register, order int64) error {
	if _, err := s.pool.Exec(ctx, query("order_done"), register, order); err != nil {
		return fmt.Errorf("note that packages of register %s were formed: %w", register, err)
	}
	return nil
}
