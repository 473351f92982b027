package wire

import (
	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// News of КМСЗ come from ЕГИССО; they are written for simulators and tests, and what the
// writers are given is not checked.

// WritePublication writes the element request of 10.01.O.
func WritePublication(w Writer, p *egisso.Publication) {
	o := output{w, egisso.CurrentVersion("10.01.O")}
	o.Start(o.v.Space.Message, "request")
	o.Start(o.v.Space.KMSZ, "version")
	o.kmsz(p.KMSZ)
	o.End()
	ns := o.v.Space.Changes
	o.Start(ns, "modifications")
	for _, f := range egisso.Facets() {
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

// ReadPublication reads the element request of 10.01.O as strictly as the XSD
// does. Errors are *FormatError.
func ReadPublication(content []byte) (*egisso.Publication, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.01.O"))
	p := &egisso.Publication{}
	if d.err == nil {
		p.KMSZ = d.kmsz(s.need(d.v.Space.KMSZ, "version"))
		p.Changes = d.changes(s.need(d.v.Space.Changes, "modifications"))
	}
	s.end()
	if err := d.failed("10.01.O request"); err != nil {
		return nil, err
	}
	return p, nil
}

// WriteActivation writes the element request of 10.03.O.
func WriteActivation(w Writer, versions []egisso.KMSZVersion) {
	o := output{w, egisso.CurrentVersion("10.03.O")}
	ns := o.v.Space.Message
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

// ReadActivation reads the element request of 10.03.O: the headers of the
// version that became active and, usually, of the one that became archive.
// Errors are *FormatError.
func ReadActivation(content []byte) ([]egisso.KMSZVersion, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.03.O"))
	var versions []egisso.KMSZVersion
	if d.err == nil {
		ns := d.v.Space.Message
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

var compositeCode = egisso.Pattern(`[0-9]{4}\.[0-9]{8}\.[0-9]{2}\.[0-9]{4}\.[0-9]{2}\.[0-9]{6}`, "не является кодом правила КМСЗ")

// changes reads tClsKMSZChanges: facets that changed, in the order of the
// schema.
func (d *decoder) changes(e *xmlsafe.Element) []egisso.Change {
	if d.err != nil {
		return nil
	}
	ns := d.v.Space.Changes
	var list []egisso.Change
	in := d.sequence(e)
	for _, f := range egisso.Facets() {
		facet := in.optional(ns, string(f))
		if facet == nil {
			continue
		}
		s := d.sequence(facet)
		s.some(ns, "modification", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			c := egisso.Change{Facet: f, Code: d.formatted(s.need(ns, "code"), codeFormat(f))}
			t := s.need(ns, "type")
			if c.Type = egisso.ChangeType(d.positive(t)); d.err == nil && c.Type > egisso.ChangeRemoved {
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

// codeFormat is the format of the facet's codes.
func codeFormat(f egisso.Facet) egisso.Format {
	for _, s := range facetShapes {
		if s.facet == f {
			return s.code
		}
	}
	return compositeCode
}
