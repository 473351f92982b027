package egisso

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// worldPackages are the valid samples of a version by file name.
func worldPackages(v *Version) map[string]*Package {
	switch v.Register {
	case RegisterMeasure:
		return measurePackages(v)
	case RegisterFact:
		return factPackages(v)
	case RegisterOrganization:
		return organizationPackages()
	case RegisterParticipant:
		return applicationPackages()
	}
	return pointPackages(v)
}

func measurePackages(v *Version) map[string]*Package {
	extended := regionalMeasure()
	extended.ID, extended.PreviousID = measureID("1e2"), measureID("0e2")
	extended.DateExpiration = day("2031-12-31")
	if v.FullMeasure {
		extended.InheritFacts, extended.InheritOSZNPoints, extended.InheritOrganizationPoints = flag(true), flag(true), flag(true)
	}
	return map[string]*Package{
		"valid.request.new-four-measures.xml": {ID: id("10050000-0000-4000-8000-000000000001"), Register: RegisterMeasure, Elements: elements(worldMeasures()...)},
		"valid.request.modification.xml":      {ID: id("10050000-0000-4000-8000-000000000002"), Register: RegisterMeasure, Elements: elements(extended)},
		"valid.request.invalidation.xml": {ID: id("10050000-0000-4000-8000-000000000003"), Register: RegisterMeasure,
			Elements: elements(LocalMeasureInvalidation{ID: id("10050000-0000-4000-8000-0000000000a1"), LocalMeasureID: measureID("0d3")})},
	}
}

func factPackages(v *Version) map[string]*Package {
	facts := func(tail string, facts ...Fact) *Package {
		return &Package{ID: id("10060000-0000-4000-8000-0000000000" + tail), Register: RegisterFact, Elements: elements(facts...)}
	}
	letters := insulinFact()
	letters.OSZCode = "A042.000001"
	events := allEvents()
	if !v.Has(KindFactRecipientRefusal) {
		events.Elements = slices.DeleteFunc(events.Elements, func(e Element) bool { return e.ElementKind() == KindFactRecipientRefusal })
	}
	return map[string]*Package{
		"valid.data.four-facts.xml":       facts("01", insulinFact(), asthmaFact(), halfPriceFact(), moneyFact()),
		"valid.data.one-prescription.xml": facts("02", insulinFact()),
		"valid.data.service-form.xml":     facts("04", serviceFact()),
		"valid.data.osz-code-letters.xml": facts("19", letters),
		"valid.data.all-events.xml":       events,
	}
}

// allEvents is the package of valid.data.all-events: one event of every kind.
func allEvents() *Package {
	doubled := asthmaFact()
	doubled.ID = uuid.Nil
	doubled.Assignment.Amount, doubled.Assignment.Equivalent = num("2"), sum("1780")
	end := func(kind Kind, event, fact, finish string) *FactTermination {
		return &FactTermination{Kind: kind, ID: factID(event), FactID: factID(fact), DateFinish: day(finish)}
	}
	recalculated, ended := end(KindFactEndByRecalculation, "104", "005", "2023-01-31"), end(KindFactEndOfRight, "106", "007", "2023-02-28")
	recalculated.Amount = sum("500")
	ended.Amount, ended.Quantity = sum("700"), sum("1")
	return &Package{ID: id("10060000-0000-4000-8000-000000000003"), Register: RegisterFact, Elements: []Element{
		&FactRecalculation{ID: factID("101"), FactID: factID("001"), Amount: num("1410")},
		&FactDeathOrMovingRecalculation{ID: factID("102"), FactID: factID("003"), Amount: num("100"), DateFinish: day("2023-01-31")},
		&FactAlteration{ID: factID("103"), FactID: factID("002"), Fact: doubled},
		recalculated,
		end(KindFactEndByIneligibility, "105", "006", "2023-01-31"),
		ended,
		end(KindFactEndOfValidityPeriod, "107", "008", "2023-02-28"),
		end(KindFactRecipientRefusal, "108", "009", "2023-02-28"),
		&FactInvalidation{Kind: KindFactDuplicate, ID: factID("109"), FactID: factID("010")},
		&FactInvalidation{Kind: KindFactInvalidation, ID: factID("110"), FactID: factID("011"), ProviderCode: "0042.000007"},
	}}
}

func organizationPackages() map[string]*Package {
	changed := pharmacy()
	changed.ID, changed.PreviousID, changed.Title = organizationID("003"), organizationID("001"), "ООО Аптека Учебная плюс"
	return map[string]*Package{
		"valid.request.legal-and-entrepreneur.xml": {ID: id("10070000-0000-4000-8000-000000000001"), Register: RegisterOrganization,
			Elements: elements(pharmacy(), petrov())},
		"valid.request.modification.xml": {ID: id("10070000-0000-4000-8000-000000000002"), Register: RegisterOrganization,
			Elements: elements(changed)},
	}
}

func applicationPackages() map[string]*Package {
	one := func(a Application) *Package {
		return &Package{Register: RegisterParticipant, Elements: elements(a)}
	}
	before, registered := clinic(), clinic()
	registered.OSZCode = "0042.000001"
	renamed := registered
	renamed.Title, renamed.Email = "ГБУЗ Учебная городская поликлиника № 1", "gp1@example.org"
	return map[string]*Package{
		"valid.request.insertion.xml":    one(before.Application(id("10110000-0000-4000-8000-000000000001"), MoveNew, nil)),
		"valid.request.modification.xml": one(renamed.Application(id("10110000-0000-4000-8000-000000000002"), MoveAlter, &before)),
		"valid.request.exclusion.xml":    one(registered.Application(id("10110000-0000-4000-8000-000000000003"), MoveInvalidate, &before)),
	}
}

func pointPackages(v *Version) map[string]*Package {
	moved := reception()
	moved.ID, moved.PreviousID = pointID("002"), pointID("001")
	removal := PresencePointInvalidation{ID: pointID("0a1"), PointID: pointID("001"), LastChanging: time.Date(2023, 3, 1, 7, 0, 0, 0, time.UTC)}
	pack := func(tail string) *Package {
		return &Package{ID: id("10150000-0000-4000-8000-000000000" + tail), Register: RegisterPoint}
	}
	newPoint, change, removed := pack("001"), pack("002"), pack("003")
	if v.Number == "1.0.3" {
		removed = pack("006")
	}
	newPoint.Elements, change.Elements = elements(reception()), elements(moved)
	removed.Elements = elements(removal)
	return map[string]*Package{
		"valid.request.new-point.xml": newPoint, "valid.request.modification.xml": change, "valid.request.invalidation.xml": removed,
	}
}
