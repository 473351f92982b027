package signbench

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	gogost "go.cypherpunks.ru/gogost/v5/gost3410"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/gostbench"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// curve is one that keys are compared on.
type curve struct {
	ours   *gost3410.Curve
	gogost *gogost.Curve
}

func curves() []curve {
	return []curve{
		{gost3410.CryptoProA(), gogost.CurveIdGostR34102001CryptoProAParamSet()},
		{gost3410.CryptoProXchA(), gogost.CurveIdGostR34102001CryptoProXchAParamSet()},
		{gost3410.TC26_256A(), gogost.CurveIdtc26gost34102012256paramSetA()},
		{gost3410.TC26_512A(), gogost.CurveIdtc26gost34102012512paramSetA()},
	}
}

// keys is a key as all parties have it, with a digest and its signature.
type keys struct {
	ours              *gost3410.PrivateKey
	gogost            *gogost.PrivateKey
	gogostPublic      *gogost.PublicKey
	digest, signature []byte
}

func (b *bench) keys(c curve) (k keys) {
	b.t.Helper()
	var err error
	k.ours, err = gost3410.GenerateKey(c.ours, nil)
	b.must(err)
	k.digest = make([]byte, c.ours.Size())
	rand.Read(k.digest)
	k.signature, err = k.ours.Sign(nil, k.digest)
	b.must(err)
	k.gogost, err = gogost.NewPrivateKeyLE(c.gogost, k.ours.Bytes())
	b.must(err)
	k.gogostPublic, err = k.gogost.PublicKey()
	b.must(err)
	return k
}

// goalFor is a goal for the curves of 256 bits; there is none for the others.
func goalFor(c curve, x float64) float64 {
	if c.ours.Size() == 32 {
		return x
	}
	return 0
}

// sign compares signing a digest.
func (b *bench) sign(c curve) comparison {
	k := b.keys(c)
	result := comparison{c.ours.Name(), 0, []party{
		inside("egissogw", func() {
			_, err := k.ours.Sign(rand.Reader, k.digest)
			b.must(err)
		}),
	}}
	if b.engine != nil {
		key := gostbench.PrivateKey(b.t, c.ours.OID(), k.ours.Bytes())
		theirs, _ := b.engine.Sign(key, k.digest, 1)
		b.must(k.ours.Public().Verify(k.digest, theirs))
		result.parties = append(result.parties, party{name: "OpenSSL gost-engine", goal: goalFor(c, 1.7), run: func(n int) time.Duration {
			_, each := b.engine.Sign(key, k.digest, n)
			return each * time.Duration(n)
		}})
	}
	theirs, err := k.gogost.SignDigest(reversed(k.digest), rand.Reader)
	b.must(err)
	b.must(k.ours.Public().Verify(k.digest, theirs))
	result.parties = append(result.parties, inside("gogost", func() {
		_, err := k.gogost.SignDigest(reversed(k.digest), rand.Reader)
		b.must(err)
	}))
	return result
}

// verify compares verifying the signature of a digest.
func (b *bench) verify(c curve) comparison {
	k := b.keys(c)
	public := k.ours.Public()
	result := comparison{c.ours.Name(), 0, []party{
		inside("egissogw", func() { b.must(public.Verify(k.digest, k.signature)) }),
	}}
	if b.engine != nil {
		key := gostbench.PublicKey(b.t, c.ours.OID(), public.Bytes())
		run := func(n int) time.Duration {
			ok, each := b.engine.Verify(key, k.digest, k.signature, n)
			if !ok {
				b.t.Fatal("the engine refuses our signature")
			}
			return each * time.Duration(n)
		}
		run(1)
		result.parties = append(result.parties, party{name: "OpenSSL gost-engine", goal: goalFor(c, 1.25), run: run})
	}
	result.parties = append(result.parties, inside("gogost", func() {
		if ok, err := k.gogostPublic.VerifyDigest(reversed(k.digest), k.signature); err != nil || !ok {
			b.t.Fatalf("gogost refuses our signature: %v", err)
		}
	}))
	return result
}

