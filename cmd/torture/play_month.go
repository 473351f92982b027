package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// signed is an offset as libfaketime reads it.
func signed(d time.Duration) string { return fmt.Sprintf("%+ds", int64(d/time.Second)) }

// days are those of the month; what grew is told from the end of the third day on,
// when every kind of change has been met and caches are full.
const days, usual = 30, 3

// month does the work of thirty days as fast as it goes: ten thousand small packages
// and thirty reconciliations. What grew is told. Polls cannot be had faster than one
// in a second.
func month(ctx context.Context, p *play) error {
	var before growth
	for day := range days {
		if day == usual {
			if err := p.measure(ctx, &before); err != nil {
				return err
			}
		}
		if err := errors.Join(p.Change(ctx, p.much(600, 30)), p.during(ctx, 3*time.Second)); err != nil {
			return err
		}
		if err := p.atRest(ctx); err != nil {
			return fmt.Errorf("day %d: %w", day+1, err)
		}
		if _, err := p.Run(ctx, "reconcile"); err != nil {
			return err
		}
	}
	var after growth
	if err := p.measure(ctx, &after); err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("from the end of day %d to the end of day %d: %s; %d polls of the bus",
		usual, days, after.since(before), len(p.Bus.Ledger().Calls("GetResponse"))))
	return nil
}

// growth is what may grow.
type growth struct {
	sizes
	log         int64 // bytes
	memory      int64 // peak of the gateway, bytes
	descriptors int
	tables      []table
}

// sizes are those of the gateway's database.
type sizes struct{ bytes, packages int64 }

func (p *play) sizes(ctx context.Context) (s sizes, err error) {
	err = p.Gateway.QueryRow(ctx, `select pg_database_size(current_database()), (select count(*) from egisso.journal)`).Scan(&s.bytes, &s.packages)
	return s, err
}

// table is one of the gateway with its indexes and long values.
type table struct {
	Name  string
	Bytes int64
	Rows  int64
}

func (p *play) measure(ctx context.Context, g *growth) error {
	var err error
	if g.sizes, err = p.sizes(ctx); err != nil {
		return fmt.Errorf("measure the database: %w", err)
	}
	if _, err := p.Gateway.Exec(ctx, `analyze`); err != nil {
		return fmt.Errorf("measure the tables: %w", err)
	}
	rows, err := p.Gateway.Query(ctx, `select relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint from pg_class
		where relnamespace = 'egisso'::regnamespace and relkind = 'r' order by relname`)
	if err != nil {
		return fmt.Errorf("measure the tables: %w", err)
	}
	if g.tables, err = pgx.CollectRows(rows, pgx.RowToStructByPos[table]); err != nil {
		return fmt.Errorf("measure the tables: %w", err)
	}
	for _, gateway := range p.Gateways {
		info, err := os.Stat(gateway.LogFile())
		if err != nil {
			return fmt.Errorf("measure the log: %w", err)
		}
		g.log += info.Size()
	}
	peak := p.Peak()
	g.memory, g.descriptors = peak.Memory, peak.Descriptors
	return nil
}

// since says how much more it is than before; tables that did not grow are left out.
func (g growth) since(before growth) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d packages; log +%d KiB; peak memory %d → %d MiB; files %d → %d; database +%d KiB", g.packages-before.packages,
		(g.log-before.log)>>10, before.memory>>20, g.memory>>20, before.descriptors, g.descriptors, (g.bytes-before.bytes)>>10)
	old := map[string]table{}
	for _, t := range before.tables {
		old[t.Name] = t
	}
	for _, t := range g.tables {
		if bytes := t.Bytes - old[t.Name].Bytes; bytes > 0 {
			fmt.Fprintf(&b, "; %s +%d KiB, +%d rows", t.Name, bytes>>10, t.Rows-old[t.Name].Rows)
		}
	}
	return b.String()
}
