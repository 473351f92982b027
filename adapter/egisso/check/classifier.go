package check

import (
	"slices"
	"time"

	"egissogw/adapter/egisso"
)

// Classifier answers questions about КМСЗ and its dictionaries from memory. It
// does not change once it is made and may be used by many at once.
type Classifier struct {
	kmsz    *egisso.KMSZ
	codes   map[egisso.Facet]map[string]int // position in the facet
	rules   map[string]struct{}             // composite codes
	periods map[string][]egisso.Periodicity // nil: not loaded
	units   map[string]bool                 // nil: not loaded
	okei    map[string]bool
}

// NewClassifier makes a classifier. What is nil or empty is not asked: rules
// that need it are skipped.
func NewClassifier(k *egisso.KMSZ, periodicities []egisso.Periodicity, units []egisso.Unit) *Classifier {
	c := &Classifier{kmsz: k}
	if k != nil {
		c.codes = make(map[egisso.Facet]map[string]int, len(k.Facets))
		for facet, list := range k.Facets {
			index := make(map[string]int, len(list))
			for i := range list {
				index[list[i].Code] = i
			}
			c.codes[facet] = index
		}
		c.rules = make(map[string]struct{}, len(k.Rules))
		for i := range k.Rules {
			c.rules[k.Rules[i].Code()] = struct{}{}
		}
	}
	if len(periodicities) > 0 {
		c.periods = make(map[string][]egisso.Periodicity, len(periodicities))
		for _, p := range periodicities {
			c.periods[p.Code] = append(c.periods[p.Code], p)
		}
	}
	if len(units) > 0 {
		c.units, c.okei = make(map[string]bool, len(units)), make(map[string]bool, len(units))
		for _, u := range units {
			c.units[u.Code] = true
			if u.OKEI != "" {
				c.okei[u.OKEI] = true
			}
		}
	}
	return c
}

// Version returns the header of the version of КМСЗ; ok is false if none is
// loaded.
func (c *Classifier) Version() (v egisso.KMSZVersion, ok bool) {
	if c == nil || c.kmsz == nil {
		return egisso.KMSZVersion{}, false
	}
	return c.kmsz.KMSZVersion, true
}

// Find returns the item of the facet with the code.
func (c *Classifier) Find(f egisso.Facet, code string) (egisso.Position, bool) {
	if c == nil || c.kmsz == nil {
		return egisso.Position{}, false
	}
	i, ok := c.codes[f][code]
	if !ok {
		return egisso.Position{}, false
	}
	return c.kmsz.Facets[f][i], true
}

// has is Find for the checks.
func (c *Classifier) has(f egisso.Facet, code string) bool {
	_, ok := c.codes[f][code]
	return ok
}

// HasRule reports whether КМСЗ allows the combination with the composite code.
func (c *Classifier) HasRule(code string) bool {
	if c == nil {
		return false
	}
	_, ok := c.rules[code]
	return ok
}

// hasKMSZ, hasPeriods and hasUnits report what is loaded.
func (c *Classifier) hasKMSZ() bool    { return c != nil && c.kmsz != nil }
func (c *Classifier) hasPeriods() bool { return c != nil && c.periods != nil }
func (c *Classifier) hasUnits() bool   { return c != nil && c.units != nil }

// periodicity reports whether the code is in the dictionary 022 and whether an
// entry of it is valid on the day.
func (c *Classifier) periodicity(code string, day egisso.Date) (known, valid bool) {
	entries := c.periods[code]
	for _, p := range entries {
		if validOn(p.StartDate, p.FinishDate, day) {
			return true, true
		}
	}
	return len(entries) > 0, false
}

// validOn reports whether the day lies in the term of an entry; both ends are
// moments, read as days of Moscow.
func validOn(start, finish time.Time, day egisso.Date) bool {
	return !day.Before(egisso.DateOf(start.In(egisso.Moscow))) && (finish.IsZero() || !day.After(egisso.DateOf(finish.In(egisso.Moscow))))
}

// Affected is a local measure that a new classifier makes invalid.
type Affected struct {
	Index    int              // position in the measures given
	Findings []egisso.Finding // what the new classifier says and the old one did not
}

// CheckMeasure runs the rules that compare a measure with the classifier, and no
// other.
func (c *Classifier) CheckMeasure(m egisso.LocalMeasure) []egisso.Finding {
	m = m.Normalize()
	return c.checkMeasure(&m)
}

// checkMeasure is CheckMeasure of a normal measure. The rules read its codes
// only, not the list of its fields.
func (c *Classifier) checkMeasure(m *egisso.LocalMeasure) []egisso.Finding {
	return check(classifierRules, ruleOfMeasure, &measureSubject{Checker: Checker{Classifier: c}, m: m})
}

// Affected returns the measures that pass the old classifier and not the new
// one, with the findings that are new. Either classifier may be nil.
func (c *Classifier) Affected(next *Classifier, measures []egisso.LocalMeasure) []Affected {
	var out []Affected
	for i, m := range measures {
		now := next.CheckMeasure(m)
		if len(now) == 0 {
			continue
		}
		before := c.CheckMeasure(m)
		now = slices.DeleteFunc(now, func(f egisso.Finding) bool { return slices.Contains(before, f) })
		if len(now) > 0 {
			out = append(out, Affected{i, now})
		}
	}
	return out
}
