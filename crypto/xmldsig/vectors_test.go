package xmldsig_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"egissogw/crypto/streebog"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// vectorDir holds the vectors made with the reference implementation.
const vectorDir = "../../testdata/transform"

func readFile(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parseRoot(t testing.TB, data []byte) *xmlsafe.Element {
	t.Helper()
	doc, err := xmlsafe.Parse(data, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc.Root
}

// byID finds the element with that Id attribute.
func byID(t testing.TB, root *xmlsafe.Element, id string) *xmlsafe.Element {
	t.Helper()
	var found *xmlsafe.Element
	root.Walk(func(e *xmlsafe.Element) bool {
		if v, ok := e.Attr("", "Id"); ok && v == id {
			found = e
		}
		return found == nil
	})
	if found == nil {
		t.Fatalf("no element with Id %s", id)
	}
	return found
}

func canonical(t testing.TB, e *xmlsafe.Element) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := xmldsig.Canonicalize(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func transformed(t testing.TB, e *xmlsafe.Element) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := xmldsig.TransformElement(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// vector is one entry of DIGESTS.txt.
type vector struct {
	name                     string
	bytes                    int
	streebog256, streebog512 string
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	text := string(readFile(t, vectorDir, "DIGESTS.txt"))
	entry := regexp.MustCompile(`(?m)^(\S+)\n  bytes +(\d+)\n  streebog256 (\S+)\n  streebog512 (\S+)$`)
	var vectors []vector
	for _, m := range entry.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, vector{m[1], n, m[3], m[4]})
	}
	if len(vectors) != 10 {
		t.Fatalf("%d vectors, want 10", len(vectors))
	}
	return vectors
}

func TestTransformVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.name, func(t *testing.T) {
			dir := filepath.Join(vectorDir, v.name)
			element := parseRoot(t, readFile(t, dir, "input.xml"))
			if id, err := os.ReadFile(filepath.Join(dir, "id.txt")); err == nil {
				element = byID(t, element, strings.TrimSpace(string(id)))
			}
			wantC14N, want := readFile(t, dir, "c14n.bin"), readFile(t, dir, "expected.bin")
			if got := canonical(t, element); !bytes.Equal(got, wantC14N) {
				t.Errorf("canonical form\n%q\nwant\n%q", got, wantC14N)
			}
			if got := transformed(t, element); !bytes.Equal(got, want) {
				t.Errorf("one-pass transform\n%q\nwant\n%q", got, want)
			}
			var b bytes.Buffer
			if err := xmldsig.Transform(&b, wantC14N); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("transform of octets\n%q (%v)\nwant\n%q", b.Bytes(), err, want)
			}
			if len(want) != v.bytes {
				t.Errorf("%d bytes, want %d", len(want), v.bytes)
			}
			h256, h512 := streebog.New256(), streebog.New512()
			if err := xmldsig.TransformElement(h256, element); err != nil {
				t.Fatal(err)
			}
			if err := xmldsig.TransformElement(h512, element); err != nil {
				t.Fatal(err)
			}
			if got := base64.StdEncoding.EncodeToString(h256.Sum(nil)); got != v.streebog256 {
				t.Errorf("256-bit digest %s, want %s", got, v.streebog256)
			}
			if got := base64.StdEncoding.EncodeToString(h512.Sum(nil)); got != v.streebog512 {
				t.Errorf("512-bit digest %s, want %s", got, v.streebog512)
			}
		})
	}
}

func TestTransformErrorVectors(t *testing.T) {
	inputs, err := filepath.Glob(filepath.Join(vectorDir, "errors", "*.xml"))
	if err != nil || len(inputs) != 3 {
		t.Fatalf("%d error vectors (%v), want 3", len(inputs), err)
	}
	for _, name := range inputs {
		t.Run(filepath.Base(name), func(t *testing.T) {
			element := parseRoot(t, readFile(t, name))
			var b bytes.Buffer
			if err := xmldsig.TransformElement(&b, element); !errors.Is(err, xmldsig.ErrTransform) {
				t.Errorf("one-pass transform: %v", err)
			}
			if err := xmldsig.Transform(&b, canonical(t, element)); !errors.Is(err, xmldsig.ErrTransform) {
				t.Errorf("transform of octets: %v", err)
			}
		})
	}
}
