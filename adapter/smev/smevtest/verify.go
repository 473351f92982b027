package smevtest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// algorithms by size of the digest: the urn forms, which are what a
// participant shall emit (adapter/smev/SPEC.md#algorithms).
var algorithms = map[int]struct{ signature, digest string }{
	32: {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256",
		"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256"},
	64: {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-512",
		"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512"},
}

const (
	excC14N       = "http://www.w3.org/2001/10/xml-exc-c14n#"
	smevTransform = "urn://smev-gov-ru/xmldsig/transform"
)

// verified is what a good signature tells.
type verified struct {
	certificate *cert.Certificate
	digest      string // of the signed element, hex
}

// verifySignature checks the ЭП-ОВ of a request: signature is ds:Signature,
// target the element that must be signed, raw the document both lie in. The
// certificate's term is the caller's business.
func verifySignature(raw []byte, signature, target *xmlsafe.Element) (*verified, *fault) {
	info, value, certificate, flt := readSignature(signature)
	if flt != nil {
		return nil, flt
	}
	id, _ := target.Attr("", "Id")
	reference := info.reference
	if id == "" || reference.uri != "#"+id {
		return nil, signatureFault(incorrectTarget, "ЭП-ОВ ссылается на %q, подписан должен быть %s", reference.uri, target.Local)
	}
	if count := countID(target.Root(), id); count != 1 {
		return nil, signatureFault(incorrectTarget, "Идентификатор подписанного элемента встречается в сообщении %d раза", count)
	}
	size := certificate.DigestSize()
	if alg := algorithms[size]; info.method != alg.signature || reference.method != alg.digest {
		return nil, signatureFault(signatureIsInvalid, "Алгоритмы ЭП-ОВ не соответствуют ключу сертификата")
	}
	var normal bytes.Buffer
	if err := normalForm(&normal, target); err != nil {
		return nil, signatureFault(signatureIsInvalid, "Подписанный элемент не проходит трансформацию: %v", err)
	}
	h := cert.NewDigest(size)
	h.Write(normal.Bytes())
	digest := h.Sum(nil)
	if !bytes.Equal(digest, reference.digest) {
		return nil, signatureFault(signatureIsInvalid, "Хэш подписанного элемента не совпадает с DigestValue")
	}
	canonical, err := canonicalSignedInfo(raw, signature)
	if err != nil {
		return nil, signatureFault(signatureIsInvalid, "SignedInfo не приводится к каноническому виду: %v", err)
	}
	h = cert.NewDigest(size)
	h.Write(canonical)
	if err := certificate.PublicKey.Verify(h.Sum(nil), value); err != nil {
		return nil, signatureFault(signatureIsInvalid, "Значение ЭП-ОВ не соответствует SignedInfo")
	}
	return &verified{certificate, hex.EncodeToString(digest)}, nil
}

// signedInfo is what SignedInfo states.
type signedInfo struct {
	method    string
	reference struct {
		uri, method string
		digest      []byte
	}
}

