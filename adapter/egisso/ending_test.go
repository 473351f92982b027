package egisso

import "testing"

func TestParseEventPolicy(t *testing.T) {
	p, err := ParseEventPolicy(" expired = terminationBasedOnEndOfRight , refused=off,")
	if err != nil || p.event(CauseExpired) != KindFactEndOfRight || p.event(CauseRefused) != "" || p.event(CauseDeath) != KindFactEndOfRight {
		t.Errorf("policy %v, %v", p, err)
	}
	for _, bad := range []string{"expired", "expired=", "whatever=off", "death=fact", "cost=errorsInvalidation", "death=off,death=off"} {
		if _, err := ParseEventPolicy(bad); err == nil {
			t.Errorf("policy %q was accepted", bad)
		} else {
			t.Log(err)
		}
	}
	for _, row := range causes {
		t.Logf("%-11s %-45s %v: %s", row.cause, row.event, row.choices, row.text)
	}
}
