package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/store"
)

// Forget deletes files of the archive whose term is over. A file goes as a whole, and only
// when the database has removed every document in it by its own term: what is open, in
// dispute, or held by ЕГИССО keeps the file it lies in, and so does what the database does
// not know, or what cannot be read.
type Forget struct {
	Store  *store.Store
	Folder string
	Keep   time.Duration // at least that of Prune
	Now    func() time.Time
	Log    *slog.Logger
}

// forget returns how many files were deleted.
func (f Forget) forget(ctx context.Context) (files int, err error) {
	days, err := archive.Days(f.Folder)
	if err != nil {
		return 0, fmt.Errorf("look into the archive: %w", err)
	}
	before := f.Now().Add(-f.Keep)
	for _, day := range days {
		// A file is written until the end of its day, and what it holds is noted a little later.
		if !day.Date.AddDate(0, 0, 2).Before(before) || ctx.Err() != nil {
			break
		}
		may, err := f.Store.ArchiveMayForget(ctx, day.Date.AddDate(0, 0, -1), day.Date.AddDate(0, 0, 2))
		if err != nil {
			return files, err
		}
		if !may {
			continue
		}
		for _, file := range day.Files {
			gone, err := f.file(ctx, file)
			if err != nil {
				return files, err
			}
			files += gone
		}
	}
	if files > 0 {
		f.Log.Info("files of the archive deleted whose term is over", "files", files)
		err = f.Store.NotePruning(context.WithoutCancel(ctx), fmt.Sprintf("Удалено файлов архива по сроку хранения: %d", files))
	}
	return files, errors.Join(err, ctx.Err())
}

// file deletes one, if the database has pruned all that is in it.
func (f Forget) file(ctx context.Context, name string) (gone int, err error) {
	var entries []store.ArchiveID
	for e, err := range archive.Read(name) {
		var damage *archive.DamageError
		switch {
		case errors.As(err, &damage) && damage.End: // what was being written then was never acted on
			continue
		case err != nil:
			f.Log.Warn("a file of the archive is kept, because it cannot be read", "err", err)
			return 0, nil
		}
		entries = append(entries, store.ArchiveID{Kind: string(e.Kind), ID: e.ID})
	}
	left, err := f.Store.NotPruned(ctx, entries)
	if err != nil || len(left) > 0 {
		return 0, err
	}
	if err := archive.Remove(name); err != nil {
		return 0, fmt.Errorf("delete a file of the archive: %w", err)
	}
	return 1, f.Store.NoteForgotten(context.WithoutCancel(ctx), entries)
}
