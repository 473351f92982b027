package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// signed is an offset as libfaketime reads it.
func signed(d time.Duration) string { return fmt.Sprintf("%+ds", int64(d/time.Second)) }

// month does the work of thirty days as fast as it goes: ten thousand small packages
// and thirty reconciliations. What grew is told. Polls cannot be had faster than one
// in a second.
func month(ctx context.Context, p *play) error {
	before, err := p.sizes(ctx)
	if err != nil {
		return err
	}
	for range 30 {
		if err := errors.Join(p.Change(ctx, p.much(600, 30)), p.during(ctx, 3*time.Second)); err != nil {
			return err
		}
		if err := p.atRest(ctx); err != nil {
			return err
		}
		if _, err := p.Run(ctx, "reconcile"); err != nil {
			return err
		}
	}
	after, err := p.sizes(ctx)
	if err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("database %d KiB before, %d KiB after; packages %d; polls %d",
		before.bytes>>10, after.bytes>>10, after.packages-before.packages, len(p.Bus.Ledger().Calls("GetResponse"))))
	return nil
}

// sizes are what may grow.
type sizes struct{ bytes, packages int64 }

func (p *play) sizes(ctx context.Context) (s sizes, err error) {
	err = p.Gateway.QueryRow(ctx, `select pg_database_size(current_database()), (select count(*) from egisso.journal)`).Scan(&s.bytes, &s.packages)
	return s, err
}
