package jobs

import (
	"context"

	"egissogw/adapter/store"
	"egissogw/crypto/cert"
)

// signer is a signer with its certificate.
type signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
}

// serviceSwitch is asked before every signature.
type serviceSwitch interface {
	Service(ctx context.Context) (store.Service, error)
}

// GatedSigner asks the switch of the signing service before every signature, so
// that switching off takes effect before the next one, in every process.
type GatedSigner struct {
	Signer signer
	Switch serviceSwitch
}

// Certificate returns the signer's certificate.
func (g GatedSigner) Certificate() *cert.Certificate { return g.Signer.Certificate() }

// SignDigest signs, or returns ErrServiceOff.
func (g GatedSigner) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if err := requireService(ctx, g.Switch); err != nil {
		return nil, err
	}
	return g.Signer.SignDigest(ctx, digest)
}

func requireService(ctx context.Context, s serviceSwitch) error {
	state, err := s.Service(ctx)
	if err != nil {
		return err
	}
	if !state.Enabled {
		return ErrServiceOff
	}
	return nil
}
