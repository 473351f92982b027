package main

import (
	"context"
	"fmt"

	"egissogw/config"
	"egissogw/crypto/cert"
	program "egissogw/crypto/command"
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
	case config.SignerCommand:
		return openCommand(c.Command)
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

// programSigner is a signer that holds nothing open.
type programSigner struct{ *program.Signer }

// Close implements io.Closer.
func (programSigner) Close() error { return nil }

func openCommand(c config.Command) (signer, error) {
	text, err := readSecretFile("COMMAND_CERTIFICATE_FILE", c.CertificateFile)
	if err != nil {
		return nil, err
	}
	certs, err := cert.ParsePEM(text)
	if err != nil {
		return nil, fmt.Errorf("%sCOMMAND_CERTIFICATE_FILE: %w", config.Prefix, err)
	}
	s, err := program.New(certs[0], program.Options{Path: string(c.Path), Args: c.Args, Timeout: c.Timeout})
	if err != nil {
		return nil, fmt.Errorf("open the signing program: %w", err)
	}
	return programSigner{s}, nil
}
