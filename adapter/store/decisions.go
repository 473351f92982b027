package store

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// decisions gathers what was decided on the rows of a batch, column by column, so that
// one statement for each kind of change stores it.
type decisions struct {
	register egisso.Register

	keys    []string
	reviews []lifecycle.Reason
	settled []bool
	present []*uuid.UUID // the record that is put and shown, nil: the one before, or none

	dropped []string // keys of rows whose record is taken off
	reasons []lifecycle.Reason
	adopted []adoptedRow
	held    heldColumns
	records recordColumns
	follow  followed
}

// adoptedRow is a row of which ЕГИССО holds something that was not sent.
type adoptedRow struct {
	key     string
	content []byte // JSON
	lifecycle.Adoption
}

// recordColumns are the columns of the records that are put.
type recordColumns struct {
	ids                   []uuid.UUID
	keys, kinds, contents []string // content "": what the row says, and added
	added                 []*lifecycle.FactIDs
	becomes               []*string // null: the content itself, or nothing
	hashes                [][]byte
	states                []lifecycle.State
	reasons               []lifecycle.Reason
	findings, providers   []string
	settle                []bool
	changes               []egisso.RecordChange
	passed                []bool  // a person let it go with many others
	bytes                 []int32 // of contents
}

// heldColumns are the columns of rows of which ЕГИССО holds something because a refusal or a
// person says so.
type heldColumns struct {
	keys                 []string
	ids, events, unknown []*uuid.UUID
	hashes               [][]byte
	contents, providers  []*string
	generations, counts  []int
	concluded            []int16
	unconfirmed, resend  []bool
	adoptions            []lifecycle.Adopted
}

func (c *heldColumns) add(key string, h lifecycle.Held) error {
	var content *string
	if h.Content != nil {
		text, err := json.Marshal(h.Content)
		if err != nil {
			return fmt.Errorf("encode what ЕГИССО holds: %w", err)
		}
		content = nullable(string(text))
	}
	c.keys, c.ids, c.events, c.unknown = append(c.keys, key), append(c.ids, orNull(h.ID)), append(c.events, orNull(h.Event)), append(c.unknown, orNull(h.Unknown))
	c.hashes, c.contents, c.providers = append(c.hashes, h.Hash), append(c.contents, content), append(c.providers, nullable(h.Provider))
	c.generations, c.counts, c.concluded = append(c.generations, h.Generation), append(c.counts, h.Events), append(c.concluded, int16(h.Concluded))
	c.unconfirmed, c.resend, c.adoptions = append(c.unconfirmed, h.Unconfirmed), append(c.resend, h.Resend), append(c.adoptions, h.Adoption)
	return nil
}

// orNull is nil for no id.
func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// add notes what was decided on a row.
func (d *decisions) add(row *dirtyRow, decision lifecycle.Decision) error {
	d.keys, d.reviews = append(d.keys, row.Key), append(d.reviews, decision.Review)
	d.settled = append(d.settled, decision.Record == nil)
	if reason := dropReason(row, decision); reason != "" {
		d.dropped, d.reasons = append(d.dropped, row.Key), append(d.reasons, reason)
	}
	if a := decision.Adopt; a != nil {
		content, err := json.Marshal(a.Content)
		if err != nil {
			return fmt.Errorf("encode what ЕГИССО holds: %w", err)
		}
		d.adopted = append(d.adopted, adoptedRow{row.Key, content, *a})
	}
	if h := decision.Held; h != nil {
		if err := d.held.add(row.Key, *h); err != nil {
			return err
		}
	}
	d.follow.add(row, decision, len(d.records.ids))
	if decision.Record == nil {
		d.present = append(d.present, nil)
		return nil
	}
	shown := &decision.Record.ID
	if decision.Record.State == lifecycle.Dropped {
		shown = nil
	}
	d.present = append(d.present, shown)
	passed := row.Last != nil && row.Last.ID == decision.Record.ID && row.Last.Passed
	return d.records.add(row, *decision.Record, passed)
}

// dropReason says why the last record of a row is taken off, "" if it is not.
func dropReason(row *dirtyRow, d lifecycle.Decision) lifecycle.Reason {
	open := row.Last != nil && (row.Last.State.Open() || row.Last.State == lifecycle.Rejected)
	switch {
	case d.Drop != "" && (open || row.again):
		return d.Drop
	case open && d.Record == nil && d.Review.Doubts() && row.Last.State == lifecycle.Rejected:
		return "" // what the refusal means is still to be concluded
	case open && d.Record == nil && d.Review != "":
		return lifecycle.NeedsPerson
	case open && d.Record != nil && (d.Record.ID != row.Last.ID || d.Review != ""):
		return lifecycle.Replaced
	case row.again && d.Record != nil && d.Record.ID != row.refused:
		return lifecycle.Replaced // what goes again is another element
	}
	return ""
}

