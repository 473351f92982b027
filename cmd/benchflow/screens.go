package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/cmd/torture/world"
)

// Screen is what a person waits for who looks at the records; the median of several.
type Screen struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"`
}

const screenRuns = 5

// screenQueries are what screens of the МИС ask; $1 is one of what sample found.
var screenQueries = []struct{ name, query, sample string }{
	{"journal, newest first", `select * from egisso.journal order by created_at desc limit 50`, ""},
	{"records, newest first", `select * from egisso.newest_records(50)`, ""},
	{"counters by register and state", `select * from egisso.record_counts`, ""},
	{"record by its UUID", `select * from egisso.record_status where record_id = $1::uuid`,
		`select record_id::text from egisso.record_status where register = 'fact' and record_id is not null limit 1`},
	{"record by its number", `select * from egisso.record_status where record_no = $1`,
		`select record_no from egisso.record_status where register = 'fact' limit 1`},
	{"records rejected by a rule", `select * from egisso.journal_detail where code = '019' limit 50`, ""},
}

func screens(ctx context.Context, w *world.World) (list []Screen, err error) {
	program, err := w.Options.Programs.Path(world.Product)
	if err != nil {
		return nil, err
	}
	status, err := median(func() error {
		_, err := w.Run(ctx, "status", "--json")
		return exitTolerated(err)
	})
	if err != nil {
		return nil, fmt.Errorf("%s status: %w", program, err)
	}
	list = append(list, Screen{"egissogw status", status})
	for _, s := range screenQueries {
		var args []any
		if s.sample != "" {
			var value string
			if err := w.Gateway.QueryRow(ctx, s.sample).Scan(&value); err != nil {
				return nil, fmt.Errorf("screen %q: %w", s.name, err)
			}
			args = append(args, value)
		}
		ms, err := median(func() error {
			rows, err := w.Gateway.Query(ctx, s.query, args...)
			if err != nil {
				return err
			}
			_, err = pgx.CollectRows(rows, pgx.RowToMap)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("screen %q: %w", s.name, err)
		}
		list = append(list, Screen{s.name, ms})
	}
	return list, nil
}

// median runs fn several times and returns the median in milliseconds.
func median(fn func() error) (float64, error) {
	times := make([]float64, screenRuns)
	for i := range times {
		began := time.Now()
		if err := fn(); err != nil {
			return 0, err
		}
		times[i] = float64(time.Since(began).Microseconds()) / 1000
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
