package jobs

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

const testProvider = "0042.000001"

var testClock = func() time.Time { return time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC) }

var (
	first  = uuid.MustParse("10060000-0000-4000-9000-000000000001")
	second = uuid.MustParse("10060000-0000-4000-9000-000000000002")
)

func day(year, month, day int) egisso.Date {
	return egisso.Date{Year: year, Month: time.Month(month), Day: day}
}

// invented is a fact of an invented person; СНИЛС with a right checksum.
func invented() egisso.Fact {
	return egisso.Fact{
		OSZCode:    testProvider,
		Receiver:   egisso.Person{SNILS: "11223344595", FamilyName: "Выдуманный", FirstName: "Пётр", Gender: egisso.Male, BirthDate: day(1960, 5, 5)},
		MeasureKey: "m", CategoryKey: "c", DecisionDate: day(2025, 2, 1), DateStart: day(2025, 2, 1), DateFinish: day(2025, 3, 1),
		Assignment: egisso.Assignment{
			Form: egisso.FormNatural, Amount: decimal.NewFromInt(2), MeasureCode: "03", Content: "Инсулин",
			Equivalent: decimal.NewNullDecimal(decimal.NewFromInt(100)),
		},
	}
}
