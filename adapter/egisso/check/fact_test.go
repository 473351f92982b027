package check_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

// factCases: one case and more for every rule of facts, on the insulin fact of
// the samples unless base says otherwise.
var factCases = []struct {
	name   string
	base   func() egisso.Fact
	change func(*egisso.Fact)
	want   string
}{
	{"nothing wrong", nil, func(f *egisso.Fact) {}, ""},
	{"monetary form", egissotest.MoneyFact, func(f *egisso.Fact) {}, ""},
	{"exemption form", egissotest.HalfPriceFact, func(f *egisso.Fact) {}, ""},
	{"ids are not needed yet", nil, func(f *egisso.Fact) { f.ID = uuid.Nil }, ""},
	{"spaces around texts", nil, func(f *egisso.Fact) { f.Receiver.FamilyName, f.OSZCode = " Кузнецова\u00a0", "0042.000001 " }, ""},
	{"empty patronymic", nil, func(f *egisso.Fact) { f.Receiver.Patronymic = "  " }, ""},
	{"empty identity document and address", nil, func(f *egisso.Fact) {
		f.Receiver.IdentityDoc, f.Receiver.ActualResidence = &egisso.IdentityDoc{}, &egisso.Address{City: " "}
	}, ""},

	{"L-XSD gender missing", nil, func(f *egisso.Fact) { f.Receiver.Gender = "" }, "L-XSD"},
	{"L-XSD gender of another alphabet", nil, func(f *egisso.Fact) { f.Receiver.Gender = "M" }, "L-XSD"},
	{"L-XSD decision date missing", nil, func(f *egisso.Fact) { f.DecisionDate = egisso.Date{} }, "L-XSD"},
	{"L-XSD start date impossible", nil, func(f *egisso.Fact) { f.DateStart = egisso.Date{Year: 2023, Month: 1, Day: 32} }, "L-XSD"},
	{"L-XSD phone with a plus", nil, func(f *egisso.Fact) { f.Receiver.PhoneNumber = "+79021234567" }, "L-XSD"},
	{"L-XSD citizenship in letters", nil, func(f *egisso.Fact) { f.Receiver.Citizenship = "RUS" }, "L-XSD"},
	{"L-XSD kinship code", egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].KinshipCode = "421011" }, "L-XSD"},
	{"L-XSD address without country", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence.OKSMCode = "" }, "L-XSD"},
	{"L-XSD post index", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence.PostIndex = "61400" }, "L-XSD"},
	{"L-XSD birth place with a Latin letter", nil, func(f *egisso.Fact) { f.Receiver.BirthPlace = "г. Пepмь" }, "L-XSD"},
	{"L-XSD criterion code empty", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsCodes = []string{""} }, "L-XSD"},

	{"L-LEN content of 201 characters is cut", nil, func(f *egisso.Fact) { f.Assignment.Content = strings.Repeat("я", 201) }, "L-LEN(W)"},
	{"L-LEN content of 200 characters", nil, func(f *egisso.Fact) { f.Assignment.Content = strings.Repeat("я", 200) }, ""},
	{"L-LEN comment of 201 characters", nil, func(f *egisso.Fact) { f.Assignment.Comment = strings.Repeat("я", 201) }, "L-LEN"},
	{"L-LEN surname of 101 characters", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = strings.Repeat("я", 100) + "ю" }, "L-LEN"},
	{"L-LEN house of 11 characters", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence.House = "10 строение" }, "L-LEN"},

	{"L-CHAR NUL in the content", nil, func(f *egisso.Fact) { f.Assignment.Content = "Инсулин\x00" }, "L-CHAR"},
	{"L-CHAR line break in a surname", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузне\nцова" }, "L-CHAR"},
	{"L-CHAR vertical tab in a surname", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузне\vцова" }, "L-CHAR"},

	{"L-BLANK dash in place of a street", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence.Street = "—" }, "L-BLANK(W)"},
	{"L-BLANK dot in place of an authority", nil, func(f *egisso.Fact) { f.Documents[0].Authority = "." }, "L-BLANK(W)"},
	{"L-BLANK document without a number, in words", nil, func(f *egisso.Fact) { f.Documents[0].Number = "Б/Н" }, "L-BLANK(W)"},
	{"L-BLANK no issuer, in words", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Issuer = "Не указано" }, "L-BLANK(W)"},
	{"L-BLANK no number of another document", nil, func(f *egisso.Fact) {
		f.Receiver.IdentityDoc.Type, f.Receiver.IdentityDoc.Number = "OtherDocument", "отсутствует"
	}, "L-BLANK(W)"},
	{"L-BLANK content of a trial", nil, func(f *egisso.Fact) { f.Assignment.Content = "тест" }, "L-BLANK(W)"},
	{"L-BLANK passport, index and phone of zeros", nil, func(f *egisso.Fact) {
		f.Receiver.IdentityDoc.Series, f.Receiver.IdentityDoc.Number = "0000", "000000"
		f.Receiver.PermanentResidence.PostIndex, f.Receiver.PhoneNumber = "000000", "0000000000"
	}, "L-BLANK(W) L-BLANK(W) L-BLANK(W) L-BLANK(W)"},
	{"L-BLANK words that begin so", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence.City = "Нетьинка" }, ""},
	{"L-BLANK kinship of zeros is a code", egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].KinshipCode = "0000000" }, ""},
	{"L-LATIN inside a Russian word", nil, func(f *egisso.Fact) {
		f.Receiver.PermanentResidence.City, f.Documents[0].Authority = "Пeрмь", "Бюро № 3 MСЭ"
	}, "L-LATIN(W) L-LATIN(W)"},
	{"L-LATIN beside Russian words", nil, func(f *egisso.Fact) {
		f.Receiver.PermanentResidence.Street, f.Documents[0].Title = "ул. XX Партсъезда", "Справка IP-формы, DVDдиск"
	}, ""},
	{"L-LATIN in the name of a drug", nil, func(f *egisso.Fact) { f.Assignment.Content = "Bитамин D" }, ""},

	{"L-SNILS missing", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "" }, "L-SNILS"},
	{"L-SNILS with dashes", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "143-464-097 56" }, "L-SNILS"},
	{"L-SNILS control number", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "14346409757" }, "L-SNILS"},
	{"L-SNILS of zeros", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "00000000000" }, "L-SNILS"},
	{"L-SNILS of a textbook", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "11223344595" }, "L-SNILS(W)"},
	{"L-SNILS of one digit", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "11111111145" }, "L-SNILS(W)"},
	{"L-SNILS without a control number", nil, func(f *egisso.Fact) { f.Receiver.SNILS = "00100199800" }, "L-SNILS(W)"},
	{"L-SNILS of two people", egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].Person.SNILS = f.Receiver.SNILS }, "L-SNILS(W)"},
	{"L-SNILS the receiver is the reason", egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].Person = f.Receiver }, ""},
	{"L-SNILS of a reason person", egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].Person.SNILS = "10648089461" }, "L-SNILS"},

	{"L-NAME missing", nil, func(f *egisso.Fact) { f.Receiver.FirstName = "" }, "L-NAME"},
	{"L-NAME Latin look-alike", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузнeцова" }, "L-NAME"},
	{"L-NAME Latin", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Kuznetsova" }, "L-NAME"},
	{"L-NAME dash in place of a patronymic", nil, func(f *egisso.Fact) { f.Receiver.Patronymic = "-" }, "L-NAME"},
	{"L-NAME dash in place of a name", nil, func(f *egisso.Fact) { f.Receiver.FirstName = "--" }, "L-NAME"},
	{"L-NAME no patronymic in words", nil, func(f *egisso.Fact) { f.Receiver.Patronymic = "Нет" }, "L-NAME(W)"},
	{"L-NAME names of the fields", nil, func(f *egisso.Fact) { f.Receiver.FamilyName, f.Receiver.FirstName = "Фамилия", "ИМЯ" }, "L-NAME(W) L-NAME(W)"},
	{"L-NAME no name in words", nil, func(f *egisso.Fact) {
		f.Receiver.FirstName, f.Receiver.MaidenFamilyName = "отсутствует", "-нет-"
	}, "L-NAME(W) L-NAME(W)"},
	{"L-NAME of a trial", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Тест" }, "L-NAME(W)"},
	{"L-NAME one letter again and again", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Ххх" }, "L-NAME(W)"},
	{"L-NAME first a digit", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "1Кузнецова" }, "L-NAME(W)"},
	{"L-NAME names of one or two letters", nil, func(f *egisso.Fact) { f.Receiver.FamilyName, f.Receiver.FirstName = "И", "Ии" }, ""},
	{"L-COUNTRY of citizenship", nil, func(f *egisso.Fact) { f.Receiver.Citizenship = "000" }, "L-COUNTRY"},
	{"L-COUNTRY of an address", nil, func(f *egisso.Fact) { f.Receiver.PermanentResidence = &egisso.Address{OKSMCode: "000"} }, "L-COUNTRY"},
	{"L-DOC older than its owner", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = f.Receiver.IdentityDoc.IssueDate.AddDays(1) }, "L-DOC"},
	{"L-NAME digit inside", nil, func(f *egisso.Fact) { f.Receiver.Patronymic = "Петровна2" }, "L-NAME"},
	{"L-NAME brackets", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузнецова (Орлова)" }, "L-NAME"},
	{"L-NAME zero-width space", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузне\u200bцова" }, "L-NAME"},
	{"L-NAME hyphen and apostrophe are fine", nil, func(f *egisso.Fact) { f.Receiver.FamilyName = "О'Кузнецова-Ёлкина мл." }, ""},

	{"L-BIRTH before 1900", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egissotest.Day("1899-12-31") }, "L-BIRTH"},
	{"L-BIRTH older than people become", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egissotest.Day("1900-01-01") }, "L-BIRTH(W)"},
	{"L-BIRTH 120 years old", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egissotest.Day("1903-01-10") }, ""},
	{"L-BIRTH tomorrow", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egissotest.Today.AddDays(1) }, "L-BIRTH"},
	{"L-BIRTH after the decision", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egissotest.Day("2023-01-11") }, "L-BIRTH"},
	{"L-BIRTH decision in two years", nil, func(f *egisso.Fact) {
		f.DecisionDate, f.DateStart, f.DateFinish = egissotest.Day("2025-01-10"), egissotest.Day("2025-01-10"), egissotest.Day("2025-01-20")
	}, "L-BIRTH"},
	{"L-BIRTH missing", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = egisso.Date{} }, "L-XSD"},

	{"L-ORDER finish before start", nil, func(f *egisso.Fact) { f.DateFinish = egissotest.Day("2023-01-09") }, "L-ORDER"},
	{"L-ORDER decision after start", nil, func(f *egisso.Fact) { f.DecisionDate = egissotest.Day("2023-01-11") }, "L-ORDER(W)"},

	{"L-ORDER starts in two years", nil, func(f *egisso.Fact) {
		f.DateStart, f.DateFinish = egissotest.Day("2025-01-10"), egissotest.Day("2025-01-20")
	}, "L-ORDER(W)"},

	{"L-OSZ missing", nil, func(f *egisso.Fact) { f.OSZCode = "" }, "L-OSZ"},
	{"L-OSZ letter O", nil, func(f *egisso.Fact) { f.OSZCode = "O042.000001" }, "L-OSZ"},
	{"L-OSZ letters", nil, func(f *egisso.Fact) { f.OSZCode = "A042.000001" }, ""},
	{"L-OSZ provider of the measure", nil, func(f *egisso.Fact) { f.MeasureProviderCode = "42.1" }, "L-OSZ"},

	{"014 unknown measure", nil, func(f *egisso.Fact) { f.MeasureID = egissotest.ID("ffffffff-0000-4000-8000-000000000000") }, "014"},
	{"014 not resolved", nil, func(f *egisso.Fact) { f.MeasureID = uuid.Nil }, "014"},
	{"014 measure of another provider", nil, func(f *egisso.Fact) {
		f.MeasureID, f.MeasureProviderCode = egissotest.ID("ffffffff-0000-4000-8000-000000000000"), "0042.000007"
	}, ""},

	{"L-CAT category of another measure", nil, func(f *egisso.Fact) { f.CategoryID = egissotest.CategoryID("e201") }, "L-CAT"},

	{"019 all three dates", egissotest.MoneyFact, func(f *egisso.Fact) {
		f.DecisionDate, f.DateStart, f.DateFinish = egissotest.Day("2019-12-20"), egissotest.Day("2019-12-25"), egissotest.Day("2026-01-31")
	}, "019(W) 019(W) 019(W)"},
	{"019 last and first day of the measure", egissotest.MoneyFact, func(f *egisso.Fact) {
		f.DecisionDate, f.DateStart, f.DateFinish = egissotest.Day("2020-01-01"), egissotest.Day("2020-01-01"), egissotest.Day("2025-12-31")
	}, ""},

	{"026 exemption against a natural measure", nil, func(f *egisso.Fact) {
		f.Assignment.Form, f.Assignment.Monetization = egisso.FormExemption, egissotest.Flag(true)
	}, "026"},

	{"L-EVT ending in the source", nil, func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: egisso.CauseClosed, Date: egissotest.Day("2023-01-20")}
	}, ""},
	{"L-EVT duplicate needs no date", nil, func(f *egisso.Fact) { f.Ending = &egisso.Ending{Reason: egisso.CauseDuplicate} }, ""},
	{"L-EVT ending of all spaces is none", nil, func(f *egisso.Fact) { f.Ending = &egisso.Ending{Reason: " "} }, ""},
	{"L-EVT unknown reason", nil, func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: "whatever", Date: egissotest.Day("2023-01-20")}
	}, "L-EVT"},
	{"L-EVT cost is no reason to end", nil, func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: egisso.CauseCost, Date: egissotest.Day("2023-01-20")}
	}, "L-EVT"},
	{"L-EVT ending without a date", nil, func(f *egisso.Fact) { f.Ending = &egisso.Ending{Reason: egisso.CauseDeath} }, "L-EVT"},
	{"L-EVT ending on a day that does not exist", nil, func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: egisso.Date{Year: 2023, Month: 2, Day: 30}}
	}, "L-EVT"},
	{"L-EVT ending with a negative sum and a number too long", nil, func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: egissotest.Day("2023-01-20"), Amount: egissotest.Sum("-1"), Quantity: egissotest.Sum("12345678901234567890")}
	}, "L-EVT L-EVT"},

	{"L-FORM missing", nil, func(f *egisso.Fact) { f.Assignment.Form = "" }, "L-FORM"},
	{"L-FORM electronic certificate", nil, func(f *egisso.Fact) { f.Assignment.Form = "05" }, "L-FORM"},
	{"L-FORM unknown", nil, func(f *egisso.Fact) { f.Assignment.Form = "2" }, "L-FORM"},
	{"L-FORM no unit", nil, func(f *egisso.Fact) { f.Assignment.MeasureCode = "" }, "L-FORM"},
	{"L-FORM two units", nil, func(f *egisso.Fact) { f.Assignment.OKEICode = "796" }, "L-FORM"},
	{"L-FORM unit of one digit", nil, func(f *egisso.Fact) { f.Assignment.MeasureCode = "3" }, "L-FORM"},
	{"L-FORM ОКЕИ of five digits", nil, func(f *egisso.Fact) { f.Assignment.MeasureCode, f.Assignment.OKEICode = "", "79600" }, "L-FORM"},
	{"L-FORM exemption without monetization", egissotest.HalfPriceFact, func(f *egisso.Fact) { f.Assignment.Monetization = nil }, "L-FORM"},
	{"L-FORM fields other forms have are not looked at", egissotest.MoneyFact, func(f *egisso.Fact) {
		f.Assignment.MeasureCode, f.Assignment.Content = "x", strings.Repeat("я", 300)
	}, ""},

	{"L-AMT zero", nil, func(f *egisso.Fact) { f.Assignment.Amount = decimal.Zero }, "L-AMT"},
	{"L-AMT negative sum", egissotest.MoneyFact, func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("-1") }, "L-AMT"},
	{"L-AMT sum of three decimals", egissotest.MoneyFact, func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("10.005") }, "L-AMT"},
	{"L-AMT quantity of three decimals", nil, func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("0.125") }, ""},
	{"L-AMT equivalent missing", nil, func(f *egisso.Fact) { f.Assignment.Equivalent.Valid = false }, "L-AMT"},
	{"L-AMT equivalent negative", nil, func(f *egisso.Fact) { f.Assignment.Equivalent = egissotest.Sum("-0.01") }, "L-AMT"},
	{"L-AMT equivalent zero", nil, func(f *egisso.Fact) { f.Assignment.Equivalent = egissotest.Sum("0") }, ""},
	{"L-AMT equivalent of three decimals", nil, func(f *egisso.Fact) { f.Assignment.Equivalent = egissotest.Sum("1.001") }, "L-AMT"},
	{"L-AMT 19 digits", nil, func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("1234567890123456789") }, "L-AMT"},
	{"L-AMT huge exponent", nil, func(f *egisso.Fact) { f.Assignment.Amount = decimal.New(1, 1<<30) }, "L-AMT"},
	{"L-AMT tiny exponent", nil, func(f *egisso.Fact) { f.Assignment.Amount = decimal.New(1, -1<<30) }, "L-AMT"},

	{"L-NEEDS sign without criteria", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsCodes = nil }, "L-NEEDS(W)"},
	{"L-NEEDS criteria without sign", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsUsed = false }, "L-NEEDS(W)"},

	{"059 repeated", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsCodes = []string{"000001", " 000001"} }, "059"},
	{"059 not of the measure", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsCodes = []string{"000999"} }, "059"},
	{"059 leading zeros matter", egissotest.MoneyFact, func(f *egisso.Fact) { f.NeedsCodes = []string{"1"} }, "059"},

	{"L-DOC title missing", nil, func(f *egisso.Fact) { f.Documents[0].Title = "" }, "L-DOC"},
	{"L-DOC start missing", nil, func(f *egisso.Fact) { f.Documents[0].StartDate = egisso.Date{} }, "L-DOC"},
	{"L-DOC starts before it was issued", nil, func(f *egisso.Fact) { f.Documents[0].StartDate = egissotest.Day("2020-01-19") }, "L-DOC"},
	{"L-DOC ends before it starts", nil, func(f *egisso.Fact) { f.Documents[0].FinishDate = egissotest.Day("2020-01-19") }, "L-DOC"},
	{"L-DOC passport without number", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Number = "" }, "L-DOC"},
	{"L-DOC passport without date", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.IssueDate = egisso.Date{} }, "L-DOC"},
	{"L-DOC passport series of two digits", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Series = "57" }, "L-DOC"},
	{"L-DOC issuer with a Latin letter", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Issuer = "OВД города Перми" }, "L-DOC"},
	{"L-DOC birth certificate in Cyrillic numerals", egissotest.MoneyFact, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Series = "ІІ-ВГ" }, "L-DOC"},
	{"L-DOC passport of tomorrow", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.IssueDate = egissotest.Today.AddDays(2) }, "L-DOC"},
	{"L-DOC passport of today in the east", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.IssueDate = egissotest.Today.AddDays(1) }, ""},
	{"L-DOC document of tomorrow", nil, func(f *egisso.Fact) {
		f.Documents[0].IssueDate, f.Documents[0].StartDate, f.Documents[0].FinishDate = egissotest.Today.AddDays(2), egissotest.Today.AddDays(2), egisso.Date{}
	}, "L-DOC"},
	{"L-DOC passport of a child", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = years(f.Receiver.IdentityDoc.IssueDate, -14).AddDays(1) }, "L-DOC(W)"},
	{"L-DOC passport at fourteen", nil, func(f *egisso.Fact) { f.Receiver.BirthDate = years(f.Receiver.IdentityDoc.IssueDate, -14) }, ""},
	{"L-DOC document of the year 1800", nil, func(f *egisso.Fact) { f.Documents[0].IssueDate = egissotest.Day("1800-01-01") }, "L-DOC(W)"},
	{"L-DOC unknown type", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Type = "Passport" }, "L-DOC"},
	{"L-DOC type missing", nil, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Type = "" }, "L-DOC"},
	{"L-DOC foreign passport without series", nil, func(f *egisso.Fact) {
		f.Receiver.IdentityDoc.Type, f.Receiver.IdentityDoc.Series = "ForeignPassport", ""
	}, ""},
}

