//go:build !pkcs11 || !cgo

package pkcs11

import (
	"context"

	"egissogw/crypto/cert"
)

// Signer cannot be made in this build.
type Signer struct{}

// Open returns ErrNotBuilt.
func Open(context.Context, Options) (*Signer, error) { return nil, ErrNotBuilt }

// Certificate returns nil.
func (*Signer) Certificate() *cert.Certificate { return nil }

// SignDigest returns ErrNotBuilt.
func (*Signer) SignDigest(context.Context, []byte) ([]byte, error) { return nil, ErrNotBuilt }

// Close does nothing.
func (*Signer) Close() error { return nil }
