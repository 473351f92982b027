package jobs_test

import (
	"crypto/rand"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/jobs"
)

// certificate is one that ends so many days from now by the world's clock.
func (w *world) certificate(days int) *cert.Certificate {
	w.Helper()
	key, err := gost3410.GenerateKey(gost3410.TC26_256B(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	now := time.Now()
	der, err := cert.SelfSigned(key, cert.Template{Serial: big.NewInt(int64(days)), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 0, days)}, rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	crt, err := cert.Parse(der)
	if err != nil {
		w.Fatal(err)
	}
	return crt
}

func ofCertificate(f store.Finding) bool { return f.Code == "certificate" }

// A certificate that ends soon is shown while somebody signs with it.
func TestCertificateThatEndsIsShown(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	links := jobs.Links{Store: w.store, Bus: &bus.Breaker{}, Files: &bus.Breaker{}}
	for _, step := range []struct {
		days int
		want string
	}{
		{11, "можно только до"},
		{-1, "больше нельзя с"},
		{90, ""},
	} {
		w.exec(`update egisso.signing_certificate set seen_at = seen_at - interval '10 minutes'`)
		links.Certificate = w.certificate(step.days)
		w.run(links)
		st, err := w.store.Status(t.Context())
		if err != nil || len(st.Certificates) != 1 || !st.Certificates[0].Ends.Equal(links.Certificate.SigningEnds()) {
			t.Fatalf("%d days: %+v, %v", step.days, st.Certificates, err)
		}
		i := slices.IndexFunc(st.Findings, ofCertificate)
		if (i >= 0) != (step.want != "") || i >= 0 && !strings.Contains(st.Findings[i].Text, step.want) {
			t.Errorf("%d days: %+v, want %q", step.days, st.Findings, step.want)
		}
	}
}

// The log does not say that something has ended that is going to.
func TestWatchOfTheCertificate(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	for days, want := range map[int]string{11: "ends within 30 days", -1: "cannot be used", 90: ""} {
		var log strings.Builder
		watch := &jobs.Watch{
			Store: w.store, Certificate: w.certificate(days), AnswerTerm: time.Hour, Now: time.Now, Location: time.UTC,
			Log: slog.New(slog.NewTextHandler(&log, nil)), CheckBasis: "x",
		}
		w.run(watch)
		w.run(watch)
		said := log.String()
		if strings.Count(said, "certificate") > 0 != (want != "") || !strings.Contains(said, want) || strings.Contains(said, "expired") != (days < 0) ||
			want != "" && strings.Count(said, want) != 1 {
			t.Errorf("%d days: %s", days, said)
		}
	}
}
