package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// evidenceLine is a member of a package as the database gives it; the text of it is read by
// element.
type evidenceLine struct {
	id                                    uuid.UUID
	register, key, number, kind, provider string
	hash                                  []byte
	generation, events                    int32
	change                                string
	settles                               bool
	content                               pgtype.DriverBytes
	follows                               bool // the content lacks its ids
	measure, category                     *uuid.UUID
	becomes                               pgtype.DriverBytes
	acceptedID, acceptedEvent             *uuid.UUID
	acceptedHash                          []byte
	acceptedProvider, participantCode     *string
	held                                  pgtype.DriverBytes
}

// elementLines writes a line of JSON for each member of a package, by hand: content is JSON
// already, and marshalling would read it once more.
func (s *Store) elementLines(ctx context.Context, packageID uuid.UUID) (lines []byte, err error) {
	rows, err := s.pool.Query(ctx, query("evidence_of_elements"), packageID)
	if err == nil {
		var l evidenceLine
		_, err = pgx.ForEachRow(rows, []any{
			&l.id, &l.register, &l.key, &l.number, &l.kind, &l.provider, &l.hash, &l.generation, &l.events, &l.change, &l.settles,
			&l.content, &l.follows, &l.measure, &l.category, &l.becomes,
			&l.acceptedID, &l.acceptedEvent, &l.acceptedHash, &l.acceptedProvider, &l.participantCode, &l.held,
		}, func() error {
			lines = append(l.text(lines), '\n')
			return nil
		})
	}
	if err != nil {
		return nil, fmtError("read the members of package", packageID, err)
	}
	return lines, nil
}

func (l *evidenceLine) text(b jsonLine) jsonLine {
	b = append(b, '{').
		text("id", l.id.String()).text("register", l.register).text("row_key", l.key).text("record_no", l.number).
		text("kind", l.kind).text("provider", l.provider).hex("hash", l.hash)
	b = strconv.AppendInt(b.name("generation"), int64(l.generation), 10)
	b = strconv.AppendInt(b.name("events"), int64(l.events), 10)
	b = strconv.AppendBool(b.text("change", l.change).name("settles"), l.settles)
	b = l.said(b.name("content")).json("becomes", l.becomes)
	if l.acceptedEvent != nil || l.acceptedID != nil || l.participantCode != nil {
		b = append(b.name("held"), '{').id("id", l.acceptedID).id("event", l.acceptedEvent).hex("hash", l.acceptedHash).
			optional("provider", l.acceptedProvider).optional("code", l.participantCode).json("content", l.held)
		b = append(b, '}')
	}
	return append(b, '}')
}

// said adds the ids of a fact to what its row says, as egisso.element_content does.
func (l *evidenceLine) said(b jsonLine) jsonLine {
	end := len(l.content) - 1
	if !l.follows || end < 1 {
		return append(b, l.content...)
	}
	return append(append(b, l.content[:end]...).text("uuid", l.id.String()).id("lmszId", l.measure).id("categoryId", l.category), '}')
}

// jsonLine is an object of JSON that is being written. What is null is left out of it.
type jsonLine []byte

func (b jsonLine) name(name string) jsonLine {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), name...), '"', ':')
}

func (b jsonLine) text(name, value string) jsonLine {
	b = b.name(name)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			text, err := json.Marshal(value)
			if err != nil { // a string has none
				panic(err)
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), value...), '"')
}

func (b jsonLine) optional(name string, value *string) jsonLine {
	if value == nil {
		return b
	}
	return b.text(name, *value)
}

func (b jsonLine) id(name string, id *uuid.UUID) jsonLine {
	if id == nil {
		return b
	}
	return b.text(name, id.String())
}

func (b jsonLine) hex(name string, octets []byte) jsonLine {
	if octets == nil {
		return b
	}
	return append(hex.AppendEncode(append(b.name(name), '"'), octets), '"')
}

func (b jsonLine) json(name string, text []byte) jsonLine {
	if text == nil {
		return b
	}
	return append(b.name(name), text...)
}
