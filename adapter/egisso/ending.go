package egisso

import (
	"slices"
	"sort"

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

// Valid reports whether c is a known cause.
func (c Cause) Valid() bool { return c.Events() != nil }

// Events returns the events possible for the cause, nil for an unknown cause.
func (c Cause) Events() []Kind {
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
func (c Cause) Event() Kind {
	for _, row := range causes {
		if row.cause == c {
			return row.event
		}
	}
	return ""
}

// CauseNames are the names of all causes, sorted.
func CauseNames() []string {
	var names []string
	for _, row := range causes {
		names = append(names, string(row.cause))
	}
	sort.Strings(names)
	return names
}
