package jobs

import (
	"bytes"
	"context"
	"errors"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/store"
)

// Recover compares archives with the database: what the database does not know, it has
// lost, since nothing is archived that it has not stored. Memory does not depend on the size
// of the archives.
type Recover struct {
	Store    knower
	Files    []string              // of all archives, see archive.Files
	Progress func(done, total int) // files; nil tells nobody
}

// knower is the database.
type knower interface {
	// Unknown returns which of the entries it does not know.
	Unknown(ctx context.Context, entries []store.ArchiveID) ([]store.ArchiveID, error)
}

// Recovery is what was found. An entry that is in the archive twice counts twice.
type Recovery struct {
	Files  int                   `json:"files"`
	First  *time.Time            `json:"first"` // of the entries; nil if there are none
	Last   *time.Time            `json:"last"`
	Kinds  []*KindRecovery       `json:"kinds"`  // those there are
	Damage []archive.DamageError `json:"damage"` // places that could not be read
}

// KindRecovery is what was found of one kind of entries.
type KindRecovery struct {
	Kind    archive.Kind `json:"kind"`
	Entries int          `json:"entries"`
	Lost    int          `json:"lost"`    // not in the database
	Records int          `json:"records"` // members of the packages among these
}

// recoverBatch is how many entries the database is asked for at once.
const recoverBatch = 500

// batch are entries the database was not asked for yet, by id, with the number of their records.
type batch map[string]int

// Compare looks and changes nothing. An error means that the archives were not read to their
// end; what was found until then is returned, too.
func (r Recover) Compare(ctx context.Context) (found Recovery, err error) {
	pending := map[archive.Kind]batch{}
	kinds := map[archive.Kind]*KindRecovery{}
	for i, file := range r.Files {
		for e, err := range archive.Read(file) {
			var damage *archive.DamageError
			switch {
			case errors.As(err, &damage):
				found.Damage = append(found.Damage, *damage)
				continue
			case err != nil:
				return found, err
			case ctx.Err() != nil:
				return found, ctx.Err()
			}
			if kinds[e.Kind] == nil {
				kinds[e.Kind], pending[e.Kind] = &KindRecovery{Kind: e.Kind}, batch{}
				found.Kinds = append(found.Kinds, kinds[e.Kind])
			}
			found.met(e.At)
			kinds[e.Kind].Entries++
			if _, twice := pending[e.Kind][e.ID]; twice || len(pending[e.Kind]) == recoverBatch {
				if err := r.ask(ctx, kinds[e.Kind], pending[e.Kind]); err != nil {
					return found, err
				}
			}
			pending[e.Kind][e.ID] = bytes.Count(e.Part("elements.jsonl"), []byte("\n"))
		}
		found.Files++
		if r.Progress != nil {
			r.Progress(i+1, len(r.Files))
		}
	}
	for kind, b := range pending {
		if err := r.ask(ctx, kinds[kind], b); err != nil {
			return found, err
		}
	}
	return found, nil
}

// ask counts those of a batch that the database does not know, and empties it.
func (r Recover) ask(ctx context.Context, k *KindRecovery, b batch) error {
	entries := make([]store.ArchiveID, 0, len(b))
	for id := range b {
		entries = append(entries, store.ArchiveID{Kind: string(k.Kind), ID: id})
	}
	unknown, err := r.Store.Unknown(ctx, entries)
	if err != nil {
		return err
	}
	for _, e := range unknown {
		k.Lost++
		k.Records += b[e.ID]
	}
	clear(b)
	return nil
}

func (r *Recovery) met(at time.Time) {
	if r.First == nil || at.Before(*r.First) {
		r.First = &at
	}
	if r.Last == nil || at.After(*r.Last) {
		r.Last = &at
	}
}
