package check

import (
	"fmt"

	"egissogw/adapter/egisso"
)

// applicationRules are the checks of applications on participants
// (adapter/egisso/SPEC.md#application, #local-checks).
var applicationRules = []Rule{
	{Code: "L-XSD", Register: egisso.RegisterParticipant, Severity: egisso.Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены, номера и даты имеют вид, требуемый схемой", application: applicationSchema},
	{Code: "L-LEN", Register: egisso.RegisterParticipant, Severity: egisso.Error,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках)",
		application: func(s *applicationSubject, r *report) { checkLengths(s.fields, r) }},
	{Code: "L-CHAR", Register: egisso.RegisterParticipant, Severity: egisso.Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков",
		application: func(s *applicationSubject, r *report) { checkCharacters(s.fields, r) }},
	{Code: "L-BLANK", Register: egisso.RegisterParticipant, Severity: egisso.Warning,
		Reads: "все тексты", Text: "В текстах нет прочерков, слов «нет», «б/н», «тест» и одних нулей вместо значения",
		application: func(s *applicationSubject, r *report) { checkBlanks(s.fields, r) }},
	{Code: "L-OSZ", Register: egisso.RegisterParticipant, Severity: egisso.Error,
		Reads: "OSZCode", Text: "Код ОНМСЗ имеет вид NNNN.NNNNNN; изменяемая или исключаемая организация названа им",
		application: func(s *applicationSubject, r *report) { checkFields(s.fields, r) }},
	{Code: "L-INN", Register: egisso.RegisterParticipant, Severity: egisso.Warning,
		Reads: "inn, ogrn", Text: "Контрольные числа ИНН и ОГРН сходятся", application: applicationNumbers},
	{Code: "L-EMPTY", Register: egisso.RegisterParticipant, Severity: egisso.Error,
		Reads: "modification", Text: "Заявка на изменение что-нибудь меняет", application: applicationEmpty},
	{Code: "007", Register: egisso.RegisterParticipant, Severity: egisso.Error, Needs: "справочник ОКТМО",
		Reads: "OKTMOcode", Text: "Код ОКТМО есть в справочнике", application: applicationOKTMO},
}

type applicationSubject struct {
	Checker
	a *egisso.Application
	fieldList
}

// newApplicationSubject lists every text and date of tApplicationRU of
// app-RU-OSZ/1.0.3 that the action has.
func newApplicationSubject(c Checker, a egisso.Application) *applicationSubject {
	a.Participant = a.Participant.Normalize()
	s := &applicationSubject{Checker: c, a: &a}
	p, all := &a.Participant, a.Action == egisso.ActionInsertion
	s.owned("L-OSZ", "OSZCode", "Код ОНМСЗ", p.OSZCode, !all, 0, c.Versions.For(egisso.RegisterParticipant).ParticipantCode)
	if a.Action != egisso.ActionExclusion {
		s.text("title", "Наименование", p.Title, all, 500, nil)
		s.text("shortitle", "Сокращённое наименование", p.ShortTitle, false, 100, nil)
		s.text("inn", "ИНН", p.INN, all, 0, egisso.Digits10)
		s.text("kpp", "КПП", p.KPP, all, 0, egisso.Digits9)
		s.text("ogrn", "ОГРН", p.OGRN, all, 0, egisso.OGRNFormat)
		s.text("juraddress", "Юридический адрес", p.LegalAddress, all, 500, nil)
		s.text("address", "Фактический адрес", p.Address, all, 500, nil)
		s.text("EMail", "E-mail", p.Email, all, 100, egisso.EmailFormat)
		s.text("siteURL", "Адрес сайта", p.SiteURL, false, 1000, nil)
		for i, code := range p.Territories {
			s.text(territoryPath(i), fmt.Sprintf("Территория %d: код ОКТМО", i+1), code, true, 0, egisso.Digits8)
		}
	}
	d := &p.Document
	s.text("document/docnumber", "Основание: номер", d.Number, true, 20, nil)
	s.date("document/docdate", "Основание: дата", d.Date, true)
	s.text("document/docname", "Основание: наименование", d.Name, true, 200, nil)
	return s
}

func territoryPath(i int) string { return at("territories/OKTMOcode", i) }

func applicationSchema(s *applicationSubject, r *report) {
	checkFields(s.fields, r)
	checkDates(s.dates, r)
	if s.a.Action == egisso.ActionInsertion && len(s.a.Participant.Territories) == 0 {
		r.schema("territories", "Территории: нет ни одной записи")
	}
	if !s.a.Action.Valid() {
		r.schema("OSZinfo", "Не указано, включить, изменить или исключить организацию")
	}
}

func applicationNumbers(s *applicationSubject, r *report) {
	p := &s.a.Participant
	if egisso.Digits10(p.INN) == "" && !egisso.INNValid(p.INN) {
		r.add("inn", "ИНН: контрольное число не сходится")
	}
	if egisso.OGRNFormat(p.OGRN) == "" && !egisso.OGRNValid(p.OGRN) {
		r.add("ogrn", "ОГРН: контрольное число не сходится")
	}
}

func applicationEmpty(s *applicationSubject, r *report) {
	if s.a.Action == egisso.ActionModification && emptyParticipant(&s.a.Participant) {
		r.add("modification", "Заявка на изменение ничего не меняет")
	}
}

// emptyParticipant reports whether no field of the participant itself is given.
func emptyParticipant(p *egisso.Participant) bool {
	return p.Title == "" && p.ShortTitle == "" && p.INN == "" && p.KPP == "" && p.OGRN == "" && p.LegalAddress == "" &&
		p.Address == "" && p.Email == "" && p.SiteURL == "" && len(p.Territories) == 0
}

func applicationOKTMO(s *applicationSubject, r *report) {
	for i, code := range s.a.Participant.Territories {
		if s.KnownOKTMO != nil && egisso.Digits8(code) == "" && !s.KnownOKTMO(code) {
			r.add(territoryPath(i), "Значение кода "+code+" не найдено в справочнике «ОКТМО»")
		}
	}
}
