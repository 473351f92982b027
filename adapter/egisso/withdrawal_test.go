package egisso

import (
	"strings"
	"testing"
	"time"
)

func TestWithdrawnVersions(t *testing.T) {
	for name, tc := range map[string]struct{ versions, corrections, want string }{
		"current versions":       {"", "", ""},
		"announced":              {"10.06.S=1.0.7", "", "10.06.S 1.0.7 2025-12-01"},
		"others are not":         {"10.05.I=1.0.7,10.15.I=1.0.3,10.10.I=1.0.4", "", ""},
		"moved":                  {"10.06.S=1.0.7", "10.06.S=1.0.7@2026-03-01", "10.06.S 1.0.7 2026-03-01"},
		"taken back":             {"10.06.S=1.0.7", " 10.06.S=1.0.7@off ", ""},
		"announced to this site": {"10.06.S=1.0.7,10.05.I=1.0.7", "10.05.I=1.0.7@2027-01-01,10.10.I=1.0.3@2027-02-01", "10.06.S 1.0.7 2025-12-01, 10.05.I 1.0.7 2027-01-01, 10.10.I 1.0.3 2027-02-01"},
	} {
		set, err := ParseVersionSet(tc.versions)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Withdrawals(tc.corrections)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, w := range set.Withdrawn(list) {
			got = append(got, w.Code+" "+w.Number+" "+w.From.In(Moscow).Format(time.DateOnly))
		}
		if strings.Join(got, ", ") != tc.want {
			t.Errorf("%s: %v, want %s", name, got, tc.want)
		}
	}
	for _, bad := range []string{"10.06.S", "10.06.S=1.0.7", "10.06.S@2025-12-01", "=1.0.7@off", "10.06.S=@off", "10.06.S=1.0.7@01.12.2025", "10.06.S=1.0.7@"} {
		if _, err := Withdrawals(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, w := range withdrawals {
		if v := CurrentVersion(w.Code); v == nil || v.Number == w.Number {
			t.Errorf("%s %s is withdrawn and sent by default", w.Code, w.Number)
		}
	}
}
