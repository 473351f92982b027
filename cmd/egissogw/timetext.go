package main

import "time"

// timeText is how a time is shown to people (adapter/egisso/SPEC.md#journal), with its zone:
// that of EGISSOGW_TIME_ZONE once the configuration is read, see readConfig.
func timeText(t time.Time) string { return t.Local().Format("02.01.2006 15:04:05 MST") }

// shown is timeText of a time that perhaps is not known.
func shown(t *time.Time) string {
	if t == nil {
		return "—"
	}
	return timeText(*t)
}
