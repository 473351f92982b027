package smev

import (
	"strconv"
	"strings"
)

// AttachmentSizes gives the figures of AttachmentSizeLimitExceeded: how many
// bytes the bus permits and how many it counted.
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
