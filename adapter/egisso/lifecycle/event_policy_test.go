package lifecycle

import (
	"testing"

	"egissogw/adapter/egisso"
)

func TestParseEventPolicy(t *testing.T) {
	p, err := ParseEventPolicy(" expired = terminationBasedOnEndOfRight , refused=off,")
	if err != nil || p.event(egisso.CauseExpired) != egisso.KindFactEndOfRight || p.event(egisso.CauseRefused) != "" || p.event(egisso.CauseDeath) != egisso.KindFactEndOfRight {
		t.Errorf("policy %v, %v", p, err)
	}
	for _, bad := range []string{"expired", "expired=", "whatever=off", "death=fact", "cost=errorsInvalidation", "death=off,death=off"} {
		if _, err := ParseEventPolicy(bad); err == nil {
			t.Errorf("policy %q was accepted", bad)
		} else {
			t.Log(err)
		}
	}
}
