package store

import (
	"bytes"
	"context"
	"crypto/sha256"

	"github.com/jackc/pgx/v5"
)

// sharedFrom is the size in bytes from which the content of an answer is kept apart, once for
// all answers that have it word for word. The dictionaries and nearly all protocols are smaller.
const sharedFrom = 256 << 10

// sharedPart says what was cut out of an answer, nothing where all is nil.
type sharedPart struct {
	sum      []byte // SHA-256
	at, size *int   // bytes
}

// keepShared keeps the content of a large answer and returns what is left of its bytes.
// Envelope, times and signature are each answer's own.
func keepShared(ctx context.Context, tx pgx.Tx, a InAnswer) (rest []byte, part sharedPart, err error) {
	from, to := contentOf(a.Raw)
	size := to - from
	if !a.Verified || size < sharedFrom {
		return a.Raw, part, nil
	}
	content := a.Raw[from:to]
	sum := sha256.Sum256(content)
	if _, err := tx.Exec(ctx, query("keep_shared"), sum[:], content, a.ID); err != nil {
		return nil, part, err
	}
	return bytes.Join([][]byte{a.Raw[:from], a.Raw[to:]}, nil), sharedPart{sum[:], &from, &size}, nil
}

// contentOf is where the primary content stands in an answer, as far as that is seen without
// reading it: what is cut out is put in again at its place, whatever it was.
func contentOf(raw []byte) (from, to int) {
	element := []byte("MessagePrimaryContent")
	begin := bytes.Index(raw, element)
	if begin < 0 {
		return 0, 0
	}
	tag := bytes.IndexByte(raw[begin:], '>')
	end := bytes.LastIndex(raw[:bytes.LastIndex(raw, element)], []byte("</"))
	if from = begin + tag + 1; tag < 0 || end < from {
		return 0, 0
	}
	return from, end
}
