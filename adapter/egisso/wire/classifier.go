package wire

import (
	"fmt"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// WriteClassifierRequest writes the element request of 10.02.I, which asks for
// КМСЗ (010) or one of the two dictionaries (022, 023).
func WriteClassifierRequest(w Writer, code string) error {
	if classifierCode(code) != "" {
		return fmt.Errorf("classifier %q cannot be asked for by 10.02.I", code)
	}
	v := egisso.ClassifierVersion()
	w.Start(v.Space.Message, "request")
	w.Element(v.Space.Request, "classifierCode", code)
	w.End()
	return nil
}

// ReadClassifierRequest reads the element request of 10.02.I and returns the
// classifier's code. Errors are *FormatError.
func ReadClassifierRequest(content []byte) (code string, err error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.02.I"))
	code = d.classifierCode(s)
	s.end()
	return code, d.failed("10.02.I request")
}

// classifierCode is the Format of the codes of classifiers.
func classifierCode(code string) string {
	switch code {
	case egisso.ClassifierKMSZ, egisso.ClassifierPeriodicities, egisso.ClassifierUnits:
		return ""
	}
	return "должно быть 010, 022 или 023"
}

func (d *decoder) classifierCode(s *sequence) string {
	if d.err != nil {
		return ""
	}
	e := s.need(d.v.Space.Request, "classifierCode")
	return d.formatted(e, classifierCode)
}

// WriteClassifierAnswer writes the element response of 10.02.I. It comes from ЕГИССО and is
// written for simulators and tests; what it is given is not checked.
func WriteClassifierAnswer(w Writer, a *egisso.ClassifierAnswer) {
	o := output{w, egisso.ClassifierVersion()}
	ns := o.v.Space.Message
	o.Start(ns, "response")
	o.Element(o.v.Space.Request, "classifierCode", a.Code)
	switch a.Code {
	case egisso.ClassifierPeriodicities:
		ns, entry := ns, o.v.Space.Periodicity
		o.Start(ns, "verPeriods")
		for _, p := range a.Periodicities {
			o.Start(entry, "periodicity")
			o.Element(entry, "code", p.Code)
			o.Element(entry, "title", p.Title)
			o.term(entry, p.StartDate, p.FinishDate)
			o.End()
		}
		o.End()
	case egisso.ClassifierUnits:
		ns, entry := ns, o.v.Space.Unit
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

// ReadClassifierAnswer reads the element response of 10.02.I as strictly as the
// XSD does. Errors are *FormatError.
func ReadClassifierAnswer(content []byte) (*egisso.ClassifierAnswer, error) {
	var d decoder
	root := d.parseDocument(content, "response", "10.02.I")
	a := d.classifierAnswer(root)
	if err := d.failed("10.02.I response"); err != nil {
		return nil, err
	}
	return a, nil
}

func (d *decoder) classifierAnswer(root *xmlsafe.Element) *egisso.ClassifierAnswer {
	s := d.sequence(root)
	a := &egisso.ClassifierAnswer{Code: d.classifierCode(s)}
	if d.err != nil {
		return a
	}
	ns := d.v.Space.Message
	if e := s.optional(ns, "verPeriods"); e != nil {
		list := d.sequence(e)
		ns := d.v.Space.Periodicity
		list.some(ns, "periodicity", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			p := egisso.Periodicity{Code: d.formatted(s.need(ns, "code"), egisso.Digits2), Title: d.limited(s.need(ns, "title"), 100)}
			p.StartDate, p.FinishDate = d.term(s, ns)
			a.Periodicities = append(a.Periodicities, p)
			s.end()
		})
		list.end()
	} else if e := s.optional(ns, "verMeasures"); e != nil {
		list := d.sequence(e)
		ns := d.v.Space.Unit
		list.some(ns, "measure", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			u := egisso.Unit{
				Code: d.formatted(s.need(ns, "code"), egisso.Digits2), Title: d.limited(s.need(ns, "title"), 100),
				ShortTitle: d.limited(s.optional(ns, "shortitle"), 20), OKEI: d.formatted(s.optional(ns, "OKEICode"), egisso.OKEIFormat),
			}
			u.StartDate, u.FinishDate = d.term(s, ns)
			a.Units = append(a.Units, u)
			s.end()
		})
		list.end()
	} else {
		a.KMSZ = d.kmsz(s.need(ns, "verKMSZ"))
	}
	s.end()
	return a
}

func (o output) term(ns string, start, finish time.Time) {
	o.timestamp(ns, "start_date", start)
	if !finish.IsZero() {
		o.timestamp(ns, "finish_date", finish)
	}
}

// term reads when an entry begins and ends.
func (d *decoder) term(s *sequence, ns string) (start, finish time.Time) {
	return d.timestamp(s.need(ns, "start_date")), d.timestamp(s.optional(ns, "finish_date"))
}
