package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"egissogw/adapter/egisso"
)

// listPerson names every text and date of tPersonInfo of prsn-info.
func (s *factSubject) listPerson(who personAt) {
	p, path, label := who.p, who.path, who.label
	text := func(name, title, value, rule string, required bool, max int, f egisso.Format) {
		s.add(field{parent: path, name: name, whose: label, label: title, value: value, rule: rule, required: required, max: max, format: f})
	}
	text("SNILS", "СНИЛС", p.SNILS, "L-SNILS", true, 0, snils)
	text("FamilyName", "фамилия", p.FamilyName, "L-NAME", true, 100, nameProblem)
	text("FirstName", "имя", p.FirstName, "L-NAME", true, 100, nameProblem)
	text("Patronymic", "отчество", p.Patronymic, "L-NAME", false, 100, nameProblem)
	text("MaidenFamilyName", "фамилия при рождении", p.MaidenFamilyName, "L-NAME", false, 100, nameProblem)
	text("Gender", "пол", string(p.Gender), "L-XSD", true, 0, oneOf("должно быть Male или Female", string(egisso.Male), string(egisso.Female)))
	s.day(path, "BirthDate", label, "дата рождения", "L-XSD", p.BirthDate, true)
	text("BirthPlace", "место рождения", p.BirthPlace, "L-XSD", false, 500, rusAndNumProblem)
	text("PhoneNumber", "телефон", p.PhoneNumber, "L-XSD", false, 0, egisso.Digits10)
	text("Citizenship", "гражданство", p.Citizenship, "L-XSD", false, 0, egisso.Digits3)
	s.listIdentity(p.IdentityDoc, path, label)
	s.listAddress(p.PermanentResidence, path, "/Address/PermanentResidence", label, "адрес постоянного проживания: ")
	s.listAddress(p.TemporaryResidence, path, "/Address/TemporaryResidence", label, "адрес временного проживания: ")
	s.listAddress(p.ActualResidence, path, "/Address/ActualResidence", label, "адрес фактического проживания: ")
	text("ResidencePermitInfo", "сведения о виде на жительство", p.ResidencePermitInfo, "L-XSD", false, 100, nil)
}

func (s *factSubject) listAddress(a *egisso.Address, person, element, whose, which string) {
	if a == nil {
		return
	}
	path, label := person+element, whose+which
	text := func(name, title, value string, max int, f egisso.Format) {
		s.add(field{parent: path, name: name, whose: label, label: title, value: value, rule: "L-XSD",
			required: name == "OKSMCode", max: max, format: f})
	}
	text("OKSMCode", "код страны", a.OKSMCode, 0, egisso.Digits3)
	text("PostIndex", "индекс", a.PostIndex, 0, egisso.Digits6)
	text("Region", "регион", a.Region, 100, nil)
	text("District", "район", a.District, 100, nil)
	text("City", "населённый пункт", a.City, 100, nil)
	text("Street", "улица", a.Street, 100, nil)
	text("House", "дом", a.House, 10, nil)
	text("Housing", "корпус", a.Housing, 10, nil)
	text("Apartment", "квартира", a.Apartment, 10, nil)
}

func (s *factSubject) listIdentity(d *egisso.IdentityDoc, path, label string) {
	if d == nil {
		return
	}
	label += "удостоверение личности: "
	t := egisso.IdentityTypeOf(d.Type)
	if t == nil {
		return // identityProblem tells
	}
	path += "/IdentityDoc/" + t.Name
	series := field{parent: path, name: "Series", whose: label, label: "серия", value: d.Series, rule: "L-DOC",
		required: !t.SeriesOptional, format: t.Series}
	if t.SeriesOptional {
		series.max = 20
	}
	s.add(series)
	s.add(field{parent: path, name: "Number", whose: label, label: "номер", value: d.Number, rule: "L-DOC", required: true, format: t.Number})
	s.day(path, "IssueDate", label, "дата выдачи", "L-DOC", d.IssueDate, true)
	s.add(field{parent: path, name: "Issuer", whose: label, label: "кем выдан", value: d.Issuer, rule: "L-DOC", required: true, max: 200, format: rusAndNumProblem})
}

func factSNILS(s *factSubject, r *report) {
	checkFields(s.fields, r)
	for _, p := range s.people {
		if snils(p.p.SNILS) == "" && !egisso.SNILSValid(p.p.SNILS) {
			r.add(p.path+"/SNILS", p.label+"СНИЛС: такого номера не бывает, контрольное число не сходится")
		}
	}
}

