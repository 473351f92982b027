package mis

import "slices"

// fullFact is a fact with everything there can be, beside what a good one must
// have, in the natural form.
var fullFact = map[string]string{
	"receiver_patronymic": "Петровна", "receiver_maiden_family_name": "Иванова", "receiver_birth_place": "г. Пермь", "receiver_phone_number": "9120000000",
	"receiver_citizenship":           "643",
	"receiver_identity_doc":          `{"type": "PassportRF", "series": "5704", "number": "123456", "issueDate": "2004-05-05", "issuer": "Отделом внутренних дел"}`,
	"receiver_permanent_residence":   fullAddress,
	"receiver_temporary_residence":   fullAddress,
	"receiver_actual_residence":      fullAddress,
	"receiver_residence_permit_info": "не требуется",
	"reason_persons": `[{"person": {"snils": "08765431201", "familyName": "Соловьёв", "firstName": "Иван", "patronymic": "Петрович", "maidenFamilyName": "Иванов",
		"gender": "Male", "birthDate": "2010-05-05", "birthPlace": "г. Пермь", "phoneNumber": "9120000000", "citizenship": "643",
		"identityDoc": {"type": "BirthCertificate", "series": "II-ВГ", "number": "123456", "issueDate": "2010-06-01", "issuer": "Отделом ЗАГС"},
		"permanentResidence": ` + fullAddress + `, "temporaryResidence": ` + fullAddress + `, "actualResidence": ` + fullAddress + `,
		"residencePermitInfo": "не требуется"}, "kinshipTypeCode": "0411011"}]`,
	"measure_provider_code": "0042.000002", "date_finish": "2025-03-02",
	"documents":  `[{"title": "Справка", "series": "С", "number": "1", "issueDate": "2024-01-01", "authority": "Бюро", "startDate": "2024-01-01", "finishDate": "2026-01-01"}]`,
	"needs_used": "true", "needs_codes": `["000001"]`, "content": "Инсулин", "comment": "Выдано на месяц",
	"ending_reason": "closed", "ending_date": "2025-02-10", "ending_amount": "100.50", "ending_quantity": "1",
}

const fullAddress = `{"oksmCode": "643", "postIndex": "614000", "region": "Пермский край", "district": "Пермский", "city": "Пермь", "street": "Вымышленная",
	"house": "1", "housing": "2", "apartment": "3"}`

const (
	natural  = "assignmentInfo/naturalForm/"
	extra    = "Сведения о получателе: Дополнительные сведения"
	reasons  = "Сведения о лицах, являющихся основанием для назначения меры"
	basis    = "reasonPersons/basisPerson/prsnInfo"
	document = "documents/document"
)

var (
	money     = map[string]string{"form": "01", "amount": "100.50", "ending_quantity": ""}
	exemption = map[string]string{"form": "03", "monetization": "false"}
	otherDoc  = map[string]string{"receiver_identity_doc": `{"type": "OtherDocument", "series": "А", "number": "1", "issueDate": "2004-05-05", "issuer": "Отделом"}`}
)

