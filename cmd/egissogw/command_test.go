package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// console is a program with everything around it in memory.
type console struct {
	env   map[string]string
	stdin []byte
	now   time.Time
}

// result is what a command did.
type result struct {
	code           int
	stdout, stderr string
}

func (c console) run(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	now := c.now
	if now.IsZero() {
		now = time.Now()
	}
	a := &app{
		stdin: bytes.NewReader(c.stdin), stdout: &stdout, stderr: &stderr,
		lookuper: envconfig.MapLookuper(c.env), now: func() time.Time { return now },
	}
	code := a.main(t.Context(), args)
	return result{code, stdout.String(), stderr.String()}
}

// mustRun runs a command that has to succeed.
func (c console) mustRun(t *testing.T, args ...string) result {
	t.Helper()
	r := c.run(t, args...)
	if r.code != exitOK {
		t.Fatalf("egissogw %s: exit code %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r
}

// signerFiles writes a key and certificate and gives the configuration that
// names them.
func signerFiles(t *testing.T, key *gost3410.PrivateKey, c *cert.Certificate) map[string]string {
	t.Helper()
	text, err := softkey.MarshalPKCS8(key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"EGISSOGW_SIGNER":                   "softkey",
		"EGISSOGW_SOFTKEY_KEY_FILE":         signertest.File(t, "key.pem", text),
		"EGISSOGW_SOFTKEY_CERTIFICATE_FILE": signertest.File(t, "cert.pem", cert.EncodePEM(c.Raw)),
	}
}

// withSigner is a console with a made-up signer.
func withSigner(t *testing.T, curve *gost3410.Curve) (console, signertest.Identity) {
	t.Helper()
	id := signertest.NewIdentity(t, curve)
	return console{env: signerFiles(t, id.Key, id.Certificate)}, id
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBadCalls: each mistake has its own exit code and a text that names it.
func TestBadCalls(t *testing.T) {
	dir := t.TempDir()
	empty := writeFile(t, filepath.Join(dir, "empty.xml"), "")
	text := writeFile(t, filepath.Join(dir, "text.txt"), "-- просто текст\nещё строка\n")
	broken := writeFile(t, filepath.Join(dir, "broken.xml"), "<a xmlns='urn:a'>\n <b></a>")
	doctype := writeFile(t, filepath.Join(dir, "doctype.xml"), "<!DOCTYPE a><a xmlns='urn:a'/>")
	unsigned := writeFile(t, filepath.Join(dir, "unsigned.xml"), "<a xmlns='urn:a' Id='A'><b Id='B'/><c Id='B'/></a>")
	pem := writeFile(t, filepath.Join(dir, "cert.pem"), "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
	missing := filepath.Join(dir, "missing.xml")
	cases := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no file", []string{"digest"}, exitUsage, "нужен один файл"},
		{"two files", []string{"transform", unsigned, unsigned}, exitUsage, "нужен один файл"},
		{"unknown flag", []string{"digest", "--256", text}, exitUsage, "нет параметра --256"},
		{"digest of a missing file", []string{"digest", missing}, exitFailed, "не найден"},
		{"digest of a folder", []string{"digest", dir}, exitFailed, "каталог"},
		{"transform of a missing file", []string{"transform", missing}, exitFailed, "не найден"},
		{"transform of an empty file", []string{"transform", empty}, exitFailed, "пусто"},
		{"transform of text", []string{"transform", text}, exitFailed, "это не XML"},
		{"transform of broken XML", []string{"transform", broken}, exitFailed, "строка 2"},
		{"transform with a DOCTYPE", []string{"transform", doctype}, exitFailed, "DOCTYPE"},
		{"transform of an unknown Id", []string{"transform", "--id", "Z", unsigned}, exitFailed, `Id "Z" в документе нет`},
		{"transform of an ambiguous Id", []string{"transform", "--id", "B", unsigned}, exitFailed, "несколько элементов (2)"},
		{"verify a missing file", []string{"verify", missing}, exitFailed, "не найден"},
		{"verify an empty file", []string{"verify", empty}, exitFailed, "пусто"},
		{"verify text", []string{"verify", text}, exitFailed, "это не XML и не CMS"},
		{"verify broken XML", []string{"verify", broken}, exitFailed, "XML с ошибкой"},
		{"verify XML without a signature", []string{"verify", unsigned}, exitFailed, "нет подписи"},
		{"verify a certificate", []string{"verify", pem}, exitFailed, "не CMS"},
		{"verify with a wrong moment", []string{"verify", "--at", "вчера", unsigned}, exitUsage, "--at"},
		{"verify with missing trust", []string{"verify", "--trust", missing, unsigned}, exitFailed, "не найден"},
		{"verify with broken trust", []string{"verify", "--trust", text, unsigned}, exitFailed, "сертификат не читается"},
		{"standard input twice", []string{"verify", "--content", "-", "-"}, exitUsage, "дважды"},
		{"sign without a signer", []string{"sign", text}, exitFailed, "EGISSOGW_SIGNER"},
		{"cert without a signer", []string{"cert"}, exitFailed, "EGISSOGW_SIGNER"},
		{"cert of a file", []string{"cert", pem}, exitUsage, "из настроек"},
		{"sign: unknown kind", []string{"sign", "--xml", "inside", unsigned}, exitUsage, "enveloped или detached"},
		{"sign: Id for CMS", []string{"sign", "--id", "A", unsigned}, exitUsage, "--id"},
		{"sign: PEM for XML", []string{"sign", "--xml", "detached", "--pem", unsigned}, exitUsage, "--pem"},
		{"sign: plain for CMS", []string{"sign", "--plain", unsigned}, exitUsage, "--plain"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := console{}.run(t, tc.args...)
			if r.code != tc.code || !strings.Contains(r.stderr, tc.want) {
				t.Errorf("exit code %d, want %d with %q: %s", r.code, tc.code, tc.want, r.stderr)
			}
			if r.stdout != "" {
				t.Errorf("standard output: %s", r.stdout)
			}
		})
	}
}

// base64Line is what digest prints for these bytes.
func base64Line(b []byte) string { return base64.StdEncoding.EncodeToString(b) + "\n" }

// TestInterruptedInput: a command that waits for standard input ends when it is
// told to, though the read itself cannot be stopped.
func TestInterruptedInput(t *testing.T) {
	stdin, keyboard := io.Pipe()
	defer keyboard.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		keyboard.Write([]byte("<a xmlns='urn:a'>")) // returns when the command reads
		cancel()
	}()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: stdin, stdout: &stdout, stderr: &stderr, lookuper: envconfig.MapLookuper(nil), now: time.Now}
	if code := a.main(ctx, []string{"digest", "-"}); code != exitFailed || stdout.Len() > 0 || !strings.Contains(stderr.String(), "canceled") {
		t.Errorf("exit code %d: %s%s", code, &stdout, &stderr)
	}
}
