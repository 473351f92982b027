package egisso

import (
	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

var organizationKinds = []Kind{KindOrganization}

// A changed organisation is a new version of it. 10.07.I removes nothing.
var organizationSpec = spec{
	register: RegisterOrganization,
	title:    "Реестр организаций",
	kinds:    organizationKinds,
	born:     KindOrganization, changed: KindOrganization,
	some:  KindOrganization,
	blank: func(Kind) Element { return new(Organization) },
	read: func(d *decoder, _ Kind, e *xmlsafe.Element) Element {
		x := d.organization(e)
		return &x
	},
}

// The element of 10.07.I.
func (x *Organization) ElementKind() Kind    { return KindOrganization }
func (x *Organization) ElementID() uuid.UUID { return x.ID }
func (x *Organization) Target() uuid.UUID    { return uuid.Nil }

func (x *Organization) writable(*Version) error {
	if !timestampFits(x.LastChanging) {
		return errLastChanging
	}
	for _, p := range x.Points {
		if err := resolved(p.Measures, func(m *OrganizationMeasure) uuid.UUID { return m.ID }, "a measure is not resolved"); err != nil {
			return err
		}
	}
	return nil
}
