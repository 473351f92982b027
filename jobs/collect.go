package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// batchRows and batchBytes are how many rows, and how much content, are stored
// at once; memory is bounded by them.
const (
	batchRows  = 500
	batchBytes = 8 << 20
)

// finishTime is what a pass that was stopped gets to store what it has read.
const finishTime = 10 * time.Second

// Collect reads rows that changed in the source since the cursor and stores
// what they say now. The cursor moves with the rows stored, so that a pass that
// ends before its time, in whatever way, is gone on with by the next one.
type Collect struct {
	Source *mis.Source
	Store  *store.Store
	Log    *slog.Logger
}

// KeylessError says that the source showed rows without a key. They cannot be
// told apart, so nothing is stored of them; all other rows were taken.
type KeylessError struct {
	Register egisso.Register
	Rows     int
}

func (e *KeylessError) Error() string {
	return fmt.Sprintf("%d rows of register %s have no key and were not taken", e.Rows, e.Register)
}

// Name implements Job.
func (Collect) Name() string { return "collect" }

// Run implements Job. Done counts rows whose content changed. A run whose time
// is up has not failed if it got on: More asks for the next one. A register whose
// view does not fulfil the contract does not keep the others from being read.
func (c Collect) Run(ctx context.Context) (Report, error) {
	var report Report
	var trouble error
	byTransaction := false
	registers, err := c.registers(ctx)
	if err != nil {
		return report, fmt.Errorf("collect: %w", err)
	}
	for _, register := range registers {
		r := &reading{Collect: c, register: register, inBatch: map[string]bool{}}
		err := r.read(ctx)
		report.Done += r.changed
		byTransaction = byTransaction || r.byTransaction
		if r.owed {
			report.Wakes = []string{Reconcile{}.Name()}
		}
		if r.keyless > 0 {
			trouble = errors.Join(trouble, &KeylessError{register, r.keyless})
		}
		if err != nil && r.moved && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			c.Log.Info("source read in part, the next run goes on", "register", register, "rows", report.Done)
			report.More = true
			return report, nil
		}
		if errors.Is(err, store.ErrOvertaken) {
			c.Log.Info("another gateway read this register later: it is read again", "register", register)
			report.More = true
			return report, trouble
		}
		var contract *mis.ContractError
		if err != nil {
			trouble = errors.Join(trouble, fmt.Errorf("collect register %s: %w", register, err))
		}
		if err != nil && !errors.As(err, &contract) {
			return report, trouble
		}
	}
	if byTransaction {
		trouble = errors.Join(trouble, c.noteHolder(ctx))
	}
	return report, trouble
}

// noteHolder notes which transaction of the source's server has not ended, if any: what
// changed after it began has not been read.
func (c Collect) noteHolder(ctx context.Context) error {
	h, err := c.Source.Holder(ctx)
	if err != nil {
		return err
	}
	if h == nil {
		return c.Store.NoHolder(ctx)
	}
	long, err := c.Store.NoteHolder(ctx, store.Holder{XID: h.XID, Who: h.String(), Ends: h.Ends(), Age: h.Age})
	if long {
		c.Log.Error("a transaction of the source's server does not end: newer changes are not read", "database", h.Database, "prepared", h.Prepared, "pid", h.PID)
	}
	return err
}

// registers are those the source keeps, and those it kept before: that one of
// their views is gone must be said.
func (c Collect) registers(ctx context.Context) ([]egisso.Register, error) {
	kept, err := c.Source.Registers(ctx)
	if err != nil {
		return nil, err
	}
	var registers []egisso.Register
	for _, register := range egisso.Registers() {
		read := slices.Contains(kept, register)
		if !read {
			cursor, err := c.Store.Cursor(ctx, register)
			if err != nil {
				return nil, err
			}
			read = cursor != ""
		}
		if read {
			registers = append(registers, register)
		}
	}
	return registers, nil
}

// reading is one pass over a register.
type reading struct {
	Collect
	register egisso.Register

	number        int64             // of the reading, see store.BeginReading
	batch         []store.SourceRow // read and not yet stored
	bytes         int               // of their content
	inBatch       map[string]bool   // their keys
	reached       string            // cursor after the last row of the batch
	saved         string            // cursor in the store
	moved         bool              // the cursor in the store is not what it was
	anew          bool              // the source could not be gone on with from the cursor
	other         bool              // since it is another database
	owed          bool              // so a reconciliation was asked for
	byTransaction bool              // only what is older than every transaction that runs is read

	changed, keyless int
}

