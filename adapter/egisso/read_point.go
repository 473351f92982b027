package egisso

import "egissogw/crypto/xmlsafe"

func (d *decoder) pointInvalidation(e *xmlsafe.Element) *PresencePointInvalidation {
	ns := d.v.space.pack
	s := d.sequence(e)
	defer s.end()
	return &PresencePointInvalidation{
		ID: d.uuid(s.need(ns, "Id")), PointID: d.uuid(s.need(ns, "pointId")), LastChanging: d.timestamp(s.need(ns, "lastChanging")),
	}
}

// point reads tPresencePoint of package-PP.
func (d *decoder) point(e *xmlsafe.Element) PresencePoint {
	ns := d.v.space.element
	s := d.sequence(e)
	x := PresencePoint{
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
	s.some(ns, "msz", func(e *xmlsafe.Element) { x.Measures = append(x.Measures, PointMeasure{ID: d.uuid(e)}) })
	x.LastChanging, x.PreviousID = d.lastChanging(s)
	s.end()
	return x
}
