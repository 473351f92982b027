package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"egissogw/cmd/egissogw/internal/signature"
)

// stdinName stands for standard input where a command takes a file.
const stdinName = "-"

// readLimit is the largest file that is read into memory: a reply of the bus at its
// default limit. Files that are only hashed are streamed and may be of any size.
const readLimit = 32 << 20

// open opens a file, or standard input, to be read until ctx ends.
func (a *app) open(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == stdinName {
		return interruptible(ctx, io.NopCloser(a.stdin)), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, fmt.Errorf("%s — каталог, а нужен файл", name)
	}
	return interruptible(ctx, file), nil
}

// read reads all of a file that has to fit into memory.
func (a *app) read(ctx context.Context, name string) ([]byte, error) {
	return a.readUpTo(ctx, name, readLimit)
}

// readUpTo is read with another limit, in whole MiB.
func (a *app) readUpTo(ctx context.Context, name string, limit int64) ([]byte, error) {
	file, err := a.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("чтение %s: %w", shownName(name), err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%s больше %d МиБ", shownName(name), limit>>20)
	case len(data) == 0:
		return nil, fmt.Errorf("%s: пусто", shownName(name))
	}
	return data, nil
}

func shownName(name string) string {
	if name == stdinName {
		return "стандартный ввод"
	}
	return name
}

// fileError says in Russian why a file cannot be opened.
func fileError(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("файл %s не найден", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("нет прав на файл %s", name)
	}
	return fmt.Errorf("файл %s не открывается: %w", name, err)
}

// interruptible makes reading end with ctx, even where a read blocks: the
// terminal's interrupt only cancels ctx. Closing it closes source.
func interruptible(ctx context.Context, source io.ReadCloser) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, source)
		w.CloseWithError(err)
	}()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	return &interruptibleReader{PipeReader: r, source: source, stop: stop}
}

type interruptibleReader struct {
	*io.PipeReader
	source io.Closer
	stop   func() bool
}

// Close implements io.Closer.
func (r *interruptibleReader) Close() error {
	r.stop()
	return errors.Join(r.PipeReader.Close(), r.source.Close())
}

// oneFile gives the only positional argument.
func oneFile(positional []string) (string, error) {
	if len(positional) != 1 {
		return "", usageError{"нужен один файл"}
	}
	return positional[0], nil
}

// readOutline reads XML or a saved HTTP body, as much of it as signatures need.
func (a *app) readOutline(ctx context.Context, name string) (*signature.Document, error) {
	data, err := a.read(ctx, name)
	if err != nil {
		return nil, err
	}
	doc, err := signature.Outline(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(name), err)
	}
	return doc, nil
}