var factFields = slices.Concat([]field{
	of("osz_code", "Сведения о МСЗ: ОНМСЗ", "oszCode", must, code),
	of("osz_key", "", "oszCode", rowKey),
	of("receiver_snils", "Сведения о получателе: СНИЛС", "mszReceiver/SNILS", must, snils),
	of("receiver_family_name", "Сведения о получателе: Фамилия", "mszReceiver/FamilyName", must, russian),
	of("receiver_first_name", "Сведения о получателе: Имя", "mszReceiver/FirstName", must, russian),
	of("receiver_patronymic", "Сведения о получателе: Отчество", "mszReceiver/Patronymic", russian),
	of("receiver_maiden_family_name", "Сведения о получателе: Фамилия при рождении", "mszReceiver/MaidenFamilyName", russian),
	of("receiver_gender", "Сведения о получателе: Пол", "mszReceiver/Gender", must, one("M")),
	of("receiver_birth_date", "Сведения о получателе: Дата рождения", "mszReceiver/BirthDate", must, day,
		bad("last century but one", "1899-12-31", "год раньше 1900"), bad("in the future", "2030-01-01", "позже сегодняшнего дня"),
		bad("after the decision", "2025-02-02", "позже даты решения")),
	of("receiver_birth_place", extra, "mszReceiver/BirthPlace", russianAndNumbers(500)),
	of("receiver_phone_number", extra, "mszReceiver/PhoneNumber", digits(10)),
	of("receiver_citizenship", extra, "mszReceiver/Citizenship", digits(3)),
}, identity("receiver_identity_doc", extra, "mszReceiver/IdentityDoc/", "PassportRF", "570", "12345"),
	address("receiver_permanent_residence", extra, "mszReceiver/Address/PermanentResidence/"),
	address("receiver_temporary_residence", extra, "mszReceiver/Address/TemporaryResidence/"),
	address("receiver_actual_residence", extra, "mszReceiver/Address/ActualResidence/"),
	[]field{
		of("receiver_identity_doc.number", "", "mszReceiver/IdentityDoc/OtherDocument/Number", must, bad("too long", longNumber, "от 1 до 25"),
			bad("space", "12 3", "без пробелов")).as("mszReceiver/IdentityDoc/…/Number").with(otherDoc),
		of("receiver_identity_doc.series", "", "mszReceiver/IdentityDoc/OtherDocument/Series", upTo(20)).as("mszReceiver/IdentityDoc/…/Series").with(otherDoc),
		of("receiver_residence_permit_info", extra, "mszReceiver/ResidencePermitInfo", upTo(100)),
		of("reason_persons[].person.snils", reasons, basis+"/SNILS", must, snils, notNumber),
		of("reason_persons[].person.familyName", reasons, basis+"/FamilyName", must, russian),
		of("reason_persons[].person.firstName", reasons, basis+"/FirstName", must, russian),
		of("reason_persons[].person.patronymic", reasons, basis+"/Patronymic", russian),
		of("reason_persons[].person.maidenFamilyName", reasons, basis+"/MaidenFamilyName", russian),
		of("reason_persons[].person.gender", reasons, basis+"/Gender", must, one("M")),
		of("reason_persons[].person.birthDate", reasons, basis+"/BirthDate", must, jsonDay, bad("after the decision", "2025-02-02", "позже даты решения")),
		of("reason_persons[].person.birthPlace", reasons, basis+"/BirthPlace", russianAndNumbers(500)),
		of("reason_persons[].person.phoneNumber", reasons, basis+"/PhoneNumber", digits(10)),
		of("reason_persons[].person.citizenship", reasons, basis+"/Citizenship", digits(3)),
	}, identity("reason_persons[].person.identityDoc", reasons, basis+"/IdentityDoc/", "BirthCertificate", "2-ВГ", "12345"),
	address("reason_persons[].person.permanentResidence", reasons, basis+"/Address/PermanentResidence/"),
	address("reason_persons[].person.temporaryResidence", reasons, basis+"/Address/TemporaryResidence/"),
	address("reason_persons[].person.actualResidence", reasons, basis+"/Address/ActualResidence/"),
	[]field{
		of("reason_persons[].person.residencePermitInfo", reasons, basis+"/ResidencePermitInfo", upTo(100)),
		of("reason_persons[].kinshipTypeCode", reasons, "reasonPersons/basisPerson/kinshipTypeCode", digits(7)),
		of("measure_key", "Сведения о МСЗ: МСЗ", "lmszId", must, rowKey),
		of("measure_provider_code", "", "lmszProviderCode", code),
		of("category_key", "Сведения о МСЗ: Категории получателей", "categoryId", must, rowKey),
		of("decision_date", "Дата принятия решения о назначении", "decisionDate", must, day, bad("a year ahead", "2027-06-01", "больше чем на год"),
			warned("after the beginning", "2025-02-02", "позже даты начала")),
		of("date_start", "Дата начала", "dateStart", must, day),
		of("date_finish", "Дата окончания", "dateFinish", day, bad("before the beginning", "2025-01-31", "раньше даты начала")),
		of("documents[].title", "Документы: Наименование", document+"/title", must, upTo(500)),
		of("documents[].series", "Документы: Серия", document+"/series", upTo(20)),
		of("documents[].number", "Документы: Номер", document+"/number", upTo(20)),
		of("documents[].issueDate", "Документы: Дата выдачи", document+"/issueDate", must, jsonDay),
		of("documents[].authority", "Документы: Кем выдан", document+"/authority", must, upTo(500)),
		of("documents[].startDate", "Документы: Дата начала", document+"/startDate", must, jsonDay, bad("before the issue", "2023-12-31", "раньше даты выдачи")),
		of("documents[].finishDate", "Документы: Дата окончания", document+"/finishDate", jsonDay, bad("before the beginning", "2023-12-31", "раньше даты начала")),
		of("needs_used", "Критерии нуждаемости: Использовать", "needsCriteria/usingSign", must, bad("not logical", "maybe", "не логическое"),
			warned("criteria without the sign", "false", "признак их использования не стоит")),
		of("needs_codes", "", "needsCriteria/usingSign", func(f *field) {
			f.wrong = append(f.wrong, wrong{class: "sign without criteria", text: "ни один критерий", warns: true})
		}),
		of("needs_codes[]", "Критерии нуждаемости: критерии", "needsCriteria/needsCriteria/needsCriteriaCode", must, between(1, 10), notNumber),
		of("form", "Форма предоставления", "assignmentInfo", must, one("09"), bad("electronic certificate", "05", "электронный сертификат")),
		of("amount", "Сумма; Количество; Размер", natural+"amount", must, figure, bad("nought", "0", "больше 0"), bad("negative", "-1", "больше 0")).
			as("assignmentInfo/…Form/amount"),
		of("amount", "", "assignmentInfo/monetaryForm/amount", must, bad("tenths of a kopeck", "100.505", "двух знаков")).as("assignmentInfo/…Form/amount").with(money),
		of("measure_code", "Единица измерения", natural+"measuryCode", bad("missing", nil, absent), digits(2)).as("assignmentInfo/…Form/measuryCode"),
		of("okei_code", "Единица измерения (ОКЕИ)", natural+"okeiCode", bad("two units", "796", "ровно один"), between(3, 4)).
			as("assignmentInfo/…Form/okeiCode, в serviceForm — OKEICode"),
		of("monetization", "Признак монетизации", "assignmentInfo/exemptionForm/monetization", must, bad("not logical", "maybe", "не логическое")).with(exemption),
		of("content", "Содержание", natural+"content", clean, func(f *field) {
			f.wrong = append(f.wrong, wrong{class: "too long", value: longContent, text: "201 знаков, будет передано первых 200", warns: true})
		}).as("assignmentInfo/…Form/content"),
		of("comment", "Комментарий", natural+"comment", upTo(200)).as("assignmentInfo/…Form/comment"),
		of("equivalent_amount", "Денежный эквивалент: Сумма", natural+"equivalentAmount", must, figure, bad("negative", "-1", "не меньше 0"),
			bad("tenths of a kopeck", "1.005", "двух знаков")).as("assignmentInfo/…Form/equivalentAmount"),
		of("ending_reason", "", "ending/reason", bad("missing", nil, absent), one("whim")).as("вид события: terminationBasedOn…, alterationBasedOnDeathOrMovingRecalculation, duplicatesInvalidation"),
		of("ending_date", "", "ending/date", must, day, bad("before the beginning", "2025-01-31", "раньше")).as("событие: dateFinish"),
		of("ending_amount", "", "ending/amount", figure, bad("negative", "-1", "не меньше 0"), bad("tenths of a kopeck", "1.005", "двух знаков")).as("событие: amount"),
		of("ending_quantity", "", "ending/quantity", figure, bad("negative", "-1", "не меньше 0")).as("событие: quantity"),
	})

