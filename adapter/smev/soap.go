package smev

import (
	"strings"

	"egissogw/crypto/xmlsafe"
)

// envelope is a parsed SOAP reply.
type envelope struct {
	// raw are the bytes the offsets of the elements refer to.
	raw []byte
	// limits are those raw was read within.
	limits xmlsafe.Limits
	// body is the child of soap:Body, nil if the body is empty.
	body *xmlsafe.Element
	// fault is set instead of body for a soap:Fault.
	fault *Fault
}

// openEnvelope reads an HTTP body up to the child of soap:Body. Everything is
// found by its place; SOAP parts out of place or twice are refused.
func openEnvelope(op Operation, status int, contentType string, body []byte, lim Limits) (*envelope, error) {
	raw, parts, err := unwrap(contentType, body, lim)
	if err != nil {
		return nil, err
	}
	if raw, err = inline(raw, parts, lim); err != nil {
		return nil, err
	}
	// What is signed is not in the tree: it is read while its digest is taken.
	doc, err := xmlsafe.ParseOutline(raw, lim.XML, isSigned, nil)
	if err != nil {
		return nil, malformed("envelope: %w", err)
	}
	root := doc.Root
	if !root.Is(SOAPNamespace, "Envelope") {
		return nil, malformed("root is %.60q, not a SOAP 1.1 envelope", root.Local)
	}
	soapBody, ok := root.Only(SOAPNamespace, "Body")
	if !ok {
		return nil, malformed("envelope has not exactly one soap:Body")
	}
	for _, e := range root.Elements() {
		if e != soapBody && !e.Is(SOAPNamespace, "Header") {
			return nil, malformed("unexpected %.60q in the envelope", e.Local)
		}
	}
	if strings.TrimSpace(soapBody.Text()) != "" {
		return nil, malformed("text in soap:Body")
	}
	children := soapBody.Elements()
	switch {
	case len(children) > 1:
		return nil, malformed("%d elements in soap:Body", len(children))
	case len(children) == 0:
		return &envelope{raw: raw, limits: lim.XML}, nil
	case children[0].Is(SOAPNamespace, "Fault"):
		return &envelope{raw: raw, limits: lim.XML, fault: readSOAPFault(children[0], op, status)}, nil
	}
	return &envelope{raw: raw, limits: lim.XML, body: children[0]}, nil
}

// isSigned tells, by its place in the envelope, whether e is what the bus signs in
// some reply: a child of the reply's only child, or of the reply itself.
func isSigned(e *xmlsafe.Element) bool {
	local := e.Local
	switch local {
	case "Response", "Request", "Cancel", "AsyncProcessingStatusData", "MessageMetadata":
	default:
		return false
	}
	if _, ok := versionOfTypes(e.Space); !ok {
		return false
	}
	depth := 0
	for o := e.Parent; o != nil; o = o.Parent {
		depth++
	}
	const reply = 3 // below Envelope and Body
	return depth == reply && local == "MessageMetadata" || depth == reply+1 && local != "MessageMetadata"
}

// sketch gives the element that was read as e with what stands near its root, for
// what has to be known of a message whose signature does not hold; e itself if
// even that is too much.
func (e *envelope) sketch(signed *xmlsafe.Element) *xmlsafe.Element {
	doc, err := xmlsafe.ParseOutline(e.raw, e.limits, func(inner *xmlsafe.Element) bool {
		return inner.Local == "MessagePrimaryContent" || inner.Parent != nil && isForeign(inner.Parent.Local)
	}, nil)
	if err != nil {
		return signed
	}
	found := signed
	doc.Root.Walk(func(inner *xmlsafe.Element) bool {
		if inner.Start == signed.Start {
			found = inner
		}
		return inner.Start < signed.Start
	})
	return found
}

// reply gives the body of the expected reply, which must be in the namespace of
// the version that was used.
func (e *envelope) reply(v Version, op Operation) (*xmlsafe.Element, error) {
	switch {
	case e.body == nil:
		return nil, malformed("soap:Body is empty")
	case e.body.Is(v.Types, op.ReplyElement()):
		return e.body, nil
	}
	if other, ok := versionOfTypes(e.body.Space); ok && other != v && e.body.Local == op.ReplyElement() {
		return nil, malformed("reply speaks schema version %s, the call was in %s", other, v)
	}
	return nil, malformed("%.60q in soap:Body instead of %s", e.body.Local, op.ReplyElement())
}