// samples are the nine digits of numbers that documents and lessons show as examples.
var samples = []string{"112233445", "123456789", "987654321"}

func factDoubtfulSNILS(s *factSubject, r *report) {
	for i, p := range s.people {
		path, number := p.path+"/SNILS", p.p.SNILS
		if !egisso.SNILSValid(number) {
			continue // the rule that blocks tells
		}
		switch digits := number[:9]; {
		case slices.Contains(samples, digits), strings.Trim(digits, digits[:1]) == "":
			r.add(path, p.label+"СНИЛС: номер из примеров, настоящим он едва ли бывает")
		case digits <= "001001998":
			r.add(path, p.label+"СНИЛС: у номеров до 001-001-998 нет контрольного числа, опечатку не заметить")
		}
		for _, other := range s.people[:i] {
			if q := other.p; q.SNILS == number && (q.BirthDate != p.p.BirthDate || q.FamilyName != p.p.FamilyName && q.FirstName != p.p.FirstName) {
				r.add(path, p.label+"СНИЛС: тот же, что у другого человека в этой записи")
				break
			}
		}
	}
}

func factNames(s *factSubject, r *report) {
	checkFields(s.fields, r)
	for _, p := range s.people {
		for _, n := range namesOf(p.p) {
			if n.value != "" && nameProblem(n.value) == "" && !strings.ContainsFunc(n.value, unicode.IsLetter) {
				r.add(p.path+"/"+n.element, p.label+n.title+": нет ни одной буквы; чего нет, то не заполняется")
			}
		}
	}
}

// namedPart is one name of a person.
type namedPart struct{ element, title, value string }

func namesOf(p *egisso.Person) []namedPart {
	return []namedPart{
		{"FamilyName", "фамилия", p.FamilyName}, {"FirstName", "имя", p.FirstName},
		{"Patronymic", "отчество", p.Patronymic}, {"MaidenFamilyName", "фамилия при рождении", p.MaidenFamilyName},
	}
}

// madeUp are names of fields and other words that stand in place of a name.
var madeUp = []string{"фамилия", "имя", "отчество", "нет отчества", "без отчества", "нет имени", "нет фамилии", "ф", "ио", "фио"}

func factDoubtfulNames(s *factSubject, r *report) {
	for _, p := range s.people {
		for _, n := range namesOf(p.p) {
			if problem := doubtfulName(n.value); problem != "" {
				r.add(p.path+"/"+n.element, p.label+n.title+": "+problem)
			}
		}
	}
}

// doubtfulName describes what is hardly a name though the schema accepts it, or returns "".
func doubtfulName(s string) string {
	if s == "" || nameProblem(s) != "" || !strings.ContainsFunc(s, unicode.IsLetter) {
		return "" // no name at all: others tell
	}
	word := strings.ToLower(strings.Trim(s, " .-,'"))
	switch letters := []rune(word); {
	case slices.Contains(absences, word), slices.Contains(madeUp, word):
		return "слово вместо имени; чего нет, то не заполняется"
	case strings.ContainsFunc(s, isDigit):
		return "начинается с цифры"
	case len(letters) > 2 && strings.Trim(word, string(letters[0])) == "":
		return "одна и та же буква"
	}
	return ""
}

// noCountry is no code of the classifier of countries (ОКСМ).
const noCountry = "000"

func factCountries(s *factSubject, r *report) {
	for _, p := range s.people {
		if p.p.Citizenship == noCountry {
			r.add(p.path+"/Citizenship", p.label+"гражданство: страны с кодом 000 нет")
		}
		for _, place := range []struct {
			element, title string
			address        *egisso.Address
		}{
			{"PermanentResidence", "адрес постоянного проживания", p.p.PermanentResidence},
			{"TemporaryResidence", "адрес временного проживания", p.p.TemporaryResidence},
			{"ActualResidence", "адрес фактического проживания", p.p.ActualResidence},
		} {
			if place.address != nil && place.address.OKSMCode == noCountry {
				r.add(p.path+"/Address/"+place.element+"/OKSMCode", p.label+place.title+": страны с кодом 000 нет")
			}
		}
	}
}

func factBirth(s *factSubject, r *report) {
	for _, p := range s.people {
		born := p.p.BirthDate
		path := p.path + "/BirthDate"
		switch {
		case born.IsZero():
		case born.Year < 1900:
			r.add(path, p.label+"дата рождения: год раньше 1900")
		case s.afterToday(born):
			r.add(path, p.label+"дата рождения: позже сегодняшнего дня")
		case s.afterDecision(born):
			r.add(path, p.label+"дата рождения: позже даты решения")
		}
	}
	if s.inMoreThanAYear(s.f.DecisionDate) {
		r.add("decisionDate", "Дата решения: позже сегодняшнего дня больше чем на год")
	}
}

