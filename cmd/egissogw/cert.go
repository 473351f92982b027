package main

import (
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/cmd/egissogw/internal/signature"

	"context" //nolint:gosec // the usual name of a certificate in CSP programs, not a protection
	"fmt"
	"io"
	"time"

	"egissogw/jobs"
)

// signerView is the answer of cert.
type signerView struct {
	signature.Certificate
	SigningEnds time.Time `json:"signing_ends"`
	DaysLeft    int       `json:"days_left"`
	Usable      bool      `json:"usable"`
	Warning     string    `json:"warning,omitempty"`
}

// showCertificate shows the certificate of the configured signer. It fails when
// nothing can be signed with it now, so that a monitoring script may ask.
func showCertificate(ctx context.Context, a *app, args []string) error {
	f := a.flags("cert")
	asJSON := a.jsonFlag(f)
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) > 0 {
		return usageError{"лишний параметр: показывается сертификат из настроек"}
	}
	s, err := a.signer(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	c, now := s.Certificate(), a.now()
	left := c.SigningEnds().Sub(now)
	v := signerView{Certificate: signature.View(c), SigningEnds: c.SigningEnds(), DaysLeft: int(max(left, 0) / (24 * time.Hour))}
	problem := c.CheckTerm(now)
	v.Usable = problem == nil
	if v.Usable && left <= jobs.CertificateNotice {
		v.Warning = renewalText(left)
	}
	if *asJSON {
		err = a.printJSON(v)
	} else {
		err = v.print(a.stdout)
	}
	switch {
	case err != nil:
		return err
	case problem != nil:
		return fault.Because(problem)
	}
	return nil
}

// renewalText says what to do while a certificate still holds.
func renewalText(left time.Duration) string {
	return fmt.Sprintf("подписывать можно ещё %d дн.: получите новый сертификат и зарегистрируйте его в СМЭВ до замены", int(max(left, 0)/(24*time.Hour)))
}

func (v signerView) print(w io.Writer) error {
	if err := v.Certificate.Print(w, ""); err != nil {
		return err
	}
	if !v.Usable {
		return nil // the error says why
	}
	if _, err := screen.Fprintf(w, "Осталось дней: %d, по %s\n", v.DaysLeft, screen.Time(v.SigningEnds)); err != nil {
		return err
	}
	if v.Warning == "" {
		return nil
	}
	_, err := screen.Fprintf(w, "ВНИМАНИЕ: %s\n", v.Warning)
	return err
}

// signer opens the configured signer for a command.
func (a *app) signer(ctx context.Context) (assemble.Signer, error) {
	c, err := a.loadFor(ctx, "signer")
	if err != nil {
		return nil, err
	}
	s, err := assemble.OpenSigner(ctx, c.Signer)
	if err != nil {
		return nil, fault.Because(err)
	}
	return s, nil
}
