package store

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// brought are the members of a package of the archive.
type brought struct {
	about aboutMessage
	lines []element
}

// members brings back the members of a package and what is known of their rows.
func (b brought) members(ctx context.Context, tx pgx.Tx) error {
	var keys, numbers []string
	for _, l := range b.lines {
		keys, numbers = append(keys, l.RowKey), append(numbers, l.RecordNo)
	}
	if _, err := tx.Exec(ctx, query("bring_rows"), b.about.Register, keys, numbers, b.about.FormedAt); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, query("lock_brought_rows"), b.about.Register, keys); err != nil {
		return err
	}
	going, overtaken, err := b.apart(ctx, tx)
	if err != nil {
		return err
	}
	if len(overtaken.lines) > 0 {
		if err := overtaken.keep(ctx, tx, "bring_overtaken", "bring_overtaken_elements"); err != nil {
			return err
		}
	}
	if len(going.lines) > 0 {
		if err := going.makeWay(ctx, tx); err != nil {
			return err
		}
		if err := going.hold(ctx, tx); err != nil {
			return err
		}
		if err := going.keep(ctx, tx, "bring_records", "put_elements"); err != nil {
			return err
		}
	}
	var ids []uuid.UUID
	var kinds []string
	for _, l := range b.lines {
		ids, kinds = append(ids, l.ID), append(kinds, l.Kind)
	}
	_, err = tx.Exec(ctx, query("bring_members"), b.about.PackageID, flat(ids), kinds)
	return err
}

// apart divides the members into those whose rows go on from here, and those whose rows
// have gone on since.
func (b brought) apart(ctx context.Context, tx pgx.Tx) (going, overtaken brought, err error) {
	ids, keys := b.ids()
	rows, err := tx.Query(ctx, query("overtaken"), b.about.Register, keys, flat(ids), b.about.PackageID, b.about.FormedAt)
	if err != nil {
		return going, overtaken, err
	}
	late := map[uuid.UUID]bool{}
	var id uuid.UUID
	if _, err = pgx.ForEachRow(rows, []any{&id}, func() error { late[id] = true; return nil }); err != nil {
		return going, overtaken, err
	}
	going.about, overtaken.about = b.about, b.about
	for _, l := range b.lines {
		if late[l.ID] {
			overtaken.lines = append(overtaken.lines, l)
		} else {
			going.lines = append(going.lines, l)
		}
	}
	return going, overtaken, nil
}

func (b brought) ids() (ids []uuid.UUID, keys []string) {
	for _, l := range b.lines {
		ids, keys = append(ids, l.ID), append(keys, l.RowKey)
	}
	return ids, keys
}

// makeWay ends what was open of the rows: in flight, or still to be sent.
func (b brought) makeWay(ctx context.Context, tx pgx.Tx) error {
	ids, keys := b.ids()
	events := make([]*uuid.UUID, len(b.lines))
	for i, l := range b.lines {
		events[i] = l.Held.Event
	}
	left, err := collectIn[leftMember](ctx, tx, "leave_for_brought", b.about.Register, keys, flat(ids), flat(events))
	if err != nil {
		return err
	}
	var accepted, others, flown, followed []uuid.UUID
	for _, m := range left {
		if m.Outcome == "accepted" {
			accepted = append(accepted, m.Record)
		} else {
			others = append(others, m.Record)
		}
		if m.Outcome == "withdrawn" {
			followed = append(followed, m.Package)
		} else {
			flown = append(flown, m.Package)
		}
	}
	batch := &pgx.Batch{}
	if len(left) > 0 {
		batch.Queue(query("left_accepted"), flat(accepted))
		batch.Queue(query("take_out"), flat(others))
		batch.Queue(query("packages_followed"), flat(followed))
		batch.Queue(query("end_left_messages"), flat(flown))
		batch.Queue(query("queue_left"), flat(flown))
		batch.Queue(query("end_left"), flat(flown))
	}
	batch.Queue(query("give_way"), b.about.Register, keys, flat(ids))
	batch.Queue(query("make_ready"), flat(ids))
	return tx.SendBatch(ctx, batch).Close()
}

// leftMember is a member that left its package because its row went on.
type leftMember struct {
	Package uuid.UUID
	Record  uuid.UUID
	Outcome string
}

// hold lets the rows hold what ЕГИССО held when the members were sent.
func (b brought) hold(ctx context.Context, tx pgx.Tx) error {
	var keys []string
	var generations, events []int32
	var ids, elements []*uuid.UUID
	var hashes [][]byte
	var providers, codes, contents []*string
	for _, l := range b.lines {
		keys, generations, events = append(keys, l.RowKey), append(generations, l.Generation), append(events, l.Events)
		ids, elements, hashes = append(ids, l.Held.ID), append(elements, l.Held.Event), append(hashes, l.Held.Hash)
		providers, codes, contents = append(providers, l.Held.Provider), append(codes, l.Held.Code), append(contents, jsonText(l.Held.Content))
	}
	_, err := tx.Exec(ctx, query("bring_held"), b.about.Register, keys, generations, events, flat(ids), flat(elements), hashes, flat(providers), flat(codes),
		b.about.FormedAt, flat(contents))
	return err
}

// keep stores the records and what they say.
func (b brought) keep(ctx context.Context, tx pgx.Tx, records, elements string) error {
	ids, keys := b.ids()
	var kinds, providers, changes, contents []string
	var sizes []int32
	var hashes [][]byte
	var settles []bool
	var becomes []*string
	for _, l := range b.lines {
		kinds, providers, changes = append(kinds, l.Kind), append(providers, l.Provider), append(changes, l.Change)
		sizes, hashes, settles = append(sizes, int32(len(l.Content))), append(hashes, l.Hash), append(settles, l.Settles)
		contents, becomes = append(contents, string(l.Content)), append(becomes, jsonText(l.Becomes))
	}
	batch := &pgx.Batch{}
	batch.Queue(query(elements), flat(ids), contents, flat(becomes))
	batch.Queue(query(records), b.about.Register, b.about.PackageID, b.about.FormedAt, flat(ids), keys, kinds, sizes, hashes, providers, settles, changes)
	batch.Queue(query("forget_counts"), b.about.Register)
	return tx.SendBatch(ctx, batch).Close()
}

// jsonText is nil for what is not there.
func jsonText(raw []byte) *string {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	text := string(raw)
	return &text
}

func splitLines(text []byte) [][]byte {
	lines := bytes.Split(text, []byte("\n"))
	if n := len(lines); len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	return lines
}
