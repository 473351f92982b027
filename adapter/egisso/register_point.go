package egisso

import "github.com/google/uuid"

var pointKinds = []Kind{KindPoint, KindPointInvalidation}

// A changed point is a new version of it that names the one before.
var pointSpec = spec{
	register: RegisterPoint,
	title:    "Реестр точек присутствия ОНМСЗ",
	aliases:  []string{"presence_point", "10.15.I"},
	kinds:    pointKinds,
	born:     KindPoint, changed: KindPoint, removed: KindPointInvalidation,
	blank: func(kind Kind) Element {
		if kind == KindPoint {
			return new(PresencePoint)
		}
		return new(PresencePointInvalidation)
	},
}

// The elements of 10.15.I.
func (x *PresencePoint) ElementKind() Kind             { return KindPoint }
func (e *PresencePointInvalidation) ElementKind() Kind { return KindPointInvalidation }

func (x *PresencePoint) ElementID() uuid.UUID             { return x.ID }
func (e *PresencePointInvalidation) ElementID() uuid.UUID { return e.ID }

func (x *PresencePoint) Target() uuid.UUID             { return uuid.Nil }
func (e *PresencePointInvalidation) Target() uuid.UUID { return e.PointID }
