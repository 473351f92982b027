package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Evidence is what the archive outside the database keeps of one message or file.
type Evidence struct {
	About    []byte // JSON: what it is
	Elements []byte // lines of JSON: the members of a package, in their order
	Content  []byte // the document itself; nil of a message of ours, whose envelope is known
	Files    []EvidenceFile
}

// EvidenceFile is a file that belongs to a message.
type EvidenceFile struct {
	Name      string // its id: a UUID, or what the sender of an answer calls it
	Content   []byte
	Signature []byte // detached CMS; nil if there is none
}

// Archived reports whether evidence with this digest of its first document is in the
// archive already, and whether the database still knows what this process put there before,
// last: it knows none if that is its zero value.
func (s *Store) Archived(ctx context.Context, e ArchiveID, digest []byte, last ArchiveID) (there, knows bool, err error) {
	if err := s.pool.QueryRow(ctx, query("is_archived"), e.Kind, e.ID, digest, last.Kind, last.ID).Scan(&there, &knows); err != nil {
		return false, false, fmt.Errorf("look whether %s %s is archived: %w", e.Kind, e.ID, err)
	}
	return there, knows, nil
}

// NoteArchived notes that evidence lies in the archive.
func (s *Store) NoteArchived(ctx context.Context, kind, id string, digest []byte) error {
	if _, err := s.pool.Exec(ctx, query("note_archived"), kind, id, digest); err != nil {
		return fmt.Errorf("note that %s %s is archived: %w", kind, id, err)
	}
	return nil
}

// MessageEvidence is all but the envelope of a message of ours.
func (s *Store) MessageEvidence(ctx context.Context, m *OutMessage) (e Evidence, err error) {
	what := "read the evidence of message"
	if err := s.pool.QueryRow(ctx, query("evidence_of_message"), m.ID).Scan(&e.About); err != nil {
		return Evidence{}, fmtError(what, m.ID, err)
	}
	rows, err := s.pool.Query(ctx, query("evidence_of_files"), m.ID)
	if err != nil {
		return Evidence{}, fmtError(what, m.ID, err)
	}
	files, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Attachment])
	if err != nil {
		return Evidence{}, fmtError(what, m.ID, err)
	}
	for _, f := range files {
		e.Files = append(e.Files, EvidenceFile{Name: f.UUID.String(), Content: f.Content, Signature: f.Signature})
	}
	if m.PackageID != uuid.Nil {
		e.Elements, err = s.elementLines(ctx, m.PackageID)
	}
	return e, err
}

// AnswerEvidence is an answer as it came, with the files that were got; found is false
// if it was not stored.
func (s *Store) AnswerEvidence(ctx context.Context, id string) (e Evidence, found bool, err error) {
	if e, found, err = s.evidence(ctx, "evidence_of_answer", id); err != nil || !found {
		return Evidence{}, found, err
	}
	rows, err := s.pool.Query(ctx, query("evidence_of_answer_files"), id)
	if err == nil {
		var f EvidenceFile
		_, err = pgx.ForEachRow(rows, []any{&f.Name, &f.Content}, func() error {
			e.Files = append(e.Files, EvidenceFile{Name: f.Name, Content: bytes.Clone(f.Content)})
			return nil
		})
	}
	if err != nil {
		return Evidence{}, false, fmt.Errorf("read the files of answer %s: %w", id, err)
	}
	return e, true, nil
}

// IncomingEvidence is a message of others as it came.
func (s *Store) IncomingEvidence(ctx context.Context, id string) (e Evidence, found bool, err error) {
	return s.evidence(ctx, "evidence_of_incoming", id)
}

// ReplyEvidence is a reply to an operation of the bus that could not be read, by what it
// calls itself.
func (s *Store) ReplyEvidence(ctx context.Context, operation, messageID string) (e Evidence, found bool, err error) {
	return s.evidence(ctx, "evidence_of_reply", operation, messageID)
}

// ProtocolEvidence is a protocol brought as a file.
func (s *Store) ProtocolEvidence(ctx context.Context, id string) (e Evidence, found bool, err error) {
	return s.evidence(ctx, "evidence_of_protocol", id)
}

// ExportEvidence is the file of a package for upload by hand.
func (s *Store) ExportEvidence(ctx context.Context, packageID uuid.UUID) (e Evidence, found bool, err error) {
	if e, found, err = s.evidence(ctx, "evidence_of_package", packageID); err == nil && found {
		e.Elements, err = s.elementLines(ctx, packageID)
	}
	return e, found, err
}

func (s *Store) evidence(ctx context.Context, name string, args ...any) (e Evidence, found bool, err error) {
	err = s.pool.QueryRow(ctx, query(name), args...).Scan(&e.About, &e.Content)
	if errors.Is(err, pgx.ErrNoRows) {
		return Evidence{}, false, nil
	}
	if err != nil {
		return Evidence{}, false, fmt.Errorf("%s: %w", name, err)
	}
	return e, true, nil
}

// ArchiveID names evidence in the archive.
type ArchiveID struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// FilesToArchive lists files that people carry and that are not in the archive, oldest
// first.
func (s *Store) FilesToArchive(ctx context.Context, limit int) ([]ArchiveID, error) {
	return collect[ArchiveID](ctx, s, "files_to_archive", limit)
}

// NoteArchiveTrouble notes that this process cannot write to its archive. problem is
// English and holds no path.
func (s *Store) NoteArchiveTrouble(ctx context.Context, problem string) error {
	if _, err := s.pool.Exec(ctx, query("note_archive_trouble"), s.process, problem); err != nil {
		return fmt.Errorf("note that the archive cannot be written: %w", err)
	}
	return nil
}

// EndArchiveTrouble notes that this process can write again.
func (s *Store) EndArchiveTrouble(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("end_archive_trouble"), s.process); err != nil {
		return fmt.Errorf("note that the archive can be written: %w", err)
	}
	return nil
}

// Unknown returns which entries of the archive are not in the database.
func (s *Store) Unknown(ctx context.Context, entries []ArchiveID) ([]ArchiveID, error) {
	kinds, ids := split(entries)
	return collect[ArchiveID](ctx, s, "unknown_evidence", kinds, ids)
}

func split(entries []ArchiveID) (kinds, ids []string) {
	for _, e := range entries {
		kinds, ids = append(kinds, e.Kind), append(ids, e.ID)
	}
	return kinds, ids
}
