package smev

import (
	"fmt"
	"io"

	"egissogw/crypto/cert"
)

// FileHash is the digest of a file for RefAttachmentHeader/Hash: GOST R
// 34.11-2012 of the size that goes with the sender's key (SPEC.md#sending-a-file). The
// content is streamed.
func FileHash(c *cert.Certificate, content io.Reader) ([]byte, error) {
	digest := cert.NewDigest(c.DigestSize())
	if _, err := io.Copy(digest, content); err != nil {
		return nil, fmt.Errorf("hash file: %w", err)
	}
	return digest.Sum(nil), nil
}
