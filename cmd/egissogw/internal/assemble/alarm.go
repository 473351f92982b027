package assemble

import (
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
)

// clockAlarm logs when our clock is certainly further than limit from the bus's,
// which checks the time inside message ids (adapter/smev/SPEC.md#messageid), and when they are
// together again.
func clockAlarm(log *slog.Logger, limit time.Duration) func(smev.ClockReading) {
	alarm := &smev.ClockAlarm{Limit: limit}
	return func(r smev.ClockReading) {
		switch alarm.Observe(r) {
		case smev.ClockApart:
			log.Error("our clock differs from the clock of the bus", "skew", r.Skew, "uncertainty", r.Uncertainty, "source", r.Source)
		case smev.ClockTogether:
			log.Info("our clock agrees with the clock of the bus again", "skew", r.Skew)
		}
	}
}

// breakerAlarm logs when a neighbour stops answering and when it answers again.
func breakerAlarm(log *slog.Logger, who string) func(bus.BreakerChange, bus.BreakerState) {
	return func(change bus.BreakerChange, s bus.BreakerState) {
		switch change {
		case bus.BreakerOpened:
			log.Error(who+" does not answer: only probes are sent until it does", "failures", s.Failures)
		case bus.BreakerClosed:
			log.Info(who + " answers again")
		}
	}
}
