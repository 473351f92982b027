package world

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"egissogw/adapter/smev/smevtest"
)

const (
	// ProviderCode is the code of the invented provider.
	ProviderCode = "0042.000001"
	// Mnemonic is the name of its system at the bus.
	Mnemonic = "TEST01"
)

// keys are the test-only keys of one world.
type keys struct{ bus, egisso, client identity }

// identity is a key and its certificate, and the files they are in.
type identity struct {
	*smevtest.Identity
	key, certificate string
}

func makeKeys(dir string) (k keys, err error) {
	for name, place := range map[string]*identity{"bus": &k.bus, "egisso": &k.egisso, "client": &k.client} {
		if *place, err = newIdentity(dir, name); err != nil {
			return k, err
		}
	}
	return k, nil
}

// newIdentity makes a test-only key and writes it into the folder.
func newIdentity(dir, name string) (identity, error) {
	return newIdentityAt(dir, name, time.Now().AddDate(0, 0, -30))
}

// newIdentityAt makes a key that was made at a moment.
func newIdentityAt(dir, name string, at time.Time) (identity, error) {
	made, err := smevtest.NewIdentity("Вымышленная организация "+name, at)
	if err != nil {
		return identity{}, err
	}
	i := identity{made, filepath.Join(dir, name+".key.pem"), filepath.Join(dir, name+".cert.pem")}
	for path, text := range map[string][]byte{i.key: made.KeyPEM, i.certificate: made.CertPEM} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return i, fmt.Errorf("write a test key: %w", err)
		}
	}
	return i, nil
}
