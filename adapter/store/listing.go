package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ListedRecord is a row of the source in a list.
type ListedRecord struct {
	Register    string
	Key         string
	RecordNo    string
	State       string
	Status      string // Russian
	Reason      string // Russian; may hold words of ЕГИССО
	RecordID    *uuid.UUID
	PackageID   *uuid.UUID
	Deleted     bool
	AcceptedAt  *time.Time
	UpdatedAt   time.Time
	RuleCodes   []string
	Unconfirmed bool
}

// RecordPage asks for a stretch of a register. Records on their way are found by their
// packages: there is no list of state packed.
type RecordPage struct {
	Register egisso.Register
	State    string // of view record_status; "" for all
	After    string // what the page before gave as next; "" for the first
	Limit    int
}

// stretch is how many rows are looked through for a page where no index says which are of
// the state.
const stretch = 1000

// readyPlace is the form of a place among ready records: package_limit, created_at, id.
const readyPlace = "%d|%s|%s"

// Records returns a page of a register, which may be short though more follow: next is ""
// on the last one. Wrong places begin at the beginning.
func (v *Viewer) Records(ctx context.Context, p RecordPage) (list []ListedRecord, next string, err error) {
	err = v.look(ctx, "read a page of register "+string(p.Register), func(tx pgx.Tx) error {
		keys, last, err := candidates(ctx, tx, p)
		if err != nil {
			return err
		}
		found, err := records(ctx, tx, p.Register, keys)
		if err != nil {
			return err
		}
		for _, r := range found {
			if p.State == "" || r.State == p.State {
				list = append(list, r)
			}
		}
		next = last
		return nil
	})
	return list, next, err
}

func records(ctx context.Context, tx pgx.Tx, register egisso.Register, keys []string) ([]ListedRecord, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return listOf[ListedRecord](ctx, tx, "page_records", register, keys)
}

// keyQueries find the rows that may be in a state by an index of it.
var keyQueries = map[string]string{
	"new": "page_new", "waiting": "page_waiting", "blocked": "page_blocked", "rejected": "page_remarked", "accepted_with_warnings": "page_remarked",
}

// candidates are keys of rows that may be in the state, and where the next page begins.
func candidates(ctx context.Context, tx pgx.Tx, p RecordPage) (keys []string, next string, err error) {
	if p.State == "ready" {
		return readyKeys(ctx, tx, p)
	}
	name, indexed := keyQueries[p.State]
	if !indexed {
		return lookThrough(ctx, tx, p)
	}
	args := []any{p.Register, p.After, p.Limit}
	if name == "page_remarked" {
		args = append(args, p.State)
	}
	rows, err := inOrder(ctx, tx, query(name), args...)
	if err != nil {
		return nil, "", err
	}
	if keys, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	if len(keys) == p.Limit {
		next = keys[len(keys)-1]
	}
	return keys, next, anyOrder(ctx, tx)
}

// lookThrough takes the rows of a stretch that may be in the state.
func lookThrough(ctx context.Context, tx pgx.Tx, p RecordPage) (keys []string, next string, err error) {
	length := stretch
	if p.State == "" {
		length = p.Limit
	}
	rows, err := inOrder(ctx, tx, query("page_rows"), p.Register, p.After, length)
	if err != nil {
		return nil, "", err
	}
	var key, last string
	var accepted bool
	seen, full := 0, false
	_, err = pgx.ForEachRow(rows, []any{&key, &accepted}, func() error {
		if full {
			return nil
		}
		seen++
		last = key
		if p.State == "" || accepted == (p.State == "accepted") {
			keys = append(keys, key)
			full = len(keys) == p.Limit
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	if full || seen == length {
		next = last
	}
	return keys, next, anyOrder(ctx, tx)
}

func readyKeys(ctx context.Context, tx pgx.Tx, p RecordPage) (keys []string, next string, err error) {
	limit, at, id := 1000, time.Time{}, uuid.Nil
	if parts := strings.Split(p.After, "|"); len(parts) == 3 {
		var l int
		if _, err := fmt.Sscan(parts[0], &l); err == nil {
			t, wrongTime := time.Parse(time.RFC3339Nano, parts[1])
			if u, err := uuid.Parse(parts[2]); err == nil && wrongTime == nil {
				limit, at, id = l, t, u
			}
		}
	}
	rows, err := inOrder(ctx, tx, query("page_ready"), p.Register, limit, at, id, p.Limit)
	if err != nil {
		return nil, "", err
	}
	var key string
	_, err = pgx.ForEachRow(rows, []any{&key, &limit, &at, &id}, func() error { keys = append(keys, key); return nil })
	if err != nil {
		return nil, "", err
	}
	if len(keys) == p.Limit {
		next = fmt.Sprintf(readyPlace, limit, at.UTC().Format(time.RFC3339Nano), id)
	}
	return keys, next, anyOrder(ctx, tx)
}

// FoundRecord is a row of the source with all that is known of it.
type FoundRecord struct {
	ListedRecord
	Findings []RecordFinding
	History  []HistoryEntry // oldest first
}

// Find returns the rows with that number, key or element id, at most limit; what is known of
// a row is there if it is the only one.
func (v *Viewer) Find(ctx context.Context, text string, limit int) (found []FoundRecord, err error) {
	var id *uuid.UUID
	if parsed, err := uuid.Parse(text); err == nil {
		id = &parsed
	}
	err = v.look(ctx, "look for a record", func(tx pgx.Tx) error {
		// There is an index for all of it; tables that were not analysed look too small for them.
		if _, err := tx.Exec(ctx, "set local enable_seqscan = off"); err != nil {
			return err
		}
		keys, err := listOf[RecordKey](ctx, tx, "page_find", text, id, limit, egisso.Registers())
		if err != nil {
			return err
		}
		for _, key := range keys {
			list, err := records(ctx, tx, key.Register, []string{key.Key})
			if err != nil {
				return err
			}
			for _, r := range list {
				found = append(found, FoundRecord{ListedRecord: r})
			}
		}
		if len(found) != 1 {
			return nil
		}
		r := &found[0]
		if r.Findings, err = listOf[RecordFinding](ctx, tx, "record_findings", r.Register, r.Key); err != nil {
			return err
		}
		r.History, err = listOf[HistoryEntry](ctx, tx, "record_history", r.Register, r.Key)
		return err
	})
	return found, err
}
