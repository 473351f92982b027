package store

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// followed are members of packages not signed yet on whose rows was decided: such a package
// follows the source. What is still to be sent in it stays, or is replaced by what is sent
// now; everything else leaves it.
type followed []member

// member is a record in a package not signed yet.
type member struct {
	packageID, recordID uuid.UUID
	kind                egisso.Kind
	provider            string
	put                 int // which of the records that are put takes its place, -1: none
}

// add notes what was decided on the row; put is the place its record will have.
func (f *followed) add(row *dirtyRow, decision lifecycle.Decision, put int) {
	if row.unsigned == uuid.Nil || decision.Record == nil && dropReason(row, decision) == "" {
		return
	}
	if decision.Record == nil {
		put = -1
	}
	*f = append(*f, member{row.unsigned, row.Last.ID, row.Last.Kind, row.Last.Provider, put})
}

// stays reports whether what is put goes in the member's place.
func (m member) stays(c recordColumns) bool {
	return m.put >= 0 && c.states[m.put] == lifecycle.Ready && c.kinds[m.put] == string(m.kind) && c.providers[m.put] == m.provider
}

// queueOut takes the members out, so that what was decided can be stored.
func (f followed) queueOut(batch *pgx.Batch) {
	if len(f) == 0 {
		return
	}
	records := make([]uuid.UUID, len(f))
	for i, m := range f {
		records[i] = m.recordID
	}
	batch.Queue(query("take_out"), flat(records))
}

// queueBack puts back what is to be sent in the same package, and has packages say what
// happened to them; others left the packages given.
func (f followed) queueBack(batch *pgx.Batch, c recordColumns, left []uuid.UUID) {
	type columns struct {
		packages, records []uuid.UUID
		kinds             []string
	}
	var gone, fresh, back columns
	for _, m := range f {
		left = append(left, m.packageID)
		stays := m.stays(c)
		if stays {
			back.packages, back.records = append(back.packages, m.packageID), append(back.records, c.ids[m.put])
		}
		if stays && c.ids[m.put] == m.recordID {
			continue
		}
		gone.packages, gone.records = append(gone.packages, m.packageID), append(gone.records, m.recordID)
		if stays {
			fresh.packages, fresh.records = append(fresh.packages, m.packageID), append(fresh.records, c.ids[m.put])
			fresh.kinds = append(fresh.kinds, c.kinds[m.put])
		}
	}
	if len(gone.records) > 0 {
		batch.Queue(query("withdraw_members"), flat(gone.packages), flat(gone.records))
	}
	if len(fresh.records) > 0 {
		batch.Queue(query("replace_members"), flat(fresh.packages), flat(fresh.records), fresh.kinds)
	}
	if len(back.records) > 0 {
		batch.Queue(query("put_back"), flat(back.packages), flat(back.records))
	}
	if len(left) > 0 {
		batch.Queue(query("packages_followed"), flat(left))
	}
}
