package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"egissogw/adapter/store"
)

// writeBytes writes content.
func writeBytes(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(content))
		return err
	}
}

// writePrivate writes a file that only its owner may read, whole or not at all: the
// name appears when everything is on disk. One that is there is replaced.
func writePrivate(dir, name string, content func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(dir, "."+name+".*") // made for its owner alone
	if err != nil {
		return fmt.Errorf("запись в каталог %s: %w", dir, err)
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
			err = fmt.Errorf("запись файла %s: %w", name, err)
		}
	}()
	if err := errors.Join(content(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeArchive writes the files of packages into one archive: the same packages
// give the same octets.
func writeArchive(dir, name string, files []store.ManualFile, content func(store.ManualFile) ([]byte, error)) error {
	return writePrivate(dir, name, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		for _, f := range files {
			data, err := content(f)
			if err != nil {
				return err
			}
			entry, err := archive.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: f.CreatedAt.UTC()})
			if err != nil {
				return err
			}
			if _, err := entry.Write(data); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}
