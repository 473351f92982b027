package egissotest

import "egissogw/adapter/egisso"

// Pharmacy is a legal person that provides measures.
func Pharmacy() egisso.Organization {
	return egisso.Organization{
		ID: OrganizationID("001"), Title: "ООО Аптека Учебная", SiteURL: "http://example.org", Address: "Пермский край, Пермь, Ленина, 10",
		Email: "info@example.org", Contacts: "3421234567",
		Legal: &egisso.LegalPerson{INN: "5900000001", KPP: "590001001", OGRN: "1025900000001",
			Registration: egisso.Registration{GRN: "1025900000001", IssueDate: Day("2002-10-01"), Authority: "Инспекция ФНС"}},
		Points: []egisso.OrganizationPoint{{
			Title: "Аптечный пункт при поликлинике", Address: "Пермский край, Пермь, Ленина, 10", Email: "apteka@example.org",
			Contacts: "3421234567", Schedule: "Пн-Пт 08:00-20:00", Coordinates: &egisso.Coordinates{Latitude: Num("58.0105"), Longitude: Num("56.2502")},
			Measures: []egisso.OrganizationMeasure{
				{ID: MeasureID("0f1"), BeginDate: Day("2023-01-01")},
				{ID: MeasureID("0e2"), BeginDate: Day("2023-01-01"), EndDate: Day("2023-12-31")},
			},
		}},
		Documents:    []egisso.OrganizationDocument{{Title: "Государственный контракт на отпуск лекарственных препаратов", Number: "12-ЛО", Contractor: "Министерство здравоохранения субъекта"}},
		LastChanging: ChangedAt,
	}
}

// Petrov is an entrepreneur who provides measures.
func Petrov() egisso.Organization {
	o := Pharmacy()
	o.ID, o.Title, o.Legal = OrganizationID("002"), "ИП Петров П.П.", nil
	o.Entrepreneur = &egisso.Entrepreneur{INN: "590000000012", OGRNIP: "304590000000012",
		Registration: egisso.Registration{Series: "59", Number: "001234567", GRN: "304590000000012", IssueDate: Day("2004-05-05"), Authority: "Инспекция ФНС"}}
	return o
}

// Clinic is the organisation that grants measures, before it has a code.
func Clinic() egisso.Participant {
	return egisso.Participant{
		Title: "ГБУЗ Учебная городская поликлиника", ShortTitle: "ГБУЗ УГП", INN: "5900000002", KPP: "590001001", OGRN: "1025900000002",
		LegalAddress: "Пермский край, Пермь, Мира, 1", Address: "Пермский край, Пермь, Мира, 1", Email: "gp@example.org", SiteURL: "http://example.org",
		Territories: []string{"57701000"},
		Document:    egisso.BasisDocument{Number: "15-П", Date: Day("2023-01-20"), Name: "Приказ о наделении полномочиями"},
	}
}

// Reception is a presence point of the clinic.
func Reception() egisso.PresencePoint {
	return egisso.PresencePoint{
		ID: PointID("001"), ONMSZCode: "0042.000001", Title: "Регистратура поликлиники", Address: "Пермский край, Пермь, улица Мира, 1",
		OKTMO: "57701000", Email: "gp@example.org", Contacts: "3421234567", Schedule: "Пн-Пт 08:00-20:00",
		Coordinates:  &egisso.Coordinates{Latitude: Num("58.01"), Longitude: Num("56.25")},
		Measures:     []egisso.PointMeasure{{ID: MeasureID("0f1")}, {ID: MeasureID("0e2")}},
		LastChanging: ChangedAt,
	}
}
