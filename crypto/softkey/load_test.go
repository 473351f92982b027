package softkey_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// paramSets are the parameter sets gost-engine has, under its names.
var paramSets = []string{"256:A", "256:B", "256:C", "256:XA", "256:XB", "256:TCA", "256:TCB", "256:TCC", "256:TCD", "512:A", "512:B", "512:C"}

func stored(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(signertest.Root(t), "testdata", "keys", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Keys and certificates made by OpenSSL, in each form in which it can write a key, sign so that
// OpenSSL agrees.
func TestOpenSSLKeys(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	config := signertest.File(t, "config", []byte("[req]\ndistinguished_name=dn\n[dn]\n"))
	for _, set := range paramSets {
		size, name, _ := strings.Cut(set, ":")
		for form, environment := range map[string]string{"bare": "", "wrapped": "LEGACY_PK_WRAP"} {
			t.Run(set+"/"+form, func(t *testing.T) {
				t.Setenv("GOST_PK_FORMAT", environment)
				dir := t.TempDir()
				keyFile, certFile := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
				openssl.Run(t, nil, "genpkey", "-algorithm", "gost2012_"+size, "-pkeyopt", "paramset:"+name, "-out", keyFile)
				openssl.Run(t, nil, "req", "-config", config, "-new", "-x509", "-key", keyFile, "-days", "30", "-subj", "/CN=test", "-out", certFile)
				keyPEM, err := os.ReadFile(keyFile)
				if err != nil {
					t.Fatal(err)
				}
				certPEM, err := os.ReadFile(certFile)
				if err != nil {
					t.Fatal(err)
				}
				signer, err := softkey.Load(keyPEM, certPEM, nil)
				if err != nil {
					t.Fatal(err)
				}
				digest := bytes.Repeat([]byte{0x5a}, signer.Certificate().DigestSize())
				signature, err := signer.SignDigest(t.Context(), digest)
				if err != nil {
					t.Fatal(err)
				}
				if err := openssl.VerifyDigest(t, signer.Certificate(), digest, signature); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// OpenSSL reads the keys that we write.
func TestOpenSSLReadsOurs(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			identity := signertest.NewIdentity(t, curve)
			keyPEM, err := softkey.MarshalPKCS8(identity.Key)
			if err != nil {
				t.Fatal(err)
			}
			fromKey := openssl.Run(t, keyPEM, "pkey", "-pubout")
			fromCert := openssl.Run(t, cert.EncodePEM(identity.Certificate.Raw), "x509", "-pubkey", "-noout")
			if !bytes.Equal(fromKey, fromCert) {
				t.Error("OpenSSL sees different public keys in key and certificate")
			}
			again, err := softkey.ParsePrivateKey(keyPEM, nil)
			if err != nil || !again.Public().Equal(identity.Key.Public()) {
				t.Errorf("read again: %v", err)
			}
		})
	}
}

// Keys that OpenSSL encrypted, with every cipher and derivation that is read.
func TestEncryptedKeys(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	plain := stored(t, "test-only-256.key.pem")
	certPEM := stored(t, "test-only-256.cert.pem")
	for name, args := range map[string][]string{
		"AES-128":            {"-v2", "aes-128-cbc"},
		"AES-192":            {"-v2", "aes-192-cbc"},
		"AES-256":            {"-v2", "aes-256-cbc"},
		"Triple DES":         {"-v2", "des3"},
		"with SHA-1":         {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"},
		"with SHA-384":       {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA384"},
		"with SHA-512":       {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"},
		"many iterations":    {"-v2", "aes-256-cbc", "-iter", "100000"},
		"scrypt":             {"-v2", "aes-256-cbc", "-scrypt"},
		"with Streebog":      {"-v2", "aes-256-cbc", "-v2prf", "id-tc26-hmac-gost-3411-2012-512"},
		"GOST 28147, unread": {"-v2", "gost89"},
		"PBES1, unread":      {"-v1", "PBE-SHA1-3DES"},
	} {
		t.Run(name, func(t *testing.T) {
			encrypted, err := openssl.Try(t, plain, "pkcs8", append([]string{"-topk8", "-passout", "pass:пароль 1"}, args...)...)
			if err != nil {
				t.Skipf("this OpenSSL cannot: %v", err)
			}
			signer, err := softkey.Load(encrypted, certPEM, []byte("пароль 1"))
			if strings.HasSuffix(name, "unread") {
				if !errors.Is(err, softkey.ErrUnsupportedCipher) {
					t.Errorf("error %v, want ErrUnsupportedCipher", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			signer.Close()
			wrong := []string{"пароль 2", "Пароль 1", "x"}
			if name != "AES-256" {
				wrong = wrong[:1] // every try takes as long as the right one
			}
			for _, wrong := range wrong {
				if signer, err := softkey.Load(encrypted, certPEM, []byte(wrong)); !errors.Is(err, softkey.ErrWrongPassword) || signer != nil {
					t.Errorf("wrong password: %v, want ErrWrongPassword", err)
				}
			}
			if _, err := softkey.Load(encrypted, certPEM, nil); !errors.Is(err, softkey.ErrPasswordNeeded) {
				t.Errorf("no password: %v, want ErrPasswordNeeded", err)
			}
		})
	}
}

// The stored keys need no OpenSSL, so the encrypted form is tested everywhere.
func TestStoredKeys(t *testing.T) {
	for _, tt := range []struct{ key, certificate, password string }{
		{"test-only-256.key.pem", "test-only-256.cert.pem", ""},
		{"test-only-256.key.pem", "test-only-256.cert.pem", "needless"},
		{"test-only-512.key.pem", "test-only-512.cert.pem", ""},
		{"test-only-256-encrypted.key.pem", "test-only-256.cert.pem", "test-only"},
	} {
		t.Run(tt.key, func(t *testing.T) {
			signer, err := softkey.Load(stored(t, tt.key), stored(t, tt.certificate), []byte(tt.password))
			if err != nil {
				t.Fatal(err)
			}
			signer.Clock = func() time.Time { return signertest.Begin.Add(time.Hour) }
			digest := make([]byte, signer.Certificate().DigestSize())
			signature, err := signer.SignDigest(t.Context(), digest)
			if err != nil {
				t.Fatal(err)
			}
			if err := signer.Certificate().PublicKey.Verify(digest, signature); err != nil {
				t.Error(err)
			}
		})
	}
}

// Key and certificates may be in one file, in any order, among other certificates.
func TestLoadPicksTheCertificate(t *testing.T) {
	mine := signertest.NewIdentity(t, gost3410.CryptoProA())
	other := signertest.NewIdentity(t, gost3410.TC26_512A())
	keyPEM, err := softkey.MarshalPKCS8(mine.Key)
	if err != nil {
		t.Fatal(err)
	}
	file := slices.Concat(cert.EncodePEM(other.Certificate.Raw), keyPEM, cert.EncodePEM(mine.Certificate.Raw))
	signer, err := softkey.Load(file, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !signer.Certificate().Equal(mine.Certificate) {
		t.Error("another certificate was picked")
	}
	if _, err := softkey.Load(keyPEM, cert.EncodePEM(other.Certificate.Raw), nil); !errors.Is(err, softkey.ErrMismatch) {
		t.Errorf("error %v, want ErrMismatch", err)
	}
	if _, err := softkey.New(mine.Key, other.Certificate); !errors.Is(err, softkey.ErrMismatch) {
		t.Errorf("New: %v, want ErrMismatch", err)
	}
	if _, err := softkey.Load(keyPEM, keyPEM, nil); !errors.Is(err, cert.ErrMalformed) {
		t.Errorf("no certificate: %v, want cert.ErrMalformed", err)
	}
}
