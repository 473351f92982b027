//go:build pkcs11 && cgo

package pkcs11_test

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
)

// TestMakeToken makes the token of .ci/packages: in the folder EGISSOGW_MAKE_TOKEN its files
// (tokens), its certificate (token.cert.pem) and its PIN (pin).
func TestMakeToken(t *testing.T) {
	folder := os.Getenv("EGISSOGW_MAKE_TOKEN")
	if folder == "" {
		folder = t.TempDir()
	}
	tok := newToken(t, true)
	made, err := filepath.Abs(filepath.Join(filepath.Dir(os.Getenv("SOFTHSM2_CONF")), "tokens"))
	check(t, err, os.CopyFS(filepath.Join(folder, "tokens"), os.DirFS(made)),
		os.WriteFile(filepath.Join(folder, "token.cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tok.certificate.Raw}), 0o644),
		os.WriteFile(filepath.Join(folder, "pin"), []byte(userPIN), 0o600))
}
