package egisso

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/shopspring/decimal"
)

// Cause is why an accepted fact changes or ends (SPEC.md#which-event, #changed-records).
type Cause string

// Causes. All but CauseCost are reasons the source gives in Fact.Ending.
const (
	CauseCost       Cause = "cost"       // nothing but the cost changed
	CauseReplaced   Cause = "replaced"   // recalculated: another assignment follows
	CauseIneligible Cause = "ineligible" // another measure makes it unlawful
	CauseClosed     Cause = "closed"     // the privilege was closed
	CauseRefused    Cause = "refused"    // the recipient refused
	CauseDeath      Cause = "death"      // the recipient died
	CauseMoved      Cause = "moved"      // the recipient moved away
	CauseTermOver   Cause = "term_over"  // the measure's own term ended
	CauseExpired    Cause = "expired"    // the prescription expired undispensed
	CauseDuplicate  Cause = "duplicate"  // the same assignment was recorded twice
)

// Ending says that an assignment stopped early, when and why. It prints masked.
type Ending struct {
	Reason Cause `json:"reason"`
	Date   Date  `json:"date,omitzero"` // last day of the assignment; not for duplicates
	// Amount is the recalculated sum in roubles, or the rouble equivalent of
	// what was granted; Quantity what was granted, not for the monetary form.
	Amount   decimal.NullDecimal `json:"amount,omitzero"`
	Quantity decimal.NullDecimal `json:"quantity,omitzero"`
}

// trimmed drops an empty ending and the quantity the monetary form has not.
func (e *Ending) trimmed(form ProvisionForm) *Ending {
	if e == nil {
		return nil
	}
	c := *e
	c.Reason = Cause(Trim(string(c.Reason)))
	if form == FormMonetary {
		c.Quantity = decimal.NullDecimal{}
	}
	if c.Reason == "" && c.Date.IsZero() && !c.Amount.Valid && !c.Quantity.Valid {
		return nil
	}
	return &c
}

// causes say which event follows from each cause by default, and which others
// a policy may choose.
var causes = []struct {
	cause   Cause
	event   Kind // "" for none
	choices []Kind
	text    string // Russian
}{
	{CauseCost, KindFactRecalculation, []Kind{KindFactAlteration}, "изменилась только стоимость"},
	{CauseReplaced, KindFactEndByRecalculation, nil, "назначение пересчитано и заменено другим"},
	{CauseIneligible, KindFactEndByIneligibility, nil, "другая мера делает назначение неправомерным"},
	{CauseClosed, KindFactEndOfRight, []Kind{KindFactEndByIneligibility}, "льгота закрыта"},
	{CauseRefused, KindFactRecipientRefusal, []Kind{KindFactEndOfRight}, "получатель отказался"},
	{CauseDeath, KindFactEndOfRight, nil, "получатель умер"},
	{CauseMoved, KindFactEndOfRight, []Kind{KindFactEndByIneligibility}, "получатель выехал"},
	{CauseTermOver, KindFactEndOfValidityPeriod, nil, "срок меры истёк"},
	{CauseExpired, "", []Kind{KindFactEndOfValidityPeriod, KindFactEndOfRight}, "рецепт истёк неотпущенным"},
	{CauseDuplicate, KindFactDuplicate, []Kind{KindFactInvalidation}, "назначение учтено дважды"},
}

// EventPolicy changes which event follows from a cause; "" means none. Causes it
// does not name keep their default, so the zero EventPolicy is good.
type EventPolicy map[Cause]Kind

// ParseEventPolicy reads "expired=terminationBasedOnEndOfValidityPeriod,refused=off".
// Its error tells everything that is wrong, in Russian.
func ParseEventPolicy(s string) (EventPolicy, error) {
	policy := EventPolicy{}
	return policy, EachSetting(s, func(name, event string) error {
		cause, kind := Cause(name), Kind(event)
		if _, twice := policy[cause]; twice {
			return fmt.Errorf("причина %s названа дважды", cause)
		}
		choices := cause.choices()
		switch {
		case choices == nil:
			return fmt.Errorf("причины %q нет; есть: %s", name, strings.Join(causeNames(), ", "))
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

// Valid reports whether c is a known cause.
func (c Cause) Valid() bool { return c.choices() != nil }

// choices returns the events possible for the cause, nil for an unknown cause.
func (c Cause) choices() []Kind {
	for _, row := range causes {
		if row.cause == c {
			list := slices.Clone(row.choices)
			if row.event != "" {
				list = append([]Kind{row.event}, list...)
			}
			return list
		}
	}
	return nil
}

// Event returns the event that follows from the cause if no policy says
// otherwise, "" for none.
func (c Cause) Event() Kind { return EventPolicy(nil).event(c) }

func causeNames() []string {
	var names []string
	for _, row := range causes {
		names = append(names, string(row.cause))
	}
	sort.Strings(names)
	return names
}

// event returns the event that follows from the cause, "" for none.
func (p EventPolicy) event(c Cause) Kind {
	if kind, ok := p[c]; ok {
		return kind
	}
	for _, row := range causes {
		if row.cause == c {
			return row.event
		}
	}
	return ""
}

// Settle drops an ending no event follows from: the policy wants none, or the
// assignment runs out by itself no later. DecideFact settles what it is given;
// who compares hashes of a source's rows by himself settles them first.
func (p EventPolicy) Settle(f Fact) Fact {
	e := f.Ending
	if e == nil {
		return f
	}
	over := !f.DateFinish.IsZero() && !e.Date.Before(f.DateFinish)
	if e.Reason == CauseExpired {
		// A prescription expires on its last day and tells that nothing was granted.
		over = !f.DateFinish.IsZero() && e.Date.After(f.DateFinish)
	}
	if e.Reason.Valid() && (p.event(e.Reason) == "" || over && e.Reason != CauseDuplicate) {
		f.Ending = nil
	}
	return f
}