// readSignature reads ds:Signature, which must look exactly as
// adapter/smev/SPEC.md#signature says.
func readSignature(signature *xmlsafe.Element) (*signedInfo, []byte, *cert.Certificate, *fault) {
	bad := func(format string, args ...any) (*signedInfo, []byte, *cert.Certificate, *fault) {
		return nil, nil, nil, signatureFault(signatureIsInvalid, "Структура XMLDSig: "+format, args...)
	}
	parts, err := children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
	if err != nil {
		return bad("%v", err)
	}
	infoParts, err := children(parts[0], "CanonicalizationMethod", "SignatureMethod", "Reference")
	if err != nil {
		return bad("%v", err)
	}
	ref, err := children(infoParts[2], "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return bad("%v", err)
	}
	transforms, err := children(ref[0], "Transform", "Transform")
	if err != nil {
		return bad("%v", err)
	}
	for _, want := range []struct {
		e   *xmlsafe.Element
		uri string
	}{{infoParts[0], excC14N}, {transforms[0], excC14N}, {transforms[1], smevTransform}} {
		if got, _ := want.e.Attr("", "Algorithm"); got != want.uri || len(want.e.Elements()) > 0 {
			return bad("%s должен быть %s", want.e.Local, want.uri)
		}
	}
	info := &signedInfo{}
	info.method, _ = infoParts[1].Attr("", "Algorithm")
	info.reference.uri, _ = infoParts[2].Attr("", "URI")
	info.reference.method, _ = ref[1].Attr("", "Algorithm")
	if info.reference.digest, err = decode(ref[2]); err != nil {
		return bad("%v", err)
	}
	value, err := decode(parts[1])
	if err != nil {
		return bad("%v", err)
	}
	e := parts[2]
	for _, local := range []string{"X509Data", "X509Certificate"} {
		only, err := children(e, local)
		if err != nil {
			return bad("%v", err)
		}
		e = only[0]
	}
	der, err := decode(e)
	if err != nil {
		return bad("%v", err)
	}
	certificate, err := cert.Parse(der)
	if err != nil {
		return nil, nil, nil, signatureFault(certificateNotFound, "Сертификат не читается: %v", err)
	}
	return info, value, certificate, nil
}

// children returns the child elements, which must be exactly the named ones of
// the XMLDSig namespace in this order.
func children(e *xmlsafe.Element, names ...string) ([]*xmlsafe.Element, error) {
	kids := e.Elements()
	if len(kids) != len(names) {
		return nil, fmt.Errorf("%s содержит %d элементов вместо %d", e.Local, len(kids), len(names))
	}
	for i, k := range kids {
		if !k.Is(dsNamespace, names[i]) {
			return nil, fmt.Errorf("в %s вместо %s стоит %s", e.Local, names[i], k.Local)
		}
	}
	return kids, nil
}

func decode(e *xmlsafe.Element) ([]byte, error) {
	compact := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(e.Text())
	b, err := base64.StdEncoding.Strict().DecodeString(compact)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("%s не является base64", e.Local)
	}
	return b, nil
}

// countID counts the elements of the document with this Id.
func countID(root *xmlsafe.Element, id string) int {
	n := 0
	root.Walk(func(e *xmlsafe.Element) bool {
		for _, a := range e.Attrs {
			if xmlsafe.IsID(a) && a.Value == id {
				n++
			}
		}
		return true
	})
	return n
}

// canonicalSignedInfo is the exclusive canonical form of SignedInfo, made by
// goxmldsig from the received bytes and compared with our own general one.
func canonicalSignedInfo(raw []byte, signature *xmlsafe.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.ReadSettings.PreserveCData = false
	if err := doc.ReadFromBytes(raw[signature.Start:signature.End]); err != nil {
		return nil, err
	}
	root := doc.Root()
	var info *etree.Element
	for _, c := range root.ChildElements() {
		if c.Tag == "SignedInfo" {
			info = c
		}
	}
	if info == nil {
		return nil, errors.New("no SignedInfo")
	}
	// goxmldsig does not look up the tree: carry the namespaces in scope.
	info = info.Copy()
	for e := signature; e != nil; e = e.Parent {
		for _, d := range e.Decls {
			key := "xmlns"
			if d.Prefix != "" {
				key = "xmlns:" + d.Prefix
			}
			if info.SelectAttr(key) == nil {
				info.CreateAttr(key, d.URI)
			}
		}
	}
	theirs, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(info)
	if err != nil {
		return nil, err
	}
	var ours bytes.Buffer
	if err := xmldsig.Canonicalize(&ours, signature.Elements()[0]); err != nil {
		return nil, err
	}
	if !bytes.Equal(theirs, ours.Bytes()) {
		return nil, errors.New("two canonicalizers disagree")
	}
	return theirs, nil
}
