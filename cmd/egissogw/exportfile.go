package main

import (
	"archive/zip"
	"io"
	"path/filepath"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/private"
)

// writeArchive writes the files of packages into one archive: the same packages
// give the same octets.
func writeArchive(dir, name string, files []store.ManualFile, content func(store.ManualFile) ([]byte, error)) error {
	return private.Write(filepath.Join(dir, name), true, func(w io.Writer) error {
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
