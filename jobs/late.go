package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
)

// LateWithin is how far back Late looks: more than a day, so that a zone that is wrong and a
// clock that was set show the same day.
const LateWithin = 26 * time.Hour

// Late compares, in a source without changed_xid, what changed not long ago with what the
// gateway knows of it. A time that is wrong by more than the overlap (timestamp at time zone,
// a clock, a transaction that was open for long) puts a change before what was read already,
// where Collect does not look: it is taken here, and told of.
type Late struct {
	Source *mis.Source
	Store  *store.Store
	Log    *slog.Logger
}

// Name implements Job.
func (Late) Name() string { return "late" }

// Run implements Job. Done counts rows that had changed without being noticed.
func (l Late) Run(ctx context.Context) (Report, error) {
	var report Report
	registers, err := l.Source.Registers(ctx)
	if err != nil {
		return report, fmt.Errorf("look for late changes: %w", err)
	}
	var troubles []error
	for _, register := range registers {
		missed, err := l.register(ctx, register)
		report.Done += missed
		if errors.Is(err, store.ErrOvertaken) { // the other one's look is newer
			err = nil
		}
		troubles = append(troubles, err)
	}
	return report, errors.Join(troubles...)
}

func (l Late) register(ctx context.Context, register egisso.Register) (missed int, err error) {
	position, err := l.Store.Cursor(ctx, register)
	if err != nil || position == "" {
		return 0, err
	}
	cursor, err := mis.ParseCursor(position)
	if err != nil {
		return 0, err
	}
	p := &latePass{Late: l, register: register, keys: map[string]bool{}}
	if p.number, err = l.Store.BeginReading(ctx); err != nil {
		return 0, err
	}
	err = l.Source.Earlier(ctx, register, cursor, LateWithin, func(row mis.Row) error { return p.take(ctx, row) })
	if err == nil {
		err = p.flush(ctx)
	}
	if p.missed > 0 {
		l.Log.Error("changes of the source bear a time that had been read already", "register", register, "rows", p.missed)
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
		err = errors.Join(err, l.Store.NoteLate(keep, register, p.missed))
	}
	return p.missed, err
}

// latePass is one look at a register.
type latePass struct {
	Late
	register egisso.Register
	number   int64 // of the reading, see store.BeginReading
	batch    []store.SourceRow
	bytes    int
	keys     map[string]bool
	missed   int
}

func (p *latePass) take(ctx context.Context, row mis.Row) error {
	saved := sourceRow(row)
	saved.Reading = p.number
	if len(p.batch) == batchRows || p.bytes > batchBytes || p.keys[row.Key] {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	p.batch, p.bytes = append(p.batch, saved), p.bytes+len(saved.Content)
	p.keys[row.Key] = true
	return nil
}

// flush stores what is known otherwise, by its hash.
func (p *latePass) flush(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	changed, err := p.Store.SaveRows(ctx, p.register, p.batch)
	p.missed += changed
	p.batch, p.bytes = p.batch[:0], 0
	clear(p.keys)
	return err
}
