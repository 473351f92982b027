package egisso

import "github.com/google/uuid"

var organizationKinds = []Kind{KindOrganization}

// A changed organisation is a new version of it. 10.07.I removes nothing.
var organizationSpec = spec{
	register: RegisterOrganization,
	title:    "Реестр организаций",
	aliases:  []string{"10.07.I"},
	kinds:    organizationKinds,
	born:     KindOrganization, changed: KindOrganization,
	blank: func(Kind) Element { return new(Organization) },
}

// The element of 10.07.I.
func (x *Organization) ElementKind() Kind    { return KindOrganization }
func (x *Organization) ElementID() uuid.UUID { return x.ID }
func (x *Organization) Target() uuid.UUID    { return uuid.Nil }
