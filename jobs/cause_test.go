package jobs

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/crypto/xmldsig"
)

// The cause of a failure is what kind of error it is, however deep, and never its words.
func TestCauseIsTheKindOfTheError(t *testing.T) {
	expired := &smev.Fault{Operation: smev.OpGetResponse, Name: "SignatureVerificationFault", SignatureCode: "CertificateIsNotFound"}
	signing := &xmldsig.SigningError{Err: errors.New("token pulled out")}
	for name, c := range map[string]struct {
		err  error
		want store.JobCause
	}{
		"none":                  {nil, ""},
		"another":               {errors.New("password"), ""},
		"only its words":        {errors.New("sign SignedInfo: SenderIsNotRegistered"), ""},
		"the signer":            {fmt.Errorf("sign package 1: %w", signing), store.CauseSigning},
		"the signer, asking":    {smev.PortError(fmt.Errorf("sign GetRequest: %w", signing)), store.CauseSigning},
		"not registered":        {fmt.Errorf("ask: %w", smev.PortError(fault("SenderIsNotRegistered"))), store.CauseUnregistered},
		"beside something else": {errors.Join(smev.PortError(fault("SMEVFailure")), smev.PortError(fault("SenderIsNotRegistered"))), store.CauseUnregistered},
		"a certificate refused": {smev.PortError(expired), ""},
	} {
		s := &Scheduler{ledger: &memory{}, log: slog.New(slog.DiscardHandler)}
		l := &loop{Entry: Entry{Job: scripted{name: "send"}}}
		s.note(t.Context(), l, Report{}, c.err)
		if got := s.ledger.(*memory).causes; len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
