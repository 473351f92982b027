package smev

import (
	"strconv"
	"strings"
)

// Carriage is how files travel with a message (SPEC.md#files).
type Carriage string

// The ways.
const (
	// CarriageNone: there are no files.
	CarriageNone Carriage = "none"
	// CarriageInline: inside the message, as base64 or, if the client is set
	// so, as MIME parts.
	CarriageInline Carriage = "inline"
	// CarriageStorage: through the file storage.
	CarriageStorage Carriage = "storage"
)

// DefaultInlineLimit is the sum of attachments above which the reference client
// puts all of them into the file storage.
const DefaultInlineLimit = 5 << 20

// ChooseCarriage decides for all files of one message together: inline while the
// sum of their sizes is at most limit, else all through the storage. A limit of
// zero is DefaultInlineLimit, a negative one always means the storage. A size
// that is negative is not known.
func ChooseCarriage(sizes []int64, limit int64) Carriage {
	if len(sizes) == 0 {
		return CarriageNone
	}
	if limit == 0 {
		limit = DefaultInlineLimit
	}
	left := limit
	for _, size := range sizes {
		if size < 0 || size > left {
			return CarriageStorage
		}
		left -= size
	}
	return CarriageInline
}

// AttachmentSizes gives the figures of AttachmentSizeLimitExceeded: how many
// bytes the bus permits and how many it counted. The permitted one is the
// authority on the limit for ChooseCarriage.
func (f *Fault) AttachmentSizes() (permitted, actual int64, ok bool) {
	if f.Name != "AttachmentSizeLimitExceeded" {
		return 0, 0, false
	}
	return f.sizes("PermittedTotalAttachmentSize")
}

// QuotaSizes gives the figures of QuoteLimitExceeded: how many bytes are left of
// the quota and how many were asked for.
func (f *Fault) QuotaSizes() (left, asked int64, ok bool) {
	if f.Name != "QuoteLimitExceeded" {
		return 0, 0, false
	}
	return f.sizes("RemainedTotalQuoteSize")
}

func (f *Fault) sizes(name string) (limit, actual int64, ok bool) {
	limit, err := strconv.ParseInt(strings.TrimSpace(f.Details[name]), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	actual, err = strconv.ParseInt(strings.TrimSpace(f.Details["RealTotalAttachmentSize"]), 10, 64)
	return limit, actual, err == nil
}
