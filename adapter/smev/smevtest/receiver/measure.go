package receiver

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

// measure is what the register keeps of a local measure (ЛМСЗ).
type measure struct {
	Previous   string              `json:"previous,omitempty"`
	Enact      string              `json:"enact"`
	Expiration string              `json:"expiration,omitempty"`
	Form       string              `json:"form"`
	Categories map[string][]string `json:"categories"`      // id -> codes of needs criteria
	Other      bool                `json:"other,omitempty"` // another provider loaded it

	replaced, removed bool
}

// covers reports whether a day lies in the measure's period.
func (m *measure) covers(day string) bool {
	return day >= m.Enact && (m.Expiration == "" || day <= m.Expiration)
}

var (
	fundingElementary = []string{"1000", "0100", "0010", "0001"} // adapter/egisso/SPEC.md#funding
	hundred           = decimal.NewFromInt(100)
)

// checkMeasure applies the rules for localMSZ.
func (r *Receiver) checkMeasure(e *xmlsafe.Element, id string) (*measure, []finding) {
	class := child(e, "classificationKMSZ")
	m := &measure{
		Previous:   strings.ToLower(value(e, "previousId")),
		Enact:      value(e, "dateEnact"),
		Expiration: value(e, "dateExpiration"),
		Form:       value(class, "codeProvisionForm"),
		Categories: map[string][]string{},
		Other:      r.options.OtherProvider != "" && strings.Contains(value(e, "title"), r.options.OtherTitle),
	}
	var out []finding
	bad := func(code, report string) { out = append(out, finding{Error, code, report}) }

	if r.measures[id] != nil {
		bad("", "ЛМСЗ с идентификатором "+id+" уже загружена")
	}
	if m.Previous != "" {
		switch previous := r.measures[m.Previous]; {
		case previous == nil || previous.removed:
			bad("014", "Значение идентификатора ЛМСЗ "+m.Previous+" в реестре не найдено")
		case previous.replaced:
			bad("", "ЛМСЗ "+m.Previous+" уже заменена другой версией")
		}
	}
	if m.Expiration != "" && m.Expiration < m.Enact {
		bad("", "Дата окончания действия ЛМСЗ раньше даты начала действия")
	}
	for _, c := range child(class, "localCategories").Elements() {
		category := strings.ToLower(value(c, "id"))
		if _, twice := m.Categories[category]; twice {
			bad("", "Идентификатор локальной категории "+category+" повторяется")
		}
		codes := []string{}
		for _, n := range values(c, "needsCriteria") {
			codes = append(codes, value(n, "needsCriteriaCode"))
		}
		m.Categories[category] = codes
	}
	out = append(out, checkFunding(class)...)
	if kbk := value(e, "KBKCode"); strings.Trim(kbk, "0123456789") != "" {
		bad("022", "Указан некорректный код КБК")
	}
	if c := r.classifier.Load(); c != nil {
		out = append(out, c.check(e, class)...)
	}
	return m, out
}

// checkFunding applies rules 015 and 016.
func checkFunding(class *xmlsafe.Element) []finding {
	var out []finding
	sum := decimal.Zero
	for _, s := range child(class, "cofinancing").Elements() {
		if code := value(s, "codeFundingSource"); !slices.Contains(fundingElementary, code) {
			out = append(out, finding{Error, "015", "Код источника финансирования " + code + " не корректен"})
		}
		if quota, err := decimal.NewFromString(value(s, "quota")); err == nil {
			sum = sum.Add(quota)
		}
	}
	if !sum.Equal(hundred) {
		out = append(out, finding{Error, "016", "Сумма долей софинансирования не равна 100%"})
	}
	return out
}

// checkMeasureRemoval applies the rules for invalidation.
func (r *Receiver) checkMeasureRemoval(event, target string) []finding {
	var out []finding
	if r.events[event] {
		out = append(out, finding{Error, "", "Событие с идентификатором " + event + " уже загружено"})
	}
	if m := r.measures[target]; m == nil || m.removed {
		out = append(out, finding{Error, "014", "Значение идентификатора ЛМСЗ " + target + " в реестре не найдено"})
	}
	return out
}
