package mis

import "egissogw/adapter/egisso"

// GoodHead are the defaults of the first columns of every view.
var GoodHead = map[string]string{
	"changed_at": "2025-03-01 07:00:00+00", "deleted": "false",
}

// Good is a record of each register nothing is wrong with, by column and as
// PostgreSQL writes the values. A fact has only what it must have; the other
// registers have all there is.
var Good = map[egisso.Register]map[string]string{
	egisso.RegisterFact: {
		"osz_code": "0042.000001", "receiver_snils": "15674329896", "receiver_family_name": "Соловьёва",
		"receiver_first_name": "Анна", "receiver_gender": "Female", "receiver_birth_date": "1950-05-05",
		"measure_key": "1", "category_key": "101", "decision_date": "2025-02-01", "date_start": "2025-02-01",
		"needs_used": "false", "form": "02", "amount": "2.000", "measure_code": "03", "equivalent_amount": "310.50",
	},
	egisso.RegisterMeasure: {
		"code": "0808-Ф", "title": "Лекарственное обеспечение", "date_enact": "2019-01-01", "date_expiration": "2030-12-31",
		"periodicity_code": "05", "part_kmsz": "030101", "msz": "0808", "provision_form": "02", "level_npa": "01",
		"categories": `[{"key": "101", "code": "Ф1", "title": "Инвалиды I группы", "codeCategoryKMSZ": "02010000",
			"needsCriteria": [{"code": "000001", "date": "2020-01-01", "coefficient": 1.5}]}]`,
		"cofinancing": `[{"codeFundingSource": "0100", "quota": 60}, {"codeFundingSource": "0010", "quota": 40}]`,
		"estimation":  "По стоимости", "territories": `["57701000"]`,
		"reasons": `[{"number": "178-ФЗ", "date": "1999-07-17", "title": "О помощи", "authority": "Правительство", "url": "http://example.org/178"}]`,
		"kbk":     "05609020000000010323", "frgu_code": "123456789", "frgu_purpose": "123456789", "cases": "Рецепт", "conditions": "Право",
		"methods":       `[{"method": "01", "url": "http://example.org"}]`,
		"forms_request": `[1, 2]`, "forms_receive": `[1, 3]`,
		"documents": `[{"documentTypeName": "Рецепт", "documentOrigin": "оригинал", "documentQ": 1, "documentNess": true, "documentComment": "С отметкой"}]`,
		"steps":     `[{"stepNumber": 1, "stepH": "Заявление", "stepDescr": "Подать заявление"}]`, "family_sign": "1",
		"inherit_facts": "true", "inherit_oszn_points": "true", "inherit_organization_points": "false", "basis_person_living": "0",
		"last_changing": "2025-03-01 07:00:00+00",
	},
	egisso.RegisterParticipant: {
		"title": "Министерство здравоохранения", "short_title": "Минздрав", "inn": "5900000041", "kpp": "590001001", "ogrn": "1025900000048",
		"legal_address": "Пермь, ул. Вымышленная, д. 1", "address": "Пермь, ул. Вымышленная, д. 1", "email": "zdrav@example.org",
		"site_url": "http://example.org", "territories": `["57701000"]`, "basis_number": "1-п", "basis_date": "2018-12-14",
		"basis_name": "Положение",
	},
	egisso.RegisterOrganization: {
		"title": "Аптека", "site_url": "http://example.org", "address": "Пермь, ул. Вымышленная, д. 10", "email": "apteka@example.org",
		"contacts": "(342) 200-00-10", "entrepreneur": "false", "inn": "5900000066", "kpp": "590001001", "ogrn": "1025900000060",
		"registration_grn": "1025900000060", "registration_date": "2002-10-14", "registration_authority": "Инспекция ФНС",
		"registration_series": "59", "registration_number": "000000070",
		"points": `[{"title": "Аптека № 1", "address": "Пермь", "email": "a1@example.org", "contacts": "1", "note": "Вход", "schedule": "8–22",
			"point": {"latitude": 58.01, "longitude": 56.23}, "pointMsz": [{"measureKey": "1", "beginDate": "2019-01-01", "endDate": "2030-12-31"}]}]`,
		"documents":     `[{"title": "Контракт", "number": "2025-17", "contractor": "Министерство"}]`,
		"last_changing": "2025-03-01 07:00:00+00",
	},
	egisso.RegisterPoint: {
		"onmsz_code": "0042.000001", "title": "Отдел", "address": "Пермь, ул. Вымышленная, д. 1", "oktmo": "57701000",
		"email": "priem@example.org", "contacts": "(342) 200-00-01", "schedule": "Пн–Пт 9–18", "rules": "По паспорту",
		"latitude": "58.011", "longitude": "56.23", "measure_keys": `["1", "2"]`, "last_changing": "2025-03-01 07:00:00+00",
	},
}
