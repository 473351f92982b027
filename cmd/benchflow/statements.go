package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"egissogw/cmd/torture/world"
)

// Statement is what one statement of the gateway took in its PostgreSQL.
type Statement struct {
	Calls  int64   `json:"calls"`
	Rows   int64   `json:"rows"`
	Millis float64 `json:"ms"` // execution and planning, waiting included
	Blocks int64   `json:"blocks"`
	WAL    int64   `json:"wal_bytes"`
	Text   string  `json:"text"` // its beginning
}

// With --statements the server counts statements, which itself costs a few percent.
var statementSettings = map[string]string{
	"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_planning": "on", "pg_stat_statements.track": "all",
}

const statementText = 90

func watchStatements(ctx context.Context, w *world.World) error {
	if _, err := w.Gateway.Exec(ctx, `create extension pg_stat_statements schema public`); err != nil {
		return fmt.Errorf("count statements: %w", err)
	}
	return nil
}

func statements(ctx context.Context, w *world.World, n int) ([]Statement, error) {
	rows, err := w.Gateway.Query(ctx, `
		select calls, rows, total_exec_time + total_plan_time, shared_blks_hit + shared_blks_read, wal_bytes::bigint, query
		  from public.pg_stat_statements order by 3 desc limit $1`, n)
	if err != nil {
		return nil, fmt.Errorf("read the statements: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Statement, err error) {
		err = row.Scan(&s.Calls, &s.Rows, &s.Millis, &s.Blocks, &s.WAL, &s.Text)
		text := []rune(strings.Join(strings.Fields(s.Text), " "))
		s.Text = string(text[:min(len(text), statementText)])
		return s, err
	})
}
