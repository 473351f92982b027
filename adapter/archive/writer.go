package archive

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Writer appends entries to the files of one process. Several goroutines may use it.
type Writer struct {
	folder string
	now    func() time.Time
	create func(name string) (file, error) // in a test: a disk that is full

	mu      sync.Mutex
	current file   // nil: the next entry begins one
	name    string // of it
	day     string
	size    int64 // of what is known to be on the disk
	entries int
}

// file is what a Writer needs of *os.File.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
	Stat() (os.FileInfo, error)
}

// NewWriter is for a folder that exists: one made here would hide that a disk is not
// mounted. Nothing is written before the first entry.
func NewWriter(folder string, now func() time.Time) *Writer {
	return &Writer{folder: folder, now: now, create: func(name string) (file, error) {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	}}
}

// Append writes an entry; nil means that it is on the disk. After an error it may be
// repeated, and goes into a new file: what a failed write or fsync left in the old one is
// nobody's knowledge.
func (w *Writer) Append(e Entry) error {
	if err := w.append(e); err != nil {
		return fmt.Errorf("archive %s %s: %w", e.Kind, e.ID, err)
	}
	return nil
}

func (w *Writer) append(e Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != nil && (w.day != w.today() || !w.there()) {
		if err := w.end(); err != nil {
			return err
		}
	}
	if w.current == nil {
		if err := w.begin(); err != nil {
			return err
		}
	}
	member, err := e.member(w.entries + 1)
	if err != nil {
		return err
	}
	if _, err := w.current.Write(member); err != nil {
		return errors.Join(err, w.abandon())
	}
	if err := w.current.Sync(); err != nil {
		return errors.Join(err, w.abandon())
	}
	w.size, w.entries = w.size+int64(len(member)), w.entries+1
	return nil
}

// Close ends the file being written. The Writer can be used again.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current == nil {
		return nil
	}
	return w.end()
}

func (w *Writer) end() error {
	err := w.current.Close()
	w.current = nil
	return err
}

// abandon ends a file in which the last entry is not known to be whole: without it, if
// that can be done. A reader finds the end that was cut in any case.
func (w *Writer) abandon() error {
	err := w.current.Truncate(w.size)
	err = errors.Join(err, w.end())
	if w.size == 0 { // a full disk is tried again and again
		err = errors.Join(err, os.Remove(w.name))
	}
	return err
}

// there reports whether the name of the file leads to it still: one whose folder was removed
// or moved away takes everything and keeps nothing.
func (w *Writer) there() bool {
	named, err := os.Lstat(w.name)
	if err != nil {
		return false
	}
	written, err := w.current.Stat()
	return err == nil && os.SameFile(named, written)
}

func (w *Writer) today() string { return w.now().UTC().Format(time.DateOnly) }

func (w *Writer) begin() error {
	now := w.now().UTC()
	day := filepath.Join(w.folder, now.Format(time.DateOnly))
	if err := makeFolder(day); err != nil {
		return err
	}
	var random [4]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	w.name = filepath.Join(day, now.Format("150405")+"-"+hex.EncodeToString(random[:])+extension)
	f, err := w.create(w.name)
	if err != nil {
		return err
	}
	w.current, w.day, w.size, w.entries = f, now.Format(time.DateOnly), 0, 0
	if err := syncFolder(day); err != nil {
		return errors.Join(err, w.abandon())
	}
	return nil
}

// Probe tells whether an entry could be written now.
func Probe(folder string) error {
	f, err := os.CreateTemp(folder, ".probe-")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, probeSize))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

// probeSize is that of a large entry, in bytes.
const probeSize = 1 << 20

// extension ends the names of files.
const extension = ".tar.zst"

// makeFolder makes a folder that outlasts a power failure, unless it is there.
func makeFolder(name string) error {
	if err := os.Mkdir(name, 0o700); err == nil || errors.Is(err, os.ErrExist) {
		return syncFolder(filepath.Dir(name)) // who made it may have died before this
	} else {
		return err
	}
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
