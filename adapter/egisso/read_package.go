package egisso

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

// packageCodes are the kinds of information that bring packages to ЕГИССО.
var packageCodes = []string{"10.05.I", "10.06.S", "10.07.I", "10.11.I", "10.15.I"}

// ReadPackage reads a package of any kind and version and says which it was.
// The document's structure and value types are checked as strictly as the XSD
// does; limits and patterns of texts are left to the checks of records. Errors
// are *FormatError.
func ReadPackage(content []byte) (*Package, *Version, error) {
	return decodePackage(content, packageCodes...)
}

// ReadMeasureRequest reads the element request of any version of 10.05.I; see
// ReadPackage.
func ReadMeasureRequest(content []byte) (*Package, error) {
	p, _, err := decodePackage(content, "10.05.I")
	return p, err
}

// ReadFactData reads the element data of any version of 10.06.S; see
// ReadPackage.
func ReadFactData(content []byte) (*Package, error) {
	p, _, err := decodePackage(content, "10.06.S")
	return p, err
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

func decodePackage(content []byte, codes ...string) (*Package, *Version, error) {
	var d decoder
	root := d.parseDocument(content, "", codes...)
	if d.err != nil {
		return nil, nil, fmt.Errorf("read package: %w", d.err)
	}
	p := &Package{Register: d.v.Register}
	message := d.sequence(root)
	if p.Register == RegisterParticipant {
		p.Applications = append(p.Applications, d.application(message.need(d.v.space.element, "application")))
	} else {
		d.pack(message.need(d.v.space.pack, "package"), p)
	}
	message.end()
	if d.err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", d.v, d.err)
	}
	return p, d.v, nil
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
	for _, kind := range d.v.kinds {
		elements.each(ns, kind.element(), max, func(e *xmlsafe.Element) { d.element(kind, e, p) })
	}
	if p.Register == RegisterOrganization && len(p.Organizations) == 0 {
		elements.need(ns, KindOrganization.element())
	}
	elements.end()
}

func (d *decoder) element(kind Kind, e *xmlsafe.Element, p *Package) {
	switch p.Register {
	case RegisterMeasure:
		d.measureElement(kind, e, p)
	case RegisterFact:
		d.factElement(kind, e, p)
	case RegisterOrganization:
		p.Organizations = append(p.Organizations, d.organization(e))
	case RegisterPoint:
		d.pointElement(kind, e, p)
	}
}

// lastChanging reads what the package types add to the base types of three
// registers.
func (d *decoder) lastChanging(s *sequence) (changed time.Time, previous uuid.UUID) {
	ns := d.v.space.pack
	changed = d.timestamp(s.need(ns, "lastChanging"))
	return changed, d.uuid(s.optional(ns, d.v.names.previousID))
}
