package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
)

// SourceRow is what the source says about one row now.
type SourceRow struct {
	Key         string
	RecordNo    string
	ChangedAt   time.Time
	Deleted     bool
	Content     json.RawMessage // canonical content, nil when deleted or unreadable
	ContentHash []byte          // sha256 of the canonical content
	Findings    []egisso.Finding
	MeasureKey  string // facts only
}

// Cursor returns how far a register was read, "" at the beginning.
func (s *Store) Cursor(ctx context.Context, register egisso.Register) (string, error) {
	var position string
	err := s.pool.QueryRow(ctx, query("cursor"), register).Scan(&position)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the cursor of register %s: %w", register, err)
	}
	return position, nil
}

// SaveCursor remembers how far a register was read.
func (s *Store) SaveCursor(ctx context.Context, register egisso.Register, position string) error {
	if _, err := s.pool.Exec(ctx, query("save_cursor"), register, position); err != nil {
		return fmt.Errorf("save the cursor of register %s: %w", register, err)
	}
	return nil
}

// SaveRows stores a batch of rows and returns how many of them changed. A row
// must not occur twice in a batch. Saving the same rows again changes nothing.
func (s *Store) SaveRows(ctx context.Context, register egisso.Register, rows []SourceRow) (changed int, err error) {
	n := len(rows)
	keys, numbers, times, deleted := make([]string, n), make([]string, n), make([]time.Time, n), make([]bool, n)
	contents, hashes, findings, measures := make([]*string, n), make([][]byte, n), make([]string, n), make([]*string, n)
	for i, row := range rows {
		keys[i], numbers[i], times[i], deleted[i] = row.Key, row.RecordNo, row.ChangedAt, row.Deleted
		if row.Content != nil {
			text := string(row.Content)
			contents[i], hashes[i] = &text, row.ContentHash
		}
		if findings[i], err = findingsJSON(row.Findings); err != nil {
			return 0, err
		}
		if row.MeasureKey != "" {
			measures[i] = &rows[i].MeasureKey
		}
	}
	tag, err := s.pool.Exec(ctx, query("save_rows"), register, keys, numbers, times, deleted, contents, hashes, findings, measures)
	if err != nil {
		return 0, fmt.Errorf("save %d rows of register %s: %w", n, register, err)
	}
	return int(tag.RowsAffected()), nil
}

func findingsJSON(findings []egisso.Finding) (string, error) {
	if len(findings) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(findings)
	if err != nil {
		return "", fmt.Errorf("encode findings: %w", err)
	}
	return string(text), nil
}

func isUndefinedTable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgerrcode.UndefinedTable || pg.Code == pgerrcode.InvalidSchemaName)
}
