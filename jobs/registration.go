package jobs

import (
	"bytes"
	"log/slog"
	"sync/atomic"

	"egissogw/adapter/bus"
)

// Registration is whether the bus knows the certificate this process signs with. While it
// does not, nothing is signed here: other gateways on the database can, and a single one
// would only add to what is refused. Calls of the queues, which are signed too, show when
// it does. A nil Registration is never refused.
type Registration struct {
	Certificate []byte // what identifies it: SHA-256 of its DER
	Log         *slog.Logger

	refused atomic.Bool
}

// Refused reports whether the bus said that it does not know the certificate.
func (r *Registration) Refused() bool { return r != nil && r.refused.Load() }

// Heard notes how a call ended that this process signed. Only a refusal of the
// certificate, and a call that went well, say anything of it.
func (r *Registration) Heard(err error) {
	if r == nil {
		return
	}
	e := bus.As(err)
	switch {
	case e != nil && e.Stranger:
		if !r.refused.Swap(true) {
			r.Log.Error("the bus does not know our certificate: nothing is signed here until it does", "fault", e.Refused)
		}
	case err == nil:
		if r.refused.Swap(false) {
			r.Log.Info("the bus knows our certificate: signing goes on")
		}
	}
}

// signed reports whether what bears the certificate is signed with ours; false as well if
// nobody knows.
func (r *Registration) signed(certificate []byte) bool {
	return r != nil && len(certificate) > 0 && bytes.Equal(certificate, r.Certificate)
}

// signedByOther reports whether it is signed with another certificate than ours.
func (r *Registration) signedByOther(certificate []byte) bool {
	return r != nil && len(certificate) > 0 && !bytes.Equal(certificate, r.Certificate)
}

// certificate identifies the certificate of what is signed here; nil if nobody asks.
func (r *Registration) certificate() []byte {
	if r == nil {
		return nil
	}
	return r.Certificate
}
