package mis

const (
	legal   = "legalPerson"
	paper   = legal + "/legalEntityDocument"
	point   = "presencePoint"
	measure = point + "/pointMsz"
)

var entrepreneur = map[string]string{"entrepreneur": "true", "inn": "590000000097", "ogrn": "304590000000011", "registration_grn": "304590000000011"}

var participantFields = []field{
	of("osz_code", "Код ЕГИССО", "OSZCode", code),
	of("title", "Название; в списке организаций — Наименование", "title", must, upTo(500)),
	of("short_title", "", "shortitle", upTo(100)),
	of("inn", "ИНН (в списке организаций)", "inn", must, digits(10), warned("check digit", "5900000042", "контрольное число")),
	of("kpp", "КПП (в списке организаций)", "kpp", must, digits(9)),
	of("ogrn", "", "ogrn", must, bad("first digit", "9025900000048", "цифр"), bad("too short", "102590000004", "цифр"),
		warned("check digit", "1025900000049", "контрольное число")),
	of("legal_address", "", "juraddress", must, upTo(500)),
	of("address", "", "address", must, upTo(500)),
	of("email", "", "EMail", must, mail),
	of("site_url", "", "siteURL", upTo(1000)),
	of("territories", "", "territories", must),
	of("territories[]", "", "territories/OKTMOcode", must, digits(8), notNumber),
	of("basis_number", "", "document/docnumber", must, upTo(20)),
	of("basis_date", "", "document/docdate", must, day),
	of("basis_name", "", "document/docname", must, upTo(200)),
}

var organizationFields = []field{
	of("title", "Наименование", "title", must, upTo(1000)),
	of("site_url", "Адрес сайта", "siteUrl", upTo(1000)),
	of("address", "Фактический адрес", "address", must, upTo(500)),
	of("email", "E-mail", "email", must, mail),
	of("contacts", "", "contacts", must, upTo(500)),
	of("entrepreneur", "Тип: Юридическое лицо, Индивидуальный предприниматель", "legalPerson", must, bad("not logical", "maybe", "не логическое")).
		as("legalPerson или individualBusinessman"),
	of("inn", "ИНН", legal+"/inn", must, digits(10), warned("check digit", "5900000067", "контрольное число")),
	of("inn", "ИНН", "individualBusinessman/inn", must, digits(12), warned("check digit", "590000000098", "контрольное число")).with(entrepreneur),
	of("kpp", "КПП", legal+"/kpp", must, digits(9)),
	of("ogrn", "", legal+"/ogrn", must, bad("first digit", "9025900000060", "цифр"), warned("check digit", "1025900000061", "контрольное число")),
	of("ogrn", "", "individualBusinessman/ogrnip", must, bad("first digit", "104590000000011", "цифр"),
		warned("check digit", "304590000000012", "контрольное число")).with(entrepreneur),
	of("registration_grn", "", paper+"/grn", must, bad("too short", "102590000006", "13 знаков"), bad("too long", "10259000000600", "13 знаков")).as("…Document/grn, у предпринимателя …Document/grnip"),
	of("registration_grn", "", "individualBusinessman/individualEntrepreneurDocument/grnip", must,
		bad("too short", "30459000000001", "15 знаков")).as("…Document/grn, у предпринимателя …Document/grnip").with(entrepreneur),
	of("registration_date", "", paper+"/issueDate", must, day).as("…Document/issueDate"),
	of("registration_authority", "", paper+"/authority", must, upTo(500)).as("…Document/authority"),
	of("registration_series", "", paper+"/series", bad("missing", nil, absent), upTo(2)).as("…Document/series"),
	of("registration_number", "", paper+"/number", bad("missing", nil, absent), upTo(9)).as("…Document/number"),
	of("points", "", point, must),
	of("points[].title", "вкладка «Адреса точек присутствия»", point+"/title", must, upTo(1000)),
	of("points[].address", "вкладка «Адреса точек присутствия»", point+"/address", must, upTo(500)),
	of("points[].email", "вкладка «Адреса точек присутствия»", point+"/email", mail),
	of("points[].contacts", "вкладка «Адреса точек присутствия»", point+"/contacts", upTo(500)),
	of("points[].note", "вкладка «Адреса точек присутствия»", point+"/note", upTo(1000)),
	of("points[].schedule", "вкладка «Адреса точек присутствия»", point+"/schedule", upTo(500)),
	of("points[].point.latitude", "вкладка «Адреса точек присутствия»", point+"/point/latitude", must, jsonFigure, bad("off the Earth", raw("90.1"), "градусов")),
	of("points[].point.longitude", "вкладка «Адреса точек присутствия»", point+"/point/longitude", must, jsonFigure, bad("off the Earth", raw("-180.1"), "градусов")),
	of("points[].pointMsz[].measureKey", "вкладка «Предоставляемые МСЗ»", measure+"/localMsz", must, rowKey),
	of("points[].pointMsz[].beginDate", "вкладка «Предоставляемые МСЗ»", measure+"/beginDate", must, jsonDay),
	of("points[].pointMsz[].endDate", "вкладка «Предоставляемые МСЗ»", measure+"/endDate", jsonDay, bad("before the beginning", "2018-12-31", "раньше начала")),
	of("documents", "", "document", must),
	of("documents[].title", "Документ: Наименование", "document/title", must, upTo(1000)),
	of("documents[].number", "Документ: Номер", "document/number", upTo(100)),
	of("documents[].contractor", "Документ: Орган, заключающий договор", "document/contractor", must, upTo(500)),
	of("last_changing", "", "lastChanging", moment),
	of("", "Лицензия", "").as("не передаётся: в 10.07.I 1.0.6 элемента нет"),
	of("", "Документ: Срок действия", "").as("не передаётся: в 10.07.I 1.0.6 элемента нет"),
}

var pointFields = []field{
	of("onmsz_code", "", "onmszCode", must, code),
	of("onmsz_key", "", "onmszCode", rowKey),
	of("title", "", "title", must, upTo(500)),
	of("address", "", "address", must, upTo(500)),
	of("oktmo", "", "oktmo", must, digits(8)),
	of("email", "", "email", mail),
	of("contacts", "", "contacts", must, upTo(500)),
	of("schedule", "", "schedule", must, upTo(500)),
	of("rules", "", "rules", upTo(1000)),
	of("latitude", "", "point/latitude", must, figure, bad("off the Earth", "-90.1", "градусов")),
	of("longitude", "", "point/longitude", must, figure, bad("off the Earth", "180.1", "градусов")),
	of("measure_keys", "", "msz", must),
	of("measure_keys[]", "", "msz", must, rowKey, notNumber),
	of("last_changing", "", "lastChanging", moment),
}
