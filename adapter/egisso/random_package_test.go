package egisso

import "github.com/shopspring/decimal"

func (r random) checker() Checker { return Checker{Versions: VersionSet{r.v.Register: r.v}} }

// pack makes a package of the version's register of records that the checks let out; refused
// counts the others.
func (r random) pack() (p *Package, refused int) {
	switch r.v.Register {
	case RegisterMeasure:
		return r.measurePackage()
	case RegisterFact:
		return r.factPackage()
	case RegisterOrganization:
		return r.organizationPackage()
	case RegisterParticipant:
		return r.applicationPackage()
	}
	return r.pointPackage()
}

func (r random) measurePackage() (p *Package, refused int) {
	p = &Package{ID: r.uuid(), Register: RegisterMeasure}
	for range 1 + r.IntN(3) {
		if m := r.measure(); Blocks(r.checker().Measure(m)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &m)
		}
	}
	for range r.IntN(3) {
		p.Elements = append(p.Elements, &LocalMeasureInvalidation{r.uuid(), r.uuid()})
	}
	return p, refused
}

func (r random) factPackage() (p *Package, refused int) {
	p = &Package{ID: r.uuid(), Register: RegisterFact}
	for range 1 + r.IntN(4) {
		f := r.fact()
		switch {
		case Blocks(r.checker().Fact(f, nil)):
			refused++
		case r.sometimes(3):
			p.Elements = append(p.Elements, &FactAlteration{ID: r.uuid(), FactID: r.uuid(), Fact: f, ProviderCode: pick(r, "", "0042.000001")})
		default:
			p.Elements = append(p.Elements, &f)
		}
	}
	for range r.IntN(7) {
		p.Elements = append(p.Elements, r.event())
	}
	return p, refused
}

// event makes an event on a fact of another package.
func (r random) event() Element {
	switch kind := pick(r, RegisterFact.Kinds()[1:]...); kind {
	case KindFactRecalculation:
		return &FactRecalculation{ID: r.uuid(), FactID: r.uuid(), Amount: decimal.New(r.Int64N(1e9), -2)}
	case KindFactDeathOrMovingRecalculation:
		return &FactDeathOrMovingRecalculation{ID: r.uuid(), FactID: r.uuid(), Amount: decimal.New(r.Int64N(1e9), -2), DateFinish: today}
	case KindFactDuplicate, KindFactInvalidation:
		return &FactInvalidation{Kind: kind, ID: r.uuid(), FactID: r.uuid()}
	case KindFactAlteration:
		return &FactInvalidation{Kind: KindFactInvalidation, ID: r.uuid(), FactID: r.uuid()} // those are made of facts
	default:
		t := &FactTermination{Kind: kind, ID: r.uuid(), FactID: r.uuid(), DateFinish: today, Amount: r.optional(0), Quantity: r.optional(0)}
		if !NumberFits(t.Amount.Decimal) || !NumberFits(t.Quantity.Decimal) {
			t.Amount, t.Quantity = decimal.NullDecimal{}, decimal.NullDecimal{}
		}
		return t
	}
}

func (r random) organizationPackage() (p *Package, refused int) {
	p = &Package{ID: r.uuid(), Register: RegisterOrganization}
	for range 1 + r.IntN(3) {
		if o := r.organization(); Blocks(r.checker().Organization(o)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &o)
		}
	}
	return p, refused
}

func (r random) applicationPackage() (p *Package, refused int) {
	p = &Package{Register: RegisterParticipant}
	row, before := r.participantRow(), r.participantRow()
	if r.sometimes(2) {
		before.Title, before.INN, before.Territories = row.Title, row.INN, row.Territories
	}
	a := row.Application(r.uuid(), pick(r, MoveNew, MoveAlter, MoveInvalidate), &before)
	if Blocks(r.checker().Application(a)) {
		return p, 1
	}
	p.Elements = append(p.Elements, &a)
	return p, 0
}

func (r random) pointPackage() (p *Package, refused int) {
	p = &Package{ID: r.uuid(), Register: RegisterPoint}
	for range 1 + r.IntN(3) {
		x := PresencePoint{
			ID: r.uuid(), ONMSZCode: r.participant(), Title: r.text(500), Address: r.text(500), OKTMO: r.digits(8), Email: r.maybe(2, r.email()),
			Contacts: r.text(500), Schedule: r.text(500), Rules: r.maybe(2, r.text(1000)), Coordinates: r.coordinates(),
			Measures:     list(r, 1, 4, func() PointMeasure { return PointMeasure{ID: r.uuid()} }),
			LastChanging: r.changed(),
		}
		if r.sometimes(2) {
			x.PreviousID = r.uuid()
		}
		if Blocks(r.checker().Point(x)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &x)
		}
	}
	for range r.IntN(3) {
		p.Elements = append(p.Elements, &PresencePointInvalidation{ID: r.uuid(), PointID: r.uuid(), LastChanging: r.changed()})
	}
	return p, refused
}
