package xmldsig_test

import (
	"bytes"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// What a signature is taken apart into holds for OpenSSL without any knowledge of XML.
func TestMaterialsHoldForOpenSSL(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	signer := newParty(t, gost3410.Curves()[0])
	source, err := xmldsig.SignEnveloped(t.Context(), signer, []byte(`<a:b xmlns:a="urn:a"><a:c x="1">да</a:c></a:b>`), false)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := xmldsig.Outline(source, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	all := xmldsig.Materials(doc.Root, source)
	if len(all) != 1 {
		t.Fatalf("%d signatures", len(all))
	}
	m := all[0]
	key := signertest.File(t, "key.pem", openssl.Run(t, cert.EncodePEM(m.Certificate.Raw), "x509", "-pubkey", "-noout"))
	openssl.Run(t, m.SignedInfo, "dgst", "-md_gost12_256", "-verify", key, "-signature", signertest.File(t, "value", m.Value))
	if digest := openssl.Run(t, m.Signed, "dgst", "-md_gost12_256", "-binary"); !bytes.Equal(digest, m.Digest) || !bytes.Contains(m.SignedInfo, []byte(base64Text(digest))) {
		t.Errorf("the digest is %x, signed is %x", digest, m.Digest)
	}
	if _, err := openssl.Try(t, append(m.SignedInfo, ' '), "dgst", "-md_gost12_256", "-verify", key, "-signature", signertest.File(t, "value", m.Value)); err == nil {
		t.Error("it holds for anything")
	}
}
