package wire

import (
	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// The elements of 10.15.I.
var pointLayout = layout{
	ready: func(_ *egisso.Version, e egisso.Element) error {
		switch e := e.(type) {
		case *egisso.PresencePoint:
			if !timestampFits(e.LastChanging) {
				return errLastChanging
			}
			return resolved(e.Measures, func(m *egisso.PointMeasure) uuid.UUID { return m.ID }, "a measure is not resolved")
		case *egisso.PresencePointInvalidation:
			if !timestampFits(e.LastChanging) {
				return errLastChanging
			}
			return eventOn(e.PointID)
		}
		return unknownType(e)
	},
	write: func(o output, e egisso.Element) {
		switch e := e.(type) {
		case *egisso.PresencePoint:
			o.point(e.Normalize())
		case *egisso.PresencePointInvalidation:
			o.pointInvalidation(e)
		}
	},
	read: func(d *decoder, kind egisso.Kind, e *xmlsafe.Element) egisso.Element {
		if kind == egisso.KindPoint {
			x := d.point(e)
			return &x
		}
		return d.pointInvalidation(e)
	},
}

// point writes tPresencePoint of presence-point with what package-PP adds.
func (o output) point(x egisso.PresencePoint) {
	ns := o.v.Space.Element
	o.Start(o.v.Space.Pack, tag(egisso.KindPoint))
	o.uuid(ns, "pointId", x.ID)
	o.Element(ns, "onmszCode", x.ONMSZCode)
	o.Element(ns, "title", x.Title)
	o.Element(ns, "address", x.Address)
	o.Element(ns, "oktmo", x.OKTMO)
	o.optional(ns, "email", x.Email)
	o.Element(ns, "contacts", x.Contacts)
	o.Element(ns, "schedule", x.Schedule)
	o.optional(ns, "rules", x.Rules)
	o.coordinates(x.Coordinates)
	for _, m := range x.Measures {
		o.uuid(ns, "msz", m.ID)
	}
	o.lastChanging(x.LastChanging, x.PreviousID)
	o.End()
}

// point reads tPresencePoint of package-PP.
func (d *decoder) point(e *xmlsafe.Element) egisso.PresencePoint {
	ns := d.v.Space.Element
	s := d.sequence(e)
	x := egisso.PresencePoint{
		ID:          d.uuid(s.need(ns, "pointId")),
		ONMSZCode:   d.coded(s.need(ns, "onmszCode")),
		Title:       d.string(s.need(ns, "title")),
		Address:     d.string(s.need(ns, "address")),
		OKTMO:       d.coded(s.need(ns, "oktmo")),
		Email:       d.coded(s.optional(ns, "email")),
		Contacts:    d.string(s.need(ns, "contacts")),
		Schedule:    d.string(s.need(ns, "schedule")),
		Rules:       d.string(s.optional(ns, "rules")),
		Coordinates: d.coordinates(s.need(ns, "point")),
	}
	s.some(ns, "msz", func(e *xmlsafe.Element) { x.Measures = append(x.Measures, egisso.PointMeasure{ID: d.uuid(e)}) })
	x.LastChanging, x.PreviousID = d.lastChanging(s)
	s.end()
	return x
}

func (o output) pointInvalidation(e *egisso.PresencePointInvalidation) {
	ns := o.v.Space.Pack
	o.Start(ns, tag(egisso.KindPointInvalidation))
	o.uuid(ns, "Id", e.ID)
	o.uuid(ns, "pointId", e.PointID)
	o.timestamp(ns, "lastChanging", e.LastChanging)
	o.End()
}

func (d *decoder) pointInvalidation(e *xmlsafe.Element) *egisso.PresencePointInvalidation {
	ns := d.v.Space.Pack
	s := d.sequence(e)
	defer s.end()
	return &egisso.PresencePointInvalidation{
		ID: d.uuid(s.need(ns, "Id")), PointID: d.uuid(s.need(ns, "pointId")), LastChanging: d.timestamp(s.need(ns, "lastChanging")),
	}
}
