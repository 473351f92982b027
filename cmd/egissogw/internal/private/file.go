// Package private writes files that only their owner may read.
package private

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes a file, of whatever kind: all of them may hold people
// or secrets, so only its owner may read it, from its first moment on. It appears
// under its name when all of it is on disk; with replace it takes the place of whatever has
// the name now. Links are not followed.
func Write(path string, replace bool, content func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	defer func() {
		if err != nil {
			err = fmt.Errorf("запись файла %s: %w", path, err)
		}
	}()
	file, err := os.CreateTemp(dir, ".egissogw-*") // 0600, and never a file that is there
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // nothing is left of a failure; after success it has gone
	if err := errors.Join(content(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if replace {
		err = os.Rename(file.Name(), path)
	} else {
		err = appear(file.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// appear gives a finished file its name, unless something has it already.
func appear(temporary, path string) error {
	err := os.Link(temporary, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without hard links: the name is taken first.
	taken, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(taken.Close(), os.Rename(temporary, path)); err != nil {
		os.Remove(path)
	}
	return err
}

// Bytes writes content.
func Bytes(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
