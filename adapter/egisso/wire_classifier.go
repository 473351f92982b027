package egisso

import (
	"fmt"
	"strconv"
	"time"
)

// ClassifierPrefixes are compact prefixes of a request for a classifier.
var ClassifierPrefixes = currentVersion("10.02.I").Prefixes

// ClassifierVersion returns the version of 10.02.I that is sent.
func ClassifierVersion() *Version { return currentVersion("10.02.I") }

// WriteClassifierRequest writes the element request of 10.02.I, which asks for
// КМСЗ (010) or one of the two dictionaries (022, 023).
func WriteClassifierRequest(w Writer, code string) error {
	if classifierCode(code) != "" {
		return fmt.Errorf("classifier %q cannot be asked for by 10.02.I", code)
	}
	v := currentVersion("10.02.I")
	w.Start(v.space.message, "request")
	w.Element(v.space.request, "classifierCode", code)
	w.End()
	return nil
}

// The messages below come from ЕГИССО; they are written for simulators and
// tests, and do not check what they are given.

// WriteClassifierAnswer writes the element response of 10.02.I.
func WriteClassifierAnswer(w Writer, a *ClassifierAnswer) {
	o := output{w, currentVersion("10.02.I")}
	ns := o.v.space.message
	o.Start(ns, "response")
	o.Element(o.v.space.request, "classifierCode", a.Code)
	switch a.Code {
	case ClassifierPeriodicities:
		ns, entry := ns, o.v.space.periodicity
		o.Start(ns, "verPeriods")
		for _, p := range a.Periodicities {
			o.Start(entry, "periodicity")
			o.Element(entry, "code", p.Code)
			o.Element(entry, "title", p.Title)
			o.term(entry, p.StartDate, p.FinishDate)
			o.End()
		}
		o.End()
	case ClassifierUnits:
		ns, entry := ns, o.v.space.unit
		o.Start(ns, "verMeasures")
		for _, u := range a.Units {
			o.Start(entry, "measure")
			o.Element(entry, "code", u.Code)
			o.Element(entry, "title", u.Title)
			o.optional(entry, "shortitle", u.ShortTitle)
			o.optional(entry, "OKEICode", u.OKEI)
			o.term(entry, u.StartDate, u.FinishDate)
			o.End()
		}
		o.End()
	default:
		o.Start(ns, "verKMSZ")
		o.kmsz(a.KMSZ)
		o.End()
	}
	o.End()
}

// WritePublication writes the element request of 10.01.O.
func WritePublication(w Writer, p *Publication) {
	o := output{w, currentVersion("10.01.O")}
	o.Start(o.v.space.message, "request")
	o.Start(o.v.space.kmsz, "version")
	o.kmsz(p.KMSZ)
	o.End()
	ns := o.v.space.changes
	o.Start(ns, "modifications")
	for _, f := range Facets() {
		open := false
		for _, c := range p.Changes {
			if c.Facet != f {
				continue
			}
			if !open {
				o.Start(ns, string(f))
				open = true
			}
			o.Start(ns, "modification")
			o.Element(ns, "code", c.Code)
			o.int(ns, "type", int(c.Type))
			o.End()
		}
		if open {
			o.End()
		}
	}
	o.End()
	o.End()
}

// WriteActivation writes the element request of 10.03.O.
func WriteActivation(w Writer, versions []KMSZVersion) {
	o := output{w, currentVersion("10.03.O")}
	ns := o.v.space.message
	o.Start(ns, "request")
	o.Start(ns, "versions")
	for _, v := range versions {
		o.Start(ns, "version")
		o.kmszVersion(v)
		o.End()
	}
	o.End()
	o.End()
}

func (o output) term(ns string, start, finish time.Time) {
	o.Element(ns, "start_date", o.v.timestamp(start))
	if !finish.IsZero() {
		o.Element(ns, "finish_date", o.v.timestamp(finish))
	}
}

func (o output) kmszVersion(v KMSZVersion) {
	ns := o.v.space.basic
	o.Element(ns, "version_num", strconv.Itoa(v.Number))
	o.int(ns, "version_status", int(v.Status))
	o.term(ns, v.StartDate, v.FinishDate)
	o.Element(ns, "document", v.Document)
	o.optional(ns, "note", v.Note)
}

// kmsz writes the content of tClsKMSZVersion.
func (o output) kmsz(k *KMSZ) {
	ns := o.v.space.kmsz
	o.kmszVersion(k.KMSZVersion)
	o.Start(ns, "facets")
	for _, f := range facets {
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
	o.Start(ns, string(FacetRules))
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
