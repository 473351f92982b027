package jobs

import (
	"errors"
	"strings"
	"testing"

	"egissogw/adapter/smev"
)

// A message signed before our key was exchanged, which may have arrived, asks nobody to register
// a certificate: these bytes bear one the bus has forgotten.
func TestTextAfterOurCertificateChanged(t *testing.T) {
	unknown := &smev.Fault{Operation: smev.OpSendRequest, Name: "SignatureVerificationFault", SignatureCode: "CertificateIsNotFound"}
	for certificate, want := range map[string]string{"ours": "зарегистрируйте", "former": "прежним сертификатом"} {
		g := signedMessage(t)
		if _, err := g.conn.Exec(t.Context(), `update egisso.message set certificate = convert_to($1, 'UTF8')`, certificate); err != nil {
			t.Fatal(err)
		}
		job := g.sendJob(&fakeBus{sendErr: []error{&smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection reset")}, unknown}})
		job.Registration = &Registration{Certificate: []byte("ours"), Log: job.Log}
		g.runUntil(t, job, `select (review is not null)::text from egisso.package`, "true")
		if review := g.text(t, `select review from egisso.package`); !strings.Contains(review, want) || certificate == "former" && strings.Contains(review, "зарегистрируйте") {
			t.Errorf("signed with the %s certificate: %s", certificate, review)
		}
	}
}
