package check

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// factRules are the checks of facts of assignment (adapter/egisso/SPEC.md#rule-codes, #local-checks).
// L-DUP and L-EVT need the other records: see Checker.Twin and eventRules.
var factRules = []Rule{
	{Code: "L-XSD", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены, коды и даты имеют вид, требуемый схемой", fact: factSchema},
	{Code: "L-LEN", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках); содержание обрезается до 200 знаков", fact: factLengths},
	{Code: "L-CHAR", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков", fact: factCharacters},
	{Code: "L-BLANK", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "все тексты", Text: "В текстах нет прочерков, слов «нет», «б/н», «тест» и одних нулей вместо значения",
		fact: func(s *factSubject, r *report) { checkBlanks(s.fields, r) }},
	{Code: "L-LATIN", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "адреса, title, authority", Text: "Внутри русских слов нет похожих латинских букв",
		fact: func(s *factSubject, r *report) { checkLetters(s.fields, r) }},
	{Code: "L-SNILS", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "SNILS", Text: "СНИЛС – 11 цифр, контрольное число сходится", fact: factSNILS},
	{Code: "L-SNILS", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "SNILS", Text: "СНИЛС не похож на пример или пробу, имеет контрольное число и у разных людей разный", fact: factDoubtfulSNILS},
	{Code: "L-NAME", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "FamilyName, FirstName, Patronymic, MaidenFamilyName", Text: "Фамилия, имя и отчество написаны русскими буквами", fact: factNames},
	{Code: "L-NAME", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "FamilyName, FirstName, Patronymic, MaidenFamilyName", Text: "Имена — не слова о том, что их нет, не названия полей, не пробы; цифр в них нет", fact: factDoubtfulNames},
	{Code: "L-COUNTRY", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "Citizenship, OKSMCode", Text: "Страна с таким кодом ОКСМ бывает: не 000", fact: factCountries},
	{Code: "L-BIRTH", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "BirthDate, decisionDate", Text: "Год рождения не раньше 1900; рождение не позже решения и сегодняшнего дня; решение не позже чем через год", fact: factBirth},
	{Code: "L-BIRTH", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "BirthDate, decisionDate", Text: "В день решения человеку не больше 120 лет", fact: factAge},
	{Code: "L-ORDER", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "dateStart, dateFinish", Text: "Окончание назначения не раньше начала", fact: factOrder},
	{Code: "L-ORDER", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "decisionDate, dateStart", Text: "Решение принято не позже начала назначения, начало не позже чем через год", fact: factDecisionOrder},
	{Code: "L-OSZ", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "oszCode, lmszProviderCode", Text: "Код ОНМСЗ имеет вид NNNN.NNNNNN и есть в реестре ОНМСЗ (если реестр ведётся)", fact: factParticipants},
	{Code: "014", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "lmszId, lmszProviderCode", Text: "ЛМСЗ принята ЕГИССО, от названного поставщика, и не удалена", fact: factMeasureKnown},
	{Code: "L-CAT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "categoryId", Text: "Категория принадлежит указанной ЛМСЗ", fact: factCategory},
	{Code: "019", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "decisionDate, dateStart, dateFinish", Text: "Даты назначения входят в период действия ЛМСЗ", fact: factPeriod},
	{Code: "026", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "assignmentInfo", Text: "Форма предоставления совпадает с формой ЛМСЗ", fact: factFormOfMeasure},
	{Code: "L-KMSZ", Register: egisso.RegisterFact, Severity: egisso.Warning, Needs: needsKMSZ,
		Reads: "lmszId", Text: "ЛМСЗ соответствует действующей версии КМСЗ", fact: factMeasureInClassifier},
	{Code: "L-FORM", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "assignmentInfo", Text: "Указана одна из форм 01–04; для 02–04 ровно одна единица измерения; для 03 признак монетизации", fact: factForm},
	{Code: "L-UNIT", Register: egisso.RegisterFact, Severity: egisso.Error, Needs: "справочник единиц измерения (023)",
		Reads: "measuryCode, okeiCode", Text: "Единица измерения есть в справочнике", fact: factUnit},
	{Code: "L-AMT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "amount, equivalentAmount", Text: "Размер больше 0, денежный эквивалент не меньше 0, в суммах не больше двух знаков после запятой", fact: factAmounts},
	{Code: "L-NEEDS", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "needsCriteria", Text: "Критерии нуждаемости указаны тогда и только тогда, когда стоит признак их использования", fact: factNeedsSign},
	{Code: "059", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "needsCriteriaCode", Text: "Коды критериев нуждаемости не повторяются", fact: factNeedsRepeated},
	{Code: "059", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "needsCriteriaCode", Text: "Критерии нуждаемости есть у категории ЛМСЗ", fact: factNeedsOfMeasure},
	{Code: "L-EVT", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "прекращение", Text: "Прекращение назначения в источнике: причина известна, дата и суммы возможны", fact: factEnding},
	{Code: "L-DUP", Register: egisso.RegisterFact, Severity: egisso.Warning, Needs: "другие факты",
		Reads: "SNILS, lmszId, categoryId, dateStart, dateFinish, assignmentInfo", Text: "Нет другого действующего факта с тем же получателем, мерой, категорией, периодом и содержанием", fact: factTwin},
	{Code: "L-DOC", Register: egisso.RegisterFact, Severity: egisso.Error,
		Reads: "document, IdentityDoc", Text: "Документ заполнен целиком, реквизиты имеют вид, требуемый для его типа; рождение ≤ выдан ≤ начало ≤ окончание, выдан не позже сегодняшнего дня", fact: factDocuments},
	{Code: "L-DOC", Register: egisso.RegisterFact, Severity: egisso.Warning,
		Reads: "document, IdentityDoc", Text: "Документ выдан не раньше 1900 года, паспорт РФ — не раньше 14 лет", fact: factDoubtfulDocuments},
}

// factSubject is a fact with its fields listed and what it is compared with.
type factSubject struct {
	Checker
	f       *egisso.Fact
	v       *egisso.Version
	measure *egisso.LocalMeasure // nil: not accepted, or of another provider
	people  []personAt
	fields  []field
	dates   []dateField
}

// personAt is a person and where it stands in the fact.
type personAt struct {
	p           *egisso.Person
	path, label string
}

func newFactSubject(c Checker, f egisso.Fact, measure *egisso.LocalMeasure) *factSubject {
	f = f.Trimmed()
	s := &factSubject{Checker: c, f: &f, v: c.Versions.For(egisso.RegisterFact), measure: measure}
	if measure != nil && f.MeasureID != uuid.Nil && measure.ID != uuid.Nil && f.MeasureID != measure.ID {
		s.measure = nil
	}
	s.people = append(s.people, personAt{&f.Receiver, "mszReceiver", "Получатель: "})
	for i := range f.ReasonPersons {
		s.people = append(s.people, personAt{
			&f.ReasonPersons[i].Person, at("reasonPersons/basisPerson", i) + "/prsnInfo", fmt.Sprintf("Лицо-основание %d: ", i+1),
		})
	}
	s.fields = make([]field, 0, 48)
	s.dates = make([]dateField, 0, 8)
	s.list()
	return s
}

// list names every text and date of tFactAssignment of assignment-fact.
func (s *factSubject) list() {
	f := s.f
	s.add(field{name: "oszCode", label: "Код ОНМСЗ", value: f.OSZCode, rule: "L-OSZ", required: true, format: s.v.ParticipantCode})
	s.add(field{name: "lmszProviderCode", label: "Код поставщика ЛМСЗ", value: f.MeasureProviderCode, rule: "L-OSZ", format: s.v.ParticipantCode})
	for _, p := range s.people {
		s.listPerson(p)
	}
	for i, p := range f.ReasonPersons {
		s.add(field{parent: at("reasonPersons/basisPerson", i), name: "kinshipTypeCode", label: fmt.Sprintf("Лицо-основание %d: код родства", i+1),
			value: p.KinshipCode, rule: "L-XSD", format: egisso.Digits7})
	}
	s.day("", "decisionDate", "", "Дата решения", "L-XSD", f.DecisionDate, true)
	s.day("", "dateStart", "", "Дата начала", "L-XSD", f.DateStart, true)
	s.day("", "dateFinish", "", "Дата окончания", "L-XSD", f.DateFinish, false)
	for i, d := range f.Documents {
		path, label := at("documents/document", i), fmt.Sprintf("Документ %d: ", i+1)
		s.add(field{parent: path, name: "title", whose: label, label: "наименование", value: d.Title, rule: "L-DOC", required: true, max: 500})
		s.add(field{parent: path, name: "series", whose: label, label: "серия", value: d.Series, rule: "L-DOC", max: 20})
		s.add(field{parent: path, name: "number", whose: label, label: "номер", value: d.Number, rule: "L-DOC", max: 20})
		s.add(field{parent: path, name: "authority", whose: label, label: "кем выдан", value: d.Authority, rule: "L-DOC", required: true, max: 500})
		s.day(path, "issueDate", label, "дата выдачи", "L-DOC", d.IssueDate, true)
		s.day(path, "startDate", label, "дата начала", "L-DOC", d.StartDate, true)
		s.day(path, "finishDate", label, "дата окончания", "L-DOC", d.FinishDate, false)
	}
	for i, code := range f.NeedsCodes {
		s.add(field{name: needsPath(i), label: fmt.Sprintf("Критерий нуждаемости %d: код", i+1),
			value: code, rule: "L-XSD", required: true, format: criterionCode})
	}
	s.listAssignment()
}

func needsPath(i int) string { return at("needsCriteria/needsCriteria", i) + "/needsCriteriaCode" }

func (s *factSubject) listAssignment() {
	a := &s.f.Assignment
	path := "assignmentInfo"
	if element := a.Form.Element(); element != "" {
		path += "/" + element
	}
	s.add(field{parent: path, name: "measuryCode", label: "Единица измерения ЕГИССО", value: a.MeasureCode, rule: "L-FORM", format: egisso.Digits2})
	s.add(field{parent: path, name: a.Form.OKEIElement(), label: "Единица измерения ОКЕИ", value: a.OKEICode, rule: "L-FORM", format: egisso.OKEIFormat})
	s.add(field{parent: path, name: "content", label: "Содержание", value: a.Content, rule: "L-XSD", max: egisso.MaxContent, soft: true, lines: true})
	s.add(field{parent: path, name: "comment", label: "Комментарий", value: a.Comment, rule: "L-XSD", max: 200, lines: true})
}

func (s *factSubject) add(f field) { s.fields = append(s.fields, f) }

func (s *factSubject) day(parent, name, whose, label, rule string, value egisso.Date, required bool) {
	s.dates = append(s.dates, dateField{parent: parent, name: name, whose: whose, label: label, rule: rule, value: value, required: required})
}

func factSchema(s *factSubject, r *report) {
	checkFields(s.fields, r)
	checkDates(s.dates, r)
}

func factLengths(s *factSubject, r *report)    { checkLengths(s.fields, r) }
func factCharacters(s *factSubject, r *report) { checkCharacters(s.fields, r) }

func factParticipants(s *factSubject, r *report) {
	checkFields(s.fields, r)
	if code := s.f.OSZCode; s.KnownParticipant != nil && s.v.ParticipantCode(code) == "" && !s.KnownParticipant(code) {
		r.add("oszCode", "Код ОНМСЗ не найден в реестре ОНМСЗ")
	}
}

func factOrder(s *factSubject, r *report) {
	if f := s.f; !f.DateFinish.IsZero() && f.DateFinish.Before(f.DateStart) {
		r.add("dateFinish", "Дата окончания назначения раньше даты начала")
	}
}

func factDecisionOrder(s *factSubject, r *report) {
	if f := s.f; !f.DateStart.IsZero() && f.DecisionDate.After(f.DateStart) {
		r.add("decisionDate", "Дата решения позже даты начала назначения")
	}
	if s.inMoreThanAYear(s.f.DateStart) && !s.inMoreThanAYear(s.f.DecisionDate) { // L-BIRTH tells of the decision
		r.add("dateStart", "Дата начала назначения: позже сегодняшнего дня больше чем на год")
	}
}

// factMeasureKnown cannot judge a measure that another provider loaded and the gateway does
// not know. Without an identifier there is nothing to write, so no policy lets the fact out.
func factMeasureKnown(s *factSubject, r *report) {
	switch named := s.f.MeasureProviderCode; {
	case s.measure == nil && s.f.MeasureID == uuid.Nil:
		r.schema("lmszId", "ЛМСЗ, указанная в источнике, в реестре принятых ЛМСЗ не найдена")
	case s.measure != nil && s.MeasureLoader != "" && named != "" && named != s.MeasureLoader:
		r.add("lmszProviderCode", "ЕГИССО приняла эту ЛМСЗ от поставщика "+s.MeasureLoader+", а назван "+named)
	case s.measure == nil && named == "":
		r.add("lmszId", "Значение идентификатора ЛМСЗ "+s.f.MeasureID.String()+" в реестре принятых ЛМСЗ не найдено")
	}
}

// category returns the fact's category in the measure: by id once it is
// resolved, else by the source's key.
func (s *factSubject) category() *egisso.LocalCategory {
	if s.measure == nil {
		return nil
	}
	for i := range s.measure.Categories {
		c := &s.measure.Categories[i]
		if s.f.CategoryID != uuid.Nil && c.ID == s.f.CategoryID ||
			s.f.CategoryID == uuid.Nil && s.f.CategoryKey != "" && egisso.Trim(c.Key) == s.f.CategoryKey {
			return c
		}
	}
	return nil
}

func factCategory(s *factSubject, r *report) {
	const text = "Категория не относится к указанной ЛМСЗ"
	switch {
	case s.measure == nil || s.category() != nil:
	case s.f.CategoryID == uuid.Nil:
		r.schema("categoryId", text)
	default:
		r.add("categoryId", text)
	}
}

func factPeriod(s *factSubject, r *report) {
	if s.measure == nil {
		return
	}
	for _, d := range []struct {
		path, label string
		date        egisso.Date
	}{
		{"decisionDate", "Дата решения о назначении", s.f.DecisionDate},
		{"dateStart", "Дата начала действия назначения", s.f.DateStart},
		{"dateFinish", "Дата окончания действия назначения", s.f.DateFinish},
	} {
		if d.date.IsZero() {
			continue
		}
		if d.date.Before(s.measure.DateEnact) || !s.measure.DateExpiration.IsZero() && d.date.After(s.measure.DateExpiration) {
			r.add(d.path, fmt.Sprintf("%s %s не входит в период действия локальной МСЗ", d.label, reportDate(d.date)))
		}
	}
}

func factFormOfMeasure(s *factSubject, r *report) {
	form := s.f.Assignment.Form
	if s.measure != nil && form.Element() != "" && string(form) != egisso.Trim(string(s.measure.ProvisionForm)) {
		r.add("assignmentInfo", fmt.Sprintf("Форма предоставления факта назначения МСЗ (%s) не совпадает с формой предоставления ЛМСЗ (%s)",
			form, s.measure.ProvisionForm))
	}
}

func factNeedsSign(s *factSubject, r *report) {
	switch f := s.f; {
	case f.NeedsUsed && len(f.NeedsCodes) == 0:
		r.add("needsCriteria/usingSign", "Стоит признак использования критериев нуждаемости, но ни один критерий не указан")
	case !f.NeedsUsed && len(f.NeedsCodes) > 0:
		r.add("needsCriteria/usingSign", "Критерии нуждаемости указаны, но признак их использования не стоит")
	}
}

func factNeedsRepeated(s *factSubject, r *report) {
	seen := map[string]bool{}
	for i, code := range s.f.NeedsCodes {
		if criterionCode(code) == "" && seen[code] {
			r.add(needsPath(i), "Значение кода "+code+" критерия нуждаемости дублирует другое")
		}
		seen[code] = true
	}
}

func factNeedsOfMeasure(s *factSubject, r *report) {
	category := s.category()
	if category == nil {
		return // 014 or L-CAT tells
	}
	var known []string
	for _, c := range category.Criteria {
		known = append(known, egisso.Trim(c.Code))
	}
	has := "\n" + strings.Join(known, "\n") + "\n"
	for i, code := range s.f.NeedsCodes {
		if criterionCode(code) == "" && !strings.Contains(has, "\n"+code+"\n") {
			r.add(needsPath(i), "Значение кода "+code+" критерия нуждаемости не найдено у указанной ЛМСЗ")
		}
	}
}

func factTwin(s *factSubject, r *report) {
	if s.Twin != nil && s.Twin(s.f.TwinKey()) {
		r.add("", "Уже есть действующий факт с тем же получателем, мерой, категорией, периодом и содержанием")
	}
}