// snils is the number of a person.
var snils = both(digits(11), bad("check digits", "11223344596", "контрольное число"))

const (
	longNumber  = "12345678901234567890123456"
	longContent = "ёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёё" +
		"ёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёё"
)

// identity are the fields of an identity document of a type.
func identity(path, form, element, kind, badSeries, badNumber string) []field {
	list := []field{
		of(path+".type", form, element[:len(element)-1], must, one("Passport")).as(element + "…"),
		of(path+".series", form, element+kind+"/Series", must, bad("another form", badSeries, "цифр|римское"), notNumber).as(element + "…/Series"),
		of(path+".number", form, element+kind+"/Number", must, bad("another form", badNumber, "цифр"), notNumber).as(element + "…/Number"),
		of(path+".issueDate", form, element+kind+"/IssueDate", must, jsonDay).as(element + "…/IssueDate"),
		of(path+".issuer", form, element+kind+"/Issuer", must, russianAndNumbers(200)).as(element + "…/Issuer"),
	}
	return list
}

// address are the fields of an address.
func address(path, form, element string) []field {
	list := []field{
		of(path+".oksmCode", form, element+"OKSMCode", must, digits(3), notNumber),
		of(path+".postIndex", form, element+"PostIndex", digits(6)),
		of(path+".region", form, element+"Region", upTo(100)),
		of(path+".district", form, element+"District", upTo(100)),
		of(path+".city", form, element+"City", upTo(100)),
		of(path+".street", form, element+"Street", upTo(100)),
		of(path+".house", form, element+"House", upTo(10)),
		of(path+".housing", form, element+"Housing", upTo(10)),
		of(path+".apartment", form, element+"Apartment", upTo(10)),
	}
	const first = "receiver_permanent_residence"
	for i := range list {
		if path != first {
			list[i].like = first
		}
	}
	return list
}
