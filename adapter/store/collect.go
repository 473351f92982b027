package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
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
	ContentHash []byte          // changes when anything of the row does that may decide something
	Findings    []egisso.Finding
	Needs       []egisso.Need
	Provider    string // participant code; empty: the gateway's own provider
	TwinKey     []byte // of a fact, egisso.Fact.TwinKey; nil for other registers
	Reading     int64  // which says so, see BeginReading
	Known       Known
}

// Known is what the source says ЕГИССО has of a row already.
type Known struct {
	ID      uuid.UUID       // uuid.Nil: nothing
	Content json.RawMessage // canonical, of the version it accepted; nil: what the row says
	Hash    []byte
}

// arrayText is a text[] as PostgreSQL writes it: a parameter is an array of these, and no array of arrays
// of different lengths.
func arrayText(needs []egisso.Need) string {
	text := []byte{'{'}
	for i, n := range needs {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, '"')
		text = append(text, arrayEscapes.Replace(n.String())...)
		text = append(text, '"')
	}
	return string(append(text, '}'))
}

var arrayEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// Cursor returns how far a register was read, "" at the beginning.
func (s *Store) Cursor(ctx context.Context, register egisso.Register) (string, error) {
	var position string
	err := s.pool.QueryRow(ctx, query("cursor"), register).Scan(&position)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the cursor of register %s: %w", register, err)
	}
	return position, nil
}

// ErrOvertaken means that another reading, which began later, says something else of a row:
// what is to be stored has to be read again.
var ErrOvertaken = errors.New("another reading of the source overtook this one")

// overtaken is the SQLSTATE of egisso.later_reading.
const overtaken = "GW001"

// BeginReading gives the number of a reading of the source. It is taken before the source
// is looked at.
func (s *Store) BeginReading(ctx context.Context) (number int64, err error) {
	if err := s.pool.QueryRow(ctx, query("begin_reading_source")).Scan(&number); err != nil {
		return 0, fmt.Errorf("number a reading of the source: %w", err)
	}
	return number, nil
}

// SaveCursor remembers how far a register was read.
func (s *Store) SaveCursor(ctx context.Context, register egisso.Register, position string) error {
	if _, err := s.pool.Exec(ctx, query("save_cursor"), register, position); err != nil {
		return fmt.Errorf("save the cursor of register %s: %w", register, err)
	}
	return nil
}

// String returns the row's key and nothing else of it: content is personal data.
func (r SourceRow) String() string { return "row " + r.Key + " ***" }

// Format implements fmt.Formatter, so that no verb prints the content.
func (r SourceRow) Format(s fmt.State, _ rune) { io.WriteString(s, r.String()) }

// LogValue implements slog.LogValuer.
func (r SourceRow) LogValue() slog.Value { return slog.StringValue(r.String()) }

// SaveRows stores a batch of rows and returns on how many of them a decision is
// due because they changed. A row must not occur twice in a batch. Saving the
// same rows again changes nothing. It returns ErrOvertaken if the batch may be older than
// what is stored.
//
// A row the database cannot keep does not hold up the others: it is stored with
// a finding in place of its content.
func (s *Store) SaveRows(ctx context.Context, register egisso.Register, rows []SourceRow) (changed int, err error) {
	changed, err = s.saveRows(ctx, register, rows)
	state := refusedRow(err)
	switch {
	case err == nil:
		return changed, nil
	case state == "":
		return 0, fmt.Errorf("save %d rows of register %s: %w", len(rows), register, err)
	case len(rows) == 1:
		return s.saveRefused(ctx, register, rows[0], state)
	}
	half := len(rows) / 2
	changed, err = s.SaveRows(ctx, register, rows[:half])
	if err != nil {
		return changed, err
	}
	more, err := s.SaveRows(ctx, register, rows[half:])
	return changed + more, err
}

