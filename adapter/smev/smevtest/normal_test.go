package smevtest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func parseFile(t *testing.T, path ...string) ([]byte, *xmlsafe.Element) {
	t.Helper()
	data := samples.Read(t, path...)
	doc, err := xmlsafe.Parse(data, xmlsafe.Limits{AllowDuplicateIDs: true})
	if err != nil {
		t.Fatal(err)
	}
	return data, doc.Root
}

func find(root *xmlsafe.Element, match func(*xmlsafe.Element) bool) *xmlsafe.Element {
	var found *xmlsafe.Element
	root.Walk(func(e *xmlsafe.Element) bool {
		if match(e) {
			found = e
		}
		return found == nil
	})
	return found
}

// The simulator's own transform gives the shared vectors and agrees with the
// gateway's general one.
func TestNormalFormOnVectors(t *testing.T) {
	dir := filepath.Join(samples.Dir(t), "spec/smev3-vectors/transform")
	folders, err := filepath.Glob(filepath.Join(dir, "[0-9]*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			rel := strings.TrimPrefix(folder, samples.Dir(t))
			_, root := parseFile(t, rel, "input.xml")
			target := root
			if id, err := os.ReadFile(filepath.Join(folder, "id.txt")); err == nil {
				want := strings.TrimSpace(string(id))
				target = find(root, func(e *xmlsafe.Element) bool {
					got, _ := e.Attr("", "Id")
					return got == want
				})
			}
			var got, theirs bytes.Buffer
			if err := normalForm(&got, target); err != nil {
				t.Fatal(err)
			}
			if want := samples.Read(t, rel, "expected.bin"); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("normal form:\n%s\nwant:\n%s", got.Bytes(), want)
			}
			if err := xmldsig.TransformElement(&theirs, target); err != nil || !bytes.Equal(got.Bytes(), theirs.Bytes()) {
				t.Errorf("two implementations disagree: %v", err)
			}
		})
	}
	errors, err := filepath.Glob(filepath.Join(dir, "errors", "*.xml"))
	if err != nil || len(errors) == 0 {
		t.Fatalf("no vectors of errors: %v", err)
	}
	for _, file := range errors {
		_, root := parseFile(t, strings.TrimPrefix(file, samples.Dir(t)))
		if err := normalForm(&bytes.Buffer{}, root); err == nil {
			t.Errorf("%s: no error", filepath.Base(file))
		}
	}
}

// The simulator's verifier judges real messages as documented with them.
func TestVerifyRealMessages(t *testing.T) {
	cases := []struct {
		file, target, wrapper string
		fault                 string // empty = verifies
	}{
		{"01-send-request-v12-signed.xml", "SenderProvidedRequestData", "CallerInformationSystemSignature", ""},
		{"02-send-request-response-v12.xml", "MessageMetadata", "SMEVSignature", ""},
		{"03-get-response-response-v12.xml", "Response", "SMEVSignature", ""},
		{"03-get-response-response-v12.xml", "SenderProvidedResponseData", "SenderInformationSystemSignature", ""},
		{"07-send-request-v11-inline-attachment-redacted.xml", "SenderProvidedRequestData", "CallerInformationSystemSignature", "Хэш"},
		{"14-send-request-response-v12-reindented.xml", "MessageMetadata", "SMEVSignature", "Значение"},
		{"15-get-response-content-replaced-v12.xml", "Response", "SMEVSignature", "Хэш"},
	}
	for _, c := range cases {
		t.Run(c.file+" "+c.wrapper, func(t *testing.T) {
			raw, root := parseFile(t, "spec/smev3-vectors/messages", c.file)
			local := func(name string) *xmlsafe.Element {
				return find(root, func(e *xmlsafe.Element) bool { return e.Local == name })
			}
			_, flt := verifySignature(raw, local(c.wrapper).Elements()[0], local(c.target))
			switch {
			case c.fault == "" && flt != nil:
				t.Errorf("does not verify: %v", flt)
			case c.fault != "" && (flt == nil || !strings.Contains(flt.text, c.fault)):
				t.Errorf("fault = %v, want %q", flt, c.fault)
			}
		})
	}
}
