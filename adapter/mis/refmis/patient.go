package refmis

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// benefit is a privilege type of the invented region: who has it and how its
// prescriptions are paid.
type benefit struct {
	id       int64
	share    int // of 1000 patients
	discount int16
	minAge   int // at the beginning of the year
	maxAge   int
	document string // that proves it
	issuer   string
}

// benefits are the rows of mis.privilege_type that patients have.
var benefits = []benefit{
	{1, 90, 100, 20, 88, "Справка об инвалидности", "Бюро медико-социальной экспертизы № 3"},
	{2, 210, 100, 20, 88, "Справка об инвалидности", "Бюро медико-социальной экспертизы № 3"},
	{3, 150, 100, 20, 85, "Справка об инвалидности", "Бюро медико-социальной экспертизы № 5"},
	{4, 50, 100, 4, 17, "Справка об инвалидности", "Бюро медико-социальной экспертизы № 7"},
	{5, 60, 100, 40, 75, "Удостоверение ветерана боевых действий", "Военный комиссариат"},
	{6, 180, 100, 25, 85, "Выписка из медицинской карты", "Городская поликлиника № 1"},
	{7, 110, 100, 20, 80, "Выписка из медицинской карты", "Городская поликлиника № 4"},
	{8, 50, 100, 0, 1, "", ""},
	{9, 20, 50, 93, 99, "Удостоверение труженика тыла", "Управление социальной защиты населения"},
	{10, 40, 50, 72, 95, "Справка о реабилитации", "Прокуратура области"},
	{11, 40, 0, 20, 80, "Справка о доходах", "Управление социальной защиты населения"},
}

var service = benefit{12, 80, 100, 20, 88, "Справка об инвалидности", "Бюро медико-социальной экспертизы № 3"}

// Benefits with a wrong mapping, for defects.
var wrongMapping = map[Kind]int64{MappingForm: 91, MappingCategory: 92, MappingMissing: 93}

// person is one patient with the benefit prescriptions are written under.
type person struct {
	id       int64
	benefit  benefit
	female   bool
	birth    time.Time
	privBegs time.Time // the benefit begins
}

// personOf returns the n-th patient. It is cheap: nothing is remembered.
func (g *generator) personOf(n int) (person, *rand.Rand) {
	r := dice(g.seed, tablePatient, n)
	p := person{id: int64(n) + 1, benefit: g.benefitOf(r, n), female: r.IntN(100) < 58}
	if p.benefit.id == 5 {
		p.female = false
	}
	span := (p.benefit.maxAge - p.benefit.minAge) * 365
	p.birth = g.since.AddDate(-p.benefit.minAge, 0, -30-r.IntN(span))
	p.privBegs = latest(p.birth, g.since.AddDate(0, 0, -20-r.IntN(1500)))
	return p, r
}

// benefitOf chooses a benefit for the n-th patient. Patients of bad
// prescriptions have one that their defect can show under.
func (g *generator) benefitOf(r *rand.Rand, n int) benefit {
	if n >= g.patients {
		return benefits[0]
	}
	total := 0
	for _, b := range g.benefits {
		total += b.share
	}
	at := r.IntN(total)
	for _, b := range g.benefits {
		if at < b.share {
			return b
		}
		at -= b.share
	}
	return g.benefits[0]
}

var patientColumns = []string{
	"id", "snils", "surname", "name", "patronymic", "birth_surname", "sex", "birth_date", "phone",
	"doc_type", "doc_series", "doc_number", "doc_date", "doc_issuer",
}

// patientRow is a row of mis.patient.
func (g *generator) patientRow(n int) []any {
	p, r := g.personOf(n)
	var (
		number     any = snilsOf(n)
		family         = surname(r, p.female)
		first          = pick(r, maleNames)
		patronymic any = pick(r, fathers)[form(p.female)]
		maiden     any
		sex        = int16(1)
		phone      any
	)
	if p.female {
		first, sex = pick(r, femaleNames), 2
		if r.IntN(6) == 0 {
			maiden = surname(r, true)
		}
	}
	if r.IntN(50) == 0 {
		patronymic = nil
	}
	if r.IntN(10) < 7 {
		phone = fmt.Sprintf("9%09d", r.IntN(1_000_000_000))
	}
	switch g.kindOf(n) {
	case SNILSMissing:
		number = nil
	case SNILSChecksum:
		number = spoilCheck(snilsOf(n))
	case SurnameLatin:
		family = "Cоколов" // the first letter is Latin
		if p.female {
			family = "Cоколова"
		}
	case BirthAfter:
		p.birth = g.since.AddDate(3, 0, 0)
	}
	row := []any{p.id, number, family, first, patronymic, maiden, sex, p.birth, phone}
	return append(row, g.identity(r, p)...)
}

