package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// Reconciliation is one comparison of a register of the source, as a whole, with
// what the gateway knows of it.
type Reconciliation struct {
	ID        int64           `json:"-"`
	Register  egisso.Register `json:"register"`
	StartedAt time.Time       `json:"started_at"`
	Seen      int             `json:"seen"`      // rows in the source
	Changed   int             `json:"changed"`   // had changed without being noticed
	Gone      int             `json:"gone"`      // had disappeared without being noticed
	Forgotten int             `json:"forgotten"` // neither accepted nor waiting: decided anew
	Problem   string          `json:"problem"`   // Russian: why it was not finished
}

// BeginReconciliation begins to compare a register.
func (s *Store) BeginReconciliation(ctx context.Context, register egisso.Register) (*Reconciliation, error) {
	r := &Reconciliation{Register: register}
	if err := s.pool.QueryRow(ctx, query("begin_reconciliation"), register).Scan(&r.ID, &r.StartedAt); err != nil {
		return nil, fmt.Errorf("begin the reconciliation of register %s: %w", register, err)
	}
	return r, nil
}

// ReconciledWithin reports whether a register was reconciled to its end not longer
// than term ago, and after it was last asked for.
func (s *Store) ReconciledWithin(ctx context.Context, register egisso.Register, term time.Duration) (recent bool, err error) {
	if err := s.pool.QueryRow(ctx, query("reconciled_within"), register, term).Scan(&recent); err != nil {
		return false, fmt.Errorf("ask when register %s was reconciled: %w", register, err)
	}
	return recent, nil
}

// OweReconciliation notes that changes of a register may have been missed: a reconciliation
// that begins from now on is due, however recent the last one is. moved: the source is
// another database than before.
func (s *Store) OweReconciliation(ctx context.Context, register egisso.Register, moved bool) error {
	if _, err := s.pool.Exec(ctx, query("owe_reconciliation"), register, moved); err != nil {
		return fmt.Errorf("ask for a reconciliation of register %s: %w", register, err)
	}
	return nil
}

// SourceMoved reports that the source became another database and no reconciliation has
// ended well since.
func (s *Store) SourceMoved(ctx context.Context, register egisso.Register) (moved bool, err error) {
	if err := s.pool.QueryRow(ctx, query("source_moved"), register).Scan(&moved); err != nil {
		return false, fmt.Errorf("ask whether the source of register %s moved: %w", register, err)
	}
	return moved, nil
}

// CompareRows notes that the source has these rows and returns the keys of those
// the gateway knows otherwise or not at all.
func (s *Store) CompareRows(ctx context.Context, r *Reconciliation, rows []SourceRow) (differ map[string]bool, err error) {
	n := len(rows)
	keys, deleted, hashes := make([]string, n), make([]bool, n), make([][]byte, n)
	findings, providers := make([]string, n), make([]*string, n)
	knownIDs, knownHashes := make([]*uuid.UUID, n), make([][]byte, n)
	for i, row := range rows {
		keys[i], deleted[i], providers[i] = row.Key, row.Deleted, nullable(row.Provider)
		knownIDs[i], knownHashes[i] = orNull(row.Known.ID), row.Known.Hash
		if row.Content != nil {
			hashes[i] = row.ContentHash
		}
		if findings[i], err = findingsJSON(row.Findings); err != nil {
			return nil, err
		}
	}
	result, err := s.pool.Query(ctx, query("compare_rows"), r.ID, r.Register, keys, deleted, flat(hashes), findings, flat(providers), flat(knownIDs), flat(knownHashes))
	differ = map[string]bool{}
	if err == nil {
		var key string
		_, err = pgx.ForEachRow(result, []any{&key}, func() error {
			differ[key] = true
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("compare rows of register %s: %w", r.Register, err)
	}
	return differ, nil
}

// RewindCursor sets a register back to where it was read to earlier, so that rows
// stored since from an older look at the source are read again.
func (s *Store) RewindCursor(ctx context.Context, register egisso.Register, position string) error {
	if _, err := s.pool.Exec(ctx, query("rewind_cursor"), register, position); err != nil {
		return fmt.Errorf("set the cursor of register %s back: %w", register, err)
	}
	return nil
}

// Unseen counts the rows known before the reconciliation, and those of them that
// the source did not show.
func (s *Store) Unseen(ctx context.Context, r *Reconciliation) (unseen, known int, err error) {
	err = s.inTx(ctx, "count rows that are gone from register "+string(r.Register), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("join_by_hash")); err != nil {
			return err
		}
		return tx.QueryRow(ctx, query("count_unseen"), r.ID, r.Register).Scan(&unseen, &known)
	})
	return unseen, known, err
}

// UnseenRows returns up to limit keys after the given one that the source did not show.
func (s *Store) UnseenRows(ctx context.Context, r *Reconciliation, after string, limit int) ([]string, error) {
	var keys []string
	err := s.inTx(ctx, "list rows that are gone from register "+string(r.Register), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("look_in_order")); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, query("allow_long_statements")); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, query("unseen_rows"), r.ID, r.Register, after, limit)
		if err == nil {
			keys, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return keys, err
}

// MarkGone stores that the source has these rows no more, and returns of how many
// that was news.
func (s *Store) MarkGone(ctx context.Context, r *Reconciliation, keys []string) (gone int, err error) {
	err = s.inTx(ctx, "note rows that are gone from register "+string(r.Register), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("look_up_apart")); err != nil {
			return err
		}
		return tx.QueryRow(ctx, query("mark_gone"), r.ID, r.Register, keys).Scan(&gone)
	})
	return gone, err
}

// TouchForgotten lets rows be decided again of which neither ЕГИССО holds what the
// source says nor anything waits, and returns how many there were.
func (s *Store) TouchForgotten(ctx context.Context, register egisso.Register) (int, error) {
	return s.longStatement(ctx, "look for forgotten rows of register "+string(register), "touch_forgotten", register)
}

// FinishReconciliation stores the result and forgets which rows were seen.
func (s *Store) FinishReconciliation(ctx context.Context, r *Reconciliation) error {
	return s.inTx(ctx, "finish the reconciliation of register "+string(r.Register), func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(query("finish_reconciliation"), r.ID, r.Seen, r.Changed, r.Gone, r.Forgotten, r.Problem)
		batch.Queue(query("allow_long_statements"))
		batch.Queue(query("forget_seen"), r.ID)
		return tx.SendBatch(ctx, batch).Close()
	})
}
