package egisso

import (
	"fmt"
	"strconv"
	"time"
)

// Classifier answers questions about КМСЗ and its dictionaries from memory. It
// does not change once it is made and may be used by many at once.
type Classifier struct {
	kmsz    *KMSZ
	codes   map[Facet]map[string]int // position in the facet
	rules   map[string]struct{}      // composite codes
	periods map[string][]Periodicity // nil: not loaded
	units   map[string]bool          // nil: not loaded
	okei    map[string]bool
}

// NewClassifier makes a classifier. What is nil or empty is not asked: rules
// that need it are skipped.
func NewClassifier(k *KMSZ, periodicities []Periodicity, units []Unit) *Classifier {
	c := &Classifier{kmsz: k}
	if k != nil {
		c.codes = make(map[Facet]map[string]int, len(facets))
		for _, f := range facets {
			list := k.Facets[f.facet]
			index := make(map[string]int, len(list))
			for i := range list {
				index[list[i].Code] = i
			}
			c.codes[f.facet] = index
		}
		c.rules = make(map[string]struct{}, len(k.Rules))
		for i := range k.Rules {
			c.rules[k.Rules[i].Code()] = struct{}{}
		}
	}
	if len(periodicities) > 0 {
		c.periods = make(map[string][]Periodicity, len(periodicities))
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
func (c *Classifier) Version() (v KMSZVersion, ok bool) {
	if c == nil || c.kmsz == nil {
		return KMSZVersion{}, false
	}
	return c.kmsz.KMSZVersion, true
}

// Find returns the item of the facet with the code.
func (c *Classifier) Find(f Facet, code string) (Position, bool) {
	if c == nil || c.kmsz == nil {
		return Position{}, false
	}
	i, ok := c.codes[f][code]
	if !ok {
		return Position{}, false
	}
	return c.kmsz.Facets[f][i], true
}

// has is Find for the checks.
func (c *Classifier) has(f Facet, code string) bool {
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
func (c *Classifier) periodicity(code string, day Date) (known, valid bool) {
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
func validOn(start, finish time.Time, day Date) bool {
	return !day.Before(DateOf(InMoscow(start))) && (finish.IsZero() || !day.After(DateOf(InMoscow(finish))))
}

// InMoscow returns t in the zone in which ЕГИССО means days.
func InMoscow(t time.Time) time.Time { return t.In(moscow) }

// FundingCode is the code of all sources of a measure together: the sum of
// their codes (SPEC.md#funding). ok is false if a code is not four digits.
func FundingCode(shares []FundingShare) (code string, ok bool) {
	sum := 0
	for _, s := range shares {
		n, err := strconv.Atoi(s.Source)
		if err != nil || !isDigits(s.Source, 4) {
			return "", false
		}
		sum += n
	}
	return fmt.Sprintf("%04d", sum), len(shares) > 0
}

// RuleCodes returns the composite codes КМСЗ must have for the measure, one for
// each category, in their order. ok is false if the sources have no sum.
func (m *LocalMeasure) RuleCodes() (codes []string, ok bool) {
	source, ok := FundingCode(m.Cofinancing)
	if !ok {
		return nil, false
	}
	for _, c := range m.Categories {
		codes = append(codes, ruleCode(m.MSZ, c.KMSZ, m.LevelNPA, source, string(m.ProvisionForm), m.PartKMSZ))
	}
	return codes, true
}