func (c *recordColumns) add(row *dirtyRow, r lifecycle.NewRecord, passed bool) error {
	content, size, err := encoded(row, r)
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	var becomes *string
	if r.Becomes != nil {
		text, err := json.Marshal(r.Becomes)
		if err != nil {
			return fmt.Errorf("encode what the record becomes: %w", err)
		}
		becomes = nullable(string(text))
	}
	findings, err := findingsJSON(r.Findings)
	if err != nil {
		return err
	}
	c.ids, c.keys, c.kinds = append(c.ids, r.ID), append(c.keys, row.Key), append(c.kinds, string(r.Kind))
	c.bytes, c.added = append(c.bytes, int32(size)), append(c.added, r.Added)
	c.contents, c.becomes, c.hashes = append(c.contents, content), append(c.becomes, becomes), append(c.hashes, r.BecomesHash)
	c.states, c.reasons = append(c.states, r.State), append(c.reasons, r.Reason)
	c.changes, c.passed = append(c.changes, r.Kind.Change()), append(c.passed, passed)
	c.findings, c.providers, c.settle = append(c.findings, findings), append(c.providers, r.Provider), append(c.settle, r.Settles)
	return nil
}

// idsBytes are about what the ids of a fact add to its JSON.
const idsBytes = 150

// encoded is the JSON of an element, "" of one that says what its row does, and its size.
func encoded(row *dirtyRow, r lifecycle.NewRecord) (content string, size int, err error) {
	if r.Added != nil {
		return "", len(row.Content) + idsBytes, nil
	}
	text, err := json.Marshal(r.Content)
	return string(text), len(text), err
}

// queueElements queues the statement that stores what those records say that do not say what their rows do.
func (c recordColumns) queueElements(batch *pgx.Batch) {
	var own recordColumns
	for i, id := range c.ids {
		if c.added[i] == nil {
			own.ids, own.contents, own.becomes = append(own.ids, id), append(own.contents, c.contents[i]), append(own.becomes, c.becomes[i])
		}
	}
	if len(own.ids) > 0 {
		batch.Queue(query("put_elements"), flat(own.ids), own.contents, flat(own.becomes))
	}
}

// said says of each record whether it says what its row does, and with which ids.
func (c recordColumns) said() (said []bool, measures, categories []*uuid.UUID) {
	for _, ids := range c.added {
		if said = append(said, ids != nil); ids == nil {
			ids = &lifecycle.FactIDs{}
		}
		measures, categories = append(measures, orNull(ids.Measure)), append(categories, orNull(ids.Category))
	}
	return said, measures, categories
}

// queue queues the statements that store it: what is taken off makes room for what is put.
// Others left the packages given.
func (d *decisions) queue(batch *pgx.Batch, left []uuid.UUID) {
	batch.Queue(query("look_up_apart"))
	batch.Queue(query("no_longer_due"), d.register, d.keys)
	batch.Queue(query("decided"), d.register, d.keys, d.reviews, d.settled, flat(d.present))
	d.follow.queueOut(batch)
	if len(d.dropped) > 0 {
		batch.Queue(query("drop_records"), d.register, d.dropped, d.reasons)
	}
	for _, a := range d.adopted {
		batch.Queue(query("adopt_row"), d.register, a.key, a.ID, a.content, a.Hash, a.Provider, nullable(a.ParticipantCode))
	}
	if h := d.held; len(h.keys) > 0 {
		batch.Queue(query("hold_rows"), d.register, h.keys, flat(h.ids), flat(h.events), flat(h.hashes), flat(h.contents), flat(h.providers),
			h.generations, h.counts, h.concluded, h.unconfirmed, flat(h.unknown), h.adoptions, h.resend)
	}
	if c := d.records; len(c.ids) > 0 {
		c.queueElements(batch)
		said, measures, categories := c.said()
		batch.Queue(query("put_records"), d.register, flat(c.ids), c.keys, c.kinds, c.bytes, flat(c.hashes),
			c.states, c.reasons, c.findings, c.providers, c.settle, c.changes, said, flat(measures), flat(categories))
	}
	d.follow.queueBack(batch, d.records, left)
}
