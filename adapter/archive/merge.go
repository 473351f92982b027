package archive

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Merge yields the entries of files, as [Files] sorts them, in the order of time, whichever
// gateway wrote them; those of one file stay in its order. It holds one entry of each file
// that is open: a file is opened when the entries come to the moment it was begun, so that
// there are about as many as gateways. Errors are those of [Read]. done, unless nil, is told
// how many files have been read.
func Merge(done func(files int), files ...string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		m := merge{waiting: files, done: done}
		defer m.close()
		for m.open() {
			if !m.step(yield) {
				return
			}
		}
	}
}

// merge is the state of a Merge.
type merge struct {
	waiting []string
	heads   []*source
	read    int
	done    func(files int)
}

// source is a file that is open and its next entry.
type source struct {
	next  func() (Entry, error, bool)
	stop  func()
	entry Entry
	err   error // instead of the entry
}

// open opens the files that may hold the next entry; false: nothing is left.
func (m *merge) open() (more bool) {
	for len(m.waiting) > 0 && (len(m.heads) == 0 || !begun(m.waiting[0]).After(m.heads[m.first()].entry.At)) {
		h := &source{}
		h.next, h.stop = iter.Pull2(Read(m.waiting[0]))
		m.waiting, m.heads = m.waiting[1:], append(m.heads, h)
		m.advance(len(m.heads) - 1)
	}
	return len(m.heads) > 0
}

// first is the file whose entry is the oldest. Damage has no time: it goes before.
func (m *merge) first() (first int) {
	for i, h := range m.heads {
		if h.entry.At.Before(m.heads[first].entry.At) {
			first = i
		}
	}
	return first
}

func (m *merge) step(yield func(Entry, error) bool) (more bool) {
	i := m.first()
	h := m.heads[i]
	if !yield(h.entry, h.err) {
		return false
	}
	m.advance(i)
	return true
}

// advance reads the next entry of a file, or ends it.
func (m *merge) advance(i int) {
	h := m.heads[i]
	var more bool
	if h.entry, h.err, more = h.next(); more {
		return
	}
	h.stop()
	m.heads = slices.Delete(m.heads, i, i+1)
	m.read++
	if m.done != nil {
		m.done(m.read)
	}
}

func (m *merge) close() {
	for _, h := range m.heads {
		h.stop()
	}
}

// begun is when a file was begun, as its name says; the beginning of time if it says nothing.
func begun(name string) time.Time {
	day, file := filepath.Base(filepath.Dir(name)), filepath.Base(name)
	if len(file) < 6 {
		return time.Time{}
	}
	at, err := time.Parse(time.DateOnly+" 150405", day+" "+file[:6])
	if err != nil {
		return time.Time{}
	}
	return at
}

// Newest returns the last entry of each file of the newest day that has any: among them is
// the newest of the folder. Only these are decompressed, the others are skipped by their
// lengths. What is cut or damaged is passed over. None: the archive is empty.
func Newest(folder string) (last []Entry, err error) {
	files, err := Files(folder)
	if err != nil {
		return nil, err
	}
	day := ""
	for _, name := range slices.Backward(files) {
		if of := filepath.Dir(name); day != "" && of != day {
			break
		} else if e, found, err := lastOf(name); err != nil {
			return nil, err
		} else if found {
			day, last = of, append(last, e)
		}
	}
	return last, nil
}

// lastOf returns the last entry of a file that can be read.
func lastOf(name string) (last Entry, found bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return Entry{}, false, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return Entry{}, false, err
	}
	r := reader{name: name, f: f, size: info.Size()}
	at, err := r.members()
	if err != nil {
		return Entry{}, false, err
	}
	for _, offset := range slices.Backward(at) {
		r.offset = offset
		e, err := r.next()
		if err == nil {
			return e, true, nil
		}
		if damage := (*DamageError)(nil); !errors.As(err, &damage) {
			return Entry{}, false, err
		}
	}
	return Entry{}, false, nil
}

// members returns where the entries of the file begin, as far as its headers say.
func (r *reader) members() (at []int64, err error) {
	for offset := int64(0); offset < r.size; {
		length, err := r.memberAt(offset)
		if err != nil {
			return nil, err
		}
		if length == 0 {
			if offset, err = r.find(offset + 1); err != nil {
				return nil, err
			}
			continue
		}
		at, offset = append(at, offset), offset+length
	}
	return at, nil
}
