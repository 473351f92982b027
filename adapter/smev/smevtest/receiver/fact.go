package receiver

import (
	"strings"
	"time"

	"egissogw/crypto/xmlsafe"
)

// fact is what the register keeps of a fact of assignment.
type fact struct {
	Measure  string `json:"measure,omitempty"`
	Category string `json:"category,omitempty"`
	Form     string `json:"form,omitempty"`
	Start    string `json:"start,omitempty"`
	Finish   string `json:"finish,omitempty"`
	Ended    bool   `json:"ended,omitempty"` // before time, by an event

	// Leaves is the whole content as "path=text", in the order of the document,
	// if Options.Keep asks for it.
	Leaves []string `json:"leaves,omitempty"`

	removed bool
}

// forms maps the element of assignmentInfo to the form of provision.
var forms = map[string]string{
	"monetaryForm": "01", "naturalForm": "02", "exemptionForm": "03", "serviceForm": "04",
}

// checkFact applies the rules for the content of a fact, new or corrected.
func (r *Receiver) checkFact(e *xmlsafe.Element, now time.Time) (*fact, []finding) {
	f := &fact{
		Measure:  strings.ToLower(value(e, "lmszId")),
		Category: strings.ToLower(value(e, "categoryId")),
		Form:     forms[child(e, "assignmentInfo").Elements()[0].Local],
		Start:    day(value(e, "dateStart")),
		Finish:   day(value(e, "dateFinish")),
	}
	if r.options.Keep {
		f.Leaves = leaves(nil, "", e)
	}
	out := checkPersons(e, now)
	bad := func(code, report string) { out = append(out, finding{Error, code, report}) }
	out = append(out, r.participantKnown(value(e, "oszCode"))...)
	if f.Finish != "" && f.Finish < f.Start {
		bad("", "Дата окончания действия назначения раньше даты начала")
	}
	m := r.measures[f.Measure]
	if value(e, "lmszProviderCode") != r.loader(m) {
		bad("014", "Значение идентификатора ЛМСЗ "+f.Measure+" в реестре поставщика не найдено")
		return f, out
	}
	if m == nil || m.removed {
		bad("014", "Значение идентификатора ЛМСЗ "+f.Measure+" в реестре не найдено")
		return f, out
	}
	return f, append(out, f.checkMeasure(e, m)...)
}

// checkPersons applies the rules for everybody the fact names.
func checkPersons(e *xmlsafe.Element, now time.Time) (out []finding) {
	bad := func(code, report string) { out = append(out, finding{Error, code, report}) }
	persons := []*xmlsafe.Element{child(e, "mszReceiver")}
	if reasons := child(e, "reasonPersons"); reasons != nil {
		for _, b := range reasons.Elements() {
			persons = append(persons, child(b, "prsnInfo"))
		}
	}
	for _, p := range persons {
		if !snilsHolds(value(p, "SNILS")) {
			bad("", "Некорректное контрольное число СНИЛС")
		}
		if day(value(p, "BirthDate")) > now.Format(time.DateOnly) {
			bad("051", "Дата рождения больше даты загрузки записи")
		}
	}
	return out
}

// checkMeasure compares the fact with its measure.
func (f *fact) checkMeasure(e *xmlsafe.Element, m *measure) (out []finding) {
	bad := func(code, report string) { out = append(out, finding{Error, code, report}) }
	for _, d := range []struct{ what, day string }{
		{"Дата решения о назначении", day(value(e, "decisionDate"))},
		{"Дата начала действия назначения", f.Start},
		{"Дата окончания действия назначения", f.Finish},
	} {
		if d.day != "" && !m.covers(d.day) {
			bad("019", d.what+" "+shown(d.day)+" не входит в период действия локальной МСЗ")
		}
	}
	if f.Form != m.Form {
		bad("026", "Форма предоставления факта назначения МСЗ не совпадает с формой предоставления ЛМСЗ.")
	}
	criteria, known := m.Categories[f.Category]
	if !known {
		bad("", "Категория получателей "+f.Category+" не относится к ЛМСЗ "+f.Measure)
		return out
	}
	return append(out, checkNeeds(child(e, "needsCriteria"), criteria)...)
}

// checkNeeds applies rule 059.
func checkNeeds(needs *xmlsafe.Element, known []string) []finding {
	var out []finding
	seen := map[string]bool{}
	for _, n := range values(needs, "needsCriteria") {
		code := value(n, "needsCriteriaCode")
		if seen[code] {
			out = append(out, finding{Error, "059", "Значение кода " + code + " критерия нуждаемости дублирует другое"})
			continue
		}
		seen[code] = true
		found := false
		for _, k := range known {
			found = found || k == code
		}
		if !found {
			out = append(out, finding{Error, "059", "Значение кода " + code + " критерия нуждаемости не найдено у указанной ЛМСЗ"})
		}
	}
	return out
}

// checkEvent applies the rules for events on facts (adapter/egisso/SPEC.md#events, L-EVT).
// The state returned is that of the fact after the event.
func (r *Receiver) checkEvent(e *xmlsafe.Element, id string, b *batch, now time.Time) (*fact, []finding) {
	var out []finding
	bad := func(report string) { out = append(out, finding{Error, "", report}) }
	target := strings.ToLower(value(e, "assignmentFactUuid"))
	if r.events[id] {
		bad("Событие с идентификатором " + id + " уже загружено")
	}
	if b.targets[target] {
		bad("В одном пакете не может быть двух изменений факта назначения " + target)
	}
	b.targets[target] = true
	known := r.register[target]
	if known == nil || known.removed {
		bad("Факт назначения " + target + " в реестре не найден")
		return nil, out
	}
	after := *known
	switch {
	case strings.HasSuffix(e.Local, "Invalidation"):
		return nil, out
	case e.Local == "alterationBasedOnPreviousErrors":
		f, found := r.checkFact(child(e, "fact"), now)
		return f, append(out, found...)
	case e.Local == "alterationBasedOnRecalculation":
		if strings.HasPrefix(value(e, "amount"), "-") {
			bad("Сумма меньше нуля")
		}
		after.Leaves = withAmount(known.Leaves, value(e, "amount"))
		return &after, out
	}
	for _, name := range []string{"amount", "quantity"} {
		if n := value(e, name); strings.HasPrefix(n, "-") {
			bad("Значение " + name + " меньше нуля")
		}
	}
	if known.Form == "01" && value(e, "quantity") != "" {
		bad("Количество не указывается для денежной формы")
	}
	if known.Ended {
		bad("Факт назначения " + target + " уже прекращён")
	}
	finish := day(value(e, "dateFinish"))
	if finish < known.Start {
		bad("Дата окончания " + shown(finish) + " раньше даты начала действия назначения")
	}
	if known.Finish != "" && finish > known.Finish {
		bad("Дата окончания " + shown(finish) + " позже даты окончания действия назначения")
	}
	after.Finish, after.Ended = finish, true
	return &after, out
}

// snilsHolds checks the control number of a СНИЛС (adapter/egisso/SPEC.md#local-checks, L-SNILS).
func snilsHolds(s string) bool {
	if len(s) != 11 {
		return false
	}
	if s[:9] <= "001001998" {
		return true
	}
	sum := 0
	for i := range 9 {
		sum += int(s[i]-'0') * (9 - i)
	}
	return sum%101%100 == int(s[9]-'0')*10+int(s[10]-'0')
}
