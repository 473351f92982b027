package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// Decide takes up to limit rows that changed, asks decide about each and stores
// the answers, in one transaction. It returns how many rows were decided; zero
// means none is left. decide must be quick and without I/O.
func (s *Store) Decide(ctx context.Context, register egisso.Register, limit int, decide func(lifecycle.Pending) (lifecycle.Decision, error)) (int, error) {
	var decided int
	err := s.inTx(ctx, "decide on changed rows of register "+string(register), func(tx pgx.Tx) error {
		rows, err := lockDirty(ctx, tx, register, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := addLastRecords(ctx, tx, register, rows); err != nil {
			return err
		}
		rows = withoutFlying(rows)
		forgetRefused(rows)
		var moved bool
		if err := tx.QueryRow(ctx, query("source_moved"), register).Scan(&moved); err != nil {
			return err
		}
		if err := addNeeds(ctx, tx, rows); err != nil {
			return err
		}
		if register == egisso.RegisterMeasure {
			if err := addUses(ctx, tx, rows); err != nil {
				return err
			}
		}
		decisions := decisions{register: register}
		needs := make([]string, len(rows))
		for i, row := range rows {
			row.SourceMoved = moved
			decision, err := decide(row.Pending)
			if err == nil {
				err = decisions.add(row, decision)
			}
			if err != nil {
				return fmt.Errorf("row %s: %w", row.Key, err)
			}
			needs[i] = egisso.Need{Register: register, Key: row.Key}.String()
		}
		left, err := s.holdMass(ctx, tx, register, &decisions.records)
		if err != nil {
			return err
		}
		batch := &pgx.Batch{}
		decisions.queue(batch, left)
		if register == egisso.RegisterMeasure || register == egisso.RegisterParticipant {
			batch.Queue(query("allow_long_statements"))
			batch.Queue(query("touch_dependants"), needs)
		}
		decided = len(rows)
		return tx.SendBatch(ctx, batch).Close()
	})
	return decided, err
}

// WakeWaiting lets rows be decided again that wait although what they need is
// there, and returns how many there were. Two gateways can bring this about
// between them; nobody else would wake such rows.
func (s *Store) WakeWaiting(ctx context.Context) (int, error) {
	if _, err := s.pool.Exec(ctx, query("end_guards")); err != nil {
		return 0, fmt.Errorf("look for held changes that are gone: %w", err)
	}
	var waiting, known bool
	if err := s.pool.QueryRow(ctx, query("any_waiting")).Scan(&waiting, &known); err != nil {
		return 0, fmt.Errorf("look whether anything waits: %w", err)
	}
	woken := 0
	for _, look := range []struct {
		needed     bool // planning it alone costs more than all else that an idle gateway asks
		what, name string
	}{
		{known, "look for records whose id is not contested any more", "touch_contested"},
		{waiting, "look for records that wait for what is there", "touch_wrongly_waiting"},
	} {
		if !look.needed {
			continue
		}
		n, err := s.longStatement(ctx, look.what, look.name)
		woken += n
		if err != nil {
			return woken, err
		}
	}
	return woken, nil
}

// AnyDirty reports whether any row at all waits to be decided.
func (s *Store) AnyDirty(ctx context.Context) (dirty bool, err error) {
	if err := s.pool.QueryRow(ctx, query("any_dirty")).Scan(&dirty); err != nil {
		return false, fmt.Errorf("look for rows to decide: %w", err)
	}
	return dirty, nil
}

// SetCheckBasis says what the checks depend on besides the records: rules and
// their policy, the provider. When that changed, records that have not left are
// decided again; it returns how many.
func (s *Store) SetCheckBasis(ctx context.Context, basis string) (int, error) {
	return s.longStatement(ctx, "compare the basis of the checks", "touch_on_new_basis", basis)
}

// longStatement runs a statement that may touch any number of rows, and returns how many.
func (s *Store) longStatement(ctx context.Context, what, name string, args ...any) (rows int, err error) {
	err = s.inTx(ctx, what, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("allow_long_statements")); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query(name), args...)
		rows = int(tag.RowsAffected())
		return err
	})
	return rows, err
}

// dirtyRow is a Pending and what it needs.
type dirtyRow struct {
	lifecycle.Pending
	needs   []egisso.Need
	again   bool      // an operator lets go again what ЕГИССО rejected
	refused uuid.UUID // and that is this record
	shown   bool      // a record of it was put that was not dropped: it may be open
	// unsigned is the package the last record can still leave, uuid.Nil if it is in none.
	unsigned uuid.UUID
}

func lockDirty(ctx context.Context, tx pgx.Tx, register egisso.Register, limit int) ([]*dirtyRow, error) {
	result, err := inOrder(ctx, tx, query("lock_dirty"), register, limit)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(result, scanDirty)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if err := anyOrder(ctx, tx); err != nil {
		return nil, err
	}
	return addContents(ctx, tx, register, rows)
}

