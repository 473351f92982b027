package egisso

import (
	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

var pointKinds = []Kind{KindPoint, KindPointInvalidation}

// A changed point is a new version of it that names the one before.
var pointSpec = spec{
	register: RegisterPoint,
	title:    "Реестр точек присутствия ОНМСЗ",
	kinds:    pointKinds,
	born:     KindPoint, changed: KindPoint, removed: KindPointInvalidation,
	blank: func(kind Kind) Element {
		if kind == KindPoint {
			return new(PresencePoint)
		}
		return new(PresencePointInvalidation)
	},
	read: func(d *decoder, kind Kind, e *xmlsafe.Element) Element {
		if kind == KindPoint {
			x := d.point(e)
			return &x
		}
		return d.pointInvalidation(e)
	},
}

// The elements of 10.15.I.
func (x *PresencePoint) ElementKind() Kind             { return KindPoint }
func (e *PresencePointInvalidation) ElementKind() Kind { return KindPointInvalidation }

func (x *PresencePoint) ElementID() uuid.UUID             { return x.ID }
func (e *PresencePointInvalidation) ElementID() uuid.UUID { return e.ID }

func (x *PresencePoint) Target() uuid.UUID             { return uuid.Nil }
func (e *PresencePointInvalidation) Target() uuid.UUID { return e.PointID }

func (x *PresencePoint) writable(*Version) error {
	if !timestampFits(x.LastChanging) {
		return errLastChanging
	}
	return resolved(x.Measures, func(m *PointMeasure) uuid.UUID { return m.ID }, "a measure is not resolved")
}

func (e *PresencePointInvalidation) writable(*Version) error {
	if !timestampFits(e.LastChanging) {
		return errLastChanging
	}
	return eventOn(e.PointID)
}
