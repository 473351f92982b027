package egissotest

import (
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

func (r Random) checker() check.Checker {
	return check.Checker{Versions: egisso.VersionSet{r.v.Register: r.v}}
}

// Package makes a package of the version's register of records that the checks let out; refused
// counts the others.
func (r Random) Package() (p *egisso.Package, refused int) {
	switch r.v.Register {
	case egisso.RegisterMeasure:
		return r.measurePackage()
	case egisso.RegisterFact:
		return r.factPackage()
	case egisso.RegisterOrganization:
		return r.organizationPackage()
	case egisso.RegisterParticipant:
		return r.applicationPackage()
	}
	return r.pointPackage()
}

func (r Random) measurePackage() (p *egisso.Package, refused int) {
	p = &egisso.Package{ID: r.UUID(), Register: egisso.RegisterMeasure}
	for range 1 + r.IntN(3) {
		if m := r.Measure(); egisso.Blocks(r.checker().Measure(m)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &m)
		}
	}
	for range r.IntN(3) {
		p.Elements = append(p.Elements, &egisso.LocalMeasureInvalidation{ID: r.UUID(), LocalMeasureID: r.UUID()})
	}
	return p, refused
}

func (r Random) factPackage() (p *egisso.Package, refused int) {
	p = &egisso.Package{ID: r.UUID(), Register: egisso.RegisterFact}
	for range 1 + r.IntN(4) {
		f := r.Fact()
		switch {
		case egisso.Blocks(r.checker().Fact(f, nil)):
			refused++
		case r.sometimes(3):
			p.Elements = append(p.Elements, &egisso.FactAlteration{ID: r.UUID(), FactID: r.UUID(), Fact: f, ProviderCode: pick(r, "", "0042.000001")})
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
func (r Random) event() egisso.Element {
	switch kind := pick(r, egisso.RegisterFact.Kinds()[1:]...); kind {
	case egisso.KindFactRecalculation:
		return &egisso.FactRecalculation{ID: r.UUID(), FactID: r.UUID(), Amount: decimal.New(r.Int64N(1e9), -2)}
	case egisso.KindFactDeathOrMovingRecalculation:
		return &egisso.FactDeathOrMovingRecalculation{ID: r.UUID(), FactID: r.UUID(), Amount: decimal.New(r.Int64N(1e9), -2), DateFinish: Today}
	case egisso.KindFactDuplicate, egisso.KindFactInvalidation:
		return &egisso.FactInvalidation{Kind: kind, ID: r.UUID(), FactID: r.UUID()}
	case egisso.KindFactAlteration:
		return &egisso.FactInvalidation{Kind: egisso.KindFactInvalidation, ID: r.UUID(), FactID: r.UUID()} // those are made of facts
	default:
		t := &egisso.FactTermination{Kind: kind, ID: r.UUID(), FactID: r.UUID(), DateFinish: Today, Amount: r.optional(0), Quantity: r.optional(0)}
		if !egisso.NumberFits(t.Amount.Decimal) || !egisso.NumberFits(t.Quantity.Decimal) {
			t.Amount, t.Quantity = decimal.NullDecimal{}, decimal.NullDecimal{}
		}
		return t
	}
}

func (r Random) organizationPackage() (p *egisso.Package, refused int) {
	p = &egisso.Package{ID: r.UUID(), Register: egisso.RegisterOrganization}
	for range 1 + r.IntN(3) {
		if o := r.organization(); egisso.Blocks(r.checker().Organization(o)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &o)
		}
	}
	return p, refused
}

func (r Random) applicationPackage() (p *egisso.Package, refused int) {
	p = &egisso.Package{Register: egisso.RegisterParticipant}
	row, before := r.participantRow(), r.participantRow()
	if r.sometimes(2) {
		before.Title, before.INN, before.Territories = row.Title, row.INN, row.Territories
	}
	a := row.Application(r.UUID(), pick(r, egisso.MoveNew, egisso.MoveAlter, egisso.MoveInvalidate), &before)
	if egisso.Blocks(r.checker().Application(a)) {
		return p, 1
	}
	p.Elements = append(p.Elements, &a)
	return p, 0
}

func (r Random) pointPackage() (p *egisso.Package, refused int) {
	p = &egisso.Package{ID: r.UUID(), Register: egisso.RegisterPoint}
	for range 1 + r.IntN(3) {
		x := egisso.PresencePoint{
			ID: r.UUID(), ONMSZCode: r.participant(), Title: r.text(500), Address: r.text(500), OKTMO: r.digits(8), Email: r.maybe(2, r.email()),
			Contacts: r.text(500), Schedule: r.text(500), Rules: r.maybe(2, r.text(1000)), Coordinates: r.coordinates(),
			Measures:     list(r, 1, 4, func() egisso.PointMeasure { return egisso.PointMeasure{ID: r.UUID()} }),
			LastChanging: r.changed(),
		}
		if r.sometimes(2) {
			x.PreviousID = r.UUID()
		}
		if egisso.Blocks(r.checker().Point(x)) {
			refused++
		} else {
			p.Elements = append(p.Elements, &x)
		}
	}
	for range r.IntN(3) {
		p.Elements = append(p.Elements, &egisso.PresencePointInvalidation{ID: r.UUID(), PointID: r.UUID(), LastChanging: r.changed()})
	}
	return p, refused
}
