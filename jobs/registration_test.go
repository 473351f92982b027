package jobs

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"egissogw/adapter/smev"
)

// Only a refusal of the certificate, and a call that went well, change what is thought of
// it, and each change is told once.
func TestRegistration(t *testing.T) {
	var log strings.Builder
	r := &Registration{Certificate: []byte("ours"), Log: slog.New(slog.NewTextHandler(&log, nil))}
	for _, c := range []struct {
		err     error
		refused bool
		lines   int
	}{
		{nil, false, 0},
		{fault("SMEVFailure"), false, 0},
		{fault("SenderIsNotRegistered"), true, 1},
		{fault("SenderIsNotRegistered"), true, 1},
		{fault("AccessDenied"), true, 1},
		{nil, false, 2},
		{&smev.Fault{Operation: smev.OpGetResponse, Name: "SignatureVerificationFault", SignatureCode: "CertificateIsNotFound"}, true, 3},
		{&smev.Fault{Operation: smev.OpGetResponse, Name: "SignatureVerificationFault", SignatureCode: "SignatureIsInvalid"}, true, 3},
		{nil, false, 4},
	} {
		r.Heard(smev.PortError(c.err))
		if r.Refused() != c.refused || strings.Count(log.String(), "\n") != c.lines {
			t.Errorf("after %v: refused %t, log %q", c.err, r.Refused(), log.String())
		}
	}
	var none *Registration
	if none.Heard(fault("SenderIsNotRegistered")); none.Refused() || none.certificate() != nil {
		t.Error("nobody asks")
	}
}

// A message the bus refuses because of the certificate it bears goes anew, under no blame,
// where another gateway signed it; otherwise it stays and nothing more is signed.
func TestMessagesOfAnUnknownCertificate(t *testing.T) {
	reset := &smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection reset")}
	for name, c := range map[string]struct {
		signedBy string
		errs     []error
		want     string // states of message, package and record, failures alone, no blame
		review   bool
		refused  bool // whether this gateway signs nothing any more
	}{
		"of another gateway, or of the key before":     {"theirs", []error{fault("SenderIsNotRegistered")}, "refused send_failed ready 0 true", false, false},
		"the same, and it may have arrived":            {"theirs", []error{reset, fault("SenderIsNotRegistered")}, "in_doubt signed packed 0 false", true, false},
		"our own":                                      {"ours", []error{fault("SenderIsNotRegistered")}, "in_doubt signed packed 0 false", true, true},
		"of another gateway, refused for what it says": {"theirs", []error{fault("InvalidContent")}, "refused send_failed ready 1 false", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := signedMessage(t)
			if _, err := g.conn.Exec(t.Context(), `update egisso.message set certificate = $1`, []byte(c.signedBy)); err != nil {
				t.Fatal(err)
			}
			job := g.sendJob(&fakeBus{sendErr: c.errs})
			job.Registration = &Registration{Certificate: []byte("ours"), Log: slog.New(slog.DiscardHandler)}
			g.runUntil(t, job, `select count(*) >= `+string(rune('0'+len(c.errs)))+` from egisso.attempt where finished_at is not null`, "true")
			got := g.text(t, `select m.state || ' ' || p.state || ' ' || r.state || ' ' || r.failed_alone || ' ' || p.faultless from egisso.message m, egisso.package p, egisso.record r`)
			if got != c.want || job.Registration.Refused() != c.refused {
				t.Errorf("%s, refused %t; want %s", got, job.Registration.Refused(), c.want)
			}
			review := g.text(t, `select coalesce(review, '') from egisso.package`)
			if (review != "") != c.review {
				t.Errorf("a person is asked: %s", review)
			}
			// Who exchanged the certificate has nothing to register any more.
			if registers := strings.Contains(review, "зарегистрировать"); registers != c.refused {
				t.Errorf("a person is asked to register the certificate: %s", review)
			}
		})
	}
}

// The certificate was not known, and was exchanged: what a person was asked then is over.
func TestReviewEndsWithTheCertificate(t *testing.T) {
	g := signedMessage(t)
	if _, err := g.conn.Exec(t.Context(), `update egisso.message set certificate = 'before'`); err != nil {
		t.Fatal(err)
	}
	const review = `select coalesce(review, '') from egisso.package`
	for _, now := range []string{"before", "after"} {
		job := g.sendJob(&fakeBus{sendErr: []error{fault("SenderIsNotRegistered")}})
		job.Registration = &Registration{Certificate: []byte(now), Log: slog.New(slog.DiscardHandler)}
		want := map[string]string{"before": "in_doubt", "after": "refused"}[now]
		g.runUntil(t, job, `select state from egisso.message`, want)
		if text := g.text(t, review); strings.Contains(text, "зарегистрировать") != (now == "before") {
			t.Errorf("%s: %q", now, text)
		}
	}
}
