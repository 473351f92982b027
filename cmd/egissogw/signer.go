package main

import (
	"context"
	"fmt"

	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/crypto/softkey"
)

// signer is what every kind of signer is to the program.
type signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
	Close() error
}

// openSigner opens the configured signer.
func openSigner(c config.Signer) (signer, error) {
	switch c.Kind {
	case config.SignerSoftkey:
		return openSoftkey(c.Softkey)
	}
	return nil, fmt.Errorf("%sSIGNER: %s is not built into this program", config.Prefix, c.Kind)
}

func openSoftkey(c config.Softkey) (signer, error) {
	key, err := readSecretFile("SOFTKEY_KEY_FILE", c.KeyFile)
	if err != nil {
		return nil, err
	}
	certificate, err := readSecretFile("SOFTKEY_CERTIFICATE_FILE", c.CertificateFile)
	if err != nil {
		return nil, err
	}
	s, err := softkey.Load(key, certificate, []byte(c.Password.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("open the key file: %w", err)
	}
	return s, nil
}
