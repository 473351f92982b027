package egisso

import (
	"bytes"
	"slices"
	"sort"
	"strings"
)

// ChangeType is what happened to a code (tChangingType of cls-KMSZ-changes).
type ChangeType int

// Types of a change.
const (
	ChangeNew     ChangeType = 1 // новая
	ChangeAltered ChangeType = 2 // изменена
	ChangeRemoved ChangeType = 3 // отключена
)

// Title returns the type as people read it.
func (t ChangeType) Title() string {
	switch t {
	case ChangeNew:
		return "Новая"
	case ChangeAltered:
		return "Изменена"
	case ChangeRemoved:
		return "Отключена"
	}
	return "Неизвестный тип"
}

// Change is one difference between two versions of КМСЗ. Code is a composite
// code in the facet of rules.
type Change struct {
	Facet Facet      `json:"facet"`
	Code  string     `json:"code"`
	Type  ChangeType `json:"type"`
	Old   string     `json:"old,omitempty"` // name before, in a diff of ours
	New   string     `json:"new,omitempty"` // name after
}

// DiffKMSZ returns what differs between two versions, in the order of the
// facets, then of the codes. Either may be nil.
func DiffKMSZ(old, new *KMSZ) []Change {
	if old == nil {
		old = &KMSZ{}
	}
	if new == nil {
		new = &KMSZ{}
	}
	var changes []Change
	for _, f := range facets {
		changes = append(changes, diffFacet(f.facet, old.Facets[f.facet], new.Facets[f.facet])...)
	}
	return append(changes, diffRules(old.Rules, new.Rules)...)
}

func diffFacet(f Facet, old, new []Position) []Change {
	before := make(map[string]Position, len(old))
	for _, p := range old {
		before[p.Code] = p
	}
	after := make(map[string]bool, len(new))
	var changes []Change
	for _, p := range new {
		after[p.Code] = true
		switch was, known := before[p.Code]; {
		case !known:
			changes = append(changes, Change{Facet: f, Code: p.Code, Type: ChangeNew, New: p.Name})
		case was != p:
			changes = append(changes, Change{Facet: f, Code: p.Code, Type: ChangeAltered, Old: was.Name, New: p.Name})
		}
	}
	for _, p := range old {
		if !after[p.Code] {
			changes = append(changes, Change{Facet: f, Code: p.Code, Type: ChangeRemoved, Old: p.Name})
		}
	}
	return byCode(changes)
}

func diffRules(old, new []KMSZRule) []Change {
	before := make(map[string]*KMSZRule, len(old))
	for i := range old {
		before[old[i].Code()] = &old[i]
	}
	after := make(map[string]bool, len(new))
	var changes []Change
	for i := range new {
		code := new[i].Code()
		after[code] = true
		switch was := before[code]; {
		case was == nil:
			changes = append(changes, Change{Facet: FacetRules, Code: code, Type: ChangeNew})
		case !sameReasons(was.Reasons, new[i].Reasons):
			changes = append(changes, Change{Facet: FacetRules, Code: code, Type: ChangeAltered})
		}
	}
	for i := range old {
		if code := old[i].Code(); !after[code] {
			changes = append(changes, Change{Facet: FacetRules, Code: code, Type: ChangeRemoved})
		}
	}
	return byCode(changes)
}

// sameReasons compares two sets of legal acts.
func sameReasons(a, b []RuleAct) bool {
	if slices.Equal(a, b) {
		return true
	}
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Clone(a), slices.Clone(b)
	sortList(a)
	sortList(b)
	return bytes.Equal(canonicalJSON(a), canonicalJSON(b))
}

func byCode(changes []Change) []Change {
	sort.SliceStable(changes, func(i, j int) bool { return strings.Compare(changes[i].Code, changes[j].Code) < 0 })
	return changes
}
