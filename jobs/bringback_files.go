package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// errNotArchivedFile: a file is neither in the archive nor to be had any more.
var errNotArchivedFile = errors.New("the file is not in the archive")

// archivedFiles are the files of an answer as the archive holds them, in the place of the
// file storage, whose logins ended long ago.
type archivedFiles struct {
	downloader
	contents map[string][]byte // by what the sender calls them
}

// filesOf finds the files of an answer among the parts of its entry: those that are in the
// file storage under their id, the others by their number.
func filesOf(e archive.Entry, files []store.InFile) map[string][]byte {
	contents := map[string][]byte{}
	for i, f := range files {
		content := e.Part("file-" + f.Name)
		if content == nil {
			content = e.Part("file-" + strconv.Itoa(i+1))
		}
		if content != nil {
			contents[f.Name] = content
		}
	}
	return contents
}

// Fetch gives a file that was checked before it was archived; its signature, where it has
// one, is looked at again.
func (a archivedFiles) Fetch(_ context.Context, f bus.File, w io.Writer, limit int64) error {
	content := a.contents[f.ID]
	if content == nil {
		return fmt.Errorf("%s: %w", f.ID, errNotArchivedFile)
	}
	if f.Signature != nil {
		if err := a.Check(bus.Inline{ID: f.ID, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.Signature, Content: content}, limit); err != nil {
			return err
		}
	}
	_, err := w.Write(content)
	return err
}
