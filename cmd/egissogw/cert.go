package main

import (
	"context"
	"crypto/sha1" //nolint:gosec // the usual name of a certificate in CSP programs, not a protection
	"encoding/hex"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// certificateView is a certificate as it is shown to the administrator, persons
// named in it included: it never goes to a log.
type certificateView struct {
	Subject     string     `json:"subject"`
	Issuer      string     `json:"issuer"`
	Serial      string     `json:"serial"`
	Thumbprint  string     `json:"thumbprint_sha1"`
	Algorithm   string     `json:"algorithm"`
	Curve       string     `json:"curve"`
	NotBefore   time.Time  `json:"not_before"`
	NotAfter    time.Time  `json:"not_after"`
	KeyNotAfter *time.Time `json:"private_key_not_after,omitempty"`
	SignTool    string     `json:"sign_tool,omitempty"`
}

func viewCertificate(c *cert.Certificate) certificateView {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see the import
	v := certificateView{
		Subject: c.Subject.Full(), Issuer: c.Issuer.Full(), Serial: c.SerialHex(), Thumbprint: hex.EncodeToString(sum[:]),
		Algorithm: fmt.Sprintf("ГОСТ Р 34.10-2012, %d бит", 8*c.DigestSize()), Curve: c.Key.Curve.Name(),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, SignTool: c.SignTool,
	}
	if p := c.PrivateKeyUsage; p != nil && !p.NotAfter.IsZero() {
		v.KeyNotAfter = &p.NotAfter
	}
	return v
}

// print writes the view as lines of a table, each behind indent.
func (v certificateView) print(w io.Writer, indent string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(title, text string) { fprintf(t, "%s%s\t%s\n", indent, title, text) }
	line("Владелец", v.Subject)
	line("Издатель", v.Issuer)
	line("Серийный номер", v.Serial)
	line("Отпечаток SHA-1", v.Thumbprint)
	line("Ключ", v.Algorithm+", "+v.Curve)
	line("Сертификат действует", "с "+timeText(v.NotBefore)+" по "+timeText(v.NotAfter))
	if v.KeyNotAfter != nil {
		line("Закрытый ключ", "по "+shown(v.KeyNotAfter))
	}
	if v.SignTool != "" {
		line("Средство подписи", v.SignTool)
	}
	return t.Flush()
}

// signerView is the answer of cert.
type signerView struct {
	certificateView
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
	v := signerView{certificateView: viewCertificate(c), SigningEnds: c.SigningEnds(), DaysLeft: int(max(left, 0) / (24 * time.Hour))}
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
		return because(problem)
	}
	return nil
}

// renewalText says what to do while a certificate still holds.
func renewalText(left time.Duration) string {
	return fmt.Sprintf("подписывать можно ещё %d дн.: получите новый сертификат и зарегистрируйте его в СМЭВ до замены", int(max(left, 0)/(24*time.Hour)))
}

func (v signerView) print(w io.Writer) error {
	if err := v.certificateView.print(w, ""); err != nil {
		return err
	}
	if !v.Usable {
		return nil // the error says why
	}
	if _, err := fprintf(w, "Осталось дней: %d, по %s\n", v.DaysLeft, timeText(v.SigningEnds)); err != nil {
		return err
	}
	if v.Warning == "" {
		return nil
	}
	_, err := fprintf(w, "ВНИМАНИЕ: %s\n", v.Warning)
	return err
}

// signer opens the configured signer for a command.
func (a *app) signer(ctx context.Context) (signer, error) {
	c, err := a.loadFor(ctx, "signer")
	if err != nil {
		return nil, err
	}
	s, err := openSigner(ctx, c.Signer)
	if err != nil {
		return nil, because(err)
	}
	return s, nil
}
