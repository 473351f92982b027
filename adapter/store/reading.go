package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrSetAside means that reading something ended one process after the other (reading's
// deaths_allowed): nobody reads it until a person says so (egisso.inbox_retry).
var ErrSetAside = errors.New("reading it ended the process more than once: set aside")

// What is read; what strangers sent is read nowhere but between a beginning and an
// end of these (code/63_inbox.sql).
const (
	readingReply    = "reply"
	readingAnswer   = "answer"
	readingIncoming = "incoming"
	readingProtocol = "protocol"
	readingFile     = "file"
)

// execer is a pool, a connection or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// beginReading notes, committed, that something is going to be read. It has
// connections of its own: the row that holds the bytes may be locked meanwhile.
// ErrSetAside: it must not be.
func (s *Store) beginReading(ctx context.Context, what, id string) error {
	suspect, err := s.noteReading(ctx, what, id, false)
	if suspect {
		return s.beginSuspect(ctx, what, id)
	}
	return err
}

// noteReading notes a reading, of a suspect only if ready.
func (s *Store) noteReading(ctx context.Context, what, id string, ready bool) (suspect bool, err error) {
	var aside bool
	if err := s.besideTx.QueryRow(ctx, query("begin_reading"), what, id, s.process, ready).Scan(&aside, &suspect); err != nil {
		return false, fmt.Errorf("note that %s %s is going to be read: %w", what, id, err)
	}
	if aside {
		return false, fmt.Errorf("%s %s: %w", what, id, ErrSetAside)
	}
	return suspect, nil
}

// beginSuspect is beginReading of what an earlier process died with.
func (s *Store) beginSuspect(ctx context.Context, what, id string) error {
	if err := s.suspects.turn(ctx); err != nil {
		return fmt.Errorf("wait before %s %s is read again: %w", what, id, err)
	}
	_, err := s.noteReading(ctx, what, id, true)
	return err
}

// endReading notes that the reading ended: the process lives.
func endReading(ctx context.Context, db execer, what, id string) error {
	if _, err := db.Exec(ctx, query("end_reading"), what, id); err != nil {
		return fmt.Errorf("note that %s %s was read: %w", what, id, err)
	}
	return nil
}

// RawReply is what came for a poll, as it came.
type RawReply struct {
	Operation   string // GetResponse, GetRequest or GetStatus
	MessageID   string // what the message seems to call itself, nobody's word; "" if there is nothing to be seen
	ContentType string
	Raw         []byte
	Cut         bool // there was more
}

// cutHead is how much is kept of a reply that is over the limit.
const cutHead = 64 << 10

// key names the same reply when it comes again. Two deliveries of a message may
// differ in moments and signature, so the id counts where there is one.
func (r RawReply) key(sum []byte) string {
	if r.MessageID != "" {
		return r.MessageID
	}
	return "sha256:" + hex.EncodeToString(sum)
}

// Begun is a reply that is kept and may be read.
type Begun struct {
	ID int64
	// Known: this process could not understand it before; it was only counted.
	Known bool
	// Aside: it must not be read. Fresh: since now.
	Aside, Fresh bool
}

// BeginReply keeps a reply and notes that it is going to be read. It ends with the
// StoreAnswer or StoreIncoming that is given its ID, with EndReply or with ReplyUnread.
func (s *Store) BeginReply(ctx context.Context, r RawReply) (b Begun, err error) {
	sum := sha256.Sum256(r.Raw)
	kept := r.Raw
	if r.Cut && len(kept) > cutHead {
		kept = kept[:cutHead]
	}
	var suspect bool
	err = s.pool.QueryRow(ctx, query("begin_reply"), r.Operation, r.key(sum[:]), r.MessageID, r.ContentType, kept, !r.Cut, len(r.Raw), sum[:], s.process).
		Scan(&b.ID, &b.Known, &b.Aside, &b.Fresh, &suspect)
	if err == nil && b.Fresh {
		_, err = s.pool.Exec(ctx, query("reply_set_aside"), b.ID)
	}
	if err == nil && suspect {
		err = s.beginSuspect(ctx, readingReply, fmt.Sprint(b.ID))
	}
	if err != nil {
		return Begun{}, fmt.Errorf("keep a reply to %s: %w", r.Operation, err)
	}
	return b, nil
}

// ReplyRead notes that reading a reply did no harm: what happens to the process from
// now on is not the reply's doing. The bytes stay until they are stored elsewhere.
func (s *Store) ReplyRead(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	if _, err := s.pool.Exec(ctx, query("reply_read"), id); err != nil {
		return fmt.Errorf("note that a reply was read: %w", err)
	}
	return nil
}

// EndReply forgets a reply that was read: there was nothing in it, or it is stored.
// The id may be 0.
func (s *Store) EndReply(ctx context.Context, id int64) error { return endReply(ctx, s.pool, id) }

func endReply(ctx context.Context, db execer, id int64) error {
	if id == 0 {
		return nil
	}
	if _, err := db.Exec(ctx, query("end_reply"), id); err != nil {
		return fmt.Errorf("forget a reply that was read: %w", err)
	}
	return nil
}

// ErrNotKept means that the bound of a day on what nobody can believe or understand
// is reached: it is not stored, so nothing may be acknowledged.
var ErrNotKept = errors.New("the bound of a day on what is kept unbelieved is reached")

// How much is kept in a day of what nobody can believe or understand, besides the
// bytes: what a wrong endpoint says must not fill the database.
const (
	unbelievedPerDay = 200
	namelessPerDay   = 20 // that name no message
	// UnbelievedBytes is the bound in bytes where none is set: as much again of what the
	// bus signed and nobody confirmed the sender of.
	UnbelievedBytes = 256 << 20
)

// ReplyUnread ends the reading of a reply that could not be understood and keeps it,
// or says ErrNotKept. fresh: it was not there yet.
func (s *Store) ReplyUnread(ctx context.Context, id int64, problem string) (fresh bool, err error) {
	var enough bool
	err = s.pool.QueryRow(ctx, query("reply_unread"), id, problem, s.process, unbelievedPerDay, s.unbelieved, namelessPerDay).Scan(&fresh, &enough)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // another process has understood it
		return false, nil
	case err != nil:
		return false, fmt.Errorf("keep a reply that cannot be understood: %w", err)
	case !enough:
		return false, ErrNotKept
	}
	return fresh, nil
}

// NoteUnkept notes that a reply of so many bytes was not kept because of the bound of a
// day, and reports whether it is the first in a day.
func (s *Store) NoteUnkept(ctx context.Context, operation string, bytes int) (first bool, err error) {
	if err := s.pool.QueryRow(ctx, query("unkept"), operation, bytes).Scan(&first); err != nil {
		return false, fmt.Errorf("note a reply that is not kept: %w", err)
	}
	return first, nil
}

// ReplyAgain returns a kept reply a person wants to have read once more; id 0: none.
func (s *Store) ReplyAgain(ctx context.Context, operation string) (id int64, contentType string, raw []byte, err error) {
	if due, err := s.due(ctx, "again"); err != nil || !due {
		return 0, "", nil, err
	}
	err = s.pool.QueryRow(ctx, query("next_reply_again"), operation).Scan(&id, &contentType, &raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, "", nil, nil
	}
	if err != nil {
		return 0, "", nil, fmt.Errorf("look for replies to read once more: %w", err)
	}
	return id, contentType, raw, s.beginReading(ctx, readingReply, fmt.Sprint(id))
}