// Addresses are known of one patient in so many, and the right of one in so many
// rests on another person.
const (
	patientsPerAddress = 4
	patientsPerBasis   = 40
)

var addressColumns = []string{"patient_id", "kind", "post_index", "region", "city", "street", "house", "apartment"}

// addressRow is the i-th row of mis.patient_address.
func (g *generator) addressRow(i int) []any {
	n := i * patientsPerAddress
	r := dice(g.seed, tableAddress, n)
	return []any{int64(n) + 1, int16(1 + r.IntN(3)), fmt.Sprintf("614%03d", r.IntN(1000)), "Пермский край", "Пермь",
		"ул. " + pick(r, []string{"Вымышленная", "Примерная", "Условная", "Учебная"}), fmt.Sprint(1 + r.IntN(90)), fmt.Sprint(1 + r.IntN(120))}
}

var basisColumns = []string{"privilege_id", "patient_id", "kinship"}

// basisRow is the i-th row of mis.privilege_basis: the next patient is the reason.
func (g *generator) basisRow(i int) []any {
	n := i * patientsPerBasis
	kinship := "0411011" // son
	if p, _ := g.personOf(n + 1); p.female {
		kinship = "0421011"
	}
	return []any{int64(n) + 1, int64(n) + 2, kinship}
}

// spoilCheck changes the last digit of a СНИЛС.
func spoilCheck(s string) string {
	last := s[len(s)-1]
	return s[:len(s)-1] + string('0'+(last-'0'+1)%10)
}

// identity are the columns of the identity document: a passport, a birth
// certificate for a child, or nothing for one in ten.
func (g *generator) identity(r *rand.Rand, p person) []any {
	adult := p.birth.AddDate(14, 1, 0)
	switch {
	case r.IntN(10) == 0 || p.birth.After(g.since):
		return []any{nil, nil, nil, nil, nil}
	case adult.After(g.since):
		issued := latest(p.birth, p.birth.AddDate(0, 0, 10+r.IntN(20)))
		return []any{int16(3), pick(r, []string{"I", "II", "III"}) + "-ВГ", fmt.Sprintf("%06d", r.IntN(1_000_000)), issued,
			"Отделом ЗАГС администрации города Перми"}
	default:
		issued := adult
		if renewed := p.birth.AddDate(45, 1, 0); renewed.Before(g.since) {
			issued = renewed
		} else if renewed := p.birth.AddDate(20, 1, 0); renewed.Before(g.since) {
			issued = renewed
		}
		if first := time.Date(1997, time.October, 1, 0, 0, 0, 0, time.UTC); issued.Before(first) {
			issued = first.AddDate(0, 0, r.IntN(2000))
		}
		return []any{int16(1), fmt.Sprintf("57%02d", issued.Year()%100), fmt.Sprintf("%06d", r.IntN(1_000_000)), issued,
			"Отделом внутренних дел " + pick(r, []string{"Ленинского", "Свердловского", "Мотовилихинского"}) + " района города Перми"}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var privilegeColumns = []string{
	"id", "patient_id", "privilege_type_id", "beg_date", "doc_name", "doc_series", "doc_number", "doc_date", "doc_issuer", "doc_list",
}

// brokenDocuments is a list of documents as a form of the МИС could have saved
// it: an object in place of the list, and a date that does not exist.
const brokenDocuments = `{"title": "Справка", "issueDate": "2024-02-30"}`

// privilegeRow is a row of mis.patient_privilege: the benefit of the n-th patient.
func (g *generator) privilegeRow(n int) []any {
	p, _ := g.personOf(n)
	r := dice(g.seed, tablePrivilege, n)
	var name, series, number, issued, issuer, list any
	if p.benefit.document != "" {
		name, issuer = p.benefit.document, p.benefit.issuer
		series, number = fmt.Sprintf("С-%d", p.privBegs.Year()), fmt.Sprintf("%07d", r.IntN(10_000_000))
		issued = p.privBegs
	}
	kind, benefit := g.kindOf(n), p.benefit.id
	switch kind {
	case DocumentTooLong:
		issuer = strings.TrimSpace(strings.Repeat("Бюро медико-социальной экспертизы ", 16))
	case DocumentsBroken:
		list = brokenDocuments
	case MappingForm, MappingCategory, MappingMissing:
		benefit = wrongMapping[kind]
	}
	return []any{p.id, p.id, benefit, p.privBegs, name, series, number, issued, issuer, list}
}
