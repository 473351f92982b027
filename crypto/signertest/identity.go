package signertest

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
)

// Identity is a made-up owner of a key, for tests only.
type Identity struct {
	Key         *gost3410.PrivateKey
	Certificate *cert.Certificate
}

// Begin and End are the term of every made-up certificate; its private key's ends KeyEnd.
var (
	Begin  = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	KeyEnd = time.Date(2035, time.January, 1, 0, 0, 0, 0, time.UTC)
	End    = time.Date(2045, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// Template is what the certificates of NewIdentity state.
func Template() cert.Template {
	return cert.Template{
		Subject: cert.Name{
			OGRN: "1027700000000", INNLE: "7700000016", Country: "RU", Region: "77 Москва",
			Organization: "Тестовая организация", CommonName: "Тестовая информационная система",
		},
		NotBefore: Begin, NotAfter: End,
		PrivateKeyUsage: &cert.Period{NotBefore: Begin, NotAfter: KeyEnd},
		SignTool:        "egissogw",
	}
}

// NewIdentity makes a key on the curve and a self-signed certificate for it.
func NewIdentity(t testing.TB, curve *gost3410.Curve) Identity {
	t.Helper()
	key, err := gost3410.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := cert.SelfSigned(key, Template(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	return Identity{Key: key, Certificate: c}
}

// Root is the folder of the repository: the nearest one upwards that has go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
