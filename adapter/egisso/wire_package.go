package egisso

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

// packageCodes are the kinds of information that bring packages to ЕГИССО.
func packageCodes() (codes []string) {
	for _, r := range Registers() {
		codes = append(codes, r.Version().Code)
	}
	return codes
}

// ReadPackage reads a package of any kind and version and says which it was.
// The document's structure and value types are checked as strictly as the XSD
// does; limits and patterns of texts are left to the checks of records. Errors
// are *FormatError.
func ReadPackage(content []byte) (*Package, *Version, error) {
	var d decoder
	root := d.parseDocument(content, "", packageCodes()...)
	if d.err != nil {
		return nil, nil, fmt.Errorf("read package: %w", d.err)
	}
	p := &Package{Register: d.v.Register}
	message := d.sequence(root)
	if s := p.Register.spec(); s.bare {
		p.Elements = append(p.Elements, s.read(&d, s.born, message.need(d.v.space.element, s.born.tag())))
	} else {
		d.pack(message.need(d.v.space.pack, "package"), p)
	}
	message.end()
	if d.err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", d.v, d.err)
	}
	return p, d.v, nil
}

// ReadStorageRequest reads the element request of any version of 10.10.I and
// says which it was.
func ReadStorageRequest(content []byte) (*Version, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.10.I"))
	if d.err == nil {
		if e := s.need(d.v.space.message, "attachment"); e != nil && !d.bool(e) {
			d.fail(e, "L-XSD", "допустимо только значение true")
		}
		s.end()
	}
	if d.err != nil {
		return nil, fmt.Errorf("read 10.10.I request: %w", d.err)
	}
	return d.v, nil
}

func (d *decoder) pack(e *xmlsafe.Element, p *Package) {
	ns := d.v.space.pack
	s := d.sequence(e)
	p.ID = d.uuid(s.need(ns, d.v.names.packageID))
	elements := d.sequence(s.need(ns, "elements"))
	s.end()
	max := d.v.listMax
	if max == 0 {
		max = unbounded
	}
	of := p.Register.spec()
	for _, kind := range d.v.kinds {
		elements.each(ns, kind.tag(), max, func(e *xmlsafe.Element) { p.Elements = append(p.Elements, of.read(d, kind, e)) })
	}
	if of.some != "" && len(p.Elements) == 0 {
		elements.need(ns, of.some.tag())
	}
	elements.end()
}

// lastChanging reads what the package types add to the base types of three
// registers.
func (d *decoder) lastChanging(s *sequence) (changed time.Time, previous uuid.UUID) {
	ns := d.v.space.pack
	changed = d.timestamp(s.need(ns, "lastChanging"))
	return changed, d.uuid(s.optional(ns, d.v.names.previousID))
}