func years(d egisso.Date, n int) egisso.Date { return egisso.DateOf(d.Time().AddDate(n, 0, 0)) }

func TestFactRules(t *testing.T) {
	for _, c := range factCases {
		t.Run(c.name, func(t *testing.T) {
			f := egissotest.InsulinFact()
			if c.base != nil {
				f = c.base()
			}
			c.change(&f)
			findings := check.Checker{Today: egissotest.Today}.Fact(f, egissotest.MeasureOf(f))
			if got := strings.Join(egissotest.Codes(findings), " "); got != c.want {
				t.Errorf("findings %q, want %q\n%v", got, c.want, findings)
			}
			for _, finding := range findings {
				t.Log(finding)
				for _, secret := range egissotest.PersonalValues(f) {
					if strings.Contains(finding.Text, secret) || strings.Contains(finding.Field, secret) {
						t.Errorf("finding tells personal data: %s", finding)
					}
				}
			}
		})
	}
}

func TestCheckFactFindsTheCategoryByKeyBeforeItIsResolved(t *testing.T) {
	m := egissotest.FederalMeasure()
	m.Categories[0].Key = "inv-1"
	f := egissotest.InsulinFact()
	f.CategoryID = uuid.Nil
	for key, want := range map[string]string{"inv-1": "", "inv-9": "L-CAT", "": "L-CAT"} {
		f.CategoryKey = key
		if got := strings.Join(egissotest.Codes(check.Checker{Today: egissotest.Today}.Fact(f, &m)), " "); got != want {
			t.Errorf("category key %q: findings %q, want %q", key, got, want)
		}
	}
}

