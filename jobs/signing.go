package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

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
	value, err := g.signer.SignDigest(ctx, digest)
	return value, signerTrouble(err)
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
	value, err := g.data.SignData(ctx, data)
	return value, signerTrouble(err)
}

// SignerError says that the signer failed: key, token or program, whatever was to be
// signed.
type SignerError struct{ Err error }

// Error is that of the signer.
func (e *SignerError) Error() string { return e.Err.Error() }

// Unwrap gives the signer's error.
func (e *SignerError) Unwrap() error { return e.Err }

func signerTrouble(err error) error {
	if err == nil {
		return nil
	}
	return &SignerError{err}
}

// cannotSign reports whether it was the signer that failed, and notes that this process
// cannot sign, which says nothing about other gateways.
func cannotSign(signing *Ability, cause error, now time.Time, log *slog.Logger) bool {
	var broken *SignerError
	if signing == nil || !errors.As(cause, &broken) {
		return false
	}
	if signing.Lacks(now, rand.Float64()) {
		log.Error("this gateway cannot sign: what is to be signed is left to others", "err", broken)
	}
	return true
}

func requireService(ctx context.Context, s serviceSwitch) error {
	state, err := s.Service(ctx)
	if err != nil {
		return err
	}
	if !state.Enabled {
		return ErrServiceOff
	}
	if state.Lost {
		return ErrDatabaseLost
	}
	return nil
}
