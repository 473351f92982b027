package lifecycle

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"egissogw/adapter/egisso"
)

// EventPolicy changes which event follows from a cause; "" means none. Causes it
// does not name keep their default, so the zero EventPolicy is good.
type EventPolicy map[egisso.Cause]egisso.Kind

// ParseEventPolicy reads "expired=terminationBasedOnEndOfValidityPeriod,refused=off".
// Its error tells everything that is wrong, in Russian.
func ParseEventPolicy(s string) (EventPolicy, error) {
	policy := EventPolicy{}
	return policy, egisso.EachSetting(s, func(name, event string) error {
		cause, kind := egisso.Cause(name), egisso.Kind(event)
		if _, twice := policy[cause]; twice {
			return fmt.Errorf("причина %s названа дважды", cause)
		}
		choices := cause.Events()
		switch {
		case choices == nil:
			return fmt.Errorf("причины %q нет; есть: %s", name, strings.Join(egisso.CauseNames(), ", "))
		case kind == "off":
			policy[cause] = ""
		case slices.Contains(choices, kind):
			policy[cause] = kind
		default:
			return fmt.Errorf("причина %s: события %q для неё нет; возможны %v или off", cause, event, choices)
		}
		return nil
	})
}

// String returns the policy in the form ParseEventPolicy reads, sorted by cause.
func (p EventPolicy) String() string {
	parts := make([]string, 0, len(p))
	for cause, kind := range p {
		if kind == "" {
			kind = "off"
		}
		parts = append(parts, string(cause)+"="+string(kind))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

// event returns the event that follows from the cause, "" for none.
func (p EventPolicy) event(c egisso.Cause) egisso.Kind {
	if kind, ok := p[c]; ok {
		return kind
	}
	return c.Event()
}

// Settle drops an ending no event follows from: the policy wants none, or the
// assignment runs out by itself no later. NextFactStep settles what it is given;
// who compares hashes of a source's rows by himself settles them first.
func (p EventPolicy) Settle(f egisso.Fact) egisso.Fact {
	e := f.Ending
	if e == nil {
		return f
	}
	over := !f.DateFinish.IsZero() && !e.Date.Before(f.DateFinish)
	if e.Reason == egisso.CauseExpired {
		// A prescription expires on its last day and tells that nothing was granted.
		over = !f.DateFinish.IsZero() && e.Date.After(f.DateFinish)
	}
	if e.Reason.Valid() && (p.event(e.Reason) == "" || over && e.Reason != egisso.CauseDuplicate) {
		f.Ending = nil
	}
	return f
}