// TestFindingsSayWhereAndWhat: the path in XSD names and the text, whole.
func TestFindingsSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct {
		base   func() egisso.Fact
		change func(*egisso.Fact)
		want   string
	}{
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.OSZCode = "" }, "L-OSZ oszCode: Код ОНМСЗ: не заполнено"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузнeцова" },
			"L-NAME mszReceiver/FamilyName: Получатель: фамилия: латинская буква, похожая на русскую, в позиции 5"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Receiver.FamilyName = "Kuznetsova" }, "L-NAME mszReceiver/FamilyName: Получатель: фамилия: латинская буква в позиции 1"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Receiver.IdentityDoc.Series = "57-03" },
			"L-DOC mszReceiver/IdentityDoc/PassportRF/Series: Получатель: удостоверение личности: серия: должно быть четыре цифры"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Receiver.PermanentResidence.OKSMCode = "" },
			"L-XSD mszReceiver/Address/PermanentResidence/OKSMCode: Получатель: адрес постоянного проживания: код страны: не заполнено"},
		{egissotest.MoneyFact, func(f *egisso.Fact) { f.ReasonPersons[0].Person.BirthDate = egisso.Date{Year: 2023, Month: 2, Day: 30} },
			"L-XSD reasonPersons/basisPerson[1]/prsnInfo/BirthDate: Лицо-основание 1: дата рождения: такой даты нет, или год не от 1000 до 2999"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Documents[0].Authority = "" }, "L-DOC documents/document[1]/authority: Документ 1: кем выдан: не заполнено"},
		{egissotest.InsulinFact, func(f *egisso.Fact) { f.Assignment.Content = strings.Repeat("я", 250) },
			"L-LEN assignmentInfo/naturalForm/content: Содержание: 250 знаков, будет передано первых 200"},
		{egissotest.ServiceFact, func(f *egisso.Fact) {
			f.Assignment.Form, f.MeasureID, f.CategoryID, f.Assignment.OKEICode = egisso.FormNatural, egissotest.MeasureID("0f1"), egissotest.CategoryID("f102"), "7"
		},
			"L-FORM assignmentInfo/naturalForm/okeiCode: Единица измерения ОКЕИ: должно быть три или четыре цифры"},
	} {
		f := c.base()
		c.change(&f)
		findings := check.Checker{Today: egissotest.Today}.Fact(f, egissotest.MeasureOf(f))
		if len(findings) == 0 || findings[0].String() != c.want {
			t.Errorf("findings %v\n     want %s", findings, c.want)
		}
	}
	m := egissotest.MoneyMeasure()
	m.Categories[0].Criteria[1].Date = egisso.Date{}
	want := "L-XSD classificationKMSZ/localCategories/localCategory[1]/needsCriteria[2]/needsCriteriaDate: Категория 1: критерий нуждаемости 2: дата: не заполнено"
	if findings := (check.Checker{}).Measure(m); len(findings) != 1 || findings[0].String() != want {
		t.Errorf("findings %v\n     want %s", findings, want)
	}
}

func BenchmarkCheckFact(b *testing.B) {
	f, m := egissotest.InsulinFact(), egissotest.FederalMeasure()
	b.ReportAllocs()
	for b.Loop() {
		if findings := (check.Checker{Today: egissotest.Today}).Fact(f, &m); len(findings) != 0 {
			b.Fatal(findings)
		}
	}
}
