package egisso

func (x *PresencePoint) write(o output) { o.point(x.Normalize()) }

func (e *PresencePointInvalidation) write(o output) {
	ns := o.v.space.pack
	o.Start(ns, KindPointInvalidation.tag())
	o.uuid(ns, "Id", e.ID)
	o.uuid(ns, "pointId", e.PointID)
	o.Element(ns, "lastChanging", o.v.timestamp(e.LastChanging))
	o.End()
}

// point writes tPresencePoint of presence-point with what package-PP adds.
func (o output) point(x PresencePoint) {
	ns := o.v.space.element
	o.Start(o.v.space.pack, KindPoint.tag())
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
