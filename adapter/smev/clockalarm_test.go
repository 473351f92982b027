package smev

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestClockAlarm follows sequences of calls: what one call shows stands together.
func TestClockAlarm(t *testing.T) {
	const limit = 30 * time.Second
	date := func(skew time.Duration) ClockReading { return ClockReading{Source: ClockDate, Skew: skew} }
	sending := func(skew time.Duration) ClockReading { return ClockReading{Source: ClockSending, Skew: skew} }
	delivery := func(skew time.Duration) ClockReading { return ClockReading{Source: ClockDelivery, Skew: skew} }
	far, near := time.Minute, time.Second
	for name, tc := range map[string]struct {
		call []ClockReading // each call
		then []ClockReading // each of as many calls afterwards
		want string
	}{
		"together":                              {[]ClockReading{date(near), sending(near)}, nil, ""},
		"apart and stays so":                    {[]ClockReading{date(far), sending(far)}, nil, "apart"},
		"apart, then corrected":                 {[]ClockReading{date(far), sending(far)}, []ClockReading{date(near), sending(near)}, "apart together"},
		"a proxy's clock is wrong":              {[]ClockReading{sending(near), date(-far)}, nil, ""},
		"a proxy's clock, seldom a receipt":     {[]ClockReading{sending(near), date(far)}, []ClockReading{date(far)}, ""},
		"the bus's moments are wrong":           {[]ClockReading{date(near), sending(far)}, nil, "apart"},
		"only the header":                       {[]ClockReading{date(far)}, []ClockReading{date(near)}, "apart together"},
		"deliveries show it and headers do not": {[]ClockReading{delivery(far), date(near)}, nil, "apart"},
		"alternating":                           {[]ClockReading{sending(far), sending(near)}, nil, "apart"},
		"just within the limit again":           {[]ClockReading{sending(far)}, []ClockReading{sending(limit - time.Second)}, "apart"},
		"not certain":                           {[]ClockReading{{Source: ClockSending, Skew: far, Uncertainty: far}}, nil, ""},
	} {
		a := ClockAlarm{Limit: limit}
		var changes []string
		at := testNow
		feed := func(calls int, readings []ClockReading) {
			for range calls {
				at = at.Add(time.Minute)
				for _, r := range readings {
					r.At, r.Verified = at, true
					if c := a.Observe(r); c != ClockSame {
						changes = append(changes, string(c))
					}
				}
			}
		}
		feed(50, tc.call)
		feed(50, tc.then)
		if got := strings.Join(changes, " "); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Whatever is read, it is not told more often than every ten minutes, and what is not
// verified says nothing.
func TestClockAlarmNeverFlaps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sources := []ClockSource{ClockDate, ClockSending, ClockDelivery}
	for range 200 {
		a := ClockAlarm{Limit: 30 * time.Second}
		at, last := testNow, time.Time{}
		for range 500 {
			at = at.Add(time.Duration(r.IntN(60)) * time.Second)
			reading := ClockReading{Source: sources[r.IntN(3)], Verified: r.IntN(4) > 0, At: at, Skew: time.Duration(r.IntN(90)-45) * time.Second}
			change := a.Observe(reading)
			if change == ClockSame {
				continue
			}
			if !reading.Verified {
				t.Fatal("what is not verified changed something")
			}
			if change == ClockTogether && at.Sub(last) < clockCalm {
				t.Fatalf("told again after %s", at.Sub(last))
			}
			last = at
		}
	}
}
