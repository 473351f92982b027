package egisso

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"
)

// ContentHash returns the hash of what the measure says, whoever gave it which
// identifiers and whenever it changed: SHA-256 over the canonical JSON of the
// normalised measure without ids and lastChanging. The order of lists does not
// matter (every list of the schema is a set; steps carry their numbers), nor
// do trailing zeros of numbers.
func (m LocalMeasure) ContentHash() [32]byte {
	m = m.Normalize()
	m.ID, m.PreviousID, m.LastChanging = uuid.Nil, uuid.Nil, time.Time{}
	for i := range m.Categories {
		m.Categories[i].ID = uuid.Nil
		sortList(m.Categories[i].Criteria)
	}
	sortList(m.Categories)
	sortList(m.Cofinancing)
	sortList(m.Territories)
	sortList(m.Reasons)
	sortList(m.Methods)
	m.FormsRequest = sortedCopy(m.FormsRequest)
	m.FormsReceive = sortedCopy(m.FormsReceive)
	sortList(m.Documents)
	sortList(m.Steps)
	return sha256.Sum256(canonicalJSON(m))
}

// ContentHash returns the hash of what the fact says; see LocalMeasure's. The
// measure and category take part by the source's keys, not by their ids, so
// that a new version of a measure is no change of its facts. The organisation
// takes part by its code, by the source's key only while there is no code.
func (f Fact) ContentHash() [32]byte { return f.Normalize().NormalHash() }

// NormalHash is ContentHash of a fact that is normalised already.
func (f Fact) NormalHash() [32]byte {
	f.ReasonPersons, f.Documents, f.NeedsCodes = slices.Clone(f.ReasonPersons), slices.Clone(f.Documents), slices.Clone(f.NeedsCodes)
	if f.OSZCode != "" {
		f.OSZKey = ""
	}
	f.ID, f.MeasureID, f.CategoryID = uuid.Nil, uuid.Nil, uuid.Nil
	sortList(f.ReasonPersons)
	sortList(f.Documents)
	sortList(f.NeedsCodes)
	return sha256.Sum256(canonicalJSON(f))
}

// ContentHash returns the hash of what the organisation says; see
// LocalMeasure's. Measures take part by the source's keys.
func (o Organization) ContentHash() [32]byte {
	o = o.Normalize()
	o.ID, o.PreviousID, o.LastChanging = uuid.Nil, uuid.Nil, time.Time{}
	for i := range o.Points {
		for j := range o.Points[i].Measures {
			o.Points[i].Measures[j].ID = uuid.Nil
		}
		sortList(o.Points[i].Measures)
	}
	sortList(o.Points)
	sortList(o.Documents)
	return sha256.Sum256(canonicalJSON(o))
}

// ContentHash returns the hash of what the point says; see LocalMeasure's.
// Measures take part by the source's keys; the participant as in Fact's.
func (p PresencePoint) ContentHash() [32]byte {
	p = p.Normalize()
	if p.ONMSZCode != "" {
		p.ONMSZKey = ""
	}
	p.ID, p.PreviousID, p.LastChanging = uuid.Nil, uuid.Nil, time.Time{}
	for i := range p.Measures {
		p.Measures[i].ID = uuid.Nil
	}
	sortList(p.Measures)
	return sha256.Sum256(canonicalJSON(p))
}

// ContentHash returns the hash of what the participant's entry says; see
// LocalMeasure's. The code ЕГИССО gave and the reason of the next application
// take no part.
func (p Participant) ContentHash() [32]byte {
	p = p.Normalize()
	p.OSZCode, p.Document = "", BasisDocument{}
	sortList(p.Territories)
	return sha256.Sum256(canonicalJSON(p))
}

// ApplicationHash returns the hash of what an application says: the participant's
// entry and the reason.
func (p Participant) ApplicationHash() [32]byte {
	p = p.Normalize()
	p.OSZCode = ""
	sortList(p.Territories)
	return sha256.Sum256(canonicalJSON(p))
}

// canonicalJSON cannot fail: the types hold nothing JSON cannot say. A future
// field that breaks this would show in every test, so it is not an error value.
func canonicalJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("egisso: %T has no JSON form: %v", v, err))
	}
	return b
}

// sortList sorts a list in place by its elements' JSON form.
func sortList[T any](list []T) {
	if len(list) < 2 {
		return
	}
	type item struct {
		key   []byte
		value T
	}
	items := make([]item, len(list))
	for i, v := range list {
		items[i] = item{canonicalJSON(v), v}
	}
	sort.SliceStable(items, func(i, j int) bool { return bytes.Compare(items[i].key, items[j].key) < 0 })
	for i := range items {
		list[i] = items[i].value
	}
}

func sortedCopy(list []int) []int {
	out := append([]int(nil), list...)
	sort.Ints(out)
	return out
}
