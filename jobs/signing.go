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

// dataSigner is a signer that can only sign data which it hashes itself.
type dataSigner interface {
	SignData(ctx context.Context, data []byte) ([]byte, error)
}

// Signer is a signer behind the switch of the signing service.
type Signer interface{ signer }

// Gate puts a signer behind the switch, which is asked before every signature:
// switching off takes effect before the next one, in every process. A signer
// that wants data instead of digests stays one.
func Gate(s signer, sw serviceSwitch) Signer {
	g := gatedSigner{s, sw}
	if data, ok := s.(dataSigner); ok {
		return gatedDataSigner{g, data}
	}
	return g
}

type gatedSigner struct {
	signer
	service serviceSwitch
}

// SignDigest signs, or returns ErrServiceOff.
func (g gatedSigner) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if err := requireService(ctx, g.service); err != nil {
		return nil, err
	}
	return g.signer.SignDigest(ctx, digest)
}

type gatedDataSigner struct {
	gatedSigner
	data dataSigner
}

// SignData signs, or returns ErrServiceOff.
func (g gatedDataSigner) SignData(ctx context.Context, data []byte) ([]byte, error) {
	if err := requireService(ctx, g.service); err != nil {
		return nil, err
	}
	return g.data.SignData(ctx, data)
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
