//go:build !pkcs11 || !cgo

package pkcs11_test

import (
	"errors"
	"testing"

	"egissogw/crypto/pkcs11"
)

// A build without PKCS#11 says so.
func TestNotBuilt(t *testing.T) {
	signer, err := pkcs11.Open(t.Context(), pkcs11.Options{Module: "/usr/lib/librtpkcs11ecp.so"})
	if signer != nil || !errors.Is(err, pkcs11.ErrNotBuilt) {
		t.Errorf("error %v, want ErrNotBuilt", err)
	}
}
