package smev

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/crypto/xmlsafe"
	"egissogw/wsdl"
	"egissogw/wsdl/testdata/smev11"
	"egissogw/wsdl/testdata/smev12"
)

// TestSamplesAreValid holds our descriptions of 1.1 and 1.2 against the real
// messages, those that were changed for publication too.
func TestSamplesAreValid(t *testing.T) {
	for _, row := range sampleRows {
		if row.op == "" || row.asSigned || strings.HasPrefix(row.file, "10-") {
			continue
		}
		t.Run(filepath.Base(row.file), func(t *testing.T) {
			raw, _, err := unwrap(row.contentType, sample(t, row.file), Limits{}.withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			e, err := openEnvelope(row.op, 500, "text/xml", raw, Limits{}.withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			if e.fault != nil {
				return // read by name, with or without the parts its schema demands
			}
			validateElement(t, e.raw, e.body, ourSchema(t, row.version), row.knownDefects()...)
		})
	}
}

// ourSchema joins our types and faults of a version, so that the xsi:type of a
// fault inside a status resolves.
func ourSchema(t *testing.T, v Version) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	var imports strings.Builder
	for space, part := range map[string]string{v.Types: "types", v.Faults: "faults"} {
		fmt.Fprintf(&imports, `<xs:import namespace="%s" schemaLocation="%s"/>`, space, filepath.Join(dir, part+"-"+v.Name+".xsd"))
	}
	path := filepath.Join(t.TempDir(), "all.xsd")
	text := `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">` + imports.String() + `</xs:schema>`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// knownDefects are complaints about samples that are the samples' own.
func (r sampleRow) knownDefects() []string {
	switch r.file {
	case "06-get-request-response-v11-xop-fs.xml":
		return []string{"SignaturePKCS7"} // its content is an xop:Include without its part
	case "07-send-request-v11-inline-attachment-redacted.xml":
		return []string{"}Id'"} // begins with a digit; the bus accepted it (SPEC.md#inline-files)
	}
	return nil
}

// TestReadingThroughOneVersionLosesNothing decodes the samples of 1.1 and 1.2
// with the types of their own version, too, and compares what both know.
func TestReadingThroughOneVersionLosesNothing(t *testing.T) {
	compare := func(t *testing.T, e *xmlsafe.Element, v Version, own, common any) {
		t.Helper()
		if err := xml.NewTokenDecoder(&treeReader{version: Version{}, root: e}).Decode(own); err != nil {
			t.Fatal(err)
		}
		if err := decodeInto(e, v, common); err != nil {
			t.Fatal(err)
		}
		mine, theirs := flat(own), flat(common)
		if len(theirs) < 4 {
			t.Errorf("only %d values were read", len(theirs))
		}
		for path, value := range mine {
			if other, ok := theirs[path]; !ok && !onlyOf11(path) || ok && other != value {
				t.Errorf("%s: %q in its own version, %q through %s", path, value, other, wsdl.Version)
			}
		}
		for path := range theirs {
			if _, ok := mine[path]; !ok {
				t.Errorf("%s: only through %s", path, wsdl.Version)
			}
		}
	}
	target := func(t *testing.T, file string, v Version, op Operation, path ...string) *xmlsafe.Element {
		t.Helper()
		e := openWhole(t, op, "text/xml", sample(t, file)).body
		for _, local := range path {
			e = e.Child(v.Types, local)
		}
		return e
	}
	t.Run("1.1 request", func(t *testing.T) {
		e := target(t, "06-get-request-response-v11-xop-fs.xml", Version11, OpGetRequest, "RequestMessage", "Request")
		compare(t, e, Version11, new(smev11.Request), new(wsdl.Request))
	})
	t.Run("1.2 receipt", func(t *testing.T) {
		e := target(t, "02-send-request-response-v12.xml", Version12, OpSendRequest, "MessageMetadata")
		compare(t, e, Version12, new(smev12.MessageMetadata), new(wsdl.MessageMetadata))
	})
	for _, file := range []string{"03-get-response-response-v12.xml", "11-get-response-async-rejected-v12.xml", "15-get-response-content-replaced-v12.xml"} {
		t.Run("1.2 answer "+file[:2], func(t *testing.T) {
			e := target(t, file, Version12, OpGetResponse, "ResponseMessage", "Response")
			compare(t, e, Version12, new(smev12.Response), new(wsdl.Response))
		})
	}
}

// onlyOf11 are values 1.3 has no place for; a consumer reads none of them.
func onlyOf11(path string) bool {
	for _, name := range []string{"MessageBroker", "DestinationName", "SupplementaryData"} {
		if strings.Contains(path, "/"+name+"[") {
			return true
		}
	}
	return false
}

// flat lists the values of a generated type by their path.
func flat(v any) map[string]string {
	data, err := xml.Marshal(v)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	doc, err := xmlsafe.Parse(data, xmlsafe.Limits{AllowDuplicateIDs: true})
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	values := map[string]string{}
	var walk func(path string, e *xmlsafe.Element)
	walk = func(path string, e *xmlsafe.Element) {
		for _, a := range e.Attrs {
			values[path+"/@"+a.Local] = a.Value
		}
		seen := map[string]int{}
		for _, c := range e.Elements() {
			seen[c.Local]++
			walk(fmt.Sprintf("%s/%s[%d]", path, c.Local, seen[c.Local]), c)
		}
		if len(e.Elements()) == 0 {
			values[path] = strings.TrimSpace(e.Text())
		}
	}
	walk("", doc.Root)
	return values
}
