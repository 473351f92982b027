package jobs

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
	"egissogw/crypto/cert"
)

// Links keeps in the database how the bus and its file storage look to this
// process, what it signs with and by which settings it works, for those who cannot ask it. What is counted by the minute it keeps short, and
// what a clock that was ahead put off goes on.
type Links struct {
	Store       *store.Store
	Bus, Files  *bus.Breaker
	Certificate *cert.Certificate // nil if nothing is signed
	Instance    *store.Instance   // this process; nil if it is none that stays
	// Clock compares ours with the bus's; nil if nobody does.
	Clock func() (reading store.LinkClock, known bool)
	Log   *slog.Logger
}

// Name implements Job.
func (Links) Name() string { return "links" }

// Run implements Job. It never has anything done for others to look at.
func (l Links) Run(ctx context.Context) (Report, error) {
	smev := link("smev", l.Bus.State())
	if l.Clock != nil {
		if reading, known := l.Clock(); known {
			smev.Clock = &reading
		}
	}
	put, err := l.Store.ForgetFuture(ctx)
	if put > 0 {
		l.Log.Warn("the clock of the database's server was ahead: what it put off goes on", "number", put)
	}
	return Report{}, errors.Join(err, l.Store.SaveLink(ctx, smev, time.Now()), l.Store.SaveLink(ctx, link("ftp", l.Files.State()), time.Now()), l.saveCertificate(ctx), l.saveInstance(ctx),
		l.Store.CompactCounts(ctx))
}

func (l Links) saveInstance(ctx context.Context) error {
	if l.Instance == nil {
		return nil
	}
	return l.Store.SaveInstance(ctx, *l.Instance)
}

func (l Links) saveCertificate(ctx context.Context) error {
	if l.Certificate == nil {
		return nil
	}
	fingerprint := sha256.Sum256(l.Certificate.Raw)
	return l.Store.SaveCertificate(ctx, fingerprint[:], store.Certificate{Serial: l.Certificate.SerialHex(), Ends: l.Certificate.SigningEnds()})
}

func link(name string, s bus.BreakerState) store.Link {
	l := store.Link{Name: name, Failures: s.Failures}
	if s.IsOpen() {
		since := s.OpenedAt
		l.DownSince = &since
	}
	return l
}
