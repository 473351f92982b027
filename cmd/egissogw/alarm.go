package main

import (
	"log/slog"
	"sync/atomic"
	"time"

	"egissogw/adapter/smev"
)

// clockLimit is how far our clock may certainly differ from the bus's before it
// is mentioned: the bus checks the time inside message ids (spec smev3.md d).
const clockLimit = 30 * time.Second

// clockAlarm logs when the clocks part and when they are together again.
func clockAlarm(log *slog.Logger) func(smev.ClockReading) {
	var apart atomic.Bool
	return func(r smev.ClockReading) {
		switch exceeds := r.Exceeds(clockLimit); {
		case !r.Verified:
		case exceeds && !apart.Swap(true):
			log.Error("our clock differs from the clock of the bus", "skew", r.Skew, "uncertainty", r.Uncertainty, "source", r.Source)
		case !exceeds && apart.Swap(false):
			log.Info("our clock agrees with the clock of the bus again", "skew", r.Skew)
		}
	}
}

// breakerAlarm logs when the bus stops answering and when it answers again.
func breakerAlarm(log *slog.Logger) func(smev.BreakerChange, smev.BreakerState) {
	return func(change smev.BreakerChange, s smev.BreakerState) {
		switch change {
		case smev.BreakerOpened:
			log.Error("the bus does not answer: only probes are sent until it does", "failures", s.Failures)
		case smev.BreakerClosed:
			log.Info("the bus answers again")
		}
	}
}
