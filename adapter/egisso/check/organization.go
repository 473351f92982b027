package check

import (
	"fmt"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// organizationRules are the checks of organisations that provide measures
// (adapter/egisso/SPEC.md#organization, #local-checks).
var organizationRules = []Rule{
	{Code: "L-XSD", Register: egisso.RegisterOrganization, Severity: egisso.Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены, номера и даты имеют вид, требуемый схемой", organization: organizationSchema},
	{Code: "L-LEN", Register: egisso.RegisterOrganization, Severity: egisso.Error,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках)",
		organization: func(s *organizationSubject, r *report) { checkLengths(s.fields, r) }},
	{Code: "L-CHAR", Register: egisso.RegisterOrganization, Severity: egisso.Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков",
		organization: func(s *organizationSubject, r *report) { checkCharacters(s.fields, r) }},
	{Code: "L-BLANK", Register: egisso.RegisterOrganization, Severity: egisso.Warning,
		Reads: "все тексты", Text: "В текстах нет прочерков, слов «нет», «б/н», «тест» и одних нулей вместо значения",
		organization: func(s *organizationSubject, r *report) { checkBlanks(s.fields, r, "note") }},
	{Code: "L-INN", Register: egisso.RegisterOrganization, Severity: egisso.Warning,
		Reads: "inn, ogrn, ogrnip", Text: "Контрольные числа ИНН, ОГРН и ОГРНИП сходятся", organization: organizationNumbers},
	{Code: "L-ORDER", Register: egisso.RegisterOrganization, Severity: egisso.Error,
		Reads: "beginDate, endDate", Text: "Окончание предоставления меры не раньше начала", organization: organizationOrder},
	{Code: "L-DUP", Register: egisso.RegisterOrganization, Severity: egisso.Warning,
		Reads: "pointMsz", Text: "Мера названа в точке один раз на одну дату начала", organization: organizationRepeats},
	{Code: "L-GEO", Register: egisso.RegisterOrganization, Severity: egisso.Error,
		Reads: "latitude, longitude", Text: "Координаты – место на Земле",
		organization: func(s *organizationSubject, r *report) {
			for i, p := range s.o.Points {
				checkCoordinates(r, at("presencePoint", i)+"/point", fmt.Sprintf("Точка %d: ", i+1), p.Coordinates)
			}
		}},
	{Code: "L-GEO", Register: egisso.RegisterOrganization, Severity: egisso.Warning,
		Reads: "latitude, longitude", Text: "Координаты заполнены",
		organization: func(s *organizationSubject, r *report) {
			for i, p := range s.o.Points {
				checkNowhere(r, at("presencePoint", i)+"/point", fmt.Sprintf("Точка %d: ", i+1), p.Coordinates)
			}
		}},
	{Code: "L-VER", Register: egisso.RegisterOrganization, Severity: egisso.Error, Needs: "последняя принятая версия записи",
		Reads: "previosID", Text: "Заменяется последняя принятая версия организации",
		organization: func(s *organizationSubject, r *report) { s.previousKnown(r, "previosID", s.o.PreviousID) }},
	{Code: "014", Register: egisso.RegisterOrganization, Severity: egisso.Error, Needs: "принятые ЛМСЗ",
		Reads: "localMsz", Text: "ЛМСЗ принята ЕГИССО и не удалена", organization: organizationMeasures},
}

type organizationSubject struct {
	Checker
	o *egisso.Organization
	fieldList
}

func newOrganizationSubject(c Checker, o egisso.Organization) *organizationSubject {
	o = o.Normalize()
	s := &organizationSubject{Checker: c, o: &o}
	s.list()
	return s
}

// list names every text and date of tOrganization of organization/1.0.5.
func (s *organizationSubject) list() {
	o := s.o
	s.text("title", "Наименование", o.Title, true, 1000, nil)
	s.text("siteUrl", "Адрес сайта", o.SiteURL, false, 1000, nil)
	s.text("address", "Фактический адрес", o.Address, true, 500, nil)
	s.text("email", "E-mail", o.Email, true, 100, egisso.EmailFormat)
	s.text("contacts", "Телефоны", o.Contacts, true, 500, nil)
	if l := o.Legal; l != nil {
		s.text("legalPerson/inn", "ИНН", l.INN, true, 0, egisso.Digits10)
		s.text("legalPerson/kpp", "КПП", l.KPP, true, 0, egisso.Digits9)
		s.text("legalPerson/ogrn", "ОГРН", l.OGRN, true, 0, egisso.OGRNFormat)
		s.registration("legalPerson/", &egisso.LegalRegistration, &l.Registration)
	}
	if e := o.Entrepreneur; e != nil {
		s.text("individualBusinessman/inn", "ИНН", e.INN, true, 0, egisso.Digits12)
		s.text("individualBusinessman/ogrnip", "ОГРНИП", e.OGRNIP, true, 0, ogrnip)
		s.registration("individualBusinessman/", &egisso.EntrepreneurRegistration, &e.Registration)
	}
	for i, p := range o.Points {
		path, label := at("presencePoint", i), fmt.Sprintf("Точка %d: ", i+1)
		s.text(path+"/title", label+"наименование", p.Title, true, 1000, nil)
		s.text(path+"/address", label+"адрес", p.Address, true, 500, nil)
		s.text(path+"/email", label+"e-mail", p.Email, false, 100, egisso.EmailFormat)
		s.text(path+"/contacts", label+"телефоны", p.Contacts, false, 500, nil)
		s.text(path+"/note", label+"примечание", p.Note, false, 1000, nil)
		s.text(path+"/schedule", label+"режим работы", p.Schedule, false, 500, nil)
		for j, m := range p.Measures {
			path, label := at(path+"/pointMsz", j), fmt.Sprintf("%sмера %d: ", label, j+1)
			s.date(path+"/beginDate", label+"дата начала", m.BeginDate, true)
			s.date(path+"/endDate", label+"дата окончания", m.EndDate, false)
		}
	}
	for i, d := range o.Documents {
		path, label := at("document", i), fmt.Sprintf("Документ %d: ", i+1)
		s.text(path+"/title", label+"наименование", d.Title, true, 1000, nil)
		s.text(path+"/number", label+"номер", d.Number, false, 100, nil)
		s.text(path+"/contractor", label+"орган, заключивший договор", d.Contractor, true, 500, nil)
	}
}

func (s *organizationSubject) registration(path string, names *egisso.RegistrationNames, r *egisso.Registration) {
	path += names.Element(r) + "/"
	const label = "Документ о регистрации: "
	if r.Certificate() {
		s.text(path+"series", label+"серия", r.Series, true, 2, nil)
		s.text(path+"number", label+"номер", r.Number, true, 9, nil)
	}
	s.text(path+names.Number, label+"номер записи в реестре", r.GRN, true, 0, exactly(names.Length))
	s.date(path+"issueDate", label+"дата", r.IssueDate, true)
	s.text(path+"authority", label+"орган", r.Authority, true, 500, nil)
}

func organizationSchema(s *organizationSubject, r *report) {
	checkFields(s.fields, r)
	checkDates(s.dates, r)
	o := s.o
	switch {
	case o.Legal == nil && o.Entrepreneur == nil:
		r.schema("legalPerson", "Не указано, юридическое лицо это или предприниматель")
	case o.Legal != nil && o.Entrepreneur != nil:
		r.schema("legalPerson", "Указаны сведения и о юридическом лице, и о предпринимателе, должно быть что-то одно")
	}
	if len(o.Points) == 0 {
		r.schema("presencePoint", "Точки присутствия: нет ни одной записи")
	}
	for i, p := range o.Points {
		if len(p.Measures) == 0 {
			r.schema(at("presencePoint", i)+"/pointMsz", fmt.Sprintf("Точка %d: предоставляемые меры: нет ни одной записи", i+1))
		}
	}
	if len(o.Documents) == 0 {
		r.schema("document", "Документы: нет ни одной записи")
	}
}

// organizationNumbers never shows the number: an entrepreneur's is a person's.
func organizationNumbers(s *organizationSubject, r *report) {
	const wrong = ": контрольное число не сходится"
	if l := s.o.Legal; l != nil {
		if egisso.Digits10(l.INN) == "" && !egisso.INNValid(l.INN) {
			r.add("legalPerson/inn", "ИНН"+wrong)
		}
		if egisso.OGRNFormat(l.OGRN) == "" && !egisso.OGRNValid(l.OGRN) {
			r.add("legalPerson/ogrn", "ОГРН"+wrong)
		}
	}
	if e := s.o.Entrepreneur; e != nil {
		if egisso.Digits12(e.INN) == "" && !egisso.INNValid(e.INN) {
			r.add("individualBusinessman/inn", "ИНН"+wrong)
		}
		if ogrnip(e.OGRNIP) == "" && !egisso.OGRNIPValid(e.OGRNIP) {
			r.add("individualBusinessman/ogrnip", "ОГРНИП"+wrong)
		}
	}
}

func organizationOrder(s *organizationSubject, r *report) {
	for i, p := range s.o.Points {
		for j, m := range p.Measures {
			if !m.EndDate.IsZero() && m.EndDate.Before(m.BeginDate) {
				r.add(at(at("presencePoint", i)+"/pointMsz", j)+"/endDate",
					fmt.Sprintf("Точка %d: мера %d: окончание раньше начала", i+1, j+1))
			}
		}
	}
}

func organizationRepeats(s *organizationSubject, r *report) {
	for i, p := range s.o.Points {
		seen := map[egisso.OrganizationMeasure]bool{}
		for j, m := range p.Measures {
			m.EndDate = egisso.Date{}
			if seen[m] {
				r.add(at(at("presencePoint", i)+"/pointMsz", j), fmt.Sprintf("Точка %d: мера %d повторяется", i+1, j+1))
			}
			seen[m] = true
		}
	}
}

func organizationMeasures(s *organizationSubject, r *report) {
	for i, p := range s.o.Points {
		for j, m := range p.Measures {
			s.measureKnown(r, at(at("presencePoint", i)+"/pointMsz", j)+"/localMsz", fmt.Sprintf("Точка %d: мера %d: ", i+1, j+1), m.ID)
		}
	}
}

// checkCoordinates is the rule L-GEO.
func checkCoordinates(r *report, path, label string, c *egisso.Coordinates) {
	if c == nil {
		return
	}
	for _, v := range []struct {
		name, title string
		value       decimal.Decimal
		max         int64
	}{{"latitude", "широта", c.Latitude, 90}, {"longitude", "долгота", c.Longitude, 180}} {
		if problem := numberProblem(v.value); problem != "" {
			r.schema(path+"/"+v.name, label+v.title+": "+problem)
		} else if v.value.Abs().GreaterThan(decimal.NewFromInt(v.max)) {
			r.add(path+"/"+v.name, fmt.Sprintf("%s%s: должно быть от -%d до %d градусов", label, v.title, v.max, v.max))
		}
	}
}
