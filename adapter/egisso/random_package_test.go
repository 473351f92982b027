package egisso

import (
	"time"

	"github.com/shopspring/decimal"
)

// The packages below keep only records that the checks let out; refused counts
// the others.

func (r random) checker() Checker { return Checker{Versions: VersionSet{r.v.Register: r.v}} }

// pack makes a package of the version's register.
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
	switch kind := pick(r, factKinds[1:]...); kind {
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
		if numberProblem(t.Amount.Decimal) != "" || numberProblem(t.Quantity.Decimal) != "" {
			t.Amount, t.Quantity = decimal.NullDecimal{}, decimal.NullDecimal{}
		}
		return t
	}
}

func (r random) email() string {
	const letters = "abcXYZ0189_.-"
	return r.nasty(r.from(letters, 2+r.IntN(49)) + "@" + r.from(letters+"/", 2+r.IntN(40)) + "." + r.from("abcXYZ", 2+r.IntN(4)))
}

func (r random) coordinates() *Coordinates {
	return &Coordinates{r.degrees(90), r.degrees(180)}
}

func (r random) degrees(max int64) decimal.Decimal {
	if r.sometimes(300) {
		return pick(r, decimal.New(max+1, 0), decimal.New(1, 40), decimal.New(-1, -40))
	}
	return decimal.New(r.Int64N(2*max*100_000)-max*100_000, -5)
}

func (r random) changed() time.Time {
	return time.Date(2000+r.IntN(900), 2, 3, 4, 5, 6, r.IntN(1e9), pick(r, time.UTC, time.FixedZone("", -5*3600-1800), moscow))
}

func (r random) registration(length int) Registration {
	reg := Registration{GRN: r.nasty(r.from("0123456789АБ", length)), IssueDate: r.date(), Authority: r.text(500)}
	if r.sometimes(2) {
		reg.Series, reg.Number = r.text(2), r.text(9)
	}
	return reg
}

func (r random) organization() Organization {
	o := Organization{
		ID: r.uuid(), Title: r.text(1000), SiteURL: r.maybe(2, r.text(1000)), Address: r.text(500), Email: r.email(), Contacts: r.text(500),
		Points: list(r, 1, 3, func() OrganizationPoint {
			p := OrganizationPoint{
				Title: r.text(1000), Address: r.text(500), Email: r.maybe(2, r.email()), Contacts: r.maybe(2, r.text(500)),
				Note: r.maybe(2, r.text(1000)), Schedule: r.maybe(2, r.text(500)),
				Measures: list(r, 1, 3, func() OrganizationMeasure {
					m := OrganizationMeasure{ID: r.uuid(), BeginDate: r.date()}
					if r.sometimes(2) {
						m.EndDate = m.BeginDate.AddDays(r.IntN(1000))
					}
					return m
				}),
			}
			if r.sometimes(2) {
				p.Coordinates = r.coordinates()
			}
			return p
		}),
		Documents: list(r, 1, 2, func() OrganizationDocument {
			return OrganizationDocument{Title: r.text(1000), Number: r.maybe(2, r.text(100)), Contractor: r.text(500)}
		}),
		LastChanging: r.changed(),
	}
	if r.sometimes(2) {
		o.PreviousID = r.uuid()
	}
	if r.sometimes(2) {
		o.Entrepreneur = &Entrepreneur{INN: r.digits(12), OGRNIP: r.nasty("3" + r.from("0123456789", 14)), Registration: r.registration(15)}
	} else {
		o.Legal = &LegalPerson{INN: r.digits(10), KPP: r.digits(9), OGRN: r.nasty(pick(r, "1", "2", "5") + r.from("0123456789", 12)), Registration: r.registration(13)}
	}
	return o
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

func (r random) participantRow() Participant {
	return Participant{
		OSZCode: r.participant(), Title: r.text(500), ShortTitle: r.maybe(2, r.text(100)), INN: r.digits(10), KPP: r.digits(9),
		OGRN: r.nasty(pick(r, "1", "2", "5") + r.from("0123456789", 12)), LegalAddress: r.text(500), Address: r.text(500),
		Email: r.email(), SiteURL: r.maybe(2, r.text(1000)), Territories: list(r, 1, 3, func() string { return r.digits(8) }),
		Document: BasisDocument{Number: r.text(20), Date: r.date(), Name: r.text(200)},
	}
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

// kmsz makes a small classifier, its texts up to every limit.
func (r random) kmsz() *KMSZ {
	k := &KMSZ{KMSZVersion: r.kmszVersion(), Facets: map[Facet][]Position{}}
	digitsOf := map[Facet]int{FacetMSZ: 4, FacetParts: 6, FacetCategories: 8, FacetLevels: 2, FacetSources: 4, FacetForms: 2}
	for _, f := range facets {
		for range 1 + r.IntN(4) {
			p := Position{Code: r.from("0123456789", digitsOf[f.facet]), Name: r.plain(f.nameMax)}
			if f.hierarchy && r.sometimes(2) {
				p.Parent = r.from("0123456789", digitsOf[f.facet])
			}
			k.Facets[f.facet] = append(k.Facets[f.facet], p)
		}
	}
	for range 1 + r.IntN(4) {
		rule := KMSZRule{Part: r.from("0123456789", 6), MSZ: r.from("0123456789", 4), Category: r.from("0123456789", 8),
			Level: r.from("0123456789", 2), Source: r.from("0123456789", 4), Form: r.from("0123456789", 2)}
		for range 1 + r.IntN(2) {
			rule.Reasons = append(rule.Reasons, RuleAct{Number: r.plain(20), Title: r.plain(500), Date: day("2020-01-01").AddDays(r.IntN(900)), Authority: r.plain(500)})
		}
		k.Rules = append(k.Rules, rule)
	}
	return k
}

func (r random) kmszVersion() KMSZVersion {
	v := KMSZVersion{Number: 1 + r.IntN(1000), Status: VersionStatus(1 + r.IntN(6)), StartDate: r.moment(), Document: r.plain(200), Note: r.maybe(2, r.plain(200))}
	if r.sometimes(2) {
		v.FinishDate = r.moment()
	}
	return v
}

// plain is a text no reader and no schema refuses.
func (r random) plain(max int) string {
	return r.from(cyrillic+`abc 0123456789.,<>&"№–]]>😀`, r.IntN(max)) + "я"
}

func (r random) moment() time.Time {
	return time.Date(2000+r.IntN(100), 2, 3, 4, 5, 6, r.IntN(1000)*1e6, time.UTC)
}
