package egisso

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// The other registers of the fictional world, and what is known in it.

// worldChecker knows what ЕГИССО holds in the world: the measures, the
// classifier, the dictionaries and the one participant.
func worldChecker(t testing.TB, v *Version) Checker {
	t.Helper()
	return Checker{
		Versions:         VersionSet{v.Register: v},
		Today:            today,
		Classifier:       worldClassifier(t),
		KnownParticipant: func(code string) bool { return code == "0042.000001" },
	}
}

var worldClassifierOnce *Classifier

// worldClassifier is kmsz.xml with the two dictionaries of the samples.
func worldClassifier(t testing.TB) *Classifier {
	t.Helper()
	if worldClassifierOnce == nil {
		answer := func(path ...string) *ClassifierAnswer {
			a, err := ReadClassifierAnswer(readSample(t, path...))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		worldClassifierOnce = NewClassifier(answer("kmsz.xml").KMSZ,
			answer("10.02.I-1.0.3", "valid.response.022-periods.xml").Periodicities,
			answer("10.02.I-1.0.3", "valid.response.023-measures.xml").Units)
	}
	return worldClassifierOnce
}

func organizationID(tail string) uuid.UUID { return id("10070000-0000-4000-9000-000000000" + tail) }
func pointID(tail string) uuid.UUID        { return id("10150000-0000-4000-9000-000000000" + tail) }

var changedAt = time.Date(2023, 2, 1, 7, 0, 0, 0, time.UTC)

func pharmacy() Organization {
	return Organization{
		ID: organizationID("001"), Title: "ООО Аптека Учебная", SiteURL: "http://example.org", Address: "Пермский край, Пермь, Ленина, 10",
		Email: "info@example.org", Contacts: "3421234567",
		Legal: &LegalPerson{INN: "5900000001", KPP: "590001001", OGRN: "1025900000001",
			Registration: Registration{GRN: "1025900000001", IssueDate: day("2002-10-01"), Authority: "Инспекция ФНС"}},
		Points: []OrganizationPoint{{
			Title: "Аптечный пункт при поликлинике", Address: "Пермский край, Пермь, Ленина, 10", Email: "apteka@example.org",
			Contacts: "3421234567", Schedule: "Пн-Пт 08:00-20:00", Coordinates: &Coordinates{num("58.0105"), num("56.2502")},
			Measures: []OrganizationMeasure{
				{ID: measureID("0f1"), BeginDate: day("2023-01-01")},
				{ID: measureID("0e2"), BeginDate: day("2023-01-01"), EndDate: day("2023-12-31")},
			},
		}},
		Documents:    []OrganizationDocument{{Title: "Государственный контракт на отпуск лекарственных препаратов", Number: "12-ЛО", Contractor: "Министерство здравоохранения субъекта"}},
		LastChanging: changedAt,
	}
}

func petrov() Organization {
	o := pharmacy()
	o.ID, o.Title, o.Legal = organizationID("002"), "ИП Петров П.П.", nil
	o.Entrepreneur = &Entrepreneur{INN: "590000000012", OGRNIP: "304590000000012",
		Registration: Registration{Series: "59", Number: "001234567", GRN: "304590000000012", IssueDate: day("2004-05-05"), Authority: "Инспекция ФНС"}}
	return o
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

func clinic() Participant {
	return Participant{
		Title: "ГБУЗ Учебная городская поликлиника", ShortTitle: "ГБУЗ УГП", INN: "5900000002", KPP: "590001001", OGRN: "1025900000002",
		LegalAddress: "Пермский край, Пермь, Мира, 1", Address: "Пермский край, Пермь, Мира, 1", Email: "gp@example.org", SiteURL: "http://example.org",
		Territories: []string{"57701000"},
		Document:    BasisDocument{Number: "15-П", Date: day("2023-01-20"), Name: "Приказ о наделении полномочиями"},
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

func reception() PresencePoint {
	return PresencePoint{
		ID: pointID("001"), ONMSZCode: "0042.000001", Title: "Регистратура поликлиники", Address: "Пермский край, Пермь, улица Мира, 1",
		OKTMO: "57701000", Email: "gp@example.org", Contacts: "3421234567", Schedule: "Пн-Пт 08:00-20:00",
		Coordinates:  &Coordinates{num("58.01"), num("56.25")},
		Measures:     []PointMeasure{{ID: measureID("0f1")}, {ID: measureID("0e2")}},
		LastChanging: changedAt,
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
