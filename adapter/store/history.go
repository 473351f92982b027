package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// RecordKey names a row of the source.
type RecordKey struct {
	Register egisso.Register
	Key      string
}

// RecordStatus is where a row of the source is now, and why.
type RecordStatus struct {
	Register    egisso.Register `json:"register"`
	Key         string          `json:"row_key"`
	RecordNo    string          `json:"record_no"`
	State       string          `json:"state"`
	Status      string          `json:"-"`      // Russian
	Reason      string          `json:"reason"` // Russian
	RecordID    *uuid.UUID      `json:"record_id"`
	Kind        *string         `json:"kind"`
	PackageID   *uuid.UUID      `json:"package_id"`
	Deleted     bool            `json:"deleted"`
	AcceptedID  *uuid.UUID      `json:"accepted_id"`
	AcceptedAt  *time.Time      `json:"accepted_at"`
	DecisionDue bool            `json:"decision_due"`
}

// HistoryEntry is one thing that happened to a row of the source.
type HistoryEntry struct {
	At        time.Time  `json:"at"`
	What      string     `json:"what"` // source, record, state, package, attempt, protocol, accepted, held, operator
	Text      string     `json:"text"` // Russian
	RecordID  *uuid.UUID `json:"record_id"`
	PackageID *uuid.UUID `json:"package_id"`
}

// RecordFinding is one thing that was found on a row of the source or on what was sent
// of it.
type RecordFinding struct {
	Code        string          `json:"code"` // of the rule, "" if ЕГИССО named none
	Severity    egisso.Severity `json:"severity"`
	Field       string          `json:"field"` // path of XSD names, "" if it is not about one
	Text        string          `json:"text"`  // Russian
	MessageType string          `json:"-"`
	Origin      string          `json:"origin"` // row, check, decision, protocol, classifier
	Found       string          `json:"found"`  // before or after sending
	FoundText   string          `json:"-"`
	Current     bool            `json:"current"` // of what RecordStatus shows; false: of what was decided anew or replaced since
	RecordID    *uuid.UUID      `json:"record_id"`
	PackageID   *uuid.UUID      `json:"package_id"`
}

// RecordFindings returns everything that was found on a row, what holds now first.
func (s *Store) RecordFindings(ctx context.Context, key RecordKey) ([]RecordFinding, error) {
	return collect[RecordFinding](ctx, s, "record_findings", key.Register, key.Key)
}

// FindRecords returns the rows with that key, number or element id, at most 20;
// register may be empty.
func (s *Store) FindRecords(ctx context.Context, register egisso.Register, key string) ([]RecordKey, error) {
	var id *uuid.UUID
	if parsed, err := uuid.Parse(key); err == nil {
		id = &parsed
	}
	rows, err := s.pool.Query(ctx, query("rows_of_key"), key, nullable(string(register)), id)
	if err != nil {
		return nil, fmt.Errorf("look for a record: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RecordKey])
	if err != nil {
		return nil, fmt.Errorf("look for a record: %w", err)
	}
	return found, nil
}

// RecordHistory returns where a row is and what happened to it, oldest first.
func (s *Store) RecordHistory(ctx context.Context, key RecordKey) (now RecordStatus, history []HistoryEntry, err error) {
	rows, err := s.pool.Query(ctx, query("record_now"), key.Register, key.Key)
	if err == nil {
		now, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[RecordStatus])
	}
	if err == nil {
		rows, err = s.pool.Query(ctx, query("record_history"), key.Register, key.Key)
	}
	if err == nil {
		history, err = pgx.CollectRows(rows, pgx.RowToStructByPos[HistoryEntry])
	}
	if err != nil {
		return now, nil, fmt.Errorf("read the history of row %s of register %s: %w", key.Key, key.Register, err)
	}
	return now, history, nil
}

// NoteViewing writes into the log of operations that what holds personal data is
// about to be shown: action is "export" or "view_" and a word; register and package
// may be empty. What could not be noted must not be shown.
func (s *Store) NoteViewing(ctx context.Context, action, register string, packageID uuid.UUID, detail string) error {
	if _, err := s.pool.Exec(ctx, query("note_viewing"), action, nullable(register), nullableID(packageID), detail); err != nil {
		return fmt.Errorf("note in the log of operations that data is shown: %w", err)
	}
	return nil
}

// SentMessage is a message as it was signed.
type SentMessage struct {
	ID        uuid.UUID
	PackageID *uuid.UUID
	State     string
	CreatedAt time.Time
	Envelope  []byte
}

// StoredFile is a file of a message.
type StoredFile struct {
	Name    string
	Content []byte
}

// ReceivedAnswer is an answer exactly as it came.
type ReceivedAnswer struct {
	ID         string
	ReceivedAt time.Time
	Verified   bool
	Kind       string
	Raw        []byte
}

// FindMessage returns a message by its MessageID, or the last one of a package;
// found is false if there is none.
func (s *Store) FindMessage(ctx context.Context, id uuid.UUID) (m SentMessage, found bool, err error) {
	list, err := collect[SentMessage](ctx, s, "message_by_id", id)
	if err != nil || len(list) == 0 {
		return m, false, err
	}
	return list[0], true, nil
}

// FilesOf returns the files of a message.
func (s *Store) FilesOf(ctx context.Context, message uuid.UUID) ([]StoredFile, error) {
	return collect[StoredFile](ctx, s, "files_of_message", message)
}

// AnswersTo returns the answers to a message, oldest first.
func (s *Store) AnswersTo(ctx context.Context, message uuid.UUID) ([]ReceivedAnswer, error) {
	return collect[ReceivedAnswer](ctx, s, "answers_of_message", message.String())
}

// FindAnswer returns an answer by its own id.
func (s *Store) FindAnswer(ctx context.Context, id string) (a ReceivedAnswer, found bool, err error) {
	list, err := collect[ReceivedAnswer](ctx, s, "answer_by_id", id)
	if err != nil || len(list) == 0 {
		return a, false, err
	}
	return list[0], true, nil
}

// collect runs a query and returns its rows as structs.
func collect[T any](ctx context.Context, s *Store, name string, args ...any) (list []T, err error) {
	rows, err := s.pool.Query(ctx, query(name), args...)
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	}
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", name, err)
	}
	return list, nil
}
