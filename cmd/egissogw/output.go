package main

import (
	"errors"
	"fmt"
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

// write writes data. A file is readable for everybody the umask lets: a signature
// is no secret, and what it is for is handed to others.
func (o output) write(a *app, data []byte) error {
	if o.path == stdinName {
		_, err := a.stdout.Write(data)
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	if err := o.writeFile(data); err != nil {
		return fmt.Errorf("запись %s: %w", o.path, err)
	}
	return nil
}

func (o output) writeFile(data []byte) (err error) {
	path, flags := o.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL
	if o.force { // beside the old file, which is there until the new one is complete
		path = filepath.Join(filepath.Dir(o.path), fmt.Sprintf(".%s.%d", filepath.Base(o.path), os.Getpid()))
	}
	file, err := os.OpenFile(path, flags, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil || path == o.path {
		return err
	}
	return os.Rename(path, o.path)
}
