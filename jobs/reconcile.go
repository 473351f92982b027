package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
)

// Reconcile compares everything in the source with everything the gateway knows
// (README.md#promises, 1): rows that changed or disappeared without being noticed are
// taken like any change, rows about which nothing was decided are decided. What it
// holds in memory does not grow with the source.
type Reconcile struct {
	Collect Collect // runs first: what is merely not read yet is no discovery
	// AcceptGone lets many rows be gone at once. Otherwise that looks like a
	// broken view, and nothing of it is believed.
	AcceptGone bool
	// Every leaves out registers that were reconciled a shorter time ago: a service
	// that starts again does not have to.
	Every time.Duration
	// Found is told what every register came to; it may be nil.
	Found func(store.Reconciliation)
	// Seen is told how far the comparison of a register is; it may be nil.
	Seen func(store.Reconciliation)
	Log  *slog.Logger
}

// goneFew and goneShare are how many rows, or which share of them, may be gone
// at once without a person's word, but never all: deleting them at ЕГИССО cannot
// be undone.
const (
	goneFew   = 20
	goneShare = 20 // one in so many
)

// Name implements Job.
func (Reconcile) Name() string { return "reconcile" }

// Run implements Job. Done counts rows that have to be decided.
func (c Reconcile) Run(ctx context.Context) (Report, error) {
	var report Report
	registers, err := c.due(ctx)
	if err != nil || len(registers) == 0 {
		return report, err
	}
	for more := true; more; {
		collected, err := c.Collect.Run(ctx)
		if keyless := (*KeylessError)(nil); err != nil && !errors.As(err, &keyless) {
			return report, err
		}
		more = collected.More
	}
	var troubles []error
	for _, register := range registers {
		done, err := c.register(ctx, register)
		report.Done += done
		troubles = append(troubles, err)
	}
	return report, errors.Join(troubles...)
}

// due are the registers to reconcile now. One that was never read to its end has
// nothing to be compared with yet.
func (c Reconcile) due(ctx context.Context) ([]egisso.Register, error) {
	registers, err := c.Collect.Source.Registers(ctx)
	if err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	var due []egisso.Register
	for _, register := range registers {
		cursor, err := c.Collect.Store.Cursor(ctx, register)
		if err != nil {
			return nil, err
		}
		recent, err := c.Collect.Store.ReconciledWithin(ctx, register, c.Every)
		if err != nil {
			return nil, err
		}
		if cursor != "" && !strings.HasPrefix(cursor, "all/") && !recent {
			due = append(due, register)
		}
	}
	return due, nil
}