// signMessage makes the signed message as the gateway does.
func (b *bench) signMessage(in *input) ([]byte, error) {
	var message bytes.Buffer
	message.WriteString(`<st:SendRequestRequest xmlns:st="` + typesNS + `">`)
	digest := cert.NewDigest(b.signer.Certificate().DigestSize())
	if err := in.write(&message, digest, compactPrefixes()); err != nil {
		return nil, err
	}
	signature, err := xmldsig.Sign(context.Background(), b.signer, signedID, digest.Sum(nil))
	if err != nil {
		return nil, err
	}
	message.WriteString(`<st:CallerInformationSystemSignature>`)
	message.Write(signature)
	message.WriteString(`</st:CallerInformationSystemSignature></st:SendRequestRequest>`)
	return message.Bytes(), nil
}

// verifyMessage checks a signed message as the gateway does.
func (b *bench) verifyMessage(message []byte) error {
	doc, err := xmlsafe.Parse(message, xmlsafe.Limits{})
	if err != nil {
		return err
	}
	signature := doc.Root.Child(typesNS, "CallerInformationSystemSignature").Child(xmldsig.Namespace, "Signature")
	_, err = xmldsig.Verify(signature, doc.Root.Child(typesNS, "SenderProvidedRequestData"), xmldsig.VerifyOptions{
		Trust: func(*cert.Certificate) error { return nil },
	})
	return err
}

// messages makes the signed message by both parties; each accepts the other's.
func (b *bench) messages(in *input) (ours []byte) {
	b.t.Helper()
	ours, err := b.signMessage(in)
	b.must(err)
	b.must(b.gogost.verify(ours))
	theirs, err := b.gogost.sign(in)
	b.must(err)
	b.must(b.verifyMessage(theirs))
	return ours
}

// signing compares the whole way from facts to the signed message.
func (b *bench) signing(in *input) comparison {
	if len(in.wire) < largest {
		b.messages(in)
	}
	return comparison{in.name, len(in.wire), []party{
		inside("egissogw", func() {
			_, err := b.signMessage(in)
			b.must(err)
		}),
		inside("goxmldsig + gogost", func() {
			_, err := b.gogost.sign(in)
			b.must(err)
		}),
	}}
}

// verifying compares the whole way from a received message to trust in it.
func (b *bench) verifying(in *input) comparison {
	message := b.messages(in)
	return comparison{in.name, len(in.wire), []party{
		inside("egissogw", func() { b.must(b.verifyMessage(message)) }),
		inside("goxmldsig + gogost", func() { b.must(b.gogost.verify(message)) }),
	}}
}

// signFile compares the detached CMS signature of a file of facts, to which no
// transform applies.
func (b *bench) signFile(in *input) comparison {
	dir := b.t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	keyPEM, err := softkey.MarshalPKCS8(b.identity.Key)
	b.must(err)
	b.must(os.WriteFile(path("key.pem"), keyPEM, 0o600))
	b.must(os.WriteFile(path("cert.pem"), cert.EncodePEM(b.identity.Certificate.Raw), 0o600))
	b.must(os.WriteFile(path("file"), in.wire, 0o600))

	ours := func() []byte {
		file, err := os.Open(path("file"))
		b.must(err)
		defer file.Close()
		digest, err := cms.Digest(b.signer.Certificate().DigestSize(), file)
		b.must(err)
		der, err := cms.SignDetached(context.Background(), digest, b.signer, signertest.Begin.AddDate(1, 0, 0))
		b.must(err)
		return der
	}
	_, err = cms.Verify(ours(), bytes.NewReader(in.wire))
	b.must(err)
	c := comparison{in.name, len(in.wire), []party{inside("egissogw", func() { ours() })}}
	if b.openssl == nil {
		return c
	}
	run := func(n int) time.Duration {
		start := time.Now()
		for range n {
			out, err := exec.Command(b.openssl.Path(), "cms", "-engine", "gost", "-sign", "-binary", "-in", path("file"),
				"-signer", path("cert.pem"), "-inkey", path("key.pem"), "-outform", "DER", "-out", path("cms")).CombinedOutput()
			if err != nil {
				b.t.Fatalf("openssl cms: %v\n%s", err, out)
			}
		}
		return time.Since(start)
	}
	run(1)
	theirs, err := os.ReadFile(path("cms"))
	b.must(err)
	_, err = cms.Verify(theirs, bytes.NewReader(in.wire))
	b.must(err)
	c.parties = append(c.parties, party{name: "openssl cms, with its start", run: run})
	return c
}
