package smevtest

import (
	"fmt"
	"net/http"
	"time"
)

// Downtime is a time the bus cannot be reached, by its own clock.
type Downtime struct {
	After Duration `json:"after"` // since Start
	For   Duration `json:"for"`
	As    Outage   `json:"as,omitempty"` // OutageReset if empty
}

// Outage is how a bus that is down looks from outside.
type Outage string

// Outages.
const (
	OutageNone        Outage = ""
	OutageReset       Outage = "reset"       // connections are closed without a word
	OutageUnavailable Outage = "unavailable" // HTTP 503 from something in front of the bus
	OutageFailure     Outage = "failure"     // every call gets SMEVFailure
)

func (d Downtime) check() error {
	switch d.As {
	case OutageNone, OutageReset, OutageUnavailable, OutageFailure:
	default:
		return fmt.Errorf("as must be one of %s, %s, %s, not %q", OutageReset, OutageUnavailable, OutageFailure, d.As)
	}
	if d.For <= 0 {
		return fmt.Errorf("for must be more than 0")
	}
	return nil
}

// SetOutage takes the bus down, file storage included, or, with OutageNone,
// brings it back.
func (b *Bus) SetOutage(o Outage) {
	b.mu.Lock()
	b.outage = o
	files := b.files
	b.mu.Unlock()
	if o != OutageNone && files != nil {
		files.Disconnect()
	}
}

// down says how the bus is down at this moment.
func (b *Bus) down() Outage {
	now := b.options.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.outage != OutageNone {
		return b.outage
	}
	for _, d := range b.options.Script.downtime {
		from := b.started.Add(time.Duration(d.After))
		if !now.Before(from) && now.Before(from.Add(time.Duration(d.For))) {
			if d.As == OutageNone {
				return OutageReset
			}
			return d.As
		}
	}
	return OutageNone
}

// outageReply replies while the bus is down; false means it is not, or not in
// a way that keeps calls from being read.
func (b *Bus) outageReply(w http.ResponseWriter) bool {
	switch b.down() {
	case OutageReset:
		hangUp(w)
	case OutageUnavailable:
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><body><h1>503 Service Unavailable</h1></body></html>"))
	default:
		return false
	}
	return true
}

// hangUp closes the connection without a reply.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
