package check

import (
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Target is what the gateway knows of the fact an event names.
type Target struct {
	Accepted    *egisso.Fact // content ЕГИССО accepted last, nil if none
	Invalidated bool         // ЕГИССО accepted its removal
	Open        bool         // another event on it is on its way
}

// eventRules are the checks of events on facts (adapter/egisso/SPEC.md#events, #local-checks).
var eventRules = []Rule{
	{Code: "L-EVT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "assignmentFactUuid", Text: "Событие относится к принятому и не удалённому факту, по которому нет другого незавершённого события", event: eventTarget},
	{Code: "L-EVT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "dateFinish", Text: "Дата прекращения – от начала до окончания назначения", event: eventDate},
	{Code: "L-EVT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "amount, quantity", Text: "Сумма указана, где нужна, и не меньше 0; количество – не для денежной формы", event: eventNumbers},
	{Code: "L-EVT", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "terminationBasedOnRecipientRefusal", Text: "Версия вида сведений знает событие", event: eventKnown},
}

type eventSubject struct {
	e egisso.Event
	t Target
	v *egisso.Version
}

// Event checks an event on a fact. The new content of an alteration is checked
// as a fact.
func (c Checker) Event(e egisso.Event, t Target) []egisso.Finding {
	return check(eventRules, ruleOfEvent, &eventSubject{e, t, c.Versions.For(egisso.RegisterFact)})
}

func eventTarget(s *eventSubject, r *report) {
	const path = "assignmentFactUuid"
	switch {
	case s.t.Invalidated:
		r.add(path, "Факт назначения удалён из ЕГИССО")
	case s.t.Accepted == nil:
		r.add(path, "Факт назначения не принят ЕГИССО")
	}
	if s.t.Open {
		r.add(path, "По факту назначения уже есть незавершённое событие")
	}
}

func eventDate(s *eventSubject, r *report) {
	const path, label = "dateFinish", "Дата прекращения: "
	dated := s.e.Kind.Termination() || s.e.Kind == egisso.KindFactDeathOrMovingRecalculation
	switch f := s.t.Accepted; {
	case !dated:
	case s.e.DateFinish.IsZero():
		r.schema(path, label+notGiven)
	case !s.e.DateFinish.Possible():
		r.schema(path, label+"такой даты нет, или год не от 1000 до 2999")
	case f == nil:
	case s.e.DateFinish.Before(f.DateStart):
		r.add(path, label+"раньше начала назначения")
	case !f.DateFinish.IsZero() && s.e.DateFinish.After(f.DateFinish):
		r.add(path, label+"позже окончания назначения")
	}
}

func eventNumbers(s *eventSubject, r *report) {
	amountNeeded := s.e.Kind == egisso.KindFactRecalculation || s.e.Kind == egisso.KindFactDeathOrMovingRecalculation
	if amountNeeded && !s.e.Amount.Valid {
		r.schema("amount", "Сумма: "+notGiven)
	}
	checkEventNumber(r, "amount", "Сумма", s.e.Amount, true)
	checkEventNumber(r, "quantity", "Количество", s.e.Quantity, false)
	if f := s.t.Accepted; f != nil && f.Assignment.Form == egisso.FormMonetary && s.e.Quantity.Valid {
		r.add("quantity", "Количество: не указывается для денежной формы")
	}
}

// checkEventNumber checks a number of an event; money has two decimals.
func checkEventNumber(r *report, path, label string, v decimal.NullDecimal, money bool) {
	if !v.Valid {
		return
	}
	switch problem := numberProblem(v.Decimal); {
	case problem != "":
		r.schema(path, label+": "+problem)
	case v.Decimal.Sign() < 0:
		r.add(path, label+": должно быть не меньше 0")
	case money && !egisso.WholeKopecks(v.Decimal):
		r.schema(path, label+": больше двух знаков после запятой")
	}
}

func eventKnown(s *eventSubject, r *report) {
	if s.v.List(s.e.Kind) != s.e.Kind {
		r.add(string(s.e.Kind), "Версия "+s.v.String()+" не знает отказа получателя: будет передано окончание права")
	}
}

// factEnding is the part of L-EVT that looks at the source's row only.
func factEnding(s *factSubject, r *report) {
	e := s.f.Ending
	if e == nil {
		return
	}
	const label = "Прекращение назначения: "
	if e.Reason == egisso.CauseCost || !e.Reason.Valid() {
		r.add("ending/reason", label+"причина не указана или неизвестна")
	}
	switch {
	case e.Reason == egisso.CauseDuplicate:
	case e.Date.IsZero():
		r.add("ending/date", label+"дата: "+notGiven)
	case !e.Date.Possible():
		r.add("ending/date", label+"дата: такой даты нет, или год не от 1000 до 2999")
	case !s.f.DateStart.IsZero() && e.Date.Before(s.f.DateStart):
		r.add("ending/date", label+"дата: раньше начала назначения")
	}
	checkEventNumber(r, "ending/amount", label+"сумма", e.Amount, true)
	checkEventNumber(r, "ending/quantity", label+"количество", e.Quantity, false)
}
