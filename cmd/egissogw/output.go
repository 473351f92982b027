package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"egissogw/cmd/egissogw/internal/private"
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
	return private.Write(o.path, o.force, private.Bytes(data))
}

// octets is where a command writes bytes that have to stay as they are: to a file or
// another program; a terminal gets what can be shown of them.
func (a *app) octets() io.Writer {
	file, ok := a.exact.(*os.File)
	if !ok {
		return a.exact
	}
	if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice == 0 {
		return a.exact
	}
	return a.stdout
}
