package smev

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
)

var (
	// ErrFileHash is matched when a file is not the one its sender announced.
	ErrFileHash = errors.New("hash of the file does not hold")
	// ErrFileSignature is matched when the detached signature of a file does
	// not hold, is missing though required, or is made by somebody not trusted.
	ErrFileSignature = errors.New("signature of the file does not hold")
)

// FileCheck says what is asked of a file before it may be used.
type FileCheck struct {
	// Limit is the largest size in bytes.
	Limit int64
	// RequireSignature refuses files without SignaturePKCS7, which the schema
	// leaves optional.
	RequireSignature bool
	// Trust decides about each signer of the file; nil leaves that to the
	// caller, who is told who signed.
	Trust TrustFunc
}

// FetchedFile is a file that was checked.
type FetchedFile struct {
	Size int64
	// Digest is the one announced and found.
	Digest []byte
	// Signatures are those of SignaturePKCS7, all of them hold; none if the
	// sender made none.
	Signatures []cms.Signature
}

// Fetch is Download that checks the file on the way: its hash against the one in
// the signed header, Streebog of 256 or 512 bits by the length (SPEC.md#receiving-a-file), and
// its detached CMS. One pass, no temporary file, memory independent of the size.
//
// What w has been given may be used only if there is no error.
func (s *FileStore) Fetch(ctx context.Context, file FSAttachment, w io.Writer, check FileCheck) (*FetchedFile, error) {
	announced, err := fileHash(file.Hash)
	if err != nil {
		return nil, err
	}
	if len(file.SignaturePKCS7) == 0 && check.RequireSignature {
		return nil, fmt.Errorf("%w: there is none", ErrFileSignature)
	}
	digest := cert.NewDigest(len(announced))
	signatures := verifyOnTheWay(file.SignaturePKCS7)
	n, err := s.Download(ctx, file, io.MultiWriter(w, digest, signatures), check.Limit)
	signed, signatureErr := signatures.finish(err)
	switch {
	case err != nil:
		return nil, err
	case !bytes.Equal(digest.Sum(nil), announced):
		return nil, fmt.Errorf("%w: received %d bytes, %d bit Streebog", ErrFileHash, n, 8*len(announced))
	case signatureErr != nil:
		return nil, fmt.Errorf("%w: %w", ErrFileSignature, signatureErr)
	}
	if err := check.trust(signed); err != nil {
		return nil, err
	}
	return &FetchedFile{Size: n, Digest: announced, Signatures: signed}, nil
}

// fileHash reads Hash: base64 of the digest, or hexadecimal as some senders
// write.
func fileHash(text string) ([]byte, error) {
	known := func(b []byte) bool { return len(b) == 32 || len(b) == 64 }
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, fmt.Errorf("%w: none was announced", ErrFileHash)
	}
	if b, err := decodeBase64(text); err == nil && known(b) {
		return b, nil
	}
	if b, err := hex.DecodeString(text); err == nil && known(b) {
		return b, nil
	}
	return nil, fmt.Errorf("%w: what was announced is no digest of 256 or 512 bits", ErrFileHash)
}

// signatureStream verifies a CMS while the content is written to it.
type signatureStream struct {
	in     *io.PipeWriter
	result chan signatureResult
}

type signatureResult struct {
	signatures []cms.Signature
	err        error
}

// verifyOnTheWay starts the verification; without a CMS there is nothing to do.
func verifyOnTheWay(der []byte) *signatureStream {
	if len(der) == 0 {
		return &signatureStream{}
	}
	out, in := io.Pipe()
	s := &signatureStream{in: in, result: make(chan signatureResult, 1)}
	go func() {
		signatures, err := cms.VerifyAll(der, out)
		io.Copy(io.Discard, out) // a CMS refused early must not stop the transfer
		s.result <- signatureResult{signatures, err}
	}()
	return s
}

// Write implements io.Writer.
func (s *signatureStream) Write(p []byte) (int, error) {
	if s.in == nil {
		return len(p), nil
	}
	return s.in.Write(p)
}

// finish ends the content, or gives it up, and waits for the verdict.
func (s *signatureStream) finish(cause error) ([]cms.Signature, error) {
	if s.in == nil {
		return nil, nil
	}
	s.in.CloseWithError(cause) // nil is the regular end
	r := <-s.result
	return r.signatures, r.err
}

// Check verifies the detached CMS of a file that came inside a message. Such a
// file has no hash and the bus's signature does not cover it, so without a CMS
// nothing protects it.
func (a *Attachment) Check(check FileCheck) ([]cms.Signature, error) {
	switch {
	case a.Missing:
		return nil, fmt.Errorf("%w: the message does not hold the content", ErrFileHash)
	case check.Limit > 0 && int64(len(a.Content)) > check.Limit:
		return nil, fmt.Errorf("attachment: %w", ErrTooLarge)
	case len(a.SignaturePKCS7) == 0 && check.RequireSignature:
		return nil, fmt.Errorf("%w: there is none", ErrFileSignature)
	case len(a.SignaturePKCS7) == 0:
		return nil, nil
	}
	signed, err := cms.VerifyAll(a.SignaturePKCS7, bytes.NewReader(a.Content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFileSignature, err)
	}
	return signed, check.trust(signed)
}

// trust asks about every signer.
func (c FileCheck) trust(signed []cms.Signature) error {
	for _, one := range signed {
		if c.Trust == nil {
			break
		}
		if err := c.Trust(one.Certificate); err != nil {
			return fmt.Errorf("%w: %w", ErrFileSignature, err)
		}
	}
	return nil
}
