package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
)

// vectors lists the folders of transform vectors.
func vectors(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(signertest.Shared(t, "spec", "smev3-vectors", "transform"), "[0-9]*"))
	if err != nil || len(all) < 10 {
		t.Fatalf("only %d transform vectors, %v", len(all), err)
	}
	return all
}

func TestTransformVectors(t *testing.T) {
	for _, dir := range vectors(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			args := []string{"transform"}
			if id, err := os.ReadFile(filepath.Join(dir, "id.txt")); err == nil {
				args = append(args, "--id", strings.TrimSpace(string(id)))
			}
			want := string(readFile(t, filepath.Join(dir, "expected.bin")))
			input := filepath.Join(dir, "input.xml")
			if got := (console{}).mustRun(t, append(args, input)...); got.stdout != want {
				t.Errorf("got\n%s\nwant\n%s", got.stdout, want)
			}
			c := console{stdin: readFile(t, input)}
			if got := c.mustRun(t, append(args, "-")...); got.stdout != want {
				t.Errorf("from standard input:\n%s\nwant\n%s", got.stdout, want)
			}
		})
	}
}

// TestTransformErrors: where the reference fails, so does the command, with
// nothing on standard output and one line.
func TestTransformErrors(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(signertest.Shared(t, "spec", "smev3-vectors", "transform", "errors"), "*.xml"))
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r := console{}.run(t, "transform", path)
			if r.code != exitFailed || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("exit code %d, standard output %q, standard error %q", r.code, r.stdout, r.stderr)
			}
		})
	}
}

// TestDigestVectors compares with the digests of the vectors, both sizes.
func TestDigestVectors(t *testing.T) {
	root := signertest.Shared(t, "spec", "smev3-vectors", "transform")
	lines := bufio.NewScanner(bytes.NewReader(readFile(t, filepath.Join(root, "DIGESTS.txt"))))
	name, compared := "", 0
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 1:
			name = fields[0]
		case len(fields) == 2 && strings.HasPrefix(fields[0], "streebog"):
			args := []string{"digest", filepath.Join(root, name, "expected.bin")}
			if fields[0] == "streebog512" {
				args = append(args, "--512")
			}
			if got := (console{}).mustRun(t, args...); got.stdout != fields[1]+"\n" {
				t.Errorf("%s, %s: %q", name, fields[0], got.stdout)
			}
			compared++
		}
	}
	if compared != 2*len(vectors(t)) {
		t.Errorf("%d digests compared", compared)
	}
}

// TestDigestOfStandardInput: more than one read, and nothing at all (RFC 6986 and
// OpenSSL agree on the digest of the empty string).
func TestDigestOfStandardInput(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for _, data := range [][]byte{nil, []byte("текст"), bytes.Repeat([]byte("0123456789abcdef"), 100_000)} {
		want := openssl.Run(t, data, "dgst", "-md_gost12_256", "-binary")
		got := console{stdin: data}.mustRun(t, "digest", "-")
		if got.stdout != base64Line(want) {
			t.Errorf("%d bytes: %s, want %s", len(data), got.stdout, base64Line(want))
		}
	}
}
