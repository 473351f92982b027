//go:build !noschema

package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// newFolder indexes the schemas below dir: the layout of the release or all files in
// one folder.
func newFolder(dir string) (folder, error) {
	files := folder{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); !entry.IsDir() && strings.HasSuffix(base, ".xsd") {
			if other, twice := files[base]; twice {
				return fmt.Errorf("%s and %s have one name", other, name)
			}
			files[base] = name
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read schemas: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read schemas: no .xsd files in %s", dir)
	}
	return files, nil
}

// folder finds files by their last name, wherever they lie: schemas name each
// other by paths, and the release is often unpacked flat.
type folder map[string]string

// location is where a schema says that another one lies.
var location = regexp.MustCompile(`(schemaLocation\s*=\s*["'])[^"']*/`)

// read reads a schema; those it names are named as if they lay beside it.
func (f folder) read(name string) ([]byte, error) {
	file, ok := f[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	text, err := os.ReadFile(file)
	return location.ReplaceAll(text, []byte("$1")), err
}

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	text, err := f.read(path.Base(filepath.ToSlash(name)))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return memoryFile{bytes.NewReader(text)}, nil
}

// memoryFile is a schema as it was read.
type memoryFile struct{ *bytes.Reader }

// Stat implements fs.File; nobody needs it of a schema.
func (memoryFile) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

// Close implements fs.File.
func (memoryFile) Close() error { return nil }
