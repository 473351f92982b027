package mis

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cursor says how far a register was read. The zero Cursor is the beginning:
// a pass from it reads everything. A Cursor is good only for the source and the
// register it came from; one that turns out to lie ahead of the source, as
// after the source was restored from a backup, counts as the zero Cursor.
type Cursor struct {
	by  order
	xid uint64    // byTransaction: the first transaction not read
	at  time.Time // byTime: the newest change read

	// everything is set inside a pass over the whole view: key is the last key
	// read, xid or at is where the pass after this one begins.
	everything bool
	key        string // inside a pass: last key read, at position xid or at
	inside     bool

	// database is which one was read, see identity.sql; "" where nobody could tell.
	database string

	// anew: the pass had to begin from everything though it was told to go on from
	// somewhere; moved: because that was another database. Not part of the text.
	anew, moved bool
}

// order is what a source orders its changes by.
type order byte

const (
	byNothing order = iota // the zero Cursor
	byTransaction
	byTime
)

// IsZero reports whether the cursor is the beginning.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// Anew reports whether the pass this cursor came from could not go on where it was told
// to and read everything: the source went back in time, or has trimmed changes that were
// not read. Rows that are gone without a trace must be looked for then.
func (c Cursor) Anew() bool { return c.anew }

// Moved reports that it read everything because the source is another database than the
// one read before: it was restored, or a copy of it took its place.
func (c Cursor) Moved() bool { return c.moved }

// ByTransaction reports whether it counts transactions: then only what is older than every
// transaction that runs has been read, see [Source.Holder].
func (c Cursor) ByTransaction() bool { return c.by == byTransaction }

// cursorTime keeps the microseconds of PostgreSQL.
const cursorTime = "2006-01-02T15:04:05.000000Z"

// String returns the cursor as text for [ParseCursor]:
//
//	""                   the beginning
//	"xid/8012"           every transaction before 8012 was read
//	"xid/8012/key"       and of transaction 8012 the rows up to key
//	"all/xid/8012/key"   a pass over everything was read up to key
//	"xid@7/8012"         the same of database 7, see sql/identity.sql
//
// and the same with time/2025-03-01T10:00:00.000000Z for a source without
// transactions.
func (c Cursor) String() string {
	var b strings.Builder
	if c.everything {
		b.WriteString("all/")
	}
	switch c.by {
	case byTransaction:
		b.WriteString("xid" + c.of() + "/" + strconv.FormatUint(c.xid, 10))
	case byTime:
		b.WriteString("time" + c.of() + "/" + c.at.UTC().Format(cursorTime))
	default:
		return ""
	}
	if c.inside {
		b.WriteString("/" + c.key)
	}
	return b.String()
}

func (c Cursor) of() string {
	if c.database == "" {
		return ""
	}
	return "@" + c.database
}

// MarshalText implements encoding.TextMarshaler.
func (c Cursor) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Cursor) UnmarshalText(text []byte) error {
	parsed, err := ParseCursor(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// ParseCursor reads what [Cursor.String] wrote.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	var c Cursor
	rest, everything := strings.CutPrefix(text, "all/")
	c.everything = everything
	kind, rest, _ := strings.Cut(rest, "/")
	position, key, inside := strings.Cut(rest, "/")
	c.key, c.inside = key, inside
	kind, database, named := strings.Cut(kind, "@")
	c.database = database

	var err error
	switch kind {
	case "xid":
		c.by = byTransaction
		c.xid, err = strconv.ParseUint(position, 10, 64)
	case "time":
		c.by = byTime
		c.at, err = time.Parse(cursorTime, position)
	default:
		err = fmt.Errorf("unknown kind %q", kind)
	}
	if err == nil && named && database == "" {
		err = fmt.Errorf("no database after @")
	}
	if err == nil && everything && !inside {
		err = fmt.Errorf("a pass over everything needs a key")
	}
	if err != nil {
		return Cursor{}, fmt.Errorf("read cursor %q: %w", text, err)
	}
	return c, nil
}
