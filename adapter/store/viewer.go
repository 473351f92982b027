package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Viewer reads for people who look. Every read is one transaction that writes nothing, in
// which no statement takes longer than a term.
type Viewer struct {
	store *Store
	term  time.Duration
}

// Viewer returns one whose statements take at most term.
func (s *Store) Viewer(term time.Duration) *Viewer { return &Viewer{s, term} }

func (v *Viewer) look(ctx context.Context, what string, fn func(tx pgx.Tx) error) error {
	return v.store.snapshot(ctx, what, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("look"), strconv.FormatInt(v.term.Milliseconds(), 10)); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Place is where a page of the journal ends: the next one begins after it.
type Place struct {
	CreatedAt time.Time
	ID        uuid.UUID
}

// Values of JournalPage.Show.
const (
	ShowAll        = "all"
	ShowOpen       = "open"       // an outcome is to come, however late
	ShowUnaccepted = "unaccepted" // closed, and not accepted as a whole
)

// JournalPage asks for a stretch of the journal.
type JournalPage struct {
	Register string // "" for all, or "kmsz"
	Show     string
	After    *Place // nil: from the newest on
	Limit    int
}

// JournalLine is a row of the journal with more of its columns.
type JournalLine struct {
	JournalEntry
	Register string
	Format   string
	Channel  string // smev or manual
	Held     bool   // waits for the command to send it
	SignedAt *time.Time
	QueuedAt *time.Time
	ClosedAt *time.Time
}

// Journal returns packages, newest first.
func (v *Viewer) Journal(ctx context.Context, p JournalPage) (lines []JournalLine, err error) {
	var at any = "infinity"
	after := Place{}
	if p.After != nil {
		at, after = p.After.CreatedAt, *p.After
	}
	err = v.look(ctx, "read a page of the journal", func(tx pgx.Tx) error {
		var rows pgx.Rows
		if p.Show == ShowOpen {
			rows, err = tx.Query(ctx, query("page_journal_open"), nullable(p.Register), at, after.ID, p.Limit)
		} else {
			rows, err = inOrder(ctx, tx, query("page_journal"), nullable(p.Register), p.Show == ShowUnaccepted, at, after.ID, p.Limit)
		}
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, journalLine)
		return err
	})
	return lines, err
}

func journalLine(row pgx.CollectableRow) (l JournalLine, err error) {
	return l, row.Scan(&l.ID, &l.CreatedAt, &l.PackageType, &l.RecordCount, &l.Status, &l.Info, &l.State, &l.Result, &l.Review, &l.MessageID,
		&l.Unconfirmed, &l.Warned, &l.Register, &l.Format, &l.Channel, &l.Held, &l.SignedAt, &l.QueuedAt, &l.ClosedAt, &l.Approval)
}

// PackageView is a package and a stretch of its details.
type PackageView struct {
	JournalLine
	Outcomes map[string]int  // records by outcome; "" has none yet
	Details  []DetailLine    // of the protocol
	Warnings []JournalDetail // of the checks, before it left; every row names its record
}

// DetailLine is a row of the details of a package.
type DetailLine struct {
	Position int
	JournalDetail
	Conclusion string // Russian: what the gateway concludes from a refusal; "" if nothing
}

// Package returns a package with its details after a position, at most limit of each kind;
// nil if there is none.
func (v *Viewer) Package(ctx context.Context, id uuid.UUID, after, limit int) (view *PackageView, err error) {
	err = v.look(ctx, "read a package", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query("page_package"), id)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, journalLine)
		if err != nil || len(lines) == 0 {
			return err
		}
		p := &PackageView{JournalLine: lines[0], Outcomes: map[string]int{}}
		rows, err = tx.Query(ctx, query("page_outcomes"), id)
		if err != nil {
			return err
		}
		var outcome string
		var count int
		if _, err := pgx.ForEachRow(rows, []any{&outcome, &count}, func() error { p.Outcomes[outcome] = count; return nil }); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, query("page_details"), id, after, limit)
		if err != nil {
			return err
		}
		p.Details, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DetailLine, err error) {
			return d, row.Scan(&d.Position, &d.RecordNo, &d.Comment, &d.Code, &d.MessageType, &d.Conclusion)
		})
		if err != nil {
			return err
		}
		if p.Warned > 0 {
			if p.Warnings, err = listOf[JournalDetail](ctx, tx, "page_warnings", id, limit); err != nil {
				return err
			}
		}
		view = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", id, err)
	}
	return view, nil
}
