package archive

import (
	"archive/tar"
	"bytes"
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

	"github.com/klauspost/compress/zstd"
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
	headerSize = digestAt + sha256.Size
	lengthAt   = 12 // after magic
	digestAt   = lengthAt + 8

	// magic begins a skippable frame (RFC 8878, 3.1.2) and its content, which is of 44 bytes.
	magic = "\x5e\x2a\x4d\x18\x2c\x00\x00\x00EGSG"
)

var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)

// compressors are kept, because a new one takes more than a megabyte. The lowest level
// costs a third of what the lowest of gzip does, and takes less room.
var compressors = sync.Pool{New: func() any {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(256<<10), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // the options are constants
	}
	return w
}}

// decompressors are kept for the same reason. They start no goroutines.
var decompressors = sync.Pool{New: func() any {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return r
}}

// member writes an entry as the member with this number in its file. The number is of eight
// digits.
func (e Entry) member(number int) ([]byte, error) {
	first, err := json.Marshal(head{e.Kind, e.ID, e.At.UTC()})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(magic)
	out.Write(make([]byte, headerSize-lengthAt)) // length and digest are known at the end
	z := compressors.Get().(*zstd.Encoder)
	defer compressors.Put(z)
	z.Reset(&out)
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
	return bytes.HasPrefix(b, []byte(magic))
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
	z := decompressors.Get().(*zstd.Decoder)
	defer decompressors.Put(z)
	if err := z.Reset(bytes.NewReader(member)); err != nil {
		return Entry{}, err
	}
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
