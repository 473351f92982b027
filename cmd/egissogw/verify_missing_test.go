package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

const testTypes = signature.MessageNamespaces + "/1.3"

// busSigned names every kind of message the bus signs: the reply, the message in it (if
// that is another element) and the element that is signed.
var busSigned = map[string]struct{ reply, message, signed, content string }{
	"answer":                {"GetResponseResponse", "ResponseMessage", "Response", "<MessageType>RESPONSE</MessageType>"},
	"status in the queue":   {"GetResponseResponse", "ResponseMessage", "Response", "<AsyncProcessingStatus/>"},
	"request":               {"GetRequestResponse", "RequestMessage", "Request", "<MessageType>REQUEST</MessageType>"},
	"broadcast":             {"GetRequestResponse", "RequestMessage", "Request", "<MessageType>BROADCAST</MessageType>"},
	"cancellation":          {"GetRequestResponse", "RequestMessage", "Cancel", "<MessageReference/>"},
	"status":                {"GetStatusResponse", "SmevAsyncProcessingMessage", "AsyncProcessingStatusData", "<AsyncProcessingStatus/>"},
	"receipt for a request": {"SendRequestResponse", "", "MessageMetadata", "<Status>requestIsQueued</Status>"},
	"receipt for an answer": {"SendResponseResponse", "", "MessageMetadata", "<Status>responseIsAccepted</Status>"},
}

// signedBy gives a genuine signature of an element by its Id.
func signedBy(t *testing.T, id signertest.Identity, element string) (signature string) {
	t.Helper()
	signer, err := softkey.New(id.Key, id.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	signer.Clock = func() time.Time { return signertest.KeyEnd.AddDate(-1, 0, 0) }
	doc, err := xmlsafe.ParseString(element, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	digest, err := xmldsig.Digest(doc.Root, id.Certificate.DigestSize(), false)
	if err != nil {
		t.Fatal(err)
	}
	name, _ := doc.Root.Attr("", "Id")
	raw, err := xmldsig.Sign(t.Context(), signer, name, digest)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// withoutTheBus are the ways to take the bus's signature, with the element that holds it,
// from where it has to be.
func withoutTheBus(message, wrapper string) map[string]string {
	by := func(text string) string { return strings.Replace(message, wrapper, text, 1) }
	respelled := func(old, text string) string { return by(strings.ReplaceAll(wrapper, old, text)) }
	ways := map[string]string{
		"removed":                     by(""),
		"emptied":                     by(`<t:SMEVSignature xmlns:t="` + testTypes + `"/>`),
		"holder renamed":              respelled("SMEVSignature", "SMEVSignature2"),
		"holder of another namespace": respelled(signature.MessageNamespaces, "urn:x"),
		"signature renamed":           respelled(xmldsig.Namespace, "urn:x#"),
		"in a comment":                by("<!--" + strings.ReplaceAll(wrapper, "--", "- -") + "-->"),
		"in another element":          by(`<x xmlns="urn:x">` + wrapper + "</x>"),
		"twice":                       by(wrapper + wrapper),
	}
	body := regexp.MustCompile(`<(/?)(\w+:)?Body[^>]*>`)
	for _, tag := range body.FindAllString(by(""), -1) {
		moved := wrapper + tag
		if !strings.HasPrefix(tag, "</") {
			moved = tag + wrapper
		}
		ways["moved beside the reply, "+tag] = strings.Replace(by(""), tag, moved, 1)
	}
	return ways
}

// assertMissesTheBus verifies a message, which holds, and what is left of it without the
// bus's signature, which must not.
func assertMissesTheBus(t *testing.T, c console, message string) {
	t.Helper()
	wrapper := regexp.MustCompile(`(?s)<(\w+:)?SMEVSignature.*</(\w+:)?SMEVSignature>`).FindString(message)
	if wrapper == "" {
		t.Fatal("no SMEVSignature")
	}
	// It declares its namespace itself, so that it can stand anywhere.
	own := wrapper
	if start := regexp.MustCompile(`^<(\w+):SMEVSignature>`).FindStringSubmatch(wrapper); start != nil {
		declared := regexp.MustCompile(` xmlns:` + start[1] + `="[^"]*"`).FindString(message)
		own = strings.Replace(wrapper, ">", declared+">", 1)
	}
	message, wrapper = strings.Replace(message, wrapper, own, 1), own
	if report, r := c.report(t, signertest.File(t, "m.xml", []byte(message))); !report.Holds {
		t.Fatalf("the whole message does not hold: %s", r.stdout)
	}
	for way, text := range withoutTheBus(message, wrapper) {
		report, r := c.report(t, signertest.File(t, "m.xml", []byte(text)))
		if report.Holds || r.code != exitFailed || !slices.Contains(wrong(report), signature.TitlePlace) {
			t.Errorf("%s: holds %v, exit code %d, wrong %q\n%s", way, report.Holds, r.code, wrong(report), r.stdout)
		}
	}
}

// TestVerifyMissesTheBus: a message of a kind the bus signs does not hold without that
// signature, wherever it went, whatever genuine ones of others it has.
func TestVerifyMissesTheBus(t *testing.T) {
	t.Parallel()
	bus, stranger := signertest.NewIdentity(t, gost3410.TC26_256A()), signertest.NewIdentity(t, gost3410.TC26_256A())
	const strange = `<x xmlns="urn:x" Id="STRANGE">1</x>`
	header := strange + signedBy(t, stranger, strange)
	c := console{now: signertest.KeyEnd.AddDate(-1, 0, 0)}
	for name, kind := range busSigned {
		t.Run(name, func(t *testing.T) {
			signed := "<" + kind.signed + ` xmlns="` + testTypes + `" Id="BUS">` + kind.content + "</" + kind.signed + ">"
			text := signed + `<t:SMEVSignature xmlns:t="` + testTypes + `">` + signedBy(t, bus, signed) + "</t:SMEVSignature>"
			for _, around := range []string{kind.message, kind.reply} {
				if around != "" {
					text = "<t:" + around + ` xmlns:t="` + testTypes + `">` + text + "</t:" + around + ">"
				}
			}
			message := `<s:Envelope xmlns:s="` + signature.SoapNamespace + `"><s:Header>` + header + "</s:Header><s:Body>" + text + "</s:Body></s:Envelope>"
			assertMissesTheBus(t, c, message)
			if kind.message == "" {
				return
			}
			// The message itself renamed: the reply has no other child.
			renamed := strings.ReplaceAll(strings.ReplaceAll(message, "t:"+kind.message, "t:Message"), "t:SMEVSignature", "t:Signature")
			if report, r := c.report(t, signertest.File(t, "m.xml", []byte(renamed))); report.Holds || !slices.Contains(wrong(report), signature.TitlePlace) {
				t.Errorf("message renamed: %s", r.stdout)
			}
		})
	}
	t.Run("of the real bus", func(t *testing.T) {
		assertMissesTheBus(t, console{now: day(2020, time.May, 20)}, string(readFile(t, sample(t, "03"))))
	})
}
