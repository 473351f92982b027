package wire

import (
	"strconv"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// facetShape is what the schema says of the items of a facet.
type facetShape struct {
	facet     egisso.Facet
	item      string // XSD name of an item
	code      egisso.Format
	hierarchy bool // an item may name its parent
	nameMax   int
}

// facetShapes are in the order of the schema; the rules, which have their own shape, follow them.
var facetShapes = []facetShape{
	{egisso.FacetMSZ, "MSZ", egisso.Digits4, true, 2000},
	{egisso.FacetParts, "partKMSZ", egisso.Digits6, true, 500},
	{egisso.FacetCategories, "category", egisso.Digits8, true, 2000},
	{egisso.FacetLevels, "levelNPA", egisso.Digits2, false, 100},
	{egisso.FacetSources, "fundingSource", egisso.Digits4, false, 200},
	{egisso.FacetForms, "provisionForm", egisso.Digits2, false, 100},
}

func (o output) kmszVersion(v egisso.KMSZVersion) {
	ns := o.v.Space.Basic
	o.Element(ns, "version_num", strconv.Itoa(v.Number))
	o.int(ns, "version_status", int(v.Status))
	o.term(ns, v.StartDate, v.FinishDate)
	o.Element(ns, "document", v.Document)
	o.optional(ns, "note", v.Note)
}

// kmsz writes the content of tClsKMSZVersion.
func (o output) kmsz(k *egisso.KMSZ) {
	ns := o.v.Space.KMSZ
	o.kmszVersion(k.KMSZVersion)
	o.Start(ns, "facets")
	for _, f := range facetShapes {
		o.Start(ns, string(f.facet))
		for _, p := range k.Facets[f.facet] {
			o.Start(ns, f.item)
			o.Element(ns, "code", p.Code)
			o.Element(ns, "name", p.Name)
			o.optional(ns, "codeParent", p.Parent)
			o.End()
		}
		o.End()
	}
	o.Start(ns, string(egisso.FacetRules))
	for i := range k.Rules {
		r := &k.Rules[i]
		o.Start(ns, "ruleKMSZ")
		o.Element(ns, "codePart", r.Part)
		o.Element(ns, "codeMSZ", r.MSZ)
		o.Element(ns, "codeCategory", r.Category)
		o.Element(ns, "codeNPA", r.Level)
		o.Element(ns, "codeFundingSource", r.Source)
		o.Element(ns, "codeForm", r.Form)
		o.Start(ns, "reasons")
		for _, a := range r.Reasons {
			o.Start(ns, "NPA")
			o.Element(ns, "number", a.Number)
			o.Element(ns, "title", a.Title)
			o.date(ns, "date", a.Date)
			o.Element(ns, "authority", a.Authority)
			o.End()
		}
		o.End()
		o.End()
	}
	o.End()
	o.End()
}

// kmszVersion reads tClsVersion of basic; the caller ends the sequence, which
// may go on with facets.
func (d *decoder) kmszVersion(s *sequence) egisso.KMSZVersion {
	ns := d.v.Space.Basic
	v := egisso.KMSZVersion{
		Number: d.positive(s.need(ns, "version_num")),
		Status: egisso.VersionStatus(d.positive(s.need(ns, "version_status"))),
	}
	if d.err == nil && v.Status > egisso.StatusArchived {
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
func (d *decoder) kmsz(e *xmlsafe.Element) *egisso.KMSZ {
	if d.err != nil {
		return nil
	}
	ns := d.v.Space.KMSZ
	s := d.sequence(e)
	k := &egisso.KMSZ{KMSZVersion: d.kmszVersion(s), Facets: make(map[egisso.Facet][]egisso.Position, len(facetShapes))}
	in := d.sequence(s.need(ns, "facets"))
	s.end()
	for i := range facetShapes {
		k.Facets[facetShapes[i].facet] = d.facet(in, &facetShapes[i])
	}
	k.Rules = d.takenRules(in.need(ns, string(egisso.FacetRules)))
	in.end()
	return k
}

func (d *decoder) facet(in *sequence, f *facetShape) []egisso.Position {
	ns := d.v.Space.KMSZ
	list := d.sequence(in.need(ns, string(f.facet)))
	positions := make([]egisso.Position, 0, len(list.kids))
	list.some(ns, f.item, func(e *xmlsafe.Element) {
		s := d.sequence(e)
		p := egisso.Position{Code: d.formatted(s.need(ns, "code"), f.code), Name: d.limited(s.need(ns, "name"), f.nameMax)}
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
	if e.Local != "ruleKMSZ" || e.Parent.Local != string(egisso.FacetRules) || e.Space != e.Parent.Space {
		return false
	}
	if d.v == nil {
		d.v = versionOf(e.Root().Space)
	}
	if d.v == nil || e.Space != d.v.Space.KMSZ {
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
func (d *decoder) takenRules(e *xmlsafe.Element) []egisso.KMSZRule {
	list := d.sequence(e)
	if len(d.rules) == 0 {
		list.need(d.v.Space.KMSZ, "ruleKMSZ")
	}
	list.end()
	return d.rules
}

func (d *decoder) rule(e *xmlsafe.Element) egisso.KMSZRule {
	ns := d.v.Space.KMSZ
	s := d.sequence(e)
	r := egisso.KMSZRule{
		Part:     d.formatted(s.need(ns, "codePart"), egisso.Digits6),
		MSZ:      d.formatted(s.need(ns, "codeMSZ"), egisso.Digits4),
		Category: d.formatted(s.need(ns, "codeCategory"), egisso.Digits8),
		Level:    d.formatted(s.need(ns, "codeNPA"), egisso.Digits2),
		Source:   d.formatted(s.need(ns, "codeFundingSource"), egisso.Digits4),
		Form:     d.formatted(s.need(ns, "codeForm"), egisso.Digits2),
	}
	acts := d.sequence(s.need(ns, "reasons"))
	s.end()
	r.Reasons = make([]egisso.RuleAct, 0, len(acts.kids))
	acts.some(ns, "NPA", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		r.Reasons = append(r.Reasons, egisso.RuleAct{
			Number: d.limited(s.need(ns, "number"), 20), Title: d.limited(s.need(ns, "title"), 500),
			Date: d.date(s.need(ns, "date")), Authority: d.limited(s.need(ns, "authority"), 500),
		})
		s.end()
	})
	acts.end()
	return r
}
