package egisso

// pharmacy is a legal person that provides measures.
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

// petrov is an entrepreneur who provides measures.
func petrov() Organization {
	o := pharmacy()
	o.ID, o.Title, o.Legal = organizationID("002"), "ИП Петров П.П.", nil
	o.Entrepreneur = &Entrepreneur{INN: "590000000012", OGRNIP: "304590000000012",
		Registration: Registration{Series: "59", Number: "001234567", GRN: "304590000000012", IssueDate: day("2004-05-05"), Authority: "Инспекция ФНС"}}
	return o
}

// clinic is the organisation that grants measures, before it has a code.
func clinic() Participant {
	return Participant{
		Title: "ГБУЗ Учебная городская поликлиника", ShortTitle: "ГБУЗ УГП", INN: "5900000002", KPP: "590001001", OGRN: "1025900000002",
		LegalAddress: "Пермский край, Пермь, Мира, 1", Address: "Пермский край, Пермь, Мира, 1", Email: "gp@example.org", SiteURL: "http://example.org",
		Territories: []string{"57701000"},
		Document:    BasisDocument{Number: "15-П", Date: day("2023-01-20"), Name: "Приказ о наделении полномочиями"},
	}
}

// reception is a presence point of the clinic.
func reception() PresencePoint {
	return PresencePoint{
		ID: pointID("001"), ONMSZCode: "0042.000001", Title: "Регистратура поликлиники", Address: "Пермский край, Пермь, улица Мира, 1",
		OKTMO: "57701000", Email: "gp@example.org", Contacts: "3421234567", Schedule: "Пн-Пт 08:00-20:00",
		Coordinates:  &Coordinates{num("58.01"), num("56.25")},
		Measures:     []PointMeasure{{ID: measureID("0f1")}, {ID: measureID("0e2")}},
		LastChanging: changedAt,
	}
}
