package egisso

import (
	"fmt"
	"time"

	"egissogw/crypto/xmlsafe"
)

// Classifier codes that 10.02.I can ask for (SPEC.md#classifier-structure).
const (
	ClassifierKMSZ          = "010"
	ClassifierPeriodicities = "022"
	ClassifierUnits         = "023"
)

var classifierCode = oneOf("должно быть 010, 022 или 023", ClassifierKMSZ, ClassifierPeriodicities, ClassifierUnits)

// ClassifierAnswer is the element response of 10.02.I. What Code does not name
// is nil.
type ClassifierAnswer struct {
	Code          string
	KMSZ          *KMSZ
	Periodicities []Periodicity
	Units         []Unit
}

// Publication is the element request of 10.01.O: a version that will become
// active, and what the operator says has changed.
type Publication struct {
	KMSZ    *KMSZ
	Changes []Change
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

// ReadClassifierAnswer reads the element response of 10.02.I as strictly as the
// XSD does. Errors are *FormatError.
func ReadClassifierAnswer(content []byte) (*ClassifierAnswer, error) {
	var d decoder
	root := d.parseDocument(content, "response", "10.02.I")
	a := d.classifierAnswer(root)
	if err := d.failed("10.02.I response"); err != nil {
		return nil, err
	}
	return a, nil
}

// ReadPublication reads the element request of 10.01.O as strictly as the XSD
// does. Errors are *FormatError.
func ReadPublication(content []byte) (*Publication, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.01.O"))
	p := &Publication{}
	if d.err == nil {
		p.KMSZ = d.kmsz(s.need(d.v.space.kmsz, "version"))
		p.Changes = d.changes(s.need(d.v.space.changes, "modifications"))
	}
	s.end()
	if err := d.failed("10.01.O request"); err != nil {
		return nil, err
	}
	return p, nil
}

// ReadActivation reads the element request of 10.03.O: the headers of the
// version that became active and, usually, of the one that became archive.
// Errors are *FormatError.
func ReadActivation(content []byte) ([]KMSZVersion, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.03.O"))
	var versions []KMSZVersion
	if d.err == nil {
		ns := d.v.space.message
		list := d.sequence(s.need(ns, "versions"))
		read := func(e *xmlsafe.Element) {
			s := d.sequence(e)
			versions = append(versions, d.kmszVersion(s))
			s.end()
		}
		list.each(ns, "version", 2, read)
		if len(versions) == 0 {
			list.need(ns, "version")
		}
		list.end()
	}
	s.end()
	if err := d.failed("10.03.O request"); err != nil {
		return nil, err
	}
	return versions, nil
}

// failed returns the error of the document, if any.
func (d *decoder) failed(what string) error {
	if d.err == nil {
		return nil
	}
	return fmt.Errorf("read %s: %w", what, d.err)
}

func (d *decoder) classifierCode(s *sequence) string {
	if d.err != nil {
		return ""
	}
	e := s.need(d.v.space.request, "classifierCode")
	return d.formatted(e, classifierCode)
}

// formatted reads a text that must have the format.
func (d *decoder) formatted(e *xmlsafe.Element, f format) string {
	v := d.string(e)
	if e != nil && d.err == nil {
		if problem := f(v); problem != "" {
			d.fail(e, "L-XSD", problem)
		}
	}
	return v
}

// limited reads a text of at most max characters.
func (d *decoder) limited(e *xmlsafe.Element, max int) string {
	v := d.string(e)
	if len(v) > max && len([]rune(v)) > max {
		d.fail(e, "L-XSD", fmt.Sprintf("больше %d знаков", max))
	}
	return v
}

func (d *decoder) classifierAnswer(root *xmlsafe.Element) *ClassifierAnswer {
	s := d.sequence(root)
	a := &ClassifierAnswer{Code: d.classifierCode(s)}
	if d.err != nil {
		return a
	}
	ns := d.v.space.message
	if e := s.optional(ns, "verPeriods"); e != nil {
		list := d.sequence(e)
		ns := d.v.space.periodicity
		list.some(ns, "periodicity", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			p := Periodicity{Code: d.formatted(s.need(ns, "code"), digits2), Title: d.limited(s.need(ns, "title"), 100)}
			p.StartDate, p.FinishDate = d.term(s, ns)
			a.Periodicities = append(a.Periodicities, p)
			s.end()
		})
		list.end()
	} else if e := s.optional(ns, "verMeasures"); e != nil {
		list := d.sequence(e)
		ns := d.v.space.unit
		list.some(ns, "measure", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			u := Unit{
				Code: d.formatted(s.need(ns, "code"), digits2), Title: d.limited(s.need(ns, "title"), 100),
				ShortTitle: d.limited(s.optional(ns, "shortitle"), 20), OKEI: d.formatted(s.optional(ns, "OKEICode"), okei),
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

// term reads when an entry begins and ends.
func (d *decoder) term(s *sequence, ns string) (start, finish time.Time) {
	return d.timestamp(s.need(ns, "start_date")), d.timestamp(s.optional(ns, "finish_date"))
}