// read makes the pass. What was read before it failed is stored.
func (r *reading) read(ctx context.Context) (err error) {
	if r.saved, err = r.Store.Cursor(ctx, r.register); err != nil {
		return err
	}
	if r.number, err = r.Store.BeginReading(ctx); err != nil {
		return err
	}
	from, err := mis.ParseCursor(r.saved)
	if err != nil {
		return err
	}
	next, err := r.Source.Changed(ctx, r.register, from, func(row mis.Row) error { return r.take(ctx, row) })
	if err == nil {
		r.reached, r.byTransaction = next.String(), next.ByTransaction()
		r.anew, r.other = r.anew || next.Anew(), r.other || next.Moved()
		err = r.flush(ctx)
	}
	if err != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
		if lost := r.flush(last); lost != nil {
			err = fmt.Errorf("%w; what was read is not stored: %w", err, lost)
		}
	}
	if r.changed > 0 {
		r.Log.Info("source rows changed", "register", r.register, "rows", r.changed)
	}
	if r.keyless > 0 {
		r.Log.Warn("source rows without a key are not taken", "register", r.register, "rows", r.keyless)
	}
	return err
}

// take puts a row into the batch and stores the batch when it is full.
func (r *reading) take(ctx context.Context, row mis.Row) error {
	if row.Key == "" {
		r.keyless++
		return nil
	}
	saved := sourceRow(row)
	saved.Reading = r.number
	full := len(r.batch) == batchRows || len(r.batch) > 0 && r.bytes+len(saved.Content) > batchBytes
	if full || r.inBatch[row.Key] {
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	r.batch, r.reached = append(r.batch, saved), row.Next.String()
	r.anew, r.other = r.anew || row.Next.Anew(), r.other || row.Next.Moved()
	r.bytes += len(saved.Content)
	r.inBatch[row.Key] = true
	return nil
}

// flush stores the batch and then how far it reaches. If it fails, it can be
// tried again.
func (r *reading) flush(ctx context.Context) error {
	if r.anew && !r.owed {
		r.Log.Warn("source does not go on where it was read to: read anew, to be reconciled", "register", r.register, "another_database", r.other)
		if err := r.Store.OweReconciliation(ctx, r.register, r.other); err != nil {
			return err
		}
		r.owed = true
	}
	if len(r.batch) > 0 {
		changed, err := r.Store.SaveRows(ctx, r.register, r.batch)
		r.changed += changed
		if err != nil {
			return err
		}
		crashpoint.At("collect: rows stored")
		r.batch, r.bytes = r.batch[:0], 0
		clear(r.inBatch)
	}
	if r.reached == "" || r.reached == r.saved {
		return nil
	}
	if err := r.Store.SaveCursor(ctx, r.register, r.reached); err != nil {
		return err
	}
	crashpoint.At("collect: cursor stored")
	r.saved, r.moved = r.reached, true
	return nil
}

// sourceRow turns a row of the source into its canonical form and hash.
func sourceRow(row mis.Row) store.SourceRow {
	saved := store.SourceRow{
		Key: row.Key, RecordNo: row.RecordNo, ChangedAt: row.ChangedAt, Deleted: row.Deleted, Findings: row.Findings, Provider: row.Provider,
	}
	if k := row.Known; k != nil {
		saved.Known.ID = k.ID
		if k.Record != nil {
			record := k.Record.Canonical()
			text, err := json.Marshal(record.Content)
			if err != nil {
				saved.Findings = append(saved.Findings, unstorable)
				return saved
			}
			saved.Known.Content, saved.Known.Hash = text, record.Hash[:]
		}
	}
	if row.Deleted || egisso.Blocks(row.Findings) {
		return saved
	}
	if row.Record == nil {
		saved.Findings = append(saved.Findings, unstorable)
		return saved
	}
	record := row.Record.Canonical()
	text, err := json.Marshal(record.Content)
	if err != nil {
		saved.Findings = append(saved.Findings, unstorable)
		return saved
	}
	saved.Content, saved.ContentHash, saved.TwinKey, saved.Needs = text, record.Hash[:], record.Twin, record.Needs
	return saved
}

// unstorable is about a row that passed the contract and yet has no stored form.
var unstorable = egisso.Finding{
	Code: mis.CodeRow, Severity: egisso.Error, Text: "запись источника не удалось привести к виду, в котором она хранится",
}
