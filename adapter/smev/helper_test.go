package smev

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func TestMain(m *testing.M) { signertest.Main(m) }

const testContentSpace = "urn://egisso-ru/msg/10.10.I/1.0.3"

// testCurve is that of keys no test is about.
var testCurve = gost3410.TC26_256A()

var testNow = time.Date(2025, 6, 2, 12, 0, 0, 5e6, time.FixedZone("MSK", 3*60*60))

func newTestSigner(t testing.TB, curve *gost3410.Curve) *softkey.Signer {
	t.Helper()
	identity := signertest.NewIdentity(t, curve)
	signer, err := softkey.New(identity.Key, identity.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	signer.Clock = func() time.Time { return testNow }
	return signer
}

// testContent writes <request><attachment>true</attachment></request>.
func testContent(w ContentWriter) error {
	w.Start(testContentSpace, "request")
	w.Element(testContentSpace, "attachment", "true")
	w.End()
	return nil
}

func testRequest() Request {
	return Request{MessageID: NewMessageID(testNow), Content: testContent}
}

// body gives the child of soap:Body and checks the frame around it.
func body(t *testing.T, envelope []byte) *xmlsafe.Element {
	t.Helper()
	doc, err := xmlsafe.Parse(envelope, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	parts := doc.Root.Elements()
	if !doc.Root.Is(SOAPNamespace, "Envelope") || len(parts) != 2 ||
		!parts[0].Is(SOAPNamespace, "Header") || len(parts[0].Children) != 0 || !parts[1].Is(SOAPNamespace, "Body") {
		t.Fatal("the frame is not Envelope(Header, Body) with an empty header")
	}
	child := parts[1].Elements()
	if len(child) != 1 {
		t.Fatalf("%d elements in soap:Body", len(child))
	}
	return child[0]
}

// checkCall verifies a call as the bus would: the signature by its place, the
// signed element by its place and name.
func checkCall(t *testing.T, envelope []byte, v Version, op Operation, signedSpace, signed string, signer Signer) *xmlsafe.Element {
	t.Helper()
	call := body(t, envelope)
	if !call.Is(v.Types, op.RequestElement()) {
		t.Fatalf("body is {%s}%s", call.Space, call.Local)
	}
	targets := call.Childs(signedSpace, signed)
	if len(targets) != 1 {
		t.Fatalf("%d children {%s}%s", len(targets), signedSpace, signed)
	}
	target := targets[0]
	wrapper, ok := call.Only(v.Types, "CallerInformationSystemSignature")
	if !ok {
		t.Fatal("no signature")
	}
	signature, ok := wrapper.Only(DSigNamespace, "Signature")
	if !ok {
		t.Fatal("no ds:Signature")
	}
	verified, err := xmldsig.Verify(signature, target, xmldsig.VerifyOptions{Trust: func(c *cert.Certificate) error {
		if !c.Equal(signer.Certificate()) {
			return fmt.Errorf("another certificate")
		}
		return nil
	}})
	if err != nil {
		t.Fatalf("signature: %v", err)
	}
	return verified.Element
}

// validate checks the child of soap:Body with the operator's schema; of 1.2, and
// where the operator's are not at hand, with ours.
func validate(t *testing.T, envelope []byte, version string) {
	t.Helper()
	schema := filepath.Join("..", "..", "wsdl", "types-"+version+".xsd")
	if official, ok := signertest.FindShared(t, "schemas", "smev", "v"+version, "smev-message-exchange-types-"+version+".xsd"); ok {
		schema = official
	}
	validateElement(t, envelope, body(t, envelope), schema)
}

// validateElement checks one element, which must declare its own namespaces.
// Complaints that name one of the defects are expected.
func validateElement(t *testing.T, source []byte, e *xmlsafe.Element, schema string, defects ...string) {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	document := source[e.Start:e.End]
	file := filepath.Join(t.TempDir(), "body.xml")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(xmllint, "--noout", "--nonet", "--schema", schema, file).CombinedOutput()
	if err == nil && len(defects) == 0 {
		return
	}
	for line := range strings.Lines(string(out)) {
		known := slices.ContainsFunc(defects, func(d string) bool { return strings.Contains(line, d) })
		if !known && !strings.Contains(line, "fails to validate") && !strings.Contains(line, " validates") {
			t.Errorf("not valid against %s: %s", filepath.Base(schema), line)
		}
	}
}

// hangUp breaks the connection without a reply.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

var discardLog = log.New(io.Discard, "", 0)
