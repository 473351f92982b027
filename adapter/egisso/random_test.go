package egisso

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// random makes records at the edges of what the schemas allow and, now and
// then, beyond them.
type random struct {
	*rand.Rand
	v *Version // limits of texts and participant codes; nil: the widest
}

func newRandom(seed uint64) random { return random{Rand: rand.New(rand.NewPCG(seed, 10))} }

// long is a text of a measure whose limit depends on the version.
func (r random) long() string {
	if r.v != nil && r.v.longText > 0 {
		return r.text(r.v.longText)
	}
	return r.text(2000)
}

// participant is a participant code.
func (r random) participant() string {
	letters := "ABCDEFGHJKLMNPQRSTUVWXYZ"
	if r.v != nil && !r.v.letters {
		letters = ""
	}
	return r.nasty(r.from(letters+"0123456789", 4) + "." + r.from("0123456789", 6))
}

// sometimes is true once in n.
func (r random) sometimes(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r random, values ...T) T { return values[r.IntN(len(values))] }

func (r random) uuid() uuid.UUID {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(r.IntN(256))
	}
	return id
}

func (r random) from(alphabet string, n int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range n {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

const cyrillic = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"

// nasty spoils a value once in a while.
func (r random) nasty(s string) string {
	if !r.sometimes(150) {
		return s
	}
	return pick(r, "", s+"x", "x"+s, s+"\x00", s+"\x1f", s+"\ufffe", s+"\xff", s+"\u0085z", "\u200b"+s, s+s+s, "-"+s, s+"\n5", " "+s+"\t")
}

// text is 1 to max characters, often exactly max, with everything XML has to
// escape and characters of one to four bytes.
func (r random) text(max int) string {
	n := 1 + r.IntN(max)
	if r.sometimes(3) {
		n = max
	}
	if r.sometimes(300) {
		n = max + 1
	}
	s := r.from(cyrillic+cyrillic+`abcXYZ 0123456789.,<>&"'№–€]]>😀`, n)
	return r.nasty(s)
}

func (r random) maybe(n int, s string) string {
	if r.sometimes(n) {
		return ""
	}
	return s
}

func (r random) digits(n int) string { return r.nasty(r.from("0123456789", n)) }

func (r random) date() Date {
	if r.sometimes(400) {
		return pick(r, Date{}, Date{2023, 2, 31}, Date{999, 1, 1}, Date{3000, 1, 1})
	}
	return day("2020-01-01").AddDays(r.IntN(1500))
}

func (r random) maybeDate() Date {
	if r.sometimes(2) {
		return Date{}
	}
	return r.date()
}

func (r random) number(scale int32) decimal.Decimal {
	if r.sometimes(300) {
		return pick(r, num("-1"), num("0"), num("12345678901234567890"), num("0.0000000000000000000001"), decimal.New(1, 400), num("1.005"))
	}
	return decimal.New(r.Int64N(10_000_000)+1, -r.Int32N(scale+1))
}

func (r random) optional(scale int32) decimal.NullDecimal {
	if r.sometimes(3) {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(r.number(scale))
}

func (r random) boolPtr() *bool {
	if r.sometimes(3) {
		return nil
	}
	return flag(r.sometimes(2))
}

// list is now and then empty though it must not be.
func list[T any](r random, min, max int, f func() T) []T {
	if r.sometimes(300) {
		min = 0
	}
	return few(r, min, max, f)
}

func few[T any](r random, min, max int, f func() T) []T {
	var out []T
	for range min + r.IntN(max-min+1) {
		out = append(out, f())
	}
	return out
}

func (r random) measure() LocalMeasure {
	m := LocalMeasure{
		ID: r.uuid(), Code: r.maybe(3, r.text(20)), Title: r.text(2000), DateEnact: r.date(), DateExpiration: r.maybeDate(),
		PeriodicityCode: r.digits(2), PartKMSZ: r.digits(6), MSZ: r.digits(4), ProvisionForm: ProvisionForm(r.digits(2)), LevelNPA: r.digits(2),
		Categories: list(r, 1, 3, func() LocalCategory {
			return LocalCategory{
				ID: r.uuid(), Code: r.maybe(2, r.text(20)), Title: r.text(2000), KMSZ: r.digits(8),
				Criteria: list(r, 0, 2, func() NeedsCriterion {
					n := NeedsCriterion{Code: r.digits(1 + r.IntN(10)), Date: r.date()}
					if r.sometimes(2) {
						n.Coefficient = decimal.NewNullDecimal(decimal.New(int64(r.IntN(101)), -1))
					}
					return n
				}),
			}
		}),
		Estimation:  r.maybe(2, r.long()),
		Territories: list(r, 1, 3, func() string { return r.digits(8) }),
		Reasons: list(r, 1, 2, func() LegalAct {
			return LegalAct{Number: r.text(20), Date: r.date(), Title: r.long(), Authority: r.long(), URL: r.text(1000)}
		}),
		KBK: r.nasty(r.from("0123456789ABCDХЯ-", 20)), FRGUCode: r.maybe(2, r.digits(9+r.IntN(22))), FRGUPurpose: r.maybe(2, r.digits(9+r.IntN(22))),
		Cases: r.long(), Conditions: r.long(),
		Methods:      list(r, 1, 2, func() Method { return Method{Method: r.digits(2), URL: r.maybe(2, r.text(500))} }),
		FormsRequest: list(r, 1, 2, func() int { return 1 + r.IntN(2) }), FormsReceive: list(r, 1, 3, func() int { return 1 + r.IntN(3) }),
		Documents: list(r, 1, 2, func() DocumentType {
			return DocumentType{Name: r.long(), Origin: r.text(8), Quantity: r.IntN(100), Necessary: r.sometimes(2), Comment: r.maybe(2, r.text(1024))}
		}),
		Steps:        list(r, 0, 2, func() Step { return Step{Number: r.IntN(9), Heading: r.text(50), Description: r.text(1024)} }),
		FamilySign:   r.IntN(3),
		InheritFacts: r.boolPtr(), InheritOSZNPoints: r.boolPtr(), InheritOrganizationPoints: r.boolPtr(),
		LastChanging: time.Date(2000+r.IntN(900), 2, 3, 4, 5, 6, r.IntN(1e9), pick(r, time.UTC, time.FixedZone("", -5*3600-1800), moscow)),
	}
	if r.sometimes(2) {
		v := r.IntN(3)
		m.BasisPersonLiving = &v
		m.PreviousID = r.uuid()
	}
	m.Cofinancing = []FundingShare{{Source: "0100", Quota: num("100")}}
	if r.sometimes(2) {
		share := decimal.New(int64(1+r.IntN(99_999)), -3)
		m.Cofinancing = []FundingShare{{Source: "0010", Quota: share}, {Source: pick(r, "0001", "1000"), Quota: num("100").Sub(share)}}
	}
	return m
}

func (r random) name() string {
	s := r.from(cyrillic+"-", 1) + r.from(cyrillic+"-',. ", r.IntN(pick(r, 20, 98)))
	return r.nasty(s + r.from(cyrillic, 1))
}

func (r random) snils() string {
	for {
		if s := r.from("0123456789", 11); SNILSValid(s) {
			return r.nasty(s)
		}
	}
}

func (r random) rusAndNum(max int) string {
	s := r.from(cyrillic+"0123456789№(-", 1) + r.from(cyrillic+` ',.0123456789()№"\/-`, r.IntN(max-1))
	return r.nasty(s + r.from(cyrillic, 1))
}

func (r random) person() Person {
	p := Person{
		SNILS: r.snils(), FamilyName: r.name(), FirstName: r.name(), Patronymic: r.maybe(3, r.name()), MaidenFamilyName: r.maybe(3, r.name()),
		Gender: pick(r, Male, Female), BirthDate: day("1920-01-01").AddDays(r.IntN(36_000)),
		BirthPlace: r.maybe(2, r.rusAndNum(499)), PhoneNumber: r.maybe(2, r.digits(10)), Citizenship: r.maybe(2, r.digits(3)),
		ResidencePermitInfo: r.maybe(2, r.text(100)),
	}
	if r.sometimes(2) {
		p.IdentityDoc = r.identity()
	}
	for _, a := range []**Address{&p.PermanentResidence, &p.TemporaryResidence, &p.ActualResidence} {
		if r.sometimes(2) {
			*a = &Address{OKSMCode: r.digits(3), PostIndex: r.maybe(2, r.digits(6)), Region: r.maybe(2, r.text(100)), District: r.maybe(2, r.text(100)),
				City: r.maybe(2, r.text(100)), Street: r.maybe(2, r.text(100)), House: r.maybe(2, r.text(10)), Housing: r.maybe(2, r.text(10)), Apartment: r.maybe(2, r.text(10))}
		}
	}
	return p
}

func (r random) identity() *IdentityDoc {
	t := identityTypes[r.IntN(len(identityTypes))]
	d := &IdentityDoc{Type: t.name, IssueDate: r.date(), Issuer: r.rusAndNum(199)}
	capital := "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
	switch t.name {
	case "PassportRF":
		d.Series, d.Number = r.digits(4), r.digits(6)
	case "ResidencePermitRF", "RefugeeCertificate":
		d.Series, d.Number = r.digits(2), r.digits(7)
	case "MilitaryPassport":
		d.Series, d.Number = r.nasty(r.from(capital, 2)), r.digits(7)
	case "BirthCertificate":
		d.Series, d.Number = r.nasty(r.from("IVXLCDM", 1+r.IntN(10))+"-"+r.from(capital, 2)), r.digits(6)
	default:
		d.Series, d.Number = r.maybe(2, r.text(20)), r.nasty(r.from("0123456789абяАБЯABZabz", 1+r.IntN(25)))
	}
	return d
}

func (r random) fact() Fact {
	f := Fact{
		ID: r.uuid(), OSZCode: r.participant(), Receiver: r.person(),
		ReasonPersons: list(r, 0, 2, func() BasisPerson { return BasisPerson{Person: r.person(), KinshipCode: r.maybe(2, r.digits(7))} }),
		MeasureID:     r.uuid(), CategoryID: r.uuid(), MeasureProviderCode: "0042.000007",
		DecisionDate: r.date(), DateStart: r.date(), DateFinish: r.maybeDate(),
		NeedsUsed:  r.sometimes(2),
		NeedsCodes: list(r, 0, 3, func() string { return r.digits(10) }),
	}
	if !f.DateFinish.IsZero() && f.DateFinish.Before(f.DateStart) {
		f.DateStart, f.DateFinish = f.DateFinish, f.DateStart
	}
	f.Documents = list(r, 0, 2, func() Document {
		issued := r.date()
		d := Document{Title: r.text(500), Series: r.maybe(2, r.text(20)), Number: r.maybe(2, r.text(20)), IssueDate: issued,
			Authority: r.text(500), StartDate: issued.AddDays(r.IntN(10))}
		if r.sometimes(2) {
			d.FinishDate = d.StartDate.AddDays(r.IntN(500))
		}
		return d
	})
	a := Assignment{
		Form: pick(r, FormMonetary, FormNatural, FormExemption, FormService), Amount: r.number(3), Monetization: flag(r.sometimes(2)),
		Content: r.maybe(3, r.text(200)), Comment: r.maybe(3, r.text(200)), Equivalent: decimal.NewNullDecimal(r.number(2)),
	}
	if a.Form == FormMonetary {
		a.Amount = r.number(2)
	}
	if r.sometimes(2) {
		a.MeasureCode = r.digits(2)
	} else {
		a.OKEICode = r.digits(3 + r.IntN(2))
	}
	f.Assignment = a
	return f
}
