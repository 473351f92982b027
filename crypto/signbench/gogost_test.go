package signbench

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	gogost "go.cypherpunks.ru/gogost/v5/gost3410"
	"go.cypherpunks.ru/gogost/v5/gost34112012256"

	"egissogw/crypto/cert"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
)

// gogostParty signs and verifies as a program would that is put together from
// etree, goxmldsig and gogost. What those do not have is lent to it: the bus's
// transform and reading GOST certificates are ours.
type gogostParty struct {
	curve       *gogost.Curve
	private     *gogost.PrivateKey
	certificate *cert.Certificate
}

func newGogostParty(t testing.TB, id signertest.Identity, curve *gogost.Curve) *gogostParty {
	t.Helper()
	private, err := gogost.NewPrivateKeyLE(curve, id.Key.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return &gogostParty{curve, private, id.Certificate}
}

func gogostSum(data []byte) []byte {
	h := gost34112012256.New()
	h.Write(data)
	return h.Sum(nil)
}

// reversed is a digest as gogost takes it.
func reversed(digest []byte) []byte {
	digest = slices.Clone(digest)
	slices.Reverse(digest)
	return digest
}

// goxmldsigCanonical canonicalises an element; it is changed by that.
func goxmldsigCanonical(e *etree.Element) ([]byte, error) {
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(e)
}

// elementWriter builds a tree below the innermost of its open elements.
type elementWriter struct {
	open     *etree.Element
	prefixes map[string]string
}

func (w *elementWriter) Start(space, local string) {
	w.open = w.open.CreateElement(qualified(w.prefixes, space, local))
}
func (w *elementWriter) Text(text string) { w.open.CreateText(text) }
func (w *elementWriter) End()             { w.open = w.open.Parent() }
func (w *elementWriter) Element(space, local, text string) {
	w.Start(space, local)
	w.Text(text)
	w.End()
}

// qualified is a name with the prefix of its namespace.
func qualified(prefixes map[string]string, space, local string) string {
	if prefix := prefixes[space]; prefix != "" {
		return prefix + ":" + local
	}
	return local
}

// tree builds the message without its signature.
func (in *input) tree() (document *etree.Document, signed *etree.Element, err error) {
	document = etree.NewDocument()
	outer := document.CreateElement("st:SendRequestRequest")
	outer.CreateAttr("xmlns:st", typesNS)
	signed = outer.CreateElement("st:SenderProvidedRequestData")
	w := &elementWriter{open: signed, prefixes: map[string]string{}}
	for _, p := range compactPrefixes() {
		w.prefixes[p.URI] = p.Prefix
		if p.Prefix == "" {
			signed.CreateAttr("xmlns", p.URI)
		} else {
			signed.CreateAttr("xmlns:"+p.Prefix, p.URI)
		}
	}
	signed.CreateAttr("Id", signedID)
	return document, signed, in.content(w)
}

// digest is that of the normal form of an element, which is not changed.
func (p *gogostParty) digest(e *etree.Element) ([]byte, error) {
	canonical, err := goxmldsigCanonical(e.Copy())
	if err != nil {
		return nil, err
	}
	h := gost34112012256.New()
	if err := xmldsig.Transform(h, canonical); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// writeAndDigest writes the message without its signature.
func (p *gogostParty) writeAndDigest(in *input) (message, digest []byte, err error) {
	document, signed, err := in.tree()
	if err != nil {
		return nil, nil, err
	}
	if digest, err = p.digest(signed); err != nil {
		return nil, nil, err
	}
	message, err = document.WriteToBytes()
	return message, digest, err
}

// sign makes the whole signed message.
func (p *gogostParty) sign(in *input) ([]byte, error) {
	document, signed, err := in.tree()
	if err != nil {
		return nil, err
	}
	digest, err := p.digest(signed)
	if err != nil {
		return nil, err
	}
	signature := document.Root().CreateElement("st:CallerInformationSystemSignature").CreateElement("ds:Signature")
	signature.CreateAttr("xmlns:ds", xmldsig.Namespace)
	info := signature.CreateElement("ds:SignedInfo")
	info.CreateElement("ds:CanonicalizationMethod").CreateAttr("Algorithm", xmldsig.ExclusiveC14N)
	info.CreateElement("ds:SignatureMethod").CreateAttr("Algorithm", xmldsig.SignatureMethod(len(digest)))
	reference := info.CreateElement("ds:Reference")
	reference.CreateAttr("URI", "#"+signedID)
	transforms := reference.CreateElement("ds:Transforms")
	transforms.CreateElement("ds:Transform").CreateAttr("Algorithm", xmldsig.ExclusiveC14N)
	transforms.CreateElement("ds:Transform").CreateAttr("Algorithm", xmldsig.SMEVTransform)
	reference.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", xmldsig.DigestMethod(len(digest)))
	reference.CreateElement("ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(digest))
	canonical, err := canonicalInfo(info)
	if err != nil {
		return nil, err
	}
	value, err := p.private.SignDigest(reversed(gogostSum(canonical)), rand.Reader)
	if err != nil {
		return nil, err
	}
	signature.CreateElement("ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(value))
	signature.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").
		SetText(base64.StdEncoding.EncodeToString(p.certificate.Raw))
	return document.WriteToBytes()
}

// canonicalInfo canonicalises SignedInfo, whose prefix is declared outside it.
func canonicalInfo(info *etree.Element) ([]byte, error) {
	info = info.Copy()
	info.CreateAttr("xmlns:ds", xmldsig.Namespace)
	return goxmldsigCanonical(info)
}

// verify checks a signed message.
func (p *gogostParty) verify(message []byte) error {
	document := etree.NewDocument()
	if err := document.ReadFromBytes(message); err != nil {
		return err
	}
	signed := document.Root().SelectElement("SenderProvidedRequestData")
	signature := document.Root().FindElement("CallerInformationSystemSignature/Signature")
	info := signature.SelectElement("SignedInfo")
	values := map[string][]byte{}
	for name, text := range map[string]string{
		"digest":      info.FindElement("Reference/DigestValue").Text(),
		"signature":   signature.SelectElement("SignatureValue").Text(),
		"certificate": signature.FindElement("KeyInfo/X509Data/X509Certificate").Text(),
	} {
		value, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		values[name] = value
	}
	digest, err := p.digest(signed)
	if err != nil {
		return err
	}
	if !bytes.Equal(digest, values["digest"]) {
		return errors.New("digests differ")
	}
	c, err := cert.Parse(values["certificate"])
	if err != nil {
		return err
	}
	public, err := gogost.NewPublicKeyLE(p.curve, c.PublicKey.Bytes())
	if err != nil {
		return err
	}
	canonical, err := canonicalInfo(info)
	if err != nil {
		return err
	}
	ok, err := public.VerifyDigest(reversed(gogostSum(canonical)), values["signature"])
	if err == nil && !ok {
		err = errors.New("signature does not hold")
	}
	return err
}
