package smev

import (
	"fmt"
	"strings"
	"time"
)

// momentLayout is how moments are sent: milliseconds and an explicit offset,
// the form the bus itself uses (SPEC.md#times).
const momentLayout = "2006-01-02T15:04:05.000-07:00"

// moscow is the offset assumed, as a last resort, of a moment without one.
var moscow = time.FixedZone("MSK", 3*60*60)

func formatMoment(t time.Time) string { return t.Format(momentLayout) }

// parseMoment reads an xs:dateTime with a fraction of any length or none, and
// with or without an offset.
func parseMoment(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05", s, moscow)
	if err != nil {
		return time.Time{}, fmt.Errorf("value is not a date and time")
	}
	return t, nil
}