// addContents reads what locked rows say, by a statement of its own, which sees what was
// committed before the locks. Rows over the budget are left out: they stay dirty, and their
// locks end with the transaction.
func addContents(ctx context.Context, tx pgx.Tx, register egisso.Register, rows []*dirtyRow) ([]*dirtyRow, error) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Key
	}
	result, err := tx.Query(ctx, query("dirty_contents"), register, keys)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	n := 0
	for size := 0; size < dirtyBytes && result.Next(); n++ {
		row := rows[n]
		var accepted json.RawMessage
		if err := result.Scan(&row.Content, &accepted, &row.Twin, &row.Known.Content, &row.Known.Twice); err != nil {
			return nil, err
		}
		if accepted != nil {
			row.AcceptedContent = accepted
		}
		size += len(row.Content) + len(row.AcceptedContent) + len(row.Known.Content)
	}
	result.Close()
	return rows[:n], result.Err()
}

// dirtyBytes is how much content is held at once to decide on.
const dirtyBytes = 16 << 20

func scanDirty(r pgx.CollectableRow) (*dirtyRow, error) {
	var row dirtyRow
	var findings []byte
	var needs []string
	var acceptedID, acceptedEvent *uuid.UUID
	var declined, unknown, adopt, known *uuid.UUID
	var unchanged int64 // seconds
	err := r.Scan(&row.Key, &row.RecordNo, &row.ChangedAt, &row.Deleted, &row.ContentHash, &findings, &needs,
		&row.Provider, &row.Generation, &row.Events, &acceptedID, &acceptedEvent, &row.AcceptedHash, &row.AcceptedContent,
		&row.AcceptedProvider, &row.ParticipantCode, &row.PeopleReleased, &row.Identity, &row.Overridden, &row.again, &declined, &unchanged,
		&row.Concluded, &row.Unconfirmed, &row.Resend, &unknown, &adopt, &row.Adoption, &known, &row.Known.Hash, &row.shown)
	if err != nil {
		return nil, err
	}
	row.Unchanged = time.Duration(unchanged) * time.Second
	for _, id := range []struct {
		from *uuid.UUID
		to   *uuid.UUID
	}{{declined, &row.Declined}, {acceptedID, &row.AcceptedID}, {acceptedEvent, &row.AcceptedEvent}, {unknown, &row.UnknownID}, {adopt, &row.AdoptID}, {known, &row.Known.ID}} {
		if id.from != nil {
			*id.to = *id.from
		}
	}
	for _, text := range needs {
		register, key, _ := strings.Cut(text, "/")
		row.needs = append(row.needs, egisso.Need{Register: egisso.Register(register), Key: key})
	}
	return &row, json.Unmarshal(findings, &row.Findings)
}

// withoutFlying leaves out rows whose package was signed between the two looks: they stay
// dirty and are decided after their outcome.
func withoutFlying(rows []*dirtyRow) []*dirtyRow {
	return slices.DeleteFunc(rows, func(row *dirtyRow) bool {
		return row.Last != nil && row.Last.State == lifecycle.Packed && row.unsigned == uuid.Nil
	})
}

// forgetRefused: what ЕГИССО rejected and an operator lets go again is not shown: it is as
// if it had never been sent.
func forgetRefused(rows []*dirtyRow) {
	for _, row := range rows {
		if row.again = row.again && row.Last != nil && row.Last.State == lifecycle.Rejected; row.again {
			row.refused, row.Last = row.Last.ID, nil
		}
	}
}

// addLastRecords locks the open records of the rows, with the packages they can still leave,
// and reads their state.
func addLastRecords(ctx context.Context, tx pgx.Tx, register egisso.Register, rows []*dirtyRow) error {
	byKey := make(map[string]*dirtyRow, len(rows))
	keys := make([]string, len(rows))
	var shown []string
	for i, row := range rows {
		keys[i], byKey[row.Key] = row.Key, row
		if row.shown {
			shown = append(shown, row.Key)
		}
	}
	if len(shown) > 0 { // most of the first day's have none
		if _, err := tx.Exec(ctx, query("lock_open"), register, shown); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, query("lock_unsigned"), register, shown); err != nil {
			return err
		}
	}
	result, err := tx.Query(ctx, query("last_records"), register, keys)
	if err != nil {
		return err
	}
	var key string
	var unsigned *uuid.UUID
	var head lifecycle.RecordHead
	_, err = pgx.ForEachRow(result, []any{&key, &head.ID, &head.Kind, &head.State, &head.BecomesHash, &head.Passed, &head.Provider, &unsigned,
		&head.Refusal.AlreadyLoaded, &head.Refusal.UnknownTarget, &head.Refusal.Suspect, &head.Becomes, &head.Refusal.OtherWords,
		&head.Late.Accepted, &head.Late.Changed, &head.Late.Unsigned}, func() error {
		last, row := head, byKey[key]
		last.BecomesHash, last.Becomes = slices.Clone(head.BecomesHash), slices.Clone(head.Becomes)
		row.Last = &last
		if unsigned != nil {
			row.unsigned = *unsigned
		}
		return nil
	})
	return err
}