// saveRefused stores what can be kept of a row the database refused. Where that
// is refused too, also the key is replaced; if nothing helps, it was not the row.
func (s *Store) saveRefused(ctx context.Context, register egisso.Register, row SourceRow, state string) (changed int, err error) {
	kept := SourceRow{Key: row.Key, RecordNo: row.Key, ChangedAt: row.ChangedAt, Deleted: row.Deleted, Provider: row.Provider, Reading: row.Reading}
	if !row.Deleted {
		kept.Findings = []egisso.Finding{{
			Code: codeRow, Severity: egisso.Error,
			Text: fmt.Sprintf("база шлюза не может сохранить эту запись (SQLSTATE %s): исправьте её данные в МИС", state),
		}}
	}
	changed, err = s.saveRows(ctx, register, []SourceRow{kept})
	if refusedRow(err) != "" {
		sum := sha256.Sum256([]byte(row.Key))
		kept.Key = "sha256:" + hex.EncodeToString(sum[:])
		kept.RecordNo = kept.Key
		changed, err = s.saveRows(ctx, register, []SourceRow{kept})
	}
	if err != nil {
		return 0, fmt.Errorf("save a row of register %s without its content: %w", register, err)
	}
	return changed, nil
}

// codeRow is the code of findings about rows that cannot be read.
const codeRow = "L-ROW"

// refusedRow returns the SQLSTATE of an error that can come from the data of one
// row: a data exception, a violated constraint, or a limit of the program, such
// as the size of an index entry; "" for any other error and for none.
func refusedRow(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pgerrcode.IsDataException(pg.Code) || pgerrcode.IsIntegrityConstraintViolation(pg.Code) ||
		pgerrcode.IsProgramLimitExceeded(pg.Code)) {
		return pg.Code
	}
	return ""
}

func (s *Store) saveRows(ctx context.Context, register egisso.Register, rows []SourceRow) (changed int, err error) {
	n := len(rows)
	keys, numbers, times, deleted := make([]string, n), make([]string, n), make([]time.Time, n), make([]bool, n)
	contents, hashes, findings := make([]*string, n), make([][]byte, n), make([]string, n)
	needs, providers, twins, readings := make([]string, n), make([]*string, n), make([][]byte, n), make([]int64, n)
	odd := make([]bool, n)
	knownIDs, known, knownHashes := make([]*uuid.UUID, n), make([]*string, n), make([][]byte, n)
	for i, row := range rows {
		knownIDs[i] = orNull(row.Known.ID)
		if row.Known.Content != nil {
			known[i], knownHashes[i] = nullable(string(row.Known.Content)), row.Known.Hash
		}
		keys[i], numbers[i], times[i], deleted[i] = row.Key, row.RecordNo, row.ChangedAt, row.Deleted
		if row.Content != nil {
			text := string(row.Content)
			contents[i], hashes[i], odd[i] = &text, row.ContentHash, oddJSON(row.Content)
		}
		if findings[i], err = findingsJSON(row.Findings); err != nil {
			return 0, err
		}
		needs[i], providers[i], twins[i], readings[i] = arrayText(row.Needs), nullable(row.Provider), row.TwinKey[:min(len(row.TwinKey), twinBytes)], row.Reading
	}
	err = s.pool.QueryRow(ctx, query("save_rows"), register, keys, numbers, times, deleted, flat(contents), flat(hashes), findings,
		needs, flat(providers), flat(twins), readings, flat(knownIDs), flat(known), flat(knownHashes), odd).Scan(&changed)
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == overtaken {
		err = ErrOvertaken
	}
	return changed, err
}

// oddJSON tells JSON that PostgreSQL may take as text and refuse when it looks into it: escaped zeros,
// half surrogates, numbers without a limit. It is right to suspect too much.
func oddJSON(text []byte) bool {
	const digits = 100_000 // numeric has more
	if len(text) > digits || bytes.Contains(text, []byte(`\u`)) {
		return true
	}
	for i := 1; i < len(text); i++ {
		if (text[i] == 'e' || text[i] == 'E') && text[i-1] >= '0' && text[i-1] <= '9' {
			return true
		}
	}
	return false
}

// twinBytes are kept of a TwinKey: it stands in an index, and 128 bits of a hash do not meet.
const twinBytes = 16

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

// isUndefined: what the statement names is not there, or not of that kind.
func isUndefined(err error) bool {
	var pg *pgconn.PgError
	return isUndefinedTable(err) || errors.As(err, &pg) &&
		(pg.Code == pgerrcode.UndefinedColumn || pg.Code == pgerrcode.UndefinedFunction || pg.Code == pgerrcode.WrongObjectType)
}

func isUndefinedTable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgerrcode.UndefinedTable || pg.Code == pgerrcode.InvalidSchemaName)
}
