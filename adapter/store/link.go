package store

import (
	"context"
	"fmt"
	"time"
)

// Link is how a neighbour beyond our network looks from here.
type Link struct {
	Name      string     `json:"name"`       // "smev" or "ftp"
	DownSince *time.Time `json:"down_since"` // nil: it answers, as far as we know
	Failures  int        `json:"failures"`   // in a row
	Clock     *LinkClock `json:"clock"`      // nil: not known
}

// LinkClock compares a neighbour's clock with ours.
type LinkClock struct {
	Skew        time.Duration `json:"skew"`        // its clock minus ours, nanoseconds
	Uncertainty time.Duration `json:"uncertainty"` // how far the true skew may be from Skew
	MeasuredAt  time.Time     `json:"measured_at"`
}

// Certificate is one a gateway signs with.
type Certificate struct {
	Serial string    `json:"serial"` // hexadecimal
	Ends   time.Time `json:"signing_ends"`
}

// SaveCertificate stores that a gateway signs with the certificate of this fingerprint, the
// SHA-256 of its DER.
func (s *Store) SaveCertificate(ctx context.Context, fingerprint []byte, c Certificate) error {
	if _, err := s.pool.Exec(ctx, query("save_certificate"), fingerprint, c.Serial, c.Ends); err != nil {
		return fmt.Errorf("note the signing certificate: %w", err)
	}
	return nil
}

// SaveLink stores how a neighbour looks. A Clock that is nil leaves the one known. now is by the clock that
// the times of l are by, which may differ from the database's.
func (s *Store) SaveLink(ctx context.Context, l Link, now time.Time) error {
	var skew, uncertainty, down, measured *time.Duration
	if l.DownSince != nil {
		down = new(time.Duration)
		*down = now.Sub(*l.DownSince)
	}
	if l.Clock != nil {
		measured = new(time.Duration)
		skew, uncertainty, *measured = &l.Clock.Skew, &l.Clock.Uncertainty, now.Sub(l.Clock.MeasuredAt)
	}
	if _, err := s.pool.Exec(ctx, query("save_link"), l.Name, down, l.Failures, skew, uncertainty, measured); err != nil {
		return fmt.Errorf("note the state of %s: %w", l.Name, err)
	}
	return nil
}