// oldest is how old people become.
const oldest = 120 // years

func factAge(s *factSubject, r *report) {
	for _, p := range s.people {
		if born := p.p.BirthDate; born.Year >= 1900 && years(born, oldest).Before(s.f.DecisionDate) {
			r.add(p.path+"/BirthDate", p.label+"дата рождения: в день решения человеку больше 120 лет")
		}
	}
}

// years returns the date n years later; of 29 February it may be 1 March.
func years(d egisso.Date, n int) egisso.Date { return egisso.DateOf(d.Time().AddDate(n, 0, 0)) }

func (s *factSubject) inMoreThanAYear(d egisso.Date) bool {
	return !s.Today.IsZero() && d.After(years(s.Today, 1))
}

func (s *factSubject) afterToday(d egisso.Date) bool { return !s.Today.IsZero() && d.After(s.Today) }

func (s *factSubject) afterDecision(d egisso.Date) bool {
	return !s.f.DecisionDate.IsZero() && d.After(s.f.DecisionDate)
}

// bornTooLate: L-BIRTH tells, and what else does not fit to the date is no news.
func (s *factSubject) bornTooLate(born egisso.Date) bool {
	return s.afterToday(born) || s.afterDecision(born)
}

func factDocuments(s *factSubject, r *report) {
	checkFields(s.fields, r)
	checkDates(s.dates, r)
	for _, p := range s.people {
		if d := p.p.IdentityDoc; d != nil && egisso.IdentityTypeOf(d.Type) == nil {
			text := "удостоверение личности: неизвестный тип документа"
			if d.Type == "" {
				text = "удостоверение личности: тип документа: " + notGiven
			}
			r.schema(p.path+"/IdentityDoc", p.label+text)
		} else if d != nil && !d.IssueDate.IsZero() && d.IssueDate.Before(p.p.BirthDate) && !s.bornTooLate(p.p.BirthDate) {
			r.add(p.path+"/IdentityDoc/"+d.Type+"/IssueDate", p.label+"удостоверение личности: выдано раньше, чем человек родился")
		} else if d != nil && s.notYet(d.IssueDate) {
			r.add(p.path+"/IdentityDoc/"+d.Type+"/IssueDate", p.label+"удостоверение личности: выдано позже сегодняшнего дня")
		}
	}
	for i, d := range s.f.Documents {
		path, label := at("documents/document", i), fmt.Sprintf("Документ %d: ", i+1)
		if s.notYet(d.IssueDate) {
			r.add(path+"/issueDate", label+"выдан позже сегодняшнего дня")
		}
		if !d.IssueDate.IsZero() && !d.StartDate.IsZero() && d.StartDate.Before(d.IssueDate) {
			r.add(path+"/startDate", label+"дата начала раньше даты выдачи")
		}
		if !d.FinishDate.IsZero() && d.FinishDate.Before(d.StartDate) {
			r.add(path+"/finishDate", label+"дата окончания раньше даты начала")
		}
	}
}

// notYet reports whether the day has not come anywhere: east of Moscow the next one begins
// earlier.
func (s *factSubject) notYet(d egisso.Date) bool {
	return !s.Today.IsZero() && d.Possible() && d.After(s.Today.AddDays(1))
}

// passportAge is when a passport of Russia is given first.
const passportAge = 14 // years

func factDoubtfulDocuments(s *factSubject, r *report) {
	for _, p := range s.people {
		d, born := p.p.IdentityDoc, p.p.BirthDate
		if d == nil || d.Type != "PassportRF" || !d.IssueDate.Possible() || born.IsZero() || d.IssueDate.Before(born) || s.bornTooLate(born) {
			continue
		}
		if d.IssueDate.Before(years(born, passportAge)) {
			r.add(p.path+"/IdentityDoc/PassportRF/IssueDate", p.label+"удостоверение личности: паспорт РФ выдан раньше 14 лет")
		}
	}
	for i, d := range s.f.Documents {
		if d.IssueDate.Possible() && d.IssueDate.Year < 1900 {
			r.add(at("documents/document", i)+"/issueDate", fmt.Sprintf("Документ %d: дата выдачи: год раньше 1900", i+1))
		}
	}
}
