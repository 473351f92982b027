package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output is where a command puts its result: a file that is written whole or not
// at all, or standard output.
type output struct {
	path  string
	force bool // replace an existing file
}

// check tells before the work whether the result could be written after it.
func (o output) check() error {
	if o.path == stdinName {
		return nil
	}
	info, err := os.Lstat(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fileError(o.path, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s — не обычный файл, запись в него отклонена", o.path)
	case !o.force:
		return fmt.Errorf("файл %s уже есть; чтобы заменить его, добавьте --force", o.path)
	}
	return nil
}

// write writes data.
func (o output) write(a *app, data []byte) error {
	if o.path == stdinName {
		_, err := a.octets().Write(data)
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	return privateFile{o.path, o.force}.write(writeBytes(data))
}

// privateFile is a file a command makes, of whatever kind: all of them may hold people
// or secrets, so only its owner may read it, from its first moment on. It appears
// under its name when all of it is on disk. Links are not followed.
type privateFile struct {
	path    string
	replace bool // whatever has the name now
}

func (f privateFile) write(content func(io.Writer) error) (err error) {
	dir := filepath.Dir(f.path)
	defer func() {
		if err != nil {
			err = fmt.Errorf("запись файла %s: %w", f.path, err)
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
	if f.replace {
		err = os.Rename(file.Name(), f.path)
	} else {
		err = appear(file.Name(), f.path)
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

// writeBytes writes content.
func writeBytes(content []byte) func(io.Writer) error {
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
