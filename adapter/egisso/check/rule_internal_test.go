package check

import "testing"

func TestEveryRuleLooksAtOneSubject(t *testing.T) {
	for _, r := range Rules() {
		set := 0
		for _, is := range []bool{r.measure != nil, r.fact != nil, r.organization != nil, r.point != nil, r.application != nil, r.event != nil} {
			if is {
				set++
			}
		}
		if set != 1 {
			t.Errorf("rule %s is incomplete", r.Code)
		}
	}
}
