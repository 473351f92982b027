package receiver

import (
	"encoding/json"
	"strings"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmlsafe"
)

// versioned is what a register keeps of a record whose changes are new versions:
// an organisation or a presence point.
type versioned struct {
	Previous string `json:"previous,omitempty"`

	replaced, removed bool
}

func putVersion(register map[string]*versioned, record ledger.Record) {
	var v versioned
	if json.Unmarshal(record.State, &v) != nil {
		return
	}
	register[record.ID] = &v
	if previous := register[v.Previous]; previous != nil {
		previous.replaced = true
	}
}

// checkVersion applies the rules for a new record or version: a version replaces
// the last one and has an id of its own.
func checkVersion(register map[string]*versioned, id, previous, what, code string) []finding {
	var out []finding
	if register[id] != nil {
		out = append(out, finding{Error, "", what + " с идентификатором " + id + " уже загружена"})
	}
	if previous == "" {
		return out
	}
	switch p := register[previous]; {
	case p == nil || p.removed:
		out = append(out, finding{Error, code, what + " с идентификатором " + previous + " в реестре не найдена"})
	case p.replaced:
		out = append(out, finding{Error, code, what + " " + previous + " уже заменена другой версией"})
	}
	return out
}

// checkOrganization applies the rules for organization (adapter/egisso/SPEC.md#organization).
func (r *Receiver) checkOrganization(e *xmlsafe.Element, id string) (*versioned, []finding) {
	o := &versioned{Previous: strings.ToLower(value(e, "previosID"))}
	out := checkVersion(r.organizations, id, o.Previous, "Организация", "")
	for _, numbers := range []struct {
		who  string
		ogrn string
	}{{"legalPerson", "ogrn"}, {"individualBusinessman", "ogrnip"}} {
		if who := child(e, numbers.who); who != nil {
			out = append(out, checkNumbers(value(who, "inn"), value(who, numbers.ogrn))...)
		}
	}
	for _, p := range values(e, "presencePoint") {
		if place := child(p, "point"); place != nil {
			out = append(out, checkPlace(place)...)
		}
		for _, m := range values(p, "pointMsz") {
			out = append(out, r.measureKnown(value(m, "localMsz"))...)
			if end := day(value(m, "endDate")); end != "" && end < day(value(m, "beginDate")) {
				out = append(out, finding{Error, "", "Окончание предоставления меры раньше начала"})
			}
		}
	}
	return o, out
}

// measureKnown applies rule 014 to a measure another record names.
func (r *Receiver) measureKnown(id string) []finding {
	if m := r.measures[strings.ToLower(id)]; m == nil || m.removed {
		return []finding{{Error, "014", "Значение идентификатора ЛМСЗ " + id + " в реестре не найдено"}}
	}
	return nil
}

// checkNumbers compares the control digits of an ИНН and an ОГРН or ОГРНИП.
func checkNumbers(inn, ogrn string) []finding {
	var out []finding
	if inn != "" && !innHolds(inn) {
		out = append(out, finding{Error, "", "Некорректное контрольное число ИНН"})
	}
	if ogrn != "" && !ogrnHolds(ogrn) {
		out = append(out, finding{Error, "", "Некорректное контрольное число ОГРН"})
	}
	return out
}

// innHolds knows the weights of both lengths: those of ten digits are the end of
// the others.
func innHolds(s string) bool {
	weights := []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	holds := func(n int) bool {
		sum := 0
		for i := range n {
			sum += int(s[i]-'0') * weights[len(weights)-n+i]
		}
		return sum%11%10 == int(s[n]-'0')
	}
	if len(s) == 12 {
		return holds(10) && holds(11)
	}
	return holds(9)
}

// ogrnHolds: the number without its last digit, modulo 11 for legal persons and 13
// for entrepreneurs.
func ogrnHolds(s string) bool {
	modulus := 11
	if len(s) == 15 {
		modulus = 13
	}
	rest := 0
	for _, c := range s[:len(s)-1] {
		rest = (rest*10 + int(c-'0')) % modulus
	}
	return rest%10 == int(s[len(s)-1]-'0')
}
