//go:build pkcs11 && cgo

package pkcs11_test

import (
	"context"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/pkcs11"
	"egissogw/crypto/signertest"
)

const (
	userPIN    = "73519264"
	soPIN      = "30187425"
	tokenLabel = "egissogw-test"
)

// token is a SoftHSM token of its own, with a key made on it.
type token struct {
	module      string
	certificate *cert.Certificate
}

var softHSM struct {
	sync.Once
	path string
	err  error
}

// softHSMModule is the path of SoftHSM built with GOST, see .ci/softhsm. In CI it is built where
// missing.
func softHSMModule(t *testing.T) string {
	t.Helper()
	root := signertest.Root(t)
	softHSM.Do(func() {
		softHSM.path = filepath.Join(root, ".cache", "softhsm2", "libsofthsm2.so")
		if _, softHSM.err = os.Stat(softHSM.path); softHSM.err != nil && os.Getenv("CI") == "true" {
			out, err := exec.Command(filepath.Join(root, ".ci", "softhsm")).CombinedOutput()
			if softHSM.err = err; err != nil {
				softHSM.err = fmt.Errorf("%w: %s", err, out)
			}
		}
	})
	if softHSM.err != nil {
		signertest.Missing(t, "no PKCS#11 module with GOST, build it with .ci/softhsm: %v", softHSM.err)
	}
	return softHSM.path
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// newToken makes a token with a CryptoPro-A key and, if asked, its certificate.
func newToken(t *testing.T, withCertificate bool) token {
	t.Helper()
	path := softHSMModule(t)
	dir := t.TempDir()
	tokens := filepath.Join(dir, "tokens")
	check(t, os.Mkdir(tokens, 0o700),
		os.WriteFile(filepath.Join(dir, "conf"), []byte("directories.tokendir = "+tokens+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	t.Setenv("SOFTHSM2_CONF", filepath.Join(dir, "conf"))

	tok := token{module: path}
	administer(t, path, func(ctx *p11.Ctx) {
		slots := must[[]uint](t)(ctx.GetSlotList(true))
		check(t, ctx.InitToken(slots[0], soPIN, tokenLabel))
		inUserSession(t, ctx, true, func(session p11.SessionHandle) {
			id := []byte{0xca, 0xfe}
			public, _ := generate(t, ctx, session, "signing", id)
			tok.certificate = certify(t, ctx, session, public)
			if withCertificate {
				storeCertificate(t, ctx, session, tok.certificate, id)
			}
		})
	})
	return tok
}

// administer runs something over the module as an administrator's program would, from load to
// unload.
func administer(t *testing.T, path string, do func(*p11.Ctx)) {
	t.Helper()
	ctx := p11.New(path)
	if ctx == nil {
		t.Fatalf("%s is no PKCS#11 module", path)
	}
	check(t, ctx.Initialize())
	do(ctx)
	check(t, ctx.Finalize())
	ctx.Destroy()
}

// inUserSession runs something logged in as the user; a fresh token gets its PIN first.
func inUserSession(t *testing.T, ctx *p11.Ctx, fresh bool, do func(p11.SessionHandle)) {
	t.Helper()
	slots := must[[]uint](t)(ctx.GetSlotList(true))
	for _, slot := range slots {
		if info := must[p11.TokenInfo](t)(ctx.GetTokenInfo(slot)); strings.TrimRight(info.Label, " \x00") != tokenLabel {
			continue
		}
		session := must[p11.SessionHandle](t)(ctx.OpenSession(slot, p11.CKF_SERIAL_SESSION|p11.CKF_RW_SESSION))
		if fresh {
			check(t, ctx.Login(session, p11.CKU_SO, soPIN), ctx.InitPIN(session, userPIN), ctx.Logout(session))
		}
		check(t, ctx.Login(session, p11.CKU_USER, userPIN))
		do(session)
		check(t, ctx.Logout(session), ctx.CloseSession(session))
		return
	}
	t.Fatal("the test's token is gone")
}

func generate(t *testing.T, ctx *p11.Ctx, session p11.SessionHandle, label string, id []byte) (public, private p11.ObjectHandle) {
	t.Helper()
	curve := must[[]byte](t)(asn1.Marshal(gost3410.CryptoProA().OID()))
	digest := must[[]byte](t)(asn1.Marshal(cert.OIDDigest256))
	public, private, err := ctx.GenerateKeyPair(session, []*p11.Mechanism{p11.NewMechanism(p11.CKM_GOSTR3410_KEY_PAIR_GEN, nil)},
		[]*p11.Attribute{
			p11.NewAttribute(p11.CKA_TOKEN, true), p11.NewAttribute(p11.CKA_VERIFY, true),
			p11.NewAttribute(p11.CKA_LABEL, label), p11.NewAttribute(p11.CKA_ID, id),
			p11.NewAttribute(p11.CKA_GOSTR3410_PARAMS, curve), p11.NewAttribute(p11.CKA_GOSTR3411_PARAMS, digest),
		},
		[]*p11.Attribute{
			p11.NewAttribute(p11.CKA_TOKEN, true), p11.NewAttribute(p11.CKA_PRIVATE, true), p11.NewAttribute(p11.CKA_SIGN, true),
			p11.NewAttribute(p11.CKA_SENSITIVE, true), p11.NewAttribute(p11.CKA_LABEL, label), p11.NewAttribute(p11.CKA_ID, id),
		})
	check(t, err)
	return public, private
}

// certify issues a certificate for the public key on the token.
func certify(t *testing.T, ctx *p11.Ctx, session p11.SessionHandle, public p11.ObjectHandle) *cert.Certificate {
	t.Helper()
	values := must[[]*p11.Attribute](t)(ctx.GetAttributeValue(session, public, []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil)}))
	raw := values[0].Value
	var inner []byte
	if rest, err := asn1.Unmarshal(raw, &inner); err == nil && len(rest) == 0 {
		raw = inner
	}
	key := must[*gost3410.PublicKey](t)(gost3410.ParsePublicKey(gost3410.CryptoProA(), raw))
	authority := signertest.NewIdentity(t, gost3410.CryptoProA())
	der := must[[]byte](t)(cert.Issue(key, signertest.Template(), authority.Certificate, authority.Key, rand.Reader))
	return must[*cert.Certificate](t)(cert.Parse(der))
}

func storeCertificate(t *testing.T, ctx *p11.Ctx, session p11.SessionHandle, c *cert.Certificate, id []byte) {
	t.Helper()
	_, err := ctx.CreateObject(session, []*p11.Attribute{
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_CERTIFICATE), p11.NewAttribute(p11.CKA_CERTIFICATE_TYPE, p11.CKC_X_509),
		p11.NewAttribute(p11.CKA_TOKEN, true), p11.NewAttribute(p11.CKA_PRIVATE, false), p11.NewAttribute(p11.CKA_ID, id),
		p11.NewAttribute(p11.CKA_SUBJECT, c.Subject.Raw), p11.NewAttribute(p11.CKA_VALUE, c.Raw),
	})
	check(t, err)
}

func pin(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

func goodTime() time.Time { return signertest.Begin.Add(time.Hour) }

func openToken(t *testing.T, o pkcs11.Options) *pkcs11.Signer {
	t.Helper()
	if o.Clock == nil {
		o.Clock = goodTime
	}
	signer := must[*pkcs11.Signer](t)(pkcs11.Open(t.Context(), o))
	t.Cleanup(func() { signer.Close() })
	return signer
}

// The suite over a real module.
func TestConformance(t *testing.T) {
	tok := newToken(t, true)
	signertest.Run(t, signertest.Harness{
		Secrets: []string{userPIN},
		Open: func(t *testing.T, clock func() time.Time) signertest.Signer {
			return openToken(t, pkcs11.Options{
				Module: tok.module, TokenLabel: tokenLabel, KeyLabel: "signing", PIN: pin(userPIN), Clock: clock,
			})
		},
	})
}

// Each way to name the key, with the certificate on the token or in the configuration.
func TestFindsTheKey(t *testing.T) {
	tok := newToken(t, true)
	for name, o := range map[string]pkcs11.Options{
		"nothing named":      {},
		"by label":           {KeyLabel: "signing"},
		"by id":              {KeyID: []byte{0xca, 0xfe}},
		"by both and token":  {TokenLabel: tokenLabel, KeyLabel: "signing", KeyID: []byte{0xca, 0xfe}},
		"certificate given":  {Certificate: tok.certificate},
		"one session at all": {Sessions: 1},
	} {
		t.Run(name, func(t *testing.T) {
			o.Module = tok.module
			if o.PIN == nil {
				o.PIN = pin(userPIN)
			}
			signer := openToken(t, o)
			if !signer.Certificate().Equal(tok.certificate) {
				t.Error("another certificate was found")
			}
			if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	tok := newToken(t, true)
	stranger := signertest.NewIdentity(t, gost3410.CryptoProA())
	for name, tt := range map[string]struct {
		options pkcs11.Options
		want    error
	}{
		"relative module":     {pkcs11.Options{Module: "libsofthsm2.so"}, pkcs11.ErrModule},
		"absent module":       {pkcs11.Options{Module: "/nonexistent/module.so"}, pkcs11.ErrModule},
		"module that is none": {pkcs11.Options{Module: signertest.File(t, "module.so", []byte("text"))}, pkcs11.ErrModule},
		"other token":         {pkcs11.Options{TokenLabel: "other"}, pkcs11.ErrNoToken},
		"other serial number": {pkcs11.Options{TokenSerial: "0"}, pkcs11.ErrNoToken},
		"no PIN":              {pkcs11.Options{PIN: nil}, pkcs11.ErrPINNeeded},
		"wrong PIN":           {pkcs11.Options{PIN: pin("wrong-PIN")}, pkcs11.ErrPINIncorrect},
		"PIN cannot be had":   {pkcs11.Options{PIN: func() ([]byte, error) { return nil, os.ErrNotExist }}, os.ErrNotExist},
		"other key label":     {pkcs11.Options{PIN: pin(userPIN), KeyLabel: "other"}, pkcs11.ErrNoKey},
		"other key id":        {pkcs11.Options{PIN: pin(userPIN), KeyID: []byte{1}}, pkcs11.ErrNoKey},
		"foreign certificate": {pkcs11.Options{PIN: pin(userPIN), Certificate: stranger.Certificate}, pkcs11.ErrMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.options.Module == "" {
				tt.options.Module = tok.module
			}
			signer, err := pkcs11.Open(t.Context(), tt.options)
			if !errors.Is(err, tt.want) || signer != nil {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if name == "other token" && !strings.Contains(fmt.Sprint(err), `present: "`) {
				t.Errorf("%v does not name the tokens there are", err)
			}
			if strings.Contains(fmt.Sprint(err), "wrong-PIN") {
				t.Error("the PIN is in the error")
			}
		})
	}
}

func TestNoCertificate(t *testing.T) {
	tok := newToken(t, false)
	_, err := pkcs11.Open(t.Context(), pkcs11.Options{Module: tok.module, PIN: pin(userPIN)})
	if !errors.Is(err, pkcs11.ErrNoCertificate) {
		t.Errorf("error %v, want ErrNoCertificate", err)
	}
	signer := openToken(t, pkcs11.Options{Module: tok.module, PIN: pin(userPIN), Certificate: tok.certificate})
	if _, err := signer.SignDigest(t.Context(), make([]byte, 32)); err != nil {
		t.Error(err)
	}
}

// With two keys one has to be named; each finds its own certificate.
func TestTwoKeys(t *testing.T) {
	tok := newToken(t, true)
	var second *cert.Certificate
	administer(t, tok.module, func(ctx *p11.Ctx) {
		inUserSession(t, ctx, false, func(session p11.SessionHandle) {
			public, _ := generate(t, ctx, session, "second", []byte{2})
			second = certify(t, ctx, session, public)
			storeCertificate(t, ctx, session, second, []byte{2})
		})
	})
	_, err := pkcs11.Open(t.Context(), pkcs11.Options{Module: tok.module, PIN: pin(userPIN)})
	if !errors.Is(err, pkcs11.ErrAmbiguous) || !strings.Contains(err.Error(), "second") || !strings.Contains(err.Error(), "cafe") {
		t.Errorf("error %v, want ErrAmbiguous naming the keys", err)
	}
	for label, want := range map[string]*cert.Certificate{"signing": tok.certificate, "second": second} {
		if signer := openToken(t, pkcs11.Options{Module: tok.module, PIN: pin(userPIN), KeyLabel: label}); !signer.Certificate().Equal(want) {
			t.Errorf("key %q has another key's certificate", label)
		}
	}
}

// What a pulled token or a restarted provider does to a process: all sessions and the login are
// gone, or the whole module is back in its first state. The next signature succeeds.
func TestReconnects(t *testing.T) {
	tok := newToken(t, true)
	for name, mishap := range map[string]func(*testing.T, *p11.Ctx){
		"sessions and login gone": func(t *testing.T, ctx *p11.Ctx) {
			for _, slot := range must[[]uint](t)(ctx.GetSlotList(true)) {
				check(t, ctx.CloseAllSessions(slot))
			}
		},
		"module finalised": func(t *testing.T, ctx *p11.Ctx) { check(t, ctx.Finalize()) },
	} {
		t.Run(name, func(t *testing.T) {
			signer := openToken(t, pkcs11.Options{Module: tok.module, PIN: pin(userPIN)})
			other := openToken(t, pkcs11.Options{Module: tok.module, PIN: pin(userPIN)})
			digest := make([]byte, 32)
			if _, err := signer.SignDigest(t.Context(), digest); err != nil {
				t.Fatal(err)
			}
			ctx := p11.New(tok.module) // the same library in the same process: the same state
			mishap(t, ctx)
			for range 3 {
				for _, s := range []*pkcs11.Signer{signer, other} {
					if _, err := s.SignDigest(context.Background(), digest); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
}
