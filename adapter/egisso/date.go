package egisso

import (
	"fmt"
	"time"
)

// Date is a civil date without a time zone, the tDate of basic/2.3.0 and the
// plain form of xsd:date. The zero Date means "not given". In JSON and in text
// it is "2006-01-02"; the zero Date is an empty string.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads "2006-01-02" and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date is not of the form YYYY-MM-DD or does not exist")
	}
	return DateOf(t), nil
}

// DateOf returns the date of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether the date is absent.
func (d Date) IsZero() bool { return d == Date{} }

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Time().Before(other.Time()) }

// After reports whether d is later than other.
func (d Date) After(other Date) bool { return other.Before(d) }

// Time returns midnight UTC of the date.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// String returns "2006-01-02", or "" for the zero date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	if d.Year < 1000 || d.Year > 9999 || d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 28 {
		return d.Time().Format(time.DateOnly)
	}
	// Every fact has a dozen dates: those that exist in any month are written out.
	digits := [...]byte{0, 0, 0, 0, '-', 0, 0, '-', 0, 0}
	for i, n := 9, d.Year*10000+int(d.Month)*100+d.Day; i >= 0; i-- {
		if digits[i] == 0 {
			digits[i] = byte('0' + n%10)
			n /= 10
		}
	}
	return string(digits[:])
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Possible reports whether the date exists and its year fits tDate of
// basic/2.3.0, which is narrower than xsd:date.
func (d Date) Possible() bool {
	return d.Year >= 1000 && d.Year <= 2999 && DateOf(d.Time()) == d
}

// Moscow is the zone in which ЕГИССО means days and the gateway writes times. tTimestamp of
// basic/2.3.0 takes whole hours from +02:00 to +12:00 only, so the source's own zone
// cannot do.
var Moscow = time.FixedZone("MSK", 3*60*60)
