package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso/lifecycle"
)

// ProtocolOutcome is what became of a protocol file.
type ProtocolOutcome struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // "" while it waits, applied, refused, set_aside
	PackageID *uuid.UUID `json:"package_id"`
	Note      string     `json:"note"` // Russian
}

// FileVerdict is what a protocol file means. Refused, in Russian, means nothing
// was to be changed by it.
type FileVerdict struct {
	lifecycle.Verdict
	Package *lifecycle.FilePackage
	Refused string
}

// PackageFinder finds a package by id and locks it; nil when there is none.
type PackageFinder func(id uuid.UUID) (*lifecycle.FilePackage, error)

// StoreProtocol stores a protocol file for ApplyNextProtocol. The same file for
// the same package is stored once; fresh is false if it was there. A file that
// was refused is looked at again. The reason may be empty where none is demanded.
func (s *Store) StoreProtocol(ctx context.Context, packageID uuid.UUID, raw []byte, reason string) (id string, fresh bool, err error) {
	if err := s.pool.QueryRow(ctx, query("store_protocol"), raw, nullableID(packageID), reason).Scan(&id, &fresh); err != nil {
		return "", false, fmt.Errorf("store a protocol file: %w", err)
	}
	return id, fresh, nil
}

// Protocol returns what became of a protocol file.
func (s *Store) Protocol(ctx context.Context, id string) (ProtocolOutcome, error) {
	o := ProtocolOutcome{ID: id}
	if err := s.pool.QueryRow(ctx, query("protocol_outcome"), id).Scan(&o.State, &o.PackageID, &o.Note); err != nil {
		return o, fmt.Errorf("read what became of a protocol file: %w", err)
	}
	return o, nil
}

// ApplyNextProtocol takes the oldest protocol file not yet applied, or the one
// with the id if it is not empty, asks judge what it means and stores the
// consequences, all in one transaction, like ApplyNext does with answers of the
// bus. It reports whether there was one.
func (s *Store) ApplyNextProtocol(ctx context.Context, id string, judge func(lifecycle.ProtocolFile, PackageFinder) (FileVerdict, error)) (bool, error) {
	if id == "" {
		if due, err := s.due(ctx, "import"); err != nil || !due {
			return false, err
		}
	}
	found := false
	var failure error
	err := s.inTx(ctx, "apply a protocol file", func(tx pgx.Tx) error {
		var f lifecycle.ProtocolFile
		var named *uuid.UUID
		err := tx.QueryRow(ctx, query("lock_protocol"), nullable(id)).Scan(&f.ID, &named, &f.Raw, &f.ImportedBy, &f.Reason)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if found = true; named != nil {
			f.PackageID = *named
		}
		if failure = s.beginReading(ctx, readingProtocol, f.ID); errors.Is(failure, ErrSetAside) {
			return nil
		} else if failure != nil {
			return failure
		}
		// In a savepoint, as answers of the bus: see ApplyNext.
		failure = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return applyFile(ctx, tx, f, judge) })
		if err := endReading(ctx, tx, readingProtocol, f.ID); err != nil || failure == nil {
			return err
		}
		failure = fmt.Errorf("protocol file %s: %w", f.ID, failure)
		_, err = tx.Exec(ctx, query("protocol_failed"), f.ID, "Протокол не применён из-за ошибки, будет повторено", s.retry.Min, s.retry.Max)
		return err
	})
	if err == nil {
		err = failure
	}
	return found, err
}

func applyFile(ctx context.Context, tx pgx.Tx, f lifecycle.ProtocolFile, judge func(lifecycle.ProtocolFile, PackageFinder) (FileVerdict, error)) error {
	v, err := judge(f, func(id uuid.UUID) (*lifecycle.FilePackage, error) { return packageByID(ctx, tx, id) })
	if err != nil {
		return err
	}
	if v.Refused != "" || v.Package == nil {
		_, err := tx.Exec(ctx, query("protocol_done"), f.ID, "refused", nil, v.Refused)
		return err
	}
	if err := applyVerdict(ctx, tx, &v.Package.AnsweredPackage, v.Verdict); err != nil {
		return fmt.Errorf("package %s: %w", v.Package.ID, err)
	}
	_, err = tx.Exec(ctx, query("protocol_done"), f.ID, "applied", v.Package.ID, whatCame(v.Verdict))
	return err
}

// whatCame says in Russian what a protocol file did, and what a person should look at.
func whatCame(v lifecycle.Verdict) string {
	if v.Info == "" || v.Review == "" {
		return cmp.Or(v.Info, v.Review, nothingNew)
	}
	return v.Info + "; " + v.Review
}

// nothingNew is said of a protocol that changed nothing.
const nothingNew = "исход пакета уже был известен, ничего не изменилось"

func packageByID(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*lifecycle.FilePackage, error) {
	var p lifecycle.FilePackage
	var channel Channel
	var result *string
	var message *uuid.UUID
	err := tx.QueryRow(ctx, query("package_by_id"), id).
		Scan(&p.ID, &p.Register, &p.State, &result, &p.RecordCount, &channel, &p.Released, &message, &p.Left)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if result != nil {
		p.Result = lifecycle.PackageResult(*result)
	}
	if message != nil {
		p.MessageID = *message
	}
	p.Manual = channel == ChannelManual
	p.Left = p.Left || p.Manual && p.State != "formed"
	return &p, addMembers(ctx, tx, &p.AnsweredPackage)
}

func nullableID(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
