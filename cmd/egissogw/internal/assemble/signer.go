package assemble

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"egissogw/config"
	"egissogw/crypto/cert"
	program "egissogw/crypto/command"
	"egissogw/crypto/pkcs11"
	"egissogw/crypto/softkey"
)

// Signer is what every kind of signer is to the program.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
	Close() error
}

// OpenSigner opens the configured signer; ctx limits the opening only.
func OpenSigner(ctx context.Context, c config.Signer) (Signer, error) {
	switch c.Kind {
	case config.SignerSoftkey:
		return openSoftkey(c.Softkey)
	case config.SignerPKCS11:
		return openToken(ctx, c.PKCS11)
	case config.SignerCommand:
		return openCommand(c.Command)
	}
	return nil, fmt.Errorf("%sSIGNER: %s is not built into this program", config.Prefix, c.Kind)
}

func openSoftkey(c config.Softkey) (Signer, error) {
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

func openToken(ctx context.Context, c config.PKCS11) (Signer, error) {
	o := pkcs11.Options{Module: string(c.Module), TokenLabel: c.TokenLabel, KeyLabel: c.KeyLabel}
	var err error
	if o.KeyID, err = hex.DecodeString(c.KeyID); err != nil {
		return nil, fmt.Errorf("%sPKCS11_KEY_ID: %w", config.Prefix, err)
	}
	if !c.PIN.IsZero() {
		o.PIN = func() ([]byte, error) { return []byte(c.PIN.Reveal()), nil }
	}
	if c.CertificateFile != "" {
		if o.Certificate, err = readCertificate("PKCS11_CERTIFICATE_FILE", c.CertificateFile); err != nil {
			return nil, err
		}
	}
	s, err := pkcs11.Open(ctx, o)
	if err != nil {
		return nil, err // names what was opened
	}
	return s, nil
}

// programSigner and programDataSigner are signers that hold nothing open.
type (
	programSigner     struct{ *program.Signer }
	programDataSigner struct{ *program.DataSigner }
)

// Close implements io.Closer.
func (programSigner) Close() error { return nil }

// Close implements io.Closer.
func (programDataSigner) Close() error { return nil }

func openCommand(c config.Command) (Signer, error) {
	certificate, err := readCertificate("COMMAND_CERTIFICATE_FILE", c.CertificateFile)
	if err != nil {
		return nil, err
	}
	options := program.Options{Path: string(c.Path), Args: c.Args, Timeout: c.Timeout}
	if c.Input == config.CommandInputData {
		s, err := program.NewData(certificate, options)
		if err != nil {
			return nil, fmt.Errorf("open the signing program: %w", err)
		}
		return programDataSigner{s}, nil
	}
	s, err := program.New(certificate, options)
	if err != nil {
		return nil, fmt.Errorf("open the signing program: %w", err)
	}
	return programSigner{s}, nil
}

// readCertificate reads the file of a signer's certificate, which must hold no other.
func readCertificate(variable string, path config.File) (*cert.Certificate, error) {
	text, err := readSecretFile(variable, path)
	if err != nil {
		return nil, err
	}
	certs, err := cert.ParsePEM(text)
	if err == nil && len(certs) != 1 {
		err = errors.New("the file holds several certificates, the signer's own alone is needed")
	}
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", config.Prefix, variable, err)
	}
	return certs[0], nil
}
