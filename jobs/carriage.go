package jobs

import (
	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// FileWay says how files leave (adapter/smev/SPEC.md#files). Facts go through the file
// storage, because 10.10.I says so in so many words (adapter/egisso/SPEC.md#carriage); a
// contour may want them inside the message all the same.
type FileWay struct {
	// InlineLimit is the largest file in bytes that travels inside the message;
	// zero means that none does.
	InlineLimit int64
}

// attach announces a file in the request. It returns what has to be put into the
// file storage before the request is sent; nothing if the file travels inside.
func (w FileWay) attach(r *bus.Request, f store.Attachment, namespaceURI string) []store.Attachment {
	if int64(len(f.Content)) <= w.InlineLimit {
		r.Inline = []bus.Inline{{
			ID: "_" + f.UUID.String(), MimeType: f.MimeType, NamespaceURI: namespaceURI, Signature: f.Signature, Content: f.Content,
		}}
		return nil
	}
	r.Files = []bus.File{{
		ID: f.UUID.String(), Name: f.FileName, NamespaceURI: namespaceURI, Hash: f.Hash, MimeType: f.MimeType, Signature: f.Signature,
	}}
	return []store.Attachment{f}
}
