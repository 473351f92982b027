package egisso

import (
	"fmt"

	"github.com/google/uuid"
)

// pointRules are the checks of presence points (SPEC.md#presence-point, #rule-codes,
// #local-checks).
var pointRules = []Rule{
	{Code: "L-XSD", Register: RegisterPoint, Severity: Error,
		Reads: "все элементы", Text: "Обязательные элементы заполнены и имеют вид, требуемый схемой", point: pointSchema},
	{Code: "L-LEN", Register: RegisterPoint, Severity: Error,
		Reads: "все тексты", Text: "Тексты не длиннее, чем допускает схема (в знаках)",
		point: func(s *pointSubject, r *report) { checkLengths(s.fields, r) }},
	{Code: "L-CHAR", Register: RegisterPoint, Severity: Error,
		Reads: "все тексты", Text: "В текстах нет управляющих и недопустимых в XML знаков",
		point: func(s *pointSubject, r *report) { checkCharacters(s.fields, r) }},
	{Code: "L-OSZ", Register: RegisterPoint, Severity: Error,
		Reads: "onmszCode", Text: "Код ОНМСЗ имеет вид NNNN.NNNNNN и есть в реестре ОНМСЗ (если реестр ведётся)", point: pointParticipant},
	{Code: "L-GEO", Register: RegisterPoint, Severity: Error,
		Reads: "latitude, longitude", Text: "Координаты – место на Земле",
		point: func(s *pointSubject, r *report) {
			checkCoordinates(r, "point", "Координаты: ", s.p.Coordinates)
		}},
	{Code: "L-DUP", Register: RegisterPoint, Severity: Warning,
		Reads: "msz", Text: "Мера названа один раз", point: pointRepeats},
	{Code: "007", Register: RegisterPoint, Severity: Error, Needs: "справочник ОКТМО",
		Reads: "oktmo", Text: "Код ОКТМО есть в справочнике", point: pointOKTMO},
	{Code: "039", Register: RegisterPoint, Severity: Error, Needs: "последняя принятая версия записи",
		Reads: "previousID", Text: "Заменяется последняя принятая версия точки присутствия",
		point: func(s *pointSubject, r *report) { s.previousKnown(r, "previousID", s.p.PreviousID) }},
	{Code: "014", Register: RegisterPoint, Severity: Error, Needs: "принятые ЛМСЗ",
		Reads: "msz", Text: "ЛМСЗ принята ЕГИССО и не удалена", point: pointMeasures},
}

type pointSubject struct {
	Checker
	p *PresencePoint
	v *Version
	fieldList
}

// newPointSubject lists every text of tPresencePoint of presence-point.
func newPointSubject(c Checker, p PresencePoint) *pointSubject {
	p = p.Normalize()
	s := &pointSubject{Checker: c, p: &p, v: c.Versions.For(RegisterPoint)}
	s.owned("L-OSZ", "onmszCode", "Код ОНМСЗ", p.ONMSZCode, true, 0, s.v.ParticipantCode)
	s.text("title", "Наименование", p.Title, true, 500, nil)
	s.text("address", "Адрес", p.Address, true, 500, nil)
	s.text("oktmo", "Код ОКТМО", p.OKTMO, true, 0, Digits8)
	s.text("email", "E-mail", p.Email, false, 100, EmailFormat)
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
	seen := map[PointMeasure]bool{}
	for i, m := range s.p.Measures {
		if seen[m] {
			r.add(at("msz", i), fmt.Sprintf("Мера %d повторяется", i+1))
		}
		seen[m] = true
	}
}

func pointOKTMO(s *pointSubject, r *report) {
	if code := s.p.OKTMO; s.KnownOKTMO != nil && Digits8(code) == "" && !s.KnownOKTMO(code) {
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
