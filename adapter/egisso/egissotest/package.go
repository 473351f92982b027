package egissotest

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Packages are the valid samples of a version by file name.
func Packages(v *egisso.Version) map[string]*egisso.Package {
	switch v.Register {
	case egisso.RegisterMeasure:
		return measurePackages(v)
	case egisso.RegisterFact:
		return factPackages(v)
	case egisso.RegisterOrganization:
		return organizationPackages()
	case egisso.RegisterParticipant:
		return applicationPackages()
	}
	return pointPackages(v)
}

func measurePackages(v *egisso.Version) map[string]*egisso.Package {
	extended := RegionalMeasure()
	extended.ID, extended.PreviousID = MeasureID("1e2"), MeasureID("0e2")
	extended.DateExpiration = Day("2031-12-31")
	if v.FullMeasure {
		extended.InheritFacts, extended.InheritOSZNPoints, extended.InheritOrganizationPoints = Flag(true), Flag(true), Flag(true)
	}
	return map[string]*egisso.Package{
		"valid.request.new-four-measures.xml": {ID: ID("10050000-0000-4000-8000-000000000001"), Register: egisso.RegisterMeasure, Elements: Elements(Measures()...)},
		"valid.request.modification.xml":      {ID: ID("10050000-0000-4000-8000-000000000002"), Register: egisso.RegisterMeasure, Elements: Elements(extended)},
		"valid.request.invalidation.xml": {ID: ID("10050000-0000-4000-8000-000000000003"), Register: egisso.RegisterMeasure,
			Elements: Elements(egisso.LocalMeasureInvalidation{ID: ID("10050000-0000-4000-8000-0000000000a1"), LocalMeasureID: MeasureID("0d3")})},
	}
}

func factPackages(v *egisso.Version) map[string]*egisso.Package {
	facts := func(tail string, facts ...egisso.Fact) *egisso.Package {
		return &egisso.Package{ID: ID("10060000-0000-4000-8000-0000000000" + tail), Register: egisso.RegisterFact, Elements: Elements(facts...)}
	}
	letters := InsulinFact()
	letters.OSZCode = "A042.000001"
	events := AllEvents()
	if !v.Has(egisso.KindFactRecipientRefusal) {
		events.Elements = slices.DeleteFunc(events.Elements, func(e egisso.Element) bool { return e.ElementKind() == egisso.KindFactRecipientRefusal })
	}
	return map[string]*egisso.Package{
		"valid.data.four-facts.xml":       facts("01", InsulinFact(), asthmaFact(), HalfPriceFact(), MoneyFact()),
		"valid.data.one-prescription.xml": facts("02", InsulinFact()),
		"valid.data.service-form.xml":     facts("04", ServiceFact()),
		"valid.data.osz-code-letters.xml": facts("19", letters),
		"valid.data.all-events.xml":       events,
	}
}

// AllEvents is the package of valid.data.all-events: one event of every kind.
func AllEvents() *egisso.Package {
	doubled := asthmaFact()
	doubled.ID = uuid.Nil
	doubled.Assignment.Amount, doubled.Assignment.Equivalent = Num("2"), Sum("1780")
	end := func(kind egisso.Kind, event, fact, finish string) *egisso.FactTermination {
		return &egisso.FactTermination{Kind: kind, ID: FactID(event), FactID: FactID(fact), DateFinish: Day(finish)}
	}
	recalculated, ended := end(egisso.KindFactEndByRecalculation, "104", "005", "2023-01-31"), end(egisso.KindFactEndOfRight, "106", "007", "2023-02-28")
	recalculated.Amount = Sum("500")
	ended.Amount, ended.Quantity = Sum("700"), Sum("1")
	return &egisso.Package{ID: ID("10060000-0000-4000-8000-000000000003"), Register: egisso.RegisterFact, Elements: []egisso.Element{
		&egisso.FactRecalculation{ID: FactID("101"), FactID: FactID("001"), Amount: Num("1410")},
		&egisso.FactDeathOrMovingRecalculation{ID: FactID("102"), FactID: FactID("003"), Amount: Num("100"), DateFinish: Day("2023-01-31")},
		&egisso.FactAlteration{ID: FactID("103"), FactID: FactID("002"), Fact: doubled},
		recalculated,
		end(egisso.KindFactEndByIneligibility, "105", "006", "2023-01-31"),
		ended,
		end(egisso.KindFactEndOfValidityPeriod, "107", "008", "2023-02-28"),
		end(egisso.KindFactRecipientRefusal, "108", "009", "2023-02-28"),
		&egisso.FactInvalidation{Kind: egisso.KindFactDuplicate, ID: FactID("109"), FactID: FactID("010")},
		&egisso.FactInvalidation{Kind: egisso.KindFactInvalidation, ID: FactID("110"), FactID: FactID("011"), ProviderCode: "0042.000007"},
	}}
}

func organizationPackages() map[string]*egisso.Package {
	changed := Pharmacy()
	changed.ID, changed.PreviousID, changed.Title = OrganizationID("003"), OrganizationID("001"), "ООО Аптека Учебная плюс"
	return map[string]*egisso.Package{
		"valid.request.legal-and-entrepreneur.xml": {ID: ID("10070000-0000-4000-8000-000000000001"), Register: egisso.RegisterOrganization,
			Elements: Elements(Pharmacy(), Petrov())},
		"valid.request.modification.xml": {ID: ID("10070000-0000-4000-8000-000000000002"), Register: egisso.RegisterOrganization,
			Elements: Elements(changed)},
	}
}

func applicationPackages() map[string]*egisso.Package {
	one := func(a egisso.Application) *egisso.Package {
		return &egisso.Package{Register: egisso.RegisterParticipant, Elements: Elements(a)}
	}
	before, registered := Clinic(), Clinic()
	registered.OSZCode = "0042.000001"
	renamed := registered
	renamed.Title, renamed.Email = "ГБУЗ Учебная городская поликлиника № 1", "gp1@example.org"
	return map[string]*egisso.Package{
		"valid.request.insertion.xml":    one(before.Application(ID("10110000-0000-4000-8000-000000000001"), egisso.MoveNew, nil)),
		"valid.request.modification.xml": one(renamed.Application(ID("10110000-0000-4000-8000-000000000002"), egisso.MoveAlter, &before)),
		"valid.request.exclusion.xml":    one(registered.Application(ID("10110000-0000-4000-8000-000000000003"), egisso.MoveInvalidate, &before)),
	}
}

func pointPackages(v *egisso.Version) map[string]*egisso.Package {
	moved := Reception()
	moved.ID, moved.PreviousID = PointID("002"), PointID("001")
	removal := egisso.PresencePointInvalidation{ID: PointID("0a1"), PointID: PointID("001"), LastChanging: time.Date(2023, 3, 1, 7, 0, 0, 0, time.UTC)}
	pack := func(tail string) *egisso.Package {
		return &egisso.Package{ID: ID("10150000-0000-4000-8000-000000000" + tail), Register: egisso.RegisterPoint}
	}
	newPoint, change, removed := pack("001"), pack("002"), pack("003")
	if v.Number == "1.0.3" {
		removed = pack("006")
	}
	newPoint.Elements, change.Elements = Elements(Reception()), Elements(moved)
	removed.Elements = Elements(removal)
	return map[string]*egisso.Package{
		"valid.request.new-point.xml": newPoint, "valid.request.modification.xml": change, "valid.request.invalidation.xml": removed,
	}
}
