package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgcluster"
)

// Yardstick is what the least that could be done with the facts costs in the same
// server: a COPY of rows and two passes that claim and update them through a partial
// index, in batches that are committed one by one.
type Yardstick struct {
	Seconds    float64 `json:"seconds"`
	CPU        float64 `json:"cpu_seconds"` // of PostgreSQL
	PerRow     float64 `json:"us_per_row"`  // wall, microseconds
	CPUPerFact float64 `json:"cpu_us_per_row"`
}

const (
	yardstickDatabase = "yardstick"
	yardstickBatch    = 1000
	yardstickBytes    = 1300 // of a row's content, as of a fact's
)

func (b *bench) yardstick(ctx context.Context, server *pgcluster.Cluster, rows int) (y Yardstick, err error) {
	if err := server.CreateDatabase(ctx, yardstickDatabase); err != nil {
		return y, err
	}
	conn, err := pgx.Connect(ctx, server.URL(yardstickDatabase))
	if err != nil {
		return y, fmt.Errorf("connect to the yardstick: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, statement := range []string{
		`create table item (id bigint primary key, state text not null, content text not null)`,
		`alter table item alter column content set storage plain`,
		`create index item_new on item (id) where state = 'new'`,
		`create index item_claimed on item (id) where state = 'claimed'`,
		`checkpoint`,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return y, fmt.Errorf("prepare the yardstick: %w", err)
		}
	}
	pid, err := postmaster(server.Dir())
	if err != nil {
		return y, err
	}
	before, err := treeTime(pid)
	if err != nil {
		return y, err
	}
	began := time.Now()
	if err := copyAndClaim(ctx, conn, rows); err != nil {
		return y, fmt.Errorf("yardstick: %w", err)
	}
	took := time.Since(began)
	after, err := treeTime(pid)
	if err != nil {
		return y, err
	}
	y.Seconds, y.CPU = took.Seconds(), (after - before).Seconds()
	y.PerRow, y.CPUPerFact = y.Seconds/float64(rows)*1e6, y.CPU/float64(rows)*1e6
	_, err = conn.Exec(ctx, `drop table item`)
	return y, err
}

func copyAndClaim(ctx context.Context, conn *pgx.Conn, rows int) error {
	content := strings.Repeat("содержание ", yardstickBytes/len("содержание ")+1)[:yardstickBytes-yardstickBytes%2]
	content = strings.ToValidUTF8(content, "")
	for first := 0; first < rows; first += yardstickBatch {
		n := min(yardstickBatch, rows-first)
		_, err := conn.CopyFrom(ctx, pgx.Identifier{"item"}, []string{"id", "state", "content"},
			pgx.CopyFromSlice(n, func(i int) ([]any, error) { return []any{first + i, "new", content}, nil }))
		if err != nil {
			return err
		}
	}
	for _, pass := range [][2]string{{"new", "claimed"}, {"claimed", "done"}} {
		for first := 0; first < rows; first += yardstickBatch {
			_, err := conn.Exec(ctx, fmt.Sprintf(`update item set state = '%[2]s' where id in
				(select id from item where state = '%[1]s' order by id limit %[3]d for update skip locked)`, pass[0], pass[1], yardstickBatch))
			if err != nil {
				return err
			}
		}
	}
	return nil
}
