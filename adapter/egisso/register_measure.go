package egisso

import (
	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

var measureKinds = []Kind{KindMeasure, KindMeasureInvalidation}

// A changed measure is a new version of it that names the one before.
var measureSpec = spec{
	register: RegisterMeasure,
	title:    "Реестр локальных мер социальной защиты",
	kinds:    measureKinds,
	born:     KindMeasure, changed: KindMeasure, removed: KindMeasureInvalidation,
	blank: func(kind Kind) Element {
		if kind == KindMeasure {
			return new(LocalMeasure)
		}
		return new(LocalMeasureInvalidation)
	},
	read: func(d *decoder, kind Kind, e *xmlsafe.Element) Element {
		if kind == KindMeasure {
			m := d.measure(e)
			return &m
		}
		return d.measureInvalidation(e)
	},
}

// The elements of 10.05.I.
func (m *LocalMeasure) ElementKind() Kind             { return KindMeasure }
func (e *LocalMeasureInvalidation) ElementKind() Kind { return KindMeasureInvalidation }

func (m *LocalMeasure) ElementID() uuid.UUID             { return m.ID }
func (e *LocalMeasureInvalidation) ElementID() uuid.UUID { return e.ID }

func (m *LocalMeasure) Target() uuid.UUID             { return uuid.Nil }
func (e *LocalMeasureInvalidation) Target() uuid.UUID { return e.LocalMeasureID }

func (m *LocalMeasure) writable(*Version) error {
	if !timestampFits(m.LastChanging) {
		return errLastChanging
	}
	return resolved(m.Categories, func(c *LocalCategory) uuid.UUID { return c.ID }, "category without an id")
}

func (e *LocalMeasureInvalidation) writable(*Version) error { return eventOn(e.LocalMeasureID) }