func (c Reconcile) register(ctx context.Context, register egisso.Register) (int, error) {
	s := c.Collect.Store
	cursor, err := s.Cursor(ctx, register)
	if err != nil {
		return 0, err
	}
	r, err := s.BeginReconciliation(ctx, register)
	if err != nil {
		return 0, err
	}
	comparing := &comparing{Reconcile: c, r: r, cursor: cursor}
	err = comparing.run(ctx)
	if err == nil {
		r.Forgotten, err = s.TouchForgotten(ctx, register)
	}
	if err != nil && r.Problem == "" {
		r.Problem = "Сверка не закончена: источник или база шлюза не отвечает"
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	err = errors.Join(err, s.FinishReconciliation(keep, r))
	attrs := []any{"register", register, "seen", r.Seen, "changed", r.Changed, "gone", r.Gone, "forgotten", r.Forgotten}
	if r.Changed+r.Gone+r.Forgotten > 0 {
		c.Log.Warn("reconciliation found rows that had been passed by", attrs...)
	} else if err == nil {
		c.Log.Info("reconciliation found nothing", attrs...)
	}
	if c.Found != nil {
		c.Found(*r)
	}
	return r.Changed + r.Gone + r.Forgotten, err
}

// comparing is the comparison of one register.
type comparing struct {
	Reconcile
	r      *store.Reconciliation
	cursor string // everything before it was read when the comparison began
	number int64  // of the reading, see store.BeginReading
	batch  []store.SourceRow
	bytes  int
	keys   map[string]bool
}

func (c *comparing) run(ctx context.Context) error {
	c.keys = map[string]bool{}
	var err error
	if c.number, err = c.Collect.Store.BeginReading(ctx); err != nil {
		return err
	}
	_, err = c.Collect.Source.Changed(ctx, c.r.Register, mis.Cursor{}, func(row mis.Row) error { return c.take(ctx, row) })
	if err == nil {
		err = c.compare(ctx)
	}
	if err != nil {
		return fmt.Errorf("reconcile register %s: %w", c.r.Register, err)
	}
	return c.gone(ctx)
}

func (c *comparing) take(ctx context.Context, row mis.Row) error {
	if row.Key == "" {
		return nil // counted by Collect
	}
	saved := sourceRow(row)
	saved.Reading = c.number
	if len(c.batch) == batchRows || c.bytes > batchBytes || c.keys[row.Key] {
		if err := c.compare(ctx); err != nil {
			return err
		}
	}
	c.batch = append(c.batch, saved)
	c.bytes += len(saved.Content)
	c.keys[row.Key] = true
	return nil
}

// compare stores those rows of the batch that are known otherwise.
func (c *comparing) compare(ctx context.Context) error {
	if len(c.batch) == 0 {
		return nil
	}
	c.r.Seen += len(c.batch)
	if c.Seen != nil {
		c.Seen(*c.r)
	}
	s := c.Collect.Store
	differ, err := s.CompareRows(ctx, c.r, c.batch)
	if err != nil {
		return err
	}
	var news []store.SourceRow
	for _, row := range c.batch {
		if differ[row.Key] {
			news = append(news, row)
		}
	}
	c.batch, c.bytes = c.batch[:0], 0
	clear(c.keys)
	if len(news) == 0 {
		return nil
	}
	changed, err := s.SaveRows(ctx, c.r.Register, news)
	c.r.Changed += changed
	// Collect may have seen a newer row meanwhile; it reads that again.
	return errors.Join(err, s.RewindCursor(ctx, c.r.Register, c.cursor))
}

// TooManyGoneError says that so many rows have disappeared from the source that
// this rather is a fault of the view.
type TooManyGoneError struct {
	Register    egisso.Register
	Gone, Known int
}

func (e *TooManyGoneError) Error() string {
	return fmt.Sprintf("%d of %d rows of register %s are gone from the source: nothing of it is believed until somebody says so", e.Gone, e.Known, e.Register)
}

// SourceMovedError says that the source became another database and lacks rows since.
type SourceMovedError struct {
	Register    egisso.Register
	Gone, Known int
}

func (e *SourceMovedError) Error() string {
	return fmt.Sprintf("the source is another database than before and lacks %d of %d rows of register %s: nothing is removed until somebody says so", e.Gone, e.Known, e.Register)
}

// gone finds rows that the source does not show any more. Each is asked for by
// its key before it counts as deleted.
func (c *comparing) gone(ctx context.Context) error {
	s := c.Collect.Store
	unseen, known, err := s.Unseen(ctx, c.r)
	if err != nil || unseen == 0 {
		return err
	}
	moved, err := s.SourceMoved(ctx, c.r.Register)
	if err != nil {
		return err
	}
	if moved && !c.AcceptGone {
		c.r.Problem = fmt.Sprintf("Источник — другая база, чем раньше (восстановлена или переключена), и в ней нет записей: %d из %d. Ничего не удаляется; если записей действительно нет, выполните egissogw reconcile --accept-gone", unseen, known)
		return &SourceMovedError{c.r.Register, unseen, known}
	}
	if !c.AcceptGone && (unseen == known || unseen > max(goneFew, known/goneShare)) {
		c.r.Problem = fmt.Sprintf("В источнике не видно записей: %d из %d. Похоже на ошибку представления; если записи действительно удалены, выполните egissogw reconcile --accept-gone", unseen, known)
		return &TooManyGoneError{c.r.Register, unseen, known}
	}
	for after := ""; ; {
		keys, err := s.UnseenRows(ctx, c.r, after, batchRows)
		if err != nil || len(keys) == 0 {
			return err
		}
		after = keys[len(keys)-1]
		missing, err := c.Collect.Source.Missing(ctx, c.r.Register, keys)
		if err != nil || len(missing) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		n, err := s.MarkGone(ctx, c.r, missing)
		c.r.Gone += n
		if err := errors.Join(err, s.RewindCursor(ctx, c.r.Register, c.cursor)); err != nil {
			return err
		}
	}
}

// ReconcileLimit is how long one reconciliation may take.
const ReconcileLimit = 6 * time.Hour
