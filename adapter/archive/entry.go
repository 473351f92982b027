package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"sync"
	"time"
)

// Kind says what an entry is evidence of.
type Kind string

// The kinds of entries. The id of each is that of the message it is about.
const (
	Sent     Kind = "sent"     // a message of ours, before it leaves: a package, or an answer to others
	Answer   Kind = "answer"   // from the queue of answers, before it is acknowledged
	Incoming Kind = "incoming" // from the queue of requests, before it is acknowledged
	Export   Kind = "export"   // a file for the provider's cabinet; the id is the package's
	Protocol Kind = "protocol" // a protocol brought as a file; the id is the SHA-256 of it
)

// Entry is one piece of evidence: documents that belong together.
type Entry struct {
	Kind  Kind
	ID    string // of the message, package or file; no personal data
	At    time.Time
	Parts []Part
}

// Part is one document of an entry, as it is.
type Part struct {
	Name    string // letters, digits, dots and hyphens, other than entry.json; no personal data
	Content []byte
}

// Part returns the content of the part named, nil if there is none.
func (e Entry) Part(name string) []byte {
	for _, p := range e.Parts {
		if p.Name == name {
			return p.Content
		}
	}
	return nil
}

// head is entry.json.
type head struct {
	Kind Kind      `json:"kind"`
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
}

const (
	headName   = "entry.json"
	headerSize = 10 + 2 + subfield // of a gzip member
	subfield   = 4 + 8 + sha256.Size
	lengthAt   = 16
	digestAt   = 24
)

var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)

// compressors are kept, because a new one takes more than a megabyte. The lowest level
// is a third larger and four times faster than the usual one.
var compressors = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// member writes an entry as the gzip member with this number in its file. The number is
// of eight digits.
func (e Entry) member(number int) ([]byte, error) {
	first, err := json.Marshal(head{e.Kind, e.ID, e.At.UTC()})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&out)
	z.Extra = make([]byte, subfield) // length and digest are known at the end
	copy(z.Extra, []byte{'E', 'G', subfield - 4, 0})
	t := tar.NewWriter(z)
	folder := fmt.Sprintf("%08d-%s", number, e.Kind)
	for i, p := range append([]Part{{headName, append(first, '\n')}}, e.Parts...) {
		if !plainName.MatchString(p.Name) || !plainName.MatchString(string(e.Kind)) || i > 0 && p.Name == headName {
			return nil, fmt.Errorf("a part of %q cannot be named %q", e.Kind, p.Name)
		}
		h := tar.Header{Typeflag: tar.TypeReg, Name: path.Join(folder, p.Name), Mode: 0o600, Size: int64(len(p.Content)), ModTime: e.At.Truncate(time.Second)}
		if err := t.WriteHeader(&h); err != nil {
			return nil, err
		}
		if _, err := t.Write(p.Content); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(t.Flush(), z.Close()); err != nil {
		return nil, err
	}
	b := out.Bytes()
	binary.LittleEndian.PutUint64(b[lengthAt:], uint64(len(b)))
	digest := sha256.Sum256(b[headerSize:])
	copy(b[digestAt:], digest[:])
	return b, nil
}

// isHeader reports whether a member of ours begins with b, which is headerSize long.
func isHeader(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0x1f, 0x8b, 8, 4}) && bytes.HasPrefix(b[10:], []byte{subfield, 0, 'E', 'G', subfield - 4, 0})
}

// declaredLength is what a header says of the length of its member.
func declaredLength(header []byte) uint64 { return binary.LittleEndian.Uint64(header[lengthAt:]) }

// intact reports whether a whole member is as it was written.
func intact(member []byte) bool {
	digest := sha256.Sum256(member[headerSize:])
	return bytes.Equal(digest[:], member[digestAt:headerSize])
}

// parse reads a member that is intact.
func parse(member []byte) (e Entry, err error) {
	z, err := gzip.NewReader(bytes.NewReader(member))
	if err != nil {
		return Entry{}, err
	}
	z.Multistream(false)
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Entry{}, err
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return Entry{}, err
		}
		e.Parts = append(e.Parts, Part{path.Base(h.Name), content})
	}
	if len(e.Parts) == 0 || e.Parts[0].Name != headName {
		return Entry{}, errors.New("an entry without " + headName)
	}
	var first head
	if err := json.Unmarshal(e.Parts[0].Content, &first); err != nil {
		return Entry{}, fmt.Errorf("%s: %w", headName, err)
	}
	e.Kind, e.ID, e.At, e.Parts = first.Kind, first.ID, first.At, e.Parts[1:]
	return e, nil
}
