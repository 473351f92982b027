package signertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gostbench"
)

// Tool runs OpenSSL with its gost-engine.
type Tool struct{ path string }

// Missing skips the test because something it needs is absent; in CI nothing may be, so there it
// fails.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// OpenSSL finds the program and its engine. See Missing for what happens where they are absent.
func OpenSSL(t testing.TB) *Tool {
	t.Helper()
	path, err := gostbench.OpenSSL()
	if err != nil {
		Missing(t, "no OpenSSL with GOST to compare with: %v", err)
	}
	return &Tool{path}
}

// Path is the absolute path of the program.
func (o *Tool) Path() string { return o.path }

// Try runs one command, `-engine gost` added after its name, and returns what it wrote to its
// standard output.
func (o *Tool) Try(t testing.TB, stdin []byte, command string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), o.path, append([]string{command, "-engine", "gost"}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("openssl %s: %w: %s", command, err, strings.TrimSpace(stderr.String()+stdout.String()))
	}
	return stdout.Bytes(), nil
}

// Run is Try that ends the test on an error.
func (o *Tool) Run(t testing.TB, stdin []byte, command string, args ...string) []byte {
	t.Helper()
	out, err := o.Try(t, stdin, command, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// VerifyDigest asks OpenSSL whether a signature of a digest holds.
func (o *Tool) VerifyDigest(t testing.TB, c *cert.Certificate, digest, signature []byte) error {
	t.Helper()
	certificate := File(t, "certificate.pem", cert.EncodePEM(c.Raw))
	_, err := o.Try(t, digest, "pkeyutl", "-verify", "-certin", "-inkey", certificate, "-sigfile", File(t, "signature", signature))
	return err
}

// File writes a file in a new temporary folder of the test and returns its path.
func File(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
