package xmldsig_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func TestMain(m *testing.M) { signertest.Main(m) }

// sharedDir finds the folder of specifications beside the repository.
func sharedDir(t testing.TB) string {
	t.Helper()
	return signertest.Shared(t)
}

// firstDifference shows where two outputs part.
func firstDifference(ours, theirs []byte) string {
	i := 0
	for i < len(ours) && i < len(theirs) && ours[i] == theirs[i] {
		i++
	}
	around := func(b []byte) []byte { return b[max(0, i-60):min(len(b), i+60)] }
	return fmt.Sprintf("at byte %d\nours   %q\ntheirs %q", i, around(ours), around(theirs))
}

const (
	typesNS = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.3"
	basicNS = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.3"
	soapNS  = "http://schemas.xmlsoap.org/soap/envelope/"
)

// party is somebody who signs in tests.
type party struct {
	signertest.Identity
	*softkey.Signer
}

func (p party) Certificate() *cert.Certificate { return p.Identity.Certificate }

func newParty(t testing.TB, curve *gost3410.Curve) party {
	t.Helper()
	id := signertest.NewIdentity(t, curve)
	signer, err := softkey.New(id.Key, id.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	return party{id, signer}
}

// trust trusts exactly this party.
func (p party) trust(c *cert.Certificate) error {
	if !c.Equal(p.Identity.Certificate) {
		return cert.ErrUntrusted
	}
	return nil
}

// rawSign signs octets as SignatureValue does.
func (p party) rawSign(t testing.TB, octets []byte) []byte {
	t.Helper()
	h := cert.NewDigest(p.Identity.Certificate.DigestSize())
	h.Write(octets)
	value, err := p.Key.Sign(rand.Reader, h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// certificateText is the certificate as X509Certificate carries it.
func (p party) certificateText() string {
	return base64.StdEncoding.EncodeToString(p.Identity.Certificate.Raw)
}

// signedElement writes an element with the writer and gives both its wire form
// and its digest.
func signedElement(t testing.TB, size int, fn func(*xmldsig.Writer)) (wire string, digest []byte) {
	t.Helper()
	var b strings.Builder
	h := cert.NewDigest(size)
	w := xmldsig.NewWriter(&b, h, []xmldsig.Prefix{{Prefix: "t", URI: typesNS}, {Prefix: "b", URI: basicNS}})
	fn(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), h.Sum(nil)
}

// response writes a t:Response with that Id and answer.
func response(id, answer string) func(*xmldsig.Writer) {
	return func(w *xmldsig.Writer) {
		w.StartAttrs(typesNS, "Response", xmldsig.Attr{Local: "Id", Value: id})
		w.Element(typesNS, "OriginalMessageId", "d0f3cbf6-9b3e-11ea-b23a-3316e2108089")
		w.Start(basicNS, "MessagePrimaryContent")
		w.Element("urn:answer", "Answer", answer)
		w.End()
		w.End()
	}
}

// genuine makes a signed response and its signature.
func genuine(t testing.TB, bus party) (element, signature string) {
	t.Helper()
	element, digest := signedElement(t, bus.Identity.Certificate.DigestSize(), response("SIGNED_BY_SMEV", "genuine"))
	s, err := xmldsig.Sign(context.Background(), bus, "SIGNED_BY_SMEV", digest)
	if err != nil {
		t.Fatal(err)
	}
	return element, string(s)
}

// envelope puts what it is given where the bus puts it.
func envelope(header, insideResponseMessage string) string {
	return `<soap:Envelope xmlns:soap="` + soapNS + `"><soap:Header>` + header + `</soap:Header><soap:Body><t:GetResponseResponse xmlns:t="` + typesNS +
		`"><t:ResponseMessage>` + insideResponseMessage + `</t:ResponseMessage></t:GetResponseResponse></soap:Body></soap:Envelope>`
}

// smevSignature wraps a ds:Signature.
func smevSignature(signature string) string {
	return "<t:SMEVSignature>" + signature + "</t:SMEVSignature>"
}

// receive does what a client does with a reply: strict reading, everything by
// its place, verification, and only the verified element is used.
func receive(doc string, limits xmlsafe.Limits, trust func(*cert.Certificate) error) (answer string, err error) {
	d, err := xmlsafe.Parse([]byte(doc), limits)
	if err != nil {
		return "", err
	}
	e := d.Root
	for _, step := range [][2]string{{soapNS, "Body"}, {typesNS, "GetResponseResponse"}, {typesNS, "ResponseMessage"}} {
		next, ok := e.Only(step[0], step[1])
		if !ok {
			return "", fmt.Errorf("no single %s", step[1])
		}
		e = next
	}
	target, ok := e.Only(typesNS, "Response")
	if !ok {
		return "", fmt.Errorf("no single Response")
	}
	wrapper, ok := e.Only(typesNS, "SMEVSignature")
	if !ok {
		return "", fmt.Errorf("no single SMEVSignature")
	}
	signature, ok := wrapper.Only(xmldsig.Namespace, "Signature")
	if !ok {
		return "", fmt.Errorf("no single ds:Signature")
	}
	v, err := xmldsig.Verify(signature, target, xmldsig.VerifyOptions{Trust: trust})
	if err != nil {
		return "", err
	}
	content := v.Element.Child(basicNS, "MessagePrimaryContent")
	if content == nil || content.Child("urn:answer", "Answer") == nil {
		return "", fmt.Errorf("no answer")
	}
	return content.Child("urn:answer", "Answer").Text(), nil
}
