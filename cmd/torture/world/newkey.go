package world

import (
	"context"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// NewBusKey lets the bus sign with a new key, and returns the file of the new
// certificate together with the old one.
func (w *World) NewBusKey(ctx context.Context) (certificates string, err error) {
	made, err := newIdentity(w.Dir, "bus-2")
	if err != nil {
		return "", err
	}
	signer, err := made.Signer(nil)
	if err != nil {
		return "", err
	}
	if err := w.Bus.Down(); err != nil {
		return "", err
	}
	w.Bus.Options.Signer = signer
	return made.certificate, w.Bus.Up(ctx)
}

// NewClientKey registers a new key of ours at the bus, which forgets the old one and
// runs afterwards, and returns the settings that use it.
func (w *World) NewClientKey(ctx context.Context) (env []string, err error) {
	made, err := newIdentity(w.Dir, "client-2")
	if err != nil {
		return nil, err
	}
	return made.settings(), w.register(ctx, made)
}

// register has the bus know a key of ours and forget the one before.
func (w *World) register(ctx context.Context, made identity) error {
	if err := w.Bus.Down(); err != nil {
		return err
	}
	w.Bus.Options.Senders = []smevtest.Sender{{Mnemonic: Mnemonic, Name: "Вымышленный поставщик", Certificate: made.Certificate}}
	return w.Bus.Up(ctx)
}

// NewClientKeyUntil is NewClientKey of one with which may be signed until a moment.
func (w *World) NewClientKeyUntil(ctx context.Context, end time.Time) (env []string, err error) {
	made, err := w.keyUntil(end)
	if err != nil {
		return nil, err
	}
	return made.settings(), w.register(ctx, made)
}

// ClientKeyUntil is a key as settings with which may be signed until a moment; the bus does
// not know it.
func (w *World) ClientKeyUntil(end time.Time) (env []string, err error) {
	made, err := w.keyUntil(end)
	return made.settings(), err
}

func (w *World) keyUntil(end time.Time) (identity, error) {
	return newIdentityAt(w.Dir, "client-ends", end.AddDate(-10, 0, 0))
}

// StrangeKey is a key nobody knows, as settings.
func (w *World) StrangeKey() ([]string, error) {
	made, err := newIdentity(w.Dir, fmt.Sprintf("stranger-%d", w.Gateways[0].Runs))
	if err != nil {
		return nil, err
	}
	return made.settings(), nil
}

// settings make a gateway sign with the key.
func (i identity) settings() []string {
	return []string{"EGISSOGW_SOFTKEY_KEY_FILE=" + i.key, "EGISSOGW_SOFTKEY_CERTIFICATE_FILE=" + i.certificate}
}

// ClientCertificate is the file of the certificate the bus knows.
func (w *World) ClientCertificate() string { return w.keys.client.certificate }
