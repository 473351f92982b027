package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ManualFile is the file of a package for upload in the provider's cabinet.
type ManualFile struct {
	PackageID  uuid.UUID
	Register   egisso.Register
	Format     string // kind of information, e.g. "10.06.S"
	Version    string
	Provider   string
	Records    int
	CreatedAt  time.Time
	Name       string
	ExportedAt *time.Time // nil until it was first written to a directory
	Released   bool       // its records were given back and go in another package
}

// ClaimManual claims the oldest formed package for upload by hand, to have its
// file written; nil when there is none.
func (s *Store) ClaimManual(ctx context.Context, lease time.Duration) (*FormedPackage, error) {
	return s.claimFormed(ctx, ChannelManual, lease)
}

// StoreFile stores the file of a claimed package: from now on its octets are
// fixed, and it can be written to a directory any number of times. It returns
// ErrLost when the claim is no longer ours.
func (s *Store) StoreFile(ctx context.Context, p *FormedPackage, name string, content []byte) error {
	return s.inTx(ctx, "store the file of package "+p.ID.String(), func(tx pgx.Tx) error {
		var id uuid.UUID
		err := tx.QueryRow(ctx, query("store_package_file"), p.ID, p.Epoch, name, content).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrLost
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, query("end_claim"), p.ID, p.Epoch)
		return err
	})
}

// FilesToExport lists files of the registers that were never written to a
// directory, or by somebody who did not live to say so.
func (s *Store) FilesToExport(ctx context.Context, registers []egisso.Register) ([]ManualFile, error) {
	return collect[ManualFile](ctx, s, "files_to_export", registers)
}

// FileOf returns the file of one package; found is false if it has none.
func (s *Store) FileOf(ctx context.Context, id uuid.UUID) (file ManualFile, found bool, err error) {
	files, err := collect[ManualFile](ctx, s, "file_of_package", id)
	if err != nil || len(files) == 0 {
		return ManualFile{}, false, err
	}
	return files[0], true, nil
}

// FileContent returns the octets of a package's file.
func (s *Store) FileContent(ctx context.Context, id uuid.UUID) (content []byte, err error) {
	if err := s.pool.QueryRow(ctx, query("file_content"), id).Scan(&content); err != nil {
		return nil, fmtError("read the file of package", id, err)
	}
	if len(content) == 0 {
		return nil, fmtError("read the file of package", id, ErrPruned)
	}
	return content, nil
}

// NoteExport notes, before the file is written, that somebody takes what it holds.
func (s *Store) NoteExport(ctx context.Context, file ManualFile) error {
	return s.NoteViewing(ctx, "export", string(file.Register), file.PackageID, "Файл "+file.Name)
}

// MarkExported notes that the file lies whole where a person takes it from: the
// package now waits for its protocol. Doing so again changes nothing.
func (s *Store) MarkExported(ctx context.Context, file ManualFile) error {
	return s.inTx(ctx, "note the export of package "+file.PackageID.String(), func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(query("file_exported"), file.PackageID)
		batch.Queue(query("package_exported"), file.PackageID,
			"Файл "+file.Name+" выгружен: загрузите его в кабинете поставщика, затем загрузите протокол")
		return tx.SendBatch(ctx, batch).Close()
	})
}
