package check

import (
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// pointRules are the checks of presence points (adapter/egisso/SPEC.md#presence-point, #rule-codes,
// #local-checks).
var pointRules = []Rule{
	{Code: "L-XSD", Register: egisso.RegisterPoint, Severity: egisso.Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены и имеют вид, требуемый схемой", point: pointSchema},
	{Code: "L-LEN", Register: egisso.RegisterPoint, Severity: egisso.Error,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках)",
		point: func(s *pointSubject, r *report) { checkLengths(s.fields, r) }},
	{Code: "L-CHAR", Register: egisso.RegisterPoint, Severity: egisso.Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков",
		point: func(s *pointSubject, r *report) { checkCharacters(s.fields, r) }},
	{Code: "L-BLANK", Register: egisso.RegisterPoint, Severity: egisso.Warning,
		Reads: "все тексты", Text: "В текстах нет прочерков, слов «нет», «б/н», «тест» и одних нулей вместо значения",
		point: func(s *pointSubject, r *report) { checkBlanks(s.fields, r, "rules") }},
	{Code: "L-OSZ", Register: egisso.RegisterPoint, Severity: egisso.Error,
		Reads: "onmszCode", Text: "Код ОНМСЗ имеет вид NNNN.NNNNNN и есть в реестре ОНМСЗ (если реестр ведётся)", point: pointParticipant},
	{Code: "L-GEO", Register: egisso.RegisterPoint, Severity: egisso.Error,
		Reads: "latitude, longitude", Text: "Координаты – место на Земле",
		point: func(s *pointSubject, r *report) {
			checkCoordinates(r, "point", "Координаты: ", s.p.Coordinates)
		}},
	{Code: "L-GEO", Register: egisso.RegisterPoint, Severity: egisso.Warning,
		Reads: "latitude, longitude", Text: "Координаты заполнены",
		point: func(s *pointSubject, r *report) { checkNowhere(r, "point", "Координаты: ", s.p.Coordinates) }},
	{Code: "L-DUP", Register: egisso.RegisterPoint, Severity: egisso.Warning,
		Reads: "msz", Text: "Мера названа один раз", point: pointRepeats},
	{Code: "007", Register: egisso.RegisterPoint, Severity: egisso.Error, Needs: "справочник ОКТМО",
		Reads: "oktmo", Text: "Код ОКТМО есть в справочнике", point: pointOKTMO},
	{Code: "039", Register: egisso.RegisterPoint, Severity: egisso.Error, Needs: "последняя принятая версия записи",
		Reads: "previousID", Text: "Заменяется последняя принятая версия точки присутствия",
		point: func(s *pointSubject, r *report) { s.previousKnown(r, "previousID", s.p.PreviousID) }},
	{Code: "014", Register: egisso.RegisterPoint, Severity: egisso.Error, Needs: "принятые ЛМСЗ",
		Reads: "msz", Text: "ЛМСЗ принята ЕГИССО и не удалена", point: pointMeasures},
}

type pointSubject struct {
	Checker
	p *egisso.PresencePoint
	v *egisso.Version
	fieldList
}

// newPointSubject lists every text of tPresencePoint of presence-point.
func newPointSubject(c Checker, p egisso.PresencePoint) *pointSubject {
	p = p.Normalize()
	s := &pointSubject{Checker: c, p: &p, v: c.Versions.For(egisso.RegisterPoint)}
	s.owned("L-OSZ", "onmszCode", "Код ОНМСЗ", p.ONMSZCode, true, 0, s.v.ParticipantCode)
	s.text("title", "Наименование", p.Title, true, 500, nil)
	s.text("address", "Адрес", p.Address, true, 500, nil)
	s.text("oktmo", "Код ОКТМО", p.OKTMO, true, 0, egisso.Digits8)
	s.text("email", "E-mail", p.Email, false, 100, egisso.EmailFormat)
	s.text("contacts", "Контакты", p.Contacts, true, 500, nil)
	s.text("schedule", "Режим работы", p.Schedule, true, 500, nil)
	s.text("rules", "Правила посещения", p.Rules, false, 1000, nil)
	return s
}

func pointSchema(s *pointSubject, r *report) {
	checkFields(s.fields, r)
	if s.p.Coordinates == nil {
		r.schema("point", "Координаты: "+notGiven)
	}
	if len(s.p.Measures) == 0 {
		r.schema("msz", "Меры: нет ни одной записи")
	}
}

func pointParticipant(s *pointSubject, r *report) {
	checkFields(s.fields, r)
	if code := s.p.ONMSZCode; s.KnownParticipant != nil && s.v.ParticipantCode(code) == "" && !s.KnownParticipant(code) {
		r.add("onmszCode", "Код ОНМСЗ не найден в реестре ОНМСЗ")
	}
}

func pointRepeats(s *pointSubject, r *report) {
	seen := map[egisso.PointMeasure]bool{}
	for i, m := range s.p.Measures {
		if seen[m] {
			r.add(at("msz", i), fmt.Sprintf("Мера %d повторяется", i+1))
		}
		seen[m] = true
	}
}

func pointOKTMO(s *pointSubject, r *report) {
	if code := s.p.OKTMO; s.KnownOKTMO != nil && egisso.Digits8(code) == "" && !s.KnownOKTMO(code) {
		r.add("oktmo", "Значение кода "+code+" не найдено в справочнике «ОКТМО»")
	}
}

func pointMeasures(s *pointSubject, r *report) {
	for i, m := range s.p.Measures {
		s.measureKnown(r, at("msz", i), fmt.Sprintf("Мера %d: ", i+1), m.ID)
	}
}

// measureKnown is the rule 014 for a measure named by another record. Without an
// identifier there is nothing to write, so no policy lets the record out.
func (c Checker) measureKnown(r *report, path, label string, id uuid.UUID) {
	switch {
	case c.KnownMeasure == nil:
	case id == uuid.Nil:
		r.schema(path, label+"ЛМСЗ, указанная в источнике, в реестре принятых ЛМСЗ не найдена")
	case !c.KnownMeasure(id):
		r.add(path, label+"значение идентификатора ЛМСЗ "+id.String()+" в реестре принятых ЛМСЗ не найдено")
	}
}

// previousKnown is the rule about the version a record replaces: L-LMSZ-VER of
// measures, 039 of points, L-VER of organisations.
func (c Checker) previousKnown(r *report, path string, previous uuid.UUID) {
	switch {
	case c.LastAccepted == nil || previous == *c.LastAccepted:
	case previous == uuid.Nil:
		r.add(path, "Не указана заменяемая версия, хотя ЕГИССО уже приняла запись")
	default:
		r.add(path, "Заменяемая версия "+previous.String()+" – не последняя принятая ЕГИССО")
	}
}
