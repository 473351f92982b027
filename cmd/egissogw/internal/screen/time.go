package screen

import "time"

// Time is how a time is shown to people (adapter/egisso/SPEC.md#journal), with its zone:
// that of EGISSOGW_TIME_ZONE once the configuration is read.
func Time(t time.Time) string { return t.Local().Format("02.01.2006 15:04:05 MST") }

// TimeIfKnown is Time of a time that perhaps is not known.
func TimeIfKnown(t *time.Time) string {
	if t == nil {
		return "—"
	}
	return Time(*t)
}
