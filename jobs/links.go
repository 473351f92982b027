package jobs

import (
	"context"
	"errors"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Links keeps in the database how the bus and its file storage look to this
// process, for those who cannot ask it.
type Links struct {
	Store      *store.Store
	Bus, Files *smev.Breaker
	Clock      *smev.ClockGauge // of the bus; nil if nobody compares
}

// Name implements Job.
func (Links) Name() string { return "links" }

// Run implements Job. It never has anything done for others to look at.
func (l Links) Run(ctx context.Context) (Report, error) {
	bus := link("smev", l.Bus.State())
	if l.Clock != nil {
		if r, known := l.Clock.Reading(); known {
			bus.Clock = &store.LinkClock{Skew: r.Skew, Uncertainty: r.Uncertainty, MeasuredAt: r.At}
		}
	}
	return Report{}, errors.Join(l.Store.SaveLink(ctx, bus), l.Store.SaveLink(ctx, link("ftp", l.Files.State())))
}

func link(name string, s smev.BreakerState) store.Link {
	l := store.Link{Name: name, Failures: s.Failures}
	if s.IsOpen() {
		since := s.OpenedAt
		l.DownSince = &since
	}
	return l
}
