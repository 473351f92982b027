package egisso

import "github.com/google/uuid"

var measureKinds = []Kind{KindMeasure, KindMeasureInvalidation}

// A changed measure is a new version of it that names the one before.
var measureSpec = spec{
	register: RegisterMeasure,
	title:    "Реестр локальных мер социальной защиты",
	aliases:  []string{"local_measure", "measure", "10.05.I"},
	kinds:    measureKinds,
	born:     KindMeasure, changed: KindMeasure, removed: KindMeasureInvalidation,
	blank: func(kind Kind) Element {
		if kind == KindMeasure {
			return new(LocalMeasure)
		}
		return new(LocalMeasureInvalidation)
	},
}

// The elements of 10.05.I.
func (m *LocalMeasure) ElementKind() Kind             { return KindMeasure }
func (e *LocalMeasureInvalidation) ElementKind() Kind { return KindMeasureInvalidation }

func (m *LocalMeasure) ElementID() uuid.UUID             { return m.ID }
func (e *LocalMeasureInvalidation) ElementID() uuid.UUID { return e.ID }

func (m *LocalMeasure) Target() uuid.UUID             { return uuid.Nil }
func (e *LocalMeasureInvalidation) Target() uuid.UUID { return e.LocalMeasureID }
