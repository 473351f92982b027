package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrPruned means that a document was removed when its term was over.
var ErrPruned = errors.New("removed, because its term was over")

// ClosedPackage is a package whose documents may have outlived their term.
type ClosedPackage struct {
	ID       uuid.UUID
	ClosedAt time.Time
	Kept     string // why they are kept, as egisso.package_kept says; "": they need not be
}

// ClosedPackages lists packages closed before a moment, oldest first, those behind another
// one: its zero value is before all.
func (s *Store) ClosedPackages(ctx context.Context, before time.Time, behind ClosedPackage, limit int) ([]ClosedPackage, error) {
	return collect[ClosedPackage](ctx, s, "closed_packages", before, behind.ClosedAt, behind.ID, limit)
}

// SettledDocuments lists what came or was brought before a moment, belongs to no package, and
// needs nobody any more. The kind is that of the archive, or reply.
func (s *Store) SettledDocuments(ctx context.Context, before time.Time, limit int) ([]ArchiveID, error) {
	return collect[ArchiveID](ctx, s, "settled_documents", before, limit)
}

// SignedDocument is a message as it is kept.
type SignedDocument struct {
	Kind string
	ID   string
	Raw  []byte
}

// SignedDocuments are the messages of a package that carry signatures.
func (s *Store) SignedDocuments(ctx context.Context, packageID uuid.UUID) ([]SignedDocument, error) {
	return collect[SignedDocument](ctx, s, "signed_documents", packageID)
}

// SettledSigned are those of what belongs to no package, with what answers it.
func (s *Store) SettledSigned(ctx context.Context, d ArchiveID) ([]SignedDocument, error) {
	return collect[SignedDocument](ctx, s, "settled_signed", d.Kind, d.ID)
}

// PrunePackage removes the documents of a package and what its records said, in one
// transaction, and keeps what proves them: signatures is a JSON object of those of each
// message, by its kind and id. It returns how many octets went; pruned is false if they have
// to be kept after all.
func (s *Store) PrunePackage(ctx context.Context, id uuid.UUID, before time.Time, signatures []byte) (octets int64, pruned bool, err error) {
	return s.prune(ctx, "prune_package", id, before, string(signatures))
}

// PruneDocument does the same with what belongs to no package.
func (s *Store) PruneDocument(ctx context.Context, d ArchiveID, before time.Time, signatures []byte) (octets int64, pruned bool, err error) {
	return s.prune(ctx, "prune_document", d.Kind, d.ID, before, string(signatures))
}

func (s *Store) prune(ctx context.Context, name string, args ...any) (octets int64, pruned bool, err error) {
	var went *int64
	if err := s.pool.QueryRow(ctx, query(name), args...).Scan(&went); err != nil {
		return 0, false, fmt.Errorf("%s %v: %w", name, args[0], err)
	}
	if went == nil {
		return 0, false, nil
	}
	return *went, true, nil
}

// PruneDropped removes what records said that never left and were dropped before a moment;
// at most so many, and it returns how many.
func (s *Store) PruneDropped(ctx context.Context, before time.Time, most int) (n int, err error) {
	if err := s.pool.QueryRow(ctx, query("prune_dropped"), before, most).Scan(&n); err != nil {
		return 0, fmt.Errorf("remove what dropped records said: %w", err)
	}
	return n, nil
}

// NotePruning leaves a line in the log of operations; detail is Russian.
func (s *Store) NotePruning(ctx context.Context, detail string) error {
	if _, err := s.pool.Exec(ctx, query("note_pruning"), detail); err != nil {
		return fmt.Errorf("note what was removed: %w", err)
	}
	return nil
}

// DisputeRecord keeps the evidence of a record whatever its term, or does so no longer, and
// returns, in Russian, what follows.
func (s *Store) DisputeRecord(ctx context.Context, key RecordKey, disputed bool, reason string) (string, error) {
	return s.command(ctx, "dispute_record", key.Register, key.Key, disputed, reason)
}

// ArchiveMayForget reports whether everything that was archived in that time has been pruned.
func (s *Store) ArchiveMayForget(ctx context.Context, from, to time.Time) (may bool, err error) {
	if err := s.pool.QueryRow(ctx, query("archive_may_forget"), from, to).Scan(&may); err != nil {
		return false, fmt.Errorf("look whether the archive may forget: %w", err)
	}
	return may, nil
}

// NotPruned returns which entries of the archive the database has not pruned, or does not know.
func (s *Store) NotPruned(ctx context.Context, entries []ArchiveID) ([]ArchiveID, error) {
	kinds, ids := split(entries)
	return collect[ArchiveID](ctx, s, "not_pruned", kinds, ids)
}

// NoteForgotten notes that the archive has let go entries that were pruned.
func (s *Store) NoteForgotten(ctx context.Context, entries []ArchiveID) error {
	kinds, ids := split(entries)
	if _, err := s.pool.Exec(ctx, query("archive_forgot"), kinds, ids); err != nil {
		return fmt.Errorf("note what the archive let go: %w", err)
	}
	return nil
}

// Pruned is what is known of a document that was removed when its term was over.
type Pruned struct {
	Kind        string     `json:"-"`
	ID          string     `json:"-"`
	At          time.Time  `json:"at"`
	SHA256      []byte     `json:"-"`
	Size        int64      `json:"size"` // octets
	Signatures  string     `json:"-"`    // JSON, as PrunePackage got them
	Files       string     `json:"-"`    // JSON
	ArchivedAt  *time.Time `json:"archived_at"`
	ForgottenAt *time.Time `json:"forgotten_at"`
}

// PrunedDocument returns what is known of a document that was removed; nil if it was not.
func (s *Store) PrunedDocument(ctx context.Context, kind, id string) (*Pruned, error) {
	rows, err := s.pool.Query(ctx, query("pruned_of"), kind, id)
	if err != nil {
		return nil, fmt.Errorf("look whether %s %s was removed: %w", kind, id, err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Pruned])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look whether %s %s was removed: %w", kind, id, err)
	}
	return &p, nil
}

// NoteEvidence writes into the log of operations that evidence of a record, or of a package,
// is about to be given out, and how many others it names; then the reason is obligatory. What
// could not be noted must not be shown.
func (s *Store) NoteEvidence(ctx context.Context, key RecordKey, packageID uuid.UUID, others int, reason string) error {
	_, err := s.pool.Exec(ctx, query("note_evidence"), nullable(string(key.Register)), nullable(key.Key), nullableID(packageID), others, reason)
	if err != nil {
		return fmt.Errorf("note in the log of operations that evidence is given out: %w", err)
	}
	return nil
}

// EvidenceCase is, as JSON, everything the database knows of the way of one row, or of one
// package: its packages that were signed or exported, with their messages, files, answers and
// outcomes, and without any document.
func (s *Store) EvidenceCase(ctx context.Context, key RecordKey, packageID uuid.UUID) (text []byte, err error) {
	if err := s.pool.QueryRow(ctx, query("evidence_case"), nullable(string(key.Register)), nullable(key.Key), nullableID(packageID)).Scan(&text); err != nil {
		return nil, fmt.Errorf("read the evidence: %w", err)
	}
	return text, nil
}

// MembersOf are the ids of all records that were in a package.
func (s *Store) MembersOf(ctx context.Context, packageID uuid.UUID) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, query("member_ids"), packageID)
	if err != nil {
		return nil, fmtError("read the members of package", packageID, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmtError("read the members of package", packageID, err)
	}
	return ids, nil
}
