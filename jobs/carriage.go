package jobs

import (
	"egissogw/adapter/smev"
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
func (w FileWay) attach(r *smev.Request, f store.Attachment, namespaceURI string) []store.Attachment {
	limit := w.InlineLimit
	if limit == 0 {
		limit = -1 // always the storage
	}
	if smev.ChooseCarriage([]int64{int64(len(f.Content))}, limit) == smev.CarriageInline {
		r.Attachments = []smev.Attachment{{
			ID: "_" + f.UUID.String(), MimeType: f.MimeType, NamespaceURI: namespaceURI, SignaturePKCS7: f.Signature, Content: f.Content,
		}}
		return nil
	}
	r.Files = []smev.FileRef{{
		UUID: f.UUID.String(), FileName: f.FileName, NamespaceURI: namespaceURI,
		Hash: f.Hash, MimeType: f.MimeType, SignaturePKCS7: f.Signature,
	}}
	return []store.Attachment{f}
}
