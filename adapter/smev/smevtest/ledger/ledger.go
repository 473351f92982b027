package ledger

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Ledger is safe for use by several goroutines.
type Ledger struct {
	mu    sync.Mutex
	file  *os.File
	state state
}

// Open reads the file if it exists and appends to it from then on. An empty
// path keeps the ledger in memory only. Every record read back is given to
// restore, in the order of processing, so that the receiver can rebuild its
// registers; restore may be nil.
func Open(path string, restore func(Record)) (*Ledger, error) {
	l := &Ledger{state: newState()}
	if path == "" {
		return l, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	end, err := l.load(f, restore)
	if err == nil {
		// What follows the last whole line was being written when the process died.
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read ledger: %w", err), f.Close())
	}
	l.file = f
	return l, nil
}

// Read loads a ledger file without changing it, also while a simulator writes
// to it.
func Read(path string) (*Ledger, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l := &Ledger{state: newState()}
	_, err = l.load(f, nil)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return l, nil
}

// load applies every whole line and returns the offset after the last one.
func (l *Ledger) load(f *os.File, restore func(Record)) (int64, error) {
	in := bufio.NewReaderSize(f, 1<<20)
	var end int64
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		} else if err != nil {
			return 0, err
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return 0, fmt.Errorf("line %d: %w", number, err)
		}
		l.state.apply(e)
		if restore != nil && e.Processed != nil {
			for _, r := range e.Processed.Records {
				restore(r)
			}
		}
		end += int64(len(line))
	}
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// Whether a line is on disk before its event takes effect.
const (
	durable = true
	relaxed = false
)

// add writes the line, then applies it.
func (l *Ledger) add(e entry, sync bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write ledger: %w", err)
		}
		if _, err := l.file.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("write ledger: %w", err)
		}
		if sync {
			if err := l.file.Sync(); err != nil {
				return fmt.Errorf("write ledger: %w", err)
			}
		}
	}
	l.state.apply(e)
	return nil
}

// Attempt records an attempt to send.
func (l *Ledger) Attempt(a Attempt) error { return l.add(entry{Attempt: &a}, durable) }

// Processed records the outcome of an accepted message.
func (l *Ledger) Processed(p Processed) error { return l.add(entry{Processed: &p}, durable) }

// Delivered records a delivery of an answer.
func (l *Ledger) Delivered(d Delivered) error { return l.add(entry{Delivered: &d}, durable) }

// Acked records an Ack call.
func (l *Ledger) Acked(a Acked) error { return l.add(entry{Acked: &a}, durable) }
