// Package gostbench lets tests and benchmarks ask OpenSSL's gost-engine to
// hash, sign and verify, many times without a process for each. Its benchmarks
// put the engine and the packages streebog and gost3410 side by side.
package gostbench

import (
	"bufio"
	_ "embed"
	"encoding/asn1"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

//go:embed testdata/engine.c
var source []byte

// Engine is a running program that has the engine loaded. It is not safe for
// concurrent use.
type Engine struct {
	t      testing.TB
	stdin  *bufio.Writer
	stdout *bufio.Reader
}

// Start builds and starts the program, for as long as the test runs. It skips
// the test where gcc, OpenSSL's headers or the engine are missing.
func Start(t testing.TB) *Engine {
	t.Helper()
	dir := t.TempDir()
	file, program := filepath.Join(dir, "engine.c"), filepath.Join(dir, "engine")
	if err := os.WriteFile(file, source, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-O2", "-o", program, file, "-lcrypto").CombinedOutput(); err != nil {
		t.Skipf("the program for OpenSSL's engine cannot be built here (it takes gcc and libssl-dev): %v\n%s", err, out)
	}
	openssl, err := OpenSSL()
	if err != nil {
		t.Skip(err)
	}
	command := exec.Command(program)
	if filepath.Base(filepath.Dir(openssl)) == engineFolder {
		command.Env = append(os.Environ(), "OPENSSL_ENGINES="+filepath.Dir(openssl))
	}
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	e := &Engine{t: t, stdin: bufio.NewWriter(stdin), stdout: bufio.NewReader(stdout)}
	t.Cleanup(func() {
		e.stdin.WriteByte('q')
		e.stdin.Flush()
		if err := command.Wait(); err != nil {
			t.Errorf("program for OpenSSL's engine: %v", err)
		}
	})
	return e
}

// Hash returns the digest of data by a function of OpenSSL, such as
// "md_gost12_256", and the time of each of n repetitions.
func (e *Engine) Hash(function string, data []byte, n int) ([]byte, time.Duration) {
	_, digest, spent := e.ask('h', n, []byte(function), data, nil)
	return digest, spent
}

// Sign signs a digest with a private key made by PrivateKey, n times. The
// signature is nil if the engine refuses.
func (e *Engine) Sign(key, digest []byte, n int) ([]byte, time.Duration) {
	ok, signature, spent := e.ask('s', n, key, digest, nil)
	if !ok {
		return nil, spent
	}
	return signature, spent
}

// Verify checks a signature with a public key made by PublicKey, n times.
func (e *Engine) Verify(key, digest, signature []byte, n int) (bool, time.Duration) {
	ok, _, spent := e.ask('v', n, key, digest, signature)
	return ok, spent
}

func (e *Engine) ask(op byte, n int, args ...[]byte) (bool, []byte, time.Duration) {
	e.t.Helper()
	e.stdin.WriteByte(op)
	e.stdin.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	for _, a := range args {
		e.stdin.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(a))))
		e.stdin.Write(a)
	}
	if err := e.stdin.Flush(); err != nil {
		e.t.Fatalf("write to OpenSSL's engine: %v", err)
	}
	var head [13]byte
	if _, err := io.ReadFull(e.stdout, head[:]); err != nil {
		e.t.Fatalf("read from OpenSSL's engine: %v", err)
	}
	out := make([]byte, binary.LittleEndian.Uint32(head[9:]))
	if _, err := io.ReadFull(e.stdout, out); err != nil {
		e.t.Fatalf("read from OpenSSL's engine: %v", err)
	}
	return head[0] == 1, out, time.Duration(binary.LittleEndian.Uint64(head[1:])) / time.Duration(max(n, 1))
}

// algorithm is the AlgorithmIdentifier of a GOST R 34.10-2012 key (RFC 9215,
// section 4).
type algorithm struct {
	OID        asn1.ObjectIdentifier
	Parameters struct{ Curve, Digest asn1.ObjectIdentifier }
}

func algorithmOf(curve asn1.ObjectIdentifier, size int) (a algorithm) {
	family := 1 + size/64 // 1 for 256 bits, 2 for 512
	a.OID = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, family}
	a.Parameters.Curve = curve
	a.Parameters.Digest = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 1 + family}
	return a
}

// PrivateKey wraps a little-endian private key in PKCS#8.
func PrivateKey(t testing.TB, curve asn1.ObjectIdentifier, key []byte) []byte {
	inner := encode(t, key)
	return encode(t, struct {
		Version   int
		Algorithm algorithm
		Key       []byte
	}{0, algorithmOf(curve, len(key)), inner})
}

// PublicKey wraps a public key, X‖Y little-endian, in SubjectPublicKeyInfo.
func PublicKey(t testing.TB, curve asn1.ObjectIdentifier, key []byte) []byte {
	inner := encode(t, key)
	return encode(t, struct {
		Algorithm algorithm
		Key       asn1.BitString
	}{algorithmOf(curve, len(key)/2), asn1.BitString{Bytes: inner, BitLength: 8 * len(inner)}})
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
