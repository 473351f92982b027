package wsdl_test

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/wsdl"
)

// generated says where the types of each version are.
var generated = map[string]struct{ pkg, file string }{
	"1.1": {"smev11", "testdata/smev11/smev11.go"},
	"1.2": {"smev12", "testdata/smev12/smev12.go"},
	"1.3": {"wsdl", "smev13.go"},
}

// TestGeneratedTypesAreCurrent runs the generator into a temporary folder and
// compares: the committed types must come from the committed description.
func TestGeneratedTypesAreCurrent(t *testing.T) {
	for version, g := range generated {
		t.Run(version, func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.Command("go", "tool", "gowsdl", "-d", dir, "-p", g.pkg, "-o", "types.go", "message-exchange-"+version+".wsdl")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("run gowsdl: %v\n%s", err, out)
			}
			got, err := os.ReadFile(filepath.Join(dir, g.pkg, "types.go"))
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.FromSlash(g.file))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs from what the description generates: run go generate ./wsdl", g.file)
			}
		})
	}
}

// TestDocumentationStaysOnOneLine guards the description against gowsdl, which
// writes the documentation of an operation into one Go comment line.
func TestDocumentationStaysOnOneLine(t *testing.T) {
	for _, name := range descriptionFiles(t) {
		data, err := wsdl.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(data))
		inside := false
		for {
			tok, err := d.Token()
			if tok == nil {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch tok := tok.(type) {
			case xml.StartElement:
				inside = tok.Name.Local == "documentation"
			case xml.EndElement:
				inside = false
			case xml.CharData:
				if inside && bytes.ContainsRune(tok, '\n') {
					t.Errorf("%s: documentation on several lines: %q", name, tok)
				}
			}
		}
	}
}

// TestDescriptionCompilesAsSchema lets libxml2 read each schema.
func TestDescriptionCompilesAsSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	for _, name := range descriptionFiles(t) {
		if !strings.HasSuffix(name, ".xsd") {
			continue
		}
		cmd := exec.Command(xmllint, "--noout", "--nonet", "--schema", name, "-")
		cmd.Stdin = strings.NewReader("<none/>")
		out, _ := cmd.CombinedOutput()
		if !bytes.Contains(out, []byte("fails to validate")) {
			t.Errorf("%s does not compile: %s", name, out)
		}
	}
}

// TestGeneratedTypesRead checks the parts of the generated types that gowsdl
// gets wrong when the schema is written carelessly: dates, ids, base64, lists
// and the fault base type.
func TestGeneratedTypesRead(t *testing.T) {
	const doc = `<t:Response xmlns:t="urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.3"
		xmlns:b="urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.3" Id="A">
		<t:SenderProvidedResponseData><t:MessageID>m</t:MessageID><t:To>to</t:To>
		<t:AsyncProcessingStatus><t:OriginalMessageId>o</t:OriginalMessageId><t:StatusCategory>somethingNew</t:StatusCategory>
		<t:SmevFault><b:Code>c</b:Code><b:Description>SMEV-403:d</b:Description></t:SmevFault></t:AsyncProcessingStatus>
		<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>u</b:uuid><b:Hash>h</b:Hash><b:MimeType>text/xml</b:MimeType>
		<b:SignaturePKCS7>AAAA</b:SignaturePKCS7><b:Archive><b:File><b:Name>1</b:Name><b:NamespaceUri>n</b:NamespaceUri></b:File>
		<b:File><b:Name>2</b:Name><b:NamespaceUri>n</b:NamespaceUri></b:File></b:Archive></b:RefAttachmentHeader></b:RefAttachmentHeaderList>
		</t:SenderProvidedResponseData>
		<t:MessageMetadata><t:MessageType>RESPONSE</t:MessageType><t:SendingTimestamp>2020-06-15T14:18:59.000+03:00</t:SendingTimestamp></t:MessageMetadata>
		</t:Response>`
	var r wsdl.Response
	if err := xml.Unmarshal([]byte(doc), &r); err != nil {
		t.Fatal(err)
	}
	data := r.SenderProvidedResponseData
	if got := *r.Id; got != "A" {
		t.Errorf("Id = %q", got)
	}
	if got := *r.MessageMetadata.SendingTimestamp; got != "2020-06-15T14:18:59.000+03:00" {
		t.Errorf("SendingTimestamp = %q", got)
	}
	if got := *data.AsyncProcessingStatus.StatusCategory; got != "somethingNew" {
		t.Errorf("StatusCategory = %q", got)
	}
	if got := data.AsyncProcessingStatus.SmevFault.Description; got != "SMEV-403:d" {
		t.Errorf("SmevFault/Description = %q", got)
	}
	header := data.RefAttachmentHeaderList.RefAttachmentHeader[0]
	if got := *header.SignaturePKCS7; got != "AAAA" {
		t.Errorf("SignaturePKCS7 = %q, want it still in base64", got)
	}
	if got := len(header.Archive.File); got != 2 {
		t.Errorf("%d archive files, want 2", got)
	}
}

func descriptionFiles(t *testing.T) []string {
	t.Helper()
	entries, err := wsdl.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) != 3*4+1 {
		t.Fatalf("the description has %d files: %v", len(names), names)
	}
	return names
}
