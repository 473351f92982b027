package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Status reads the whole state in one snapshot.
func (s *Store) Status(ctx context.Context) (Status, error) {
	var st Status
	err := s.snapshot(ctx, "read the state of the gateway", func(tx pgx.Tx) error { return st.read(ctx, tx) })
	if err != nil {
		return Status{}, err
	}
	return st, nil
}

// read asks everything at once: no answer is waited for to ask the next.
func (st *Status) read(ctx context.Context, tx pgx.Tx) error {
	batch := &pgx.Batch{}
	// To start workers takes longer than what they would do here.
	batch.Queue("set local max_parallel_workers_per_gather = 0")
	st.askNumbers(batch)
	batch.Queue(query("contour")).QueryRow(func(row pgx.Row) error {
		c, known, err := scanContour(row)
		if known {
			st.Contour = &c
		}
		return err
	})
	st.askRules(batch)
	batch.Queue(query("package_counts")).Query(func(rows pgx.Rows) (err error) {
		st.Packages, err = pgx.CollectRows(rows, packageCount)
		return err
	})
	batch.Queue(query("links")).Query(func(rows pgx.Rows) (err error) {
		st.Links, err = pgx.CollectRows(rows, scanLink)
		return err
	})
	askList(batch, "record_counts", &st.Records)
	askList(batch, "unconfirmed_counts", &st.Unconfirmed)
	askList(batch, "health", &st.Findings)
	askList(batch, "instances", &st.Instances)
	askList(batch, "certificates", &st.Certificates)
	askList(batch, "rests", &st.Rests)
	askList(batch, "jobs", &st.Jobs)
	askList(batch, "last_reconciliations", &st.Reconciled)
	var unverified bool
	batch.Queue(query("any_unverified")).QueryRow(func(row pgx.Row) error { return row.Scan(&unverified) })
	if err := tx.SendBatch(ctx, batch).Close(); err != nil || !unverified {
		return err
	}
	return tx.QueryRow(ctx, query("unverified")).Scan(&st.Unverified, &st.Incoming.Unverified)
}

// askList will read the rows of a query as values whose fields are its columns, in order.
func askList[T any](batch *pgx.Batch, name string, into *[]T) {
	batch.Queue(query(name)).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return err
	})
}

// askNumbers will read what is one row each.
func (st *Status) askNumbers(batch *pgx.Batch) {
	for _, q := range []struct {
		name string
		into []any
	}{
		{"service", []any{&st.Service.Enabled, &st.Service.ChangedAt, &st.Service.ChangedBy, &st.Service.Reason, &st.Service.Lost}},
		{"backlog", []any{&st.Undecided, &st.Unfinished, &st.OldestOpen, &st.Unapplied, &st.NeedReview}},
		{"incoming_backlog", []any{&st.Incoming.Unhandled, &st.Incoming.Unanswered, &st.Incoming.NeedReview}},
		{"file_backlog", []any{&st.FilesDue, &st.FilesRefused}},
		{"kmsz_in_use", []any{&st.KMSZ.Version, &st.KMSZ.Next, &st.KMSZ.Invalid, &st.KMSZ.NextInvalid}},
	} {
		batch.Queue(query(q.name)).QueryRow(func(row pgx.Row) error { return row.Scan(q.into...) })
	}
}

// askRules will count records by register and rule, each list apart, in one look at the findings.
func (st *Status) askRules(batch *pgx.Batch) {
	lists := map[string]*[]Count{"blocked": &st.BlockedRules, "rejected": &st.RejectedRules, "warned": &st.WarnedRules, "remarked": &st.RemarkedRules}
	for _, list := range lists {
		*list = []Count{}
	}
	batch.Queue(query("rules")).Query(func(rows pgx.Rows) error {
		var list string
		var c Count
		_, err := pgx.ForEachRow(rows, []any{&list, &c.Register, &c.State, &c.Count}, func() error {
			*lists[list] = append(*lists[list], c)
			return nil
		})
		return err
	})
}

func packageCounts(ctx context.Context, tx pgx.Tx) ([]Count, error) {
	rows, err := tx.Query(ctx, query("package_counts"))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, packageCount)
}

func packageCount(r pgx.CollectableRow) (c Count, err error) {
	var result string
	err = r.Scan(&c.Register, &c.State, &result, &c.Count)
	if result != "" {
		c.State += "/" + result
	}
	return c, err
}
