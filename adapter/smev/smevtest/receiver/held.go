package receiver

import (
	"slices"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// Held is what the registers hold at one moment: facts, and the last versions
// of everything that has versions, without what was removed.
type Held struct {
	Facts         map[string]HeldFact // by uuid
	Measures      map[string]bool     // last versions, by id
	Organizations map[string]bool
	Points        map[string]bool
	// Before leads from the id of a version to that of the version before it.
	Before map[string]string
}

// HeldFact is one fact of the register.
type HeldFact struct {
	Measure string
	Ended   bool     // before time, by an event
	Leaves  []string // see fact.Leaves
}

// Held returns what the registers hold.
func (r *Receiver) Held() Held {
	h := Held{
		Facts: map[string]HeldFact{}, Measures: map[string]bool{},
		Organizations: last(r.organizations), Points: last(r.points), Before: map[string]string{},
	}
	for id, f := range r.register {
		if !f.removed {
			h.Facts[id] = HeldFact{Measure: f.Measure, Ended: f.Ended, Leaves: f.Leaves}
		}
	}
	for id, m := range r.measures {
		if m.Previous != "" {
			h.Before[id] = m.Previous
		}
		if !m.removed && !m.replaced {
			h.Measures[id] = true
		}
	}
	return h
}

func last(register map[string]*versioned) map[string]bool {
	ids := map[string]bool{}
	for id, v := range register {
		if !v.removed && !v.replaced {
			ids[id] = true
		}
	}
	return ids
}

// leaves appends the texts of the elements without children below e.
func leaves(list []string, path string, e *xmlsafe.Element) []string {
	for _, c := range e.Elements() {
		at := path + "/" + c.Local
		if len(c.Elements()) == 0 {
			list = append(list, at+"="+strings.TrimSpace(c.Text()))
			continue
		}
		list = leaves(list, at, c)
	}
	return list
}

// withAmount returns the content with another cost: the sum of money, or the
// rouble equivalent of the other forms (adapter/egisso/SPEC.md#events).
func withAmount(list []string, amount string) []string {
	list = slices.Clone(list)
	for i, leaf := range list {
		path, _, _ := strings.Cut(leaf, "=")
		if strings.HasSuffix(path, "/monetaryForm/amount") || strings.HasSuffix(path, "/equivalentAmount") {
			list[i] = path + "=" + amount
		}
	}
	return list
}
