package egisso

import (
	"strconv"

	"egissogw/crypto/xmlsafe"
)

// kmszVersion reads tClsVersion of basic; the caller ends the sequence, which
// may go on with facets.
func (d *decoder) kmszVersion(s *sequence) KMSZVersion {
	ns := d.v.space.basic
	v := KMSZVersion{
		Number: d.positive(s.need(ns, "version_num")),
		Status: VersionStatus(d.positive(s.need(ns, "version_status"))),
	}
	if d.err == nil && v.Status > StatusArchived {
		d.fail(s.e, "L-XSD", "неизвестный статус версии КМСЗ")
	}
	v.StartDate, v.FinishDate = d.term(s, ns)
	v.Document = d.limited(s.need(ns, "document"), 200)
	v.Note = d.limited(s.optional(ns, "note"), 200)
	return v
}

// positive reads an xsd:positiveInteger that fits an int32.
func (d *decoder) positive(e *xmlsafe.Element) int {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 1 {
		d.fail(e, "L-XSD", "значение не является положительным целым числом")
	}
	return int(n)
}

// kmsz reads tClsKMSZVersion.
func (d *decoder) kmsz(e *xmlsafe.Element) *KMSZ {
	if d.err != nil {
		return nil
	}
	ns := d.v.space.kmsz
	s := d.sequence(e)
	k := &KMSZ{KMSZVersion: d.kmszVersion(s), Facets: make(map[Facet][]Position, len(facets))}
	in := d.sequence(s.need(ns, "facets"))
	s.end()
	for i := range facets {
		k.Facets[facets[i].facet] = d.facet(in, &facets[i])
	}
	k.Rules = d.takenRules(in.need(ns, string(FacetRules)))
	in.end()
	return k
}

func (d *decoder) facet(in *sequence, f *facetShape) []Position {
	ns := d.v.space.kmsz
	list := d.sequence(in.need(ns, string(f.facet)))
	positions := make([]Position, 0, len(list.kids))
	list.some(ns, f.item, func(e *xmlsafe.Element) {
		s := d.sequence(e)
		p := Position{Code: d.formatted(s.need(ns, "code"), f.code), Name: d.limited(s.need(ns, "name"), f.nameMax)}
		if f.hierarchy {
			p.Parent = d.formatted(s.optional(ns, "codeParent"), f.code)
		}
		s.end()
		positions = append(positions, p)
	})
	list.end()
	return positions
}

// take is what becomes of an element when it is complete: rules are read at once,
// the rest is kept for later, unless there is more of it than any document has.
func (d *decoder) take(e *xmlsafe.Element) (done bool) {
	if d.held > mostHeld {
		return true
	}
	if !d.takeRule(e) {
		d.held++
		return false
	}
	e.Walk(func(*xmlsafe.Element) bool { d.held--; return true })
	d.held++ // e itself was not counted
	return true
}

// takeRule reads a rule as soon as it is parsed: there are tens of thousands, and
// a tree of them all is many times their size. It reports whether e is one.
func (d *decoder) takeRule(e *xmlsafe.Element) bool {
	if e.Local != "ruleKMSZ" || e.Parent.Local != string(FacetRules) || e.Space != e.Parent.Space {
		return false
	}
	if d.v == nil {
		d.v = versionOfSpace(e.Root().Space)
	}
	if d.v == nil || e.Space != d.v.space.kmsz {
		return false
	}
	if d.err == nil && d.whole(e) {
		d.rules = append(d.rules, d.rule(e))
	}
	return true
}

// whole fails if there is a processing instruction at or below e.
func (d *decoder) whole(e *xmlsafe.Element) bool {
	return e.Walk(func(e *xmlsafe.Element) bool {
		if err := refuseInstructions(e); err != nil {
			d.fail(e, "L-XSD", "инструкция обработки внутри документа")
		}
		return d.err == nil
	})
}

// takenRules returns the rules, of which e is the list.
func (d *decoder) takenRules(e *xmlsafe.Element) []KMSZRule {
	list := d.sequence(e)
	if len(d.rules) == 0 {
		list.need(d.v.space.kmsz, "ruleKMSZ")
	}
	list.end()
	return d.rules
}

func (d *decoder) rule(e *xmlsafe.Element) KMSZRule {
	ns := d.v.space.kmsz
	s := d.sequence(e)
	r := KMSZRule{
		Part:     d.formatted(s.need(ns, "codePart"), digits6),
		MSZ:      d.formatted(s.need(ns, "codeMSZ"), digits4),
		Category: d.formatted(s.need(ns, "codeCategory"), digits8),
		Level:    d.formatted(s.need(ns, "codeNPA"), digits2),
		Source:   d.formatted(s.need(ns, "codeFundingSource"), digits4),
		Form:     d.formatted(s.need(ns, "codeForm"), digits2),
	}
	acts := d.sequence(s.need(ns, "reasons"))
	s.end()
	r.Reasons = make([]RuleAct, 0, len(acts.kids))
	acts.some(ns, "NPA", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		r.Reasons = append(r.Reasons, RuleAct{
			Number: d.limited(s.need(ns, "number"), 20), Title: d.limited(s.need(ns, "title"), 500),
			Date: d.date(s.need(ns, "date")), Authority: d.limited(s.need(ns, "authority"), 500),
		})
		s.end()
	})
	acts.end()
	return r
}

var compositeCode = pattern(`[0-9]{4}\.[0-9]{8}\.[0-9]{2}\.[0-9]{4}\.[0-9]{2}\.[0-9]{6}`, "не является кодом правила КМСЗ")

// changes reads tClsKMSZChanges: facets that changed, in the order of the
// schema.
func (d *decoder) changes(e *xmlsafe.Element) []Change {
	if d.err != nil {
		return nil
	}
	ns := d.v.space.changes
	var list []Change
	in := d.sequence(e)
	for _, f := range Facets() {
		facet := in.optional(ns, string(f))
		if facet == nil {
			continue
		}
		s := d.sequence(facet)
		s.some(ns, "modification", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			c := Change{Facet: f, Code: d.formatted(s.need(ns, "code"), f.code())}
			t := s.need(ns, "type")
			if c.Type = ChangeType(d.positive(t)); d.err == nil && c.Type > ChangeRemoved {
				d.fail(t, "L-XSD", "неизвестный тип изменения")
			}
			s.end()
			list = append(list, c)
		})
		s.end()
	}
	in.end()
	return list
}

// code is the format of the facet's codes.
func (f Facet) code() format {
	for _, s := range facets {
		if s.facet == f {
			return s.code
		}
	}
	return compositeCode
}
