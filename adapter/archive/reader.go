package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DamageError is a place in a file where no entry can be read.
type DamageError struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"` // bytes
	Length int64  `json:"length"` // bytes
	End    bool   `json:"end"`    // nothing follows: cut, or being written just now
	Err    error  `json:"-"`      // of an entry that is as it was written and cannot be understood; else nil
}

// Error says where.
func (e *DamageError) Error() string {
	text := fmt.Sprintf("%s: %d bytes from %d on are damaged", e.File, e.Length, e.Offset)
	if e.End {
		text = fmt.Sprintf("%s: the last %d bytes, from %d on, are cut or damaged", e.File, e.Length, e.Offset)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause, if there is one.
func (e *DamageError) Unwrap() error { return e.Err }

// Files returns the files of several folders, those begun first first. It is an error if
// one of the folders cannot be read.
func Files(folders ...string) (files []string, err error) {
	for _, folder := range folders {
		days, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, day := range days {
			if !day.IsDir() {
				continue
			}
			list, err := os.ReadDir(filepath.Join(folder, day.Name()))
			if err != nil {
				return nil, err
			}
			for _, f := range list {
				if f.Type().IsRegular() && strings.HasSuffix(f.Name(), extension) {
					files = append(files, filepath.Join(folder, day.Name(), f.Name()))
				}
			}
		}
	}
	begun := func(name string) string { return filepath.Base(filepath.Dir(name)) + "/" + filepath.Base(name) }
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(begun(a), begun(b)) })
	return files, nil
}

// Read yields the entries of files in their order, with one of them at a time in memory.
// An error stands for what could not be read: a *[DamageError], after which the same file
// goes on, or that of opening or reading a file, after which the next one does.
func Read(files ...string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, name := range files {
			if !readFile(name, yield) {
				return
			}
		}
	}
}

func readFile(name string, yield func(Entry, error) bool) (more bool) {
	f, err := os.Open(name)
	if err != nil {
		return yield(Entry{}, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return yield(Entry{}, err)
	}
	r := reader{name: name, f: f, size: info.Size()}
	return r.all(yield)
}

// reader reads one file.
type reader struct {
	name         string
	f            io.ReaderAt
	offset, size int64
	member       []byte
}

// all yields what is in the file, up to an error of reading it.
func (r *reader) all(yield func(Entry, error) bool) (more bool) {
	for r.offset < r.size {
		e, err := r.next()
		if !yield(e, err) {
			return false
		}
		if damage := (*DamageError)(nil); err != nil && !errors.As(err, &damage) {
			return true
		}
	}
	return true
}

// next reads the entry at the offset and goes on behind it.
func (r *reader) next() (Entry, error) {
	length, err := r.memberAt(r.offset)
	if err != nil {
		return Entry{}, err
	}
	if length == 0 {
		return Entry{}, r.skip(0, nil)
	}
	r.member = slices.Grow(r.member[:0], int(length))[:length]
	if _, err := r.f.ReadAt(r.member, r.offset); err != nil {
		return Entry{}, fmt.Errorf("read %s: %w", r.name, err)
	}
	if !intact(r.member) {
		return Entry{}, r.skip(length, nil)
	}
	e, err := parse(r.member)
	if err != nil {
		return Entry{}, r.skip(length, err)
	}
	r.offset += length
	return e, nil
}

// memberAt returns the length of the member that begins at offset, as its header says;
// 0 if none does that lies in the file.
func (r *reader) memberAt(offset int64) (length int64, err error) {
	if r.size-offset < headerSize {
		return 0, nil
	}
	var header [headerSize]byte
	if _, err := r.f.ReadAt(header[:], offset); err != nil {
		return 0, fmt.Errorf("read %s: %w", r.name, err)
	}
	if !isHeader(header[:]) {
		return 0, nil
	}
	declared := declaredLength(header[:])
	if declared <= headerSize || declared > uint64(r.size-offset) {
		return 0, nil
	}
	return int64(declared), nil
}

// skip goes on with the next header. length is that of the member at the offset, 0 if
// it is not known: where it leads to another header it is believed, since what lies
// between may look like one.
func (r *reader) skip(length int64, cause error) error {
	from := r.offset
	damage := func() error {
		return &DamageError{File: r.name, Offset: from, Length: r.offset - from, End: r.offset == r.size, Err: cause}
	}
	if length > 0 {
		following, err := r.memberAt(from + length)
		if err != nil {
			return err
		}
		if following > 0 || from+length == r.size {
			r.offset = from + length
			return damage()
		}
	}
	next, err := r.find(from + 1)
	if err != nil {
		return err
	}
	r.offset = next
	return damage()
}

// find returns where the first header at or after offset is, the size of the file if there
// is none.
func (r *reader) find(offset int64) (int64, error) {
	b := bufio.NewReaderSize(io.NewSectionReader(r.f, offset, r.size-offset), 1<<16)
	for {
		window, err := b.Peek(b.Size())
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read %s: %w", r.name, err)
		}
		if at := bytes.Index(window, []byte(magic)); at >= 0 && at+headerSize <= len(window) {
			return offset + int64(at), nil
		}
		if err != nil { // the file ends here
			return r.size, nil
		}
		step := len(window) - headerSize + 1
		if _, err := b.Discard(step); err != nil {
			return 0, fmt.Errorf("read %s: %w", r.name, err)
		}
		offset += int64(step)
	}
}
