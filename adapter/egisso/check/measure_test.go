package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

// measureCases: one case and more for every rule of local measures. want lists
// the findings, "(W)" marks warnings.
var measureCases = []struct {
	name   string
	change func(*egisso.LocalMeasure)
	want   string
}{
	{"nothing wrong", func(m *egisso.LocalMeasure) {}, ""},
	{"ids and lastChanging are not needed yet", func(m *egisso.LocalMeasure) {
		m.ID, m.LastChanging, m.Categories[0].ID = uuid.Nil, time.Time{}, uuid.Nil
	}, ""},
	{"spaces around texts", func(m *egisso.LocalMeasure) { m.MSZ, m.KBK = " 0808 ", "\t"+m.KBK+"\n" }, ""},

	{"L-BLANK title", func(m *egisso.LocalMeasure) { m.Title = "-" }, "L-BLANK(W)"},
	{"L-BLANK ОКТМО of zeros, but not КБК", func(m *egisso.LocalMeasure) {
		m.KBK, m.Territories[0] = strings.Repeat("0", 20), "00000000"
	}, "L-BLANK(W)"},
	{"L-BLANK no conditions may be true", func(m *egisso.LocalMeasure) { m.Cases, m.Conditions = "Нет", "нет" }, ""},
	{"L-ORDER act of the year 1800", func(m *egisso.LocalMeasure) { m.Reasons[0].Date = egissotest.Day("1800-01-01") }, "L-ORDER(W)"},

	{"L-XSD title missing", func(m *egisso.LocalMeasure) { m.Title = " " }, "L-XSD"},
	{"L-XSD enact date missing", func(m *egisso.LocalMeasure) { m.DateEnact = egisso.Date{} }, "L-XSD"},
	{"L-XSD date that does not exist", func(m *egisso.LocalMeasure) { m.DateEnact = egisso.Date{Year: 2019, Month: 2, Day: 30} }, "L-XSD"},
	{"L-XSD year 3000", func(m *egisso.LocalMeasure) { m.DateExpiration = egisso.Date{Year: 3000, Month: 1, Day: 1} }, "L-XSD"},
	{"L-XSD part of five digits", func(m *egisso.LocalMeasure) { m.PartKMSZ = "03010" }, "L-XSD"},
	{"L-XSD Arabic-Indic digits", func(m *egisso.LocalMeasure) { m.MSZ = "٠٨٠٨" }, "L-XSD"},
	{"L-XSD ОКТМО of 11 digits", func(m *egisso.LocalMeasure) { m.Territories[0] = "57701000001" }, "L-XSD"},
	{"L-XSD no categories", func(m *egisso.LocalMeasure) { m.Categories = nil }, "L-XSD"},
	{"L-XSD no funding", func(m *egisso.LocalMeasure) { m.Cofinancing = nil }, "L-XSD"},
	{"L-XSD no lists at all", func(m *egisso.LocalMeasure) {
		m.Territories, m.Reasons, m.Methods, m.FormsRequest, m.FormsReceive, m.Documents = nil, nil, nil, nil, nil, nil
	}, "L-XSD L-XSD L-XSD L-XSD L-XSD L-XSD"},
	{"L-XSD quota zero", func(m *egisso.LocalMeasure) { m.Cofinancing[0].Quota = decimal.Zero }, "016 L-XSD"},
	{"L-XSD quota of 30 digits", func(m *egisso.LocalMeasure) {
		m.Cofinancing[0].Quota = egissotest.Num("99.9999999999999999999999999999")
	}, "L-XSD"},
	{"L-XSD huge exponent", func(m *egisso.LocalMeasure) { m.Cofinancing[0].Quota = decimal.New(1, 1<<30) }, "L-XSD"},
	{"L-XSD criterion code with a letter", func(m *egisso.LocalMeasure) {
		m.Categories[0].Criteria = []egisso.NeedsCriterion{{Code: "12A", Date: egissotest.Today}}
	}, "L-XSD"},
	{"L-XSD coefficient of two decimals", func(m *egisso.LocalMeasure) {
		m.Categories[0].Criteria = []egisso.NeedsCriterion{{Code: "12", Date: egissotest.Today, Coefficient: egissotest.Sum("0.25")}}
	}, "L-XSD"},
	{"L-XSD form of request 3", func(m *egisso.LocalMeasure) { m.FormsRequest = []int{3} }, "L-XSD"},
	{"L-XSD form of receipt 0", func(m *egisso.LocalMeasure) { m.FormsReceive = []int{0} }, "L-XSD"},
	{"L-XSD document count overflows int", func(m *egisso.LocalMeasure) { m.Documents[0].Quantity = 1 << 40 }, "L-XSD"},
	{"L-XSD step number overflows int", func(m *egisso.LocalMeasure) {
		m.Steps = []egisso.Step{{Number: -1 << 40, Heading: "a", Description: "b"}}
	}, "L-XSD"},
	{"L-XSD family sign 3", func(m *egisso.LocalMeasure) { m.FamilySign = 3 }, "L-XSD"},
	{"L-XSD living sign 5", func(m *egisso.LocalMeasure) { v := 5; m.BasisPersonLiving = &v }, "L-XSD"},
	{"L-XSD ФРГУ code too short", func(m *egisso.LocalMeasure) { m.FRGUCode = "12345678" }, "L-XSD"},

	{"L-LEN code of 20 characters", func(m *egisso.LocalMeasure) { m.Code = strings.Repeat("я", 20) }, ""},
	{"L-LEN code of 21 characters", func(m *egisso.LocalMeasure) { m.Code = strings.Repeat("я", 21) }, "L-LEN"},
	{"L-LEN title of 2000 four-byte characters", func(m *egisso.LocalMeasure) { m.Title = strings.Repeat("😀", 2000) }, ""},
	{"L-LEN title of 2001 characters", func(m *egisso.LocalMeasure) { m.Title = strings.Repeat("я", 2001) }, "L-LEN"},
	{"L-LEN origin of nine characters", func(m *egisso.LocalMeasure) { m.Documents[0].Origin = "оригиналы" }, "L-LEN"},

	{"L-CHAR line break in a text", func(m *egisso.LocalMeasure) { m.Conditions = "первая\r\nвторая\tстрока" }, ""},
	{"L-CHAR NUL", func(m *egisso.LocalMeasure) { m.Title = "Мера\x00" }, "L-CHAR"},
	{"L-CHAR escape", func(m *egisso.LocalMeasure) { m.Cases = "Мера\x1b[0m" }, "L-CHAR"},
	{"L-CHAR not UTF-8", func(m *egisso.LocalMeasure) { m.Title = "Мера \xd0" }, "L-CHAR"},
	{"L-CHAR replacement character is a character", func(m *egisso.LocalMeasure) { m.Title = "Мера \uFFFD" }, ""},
	{"L-CHAR U+FFFF", func(m *egisso.LocalMeasure) { m.Title = "Мера\uFFFFа" }, "L-CHAR"},
	{"L-CHAR C1 control", func(m *egisso.LocalMeasure) { m.Title = "Мера\u0090а" }, "L-CHAR"},
	{"L-CHAR in a coded field tells it once", func(m *egisso.LocalMeasure) { m.MSZ = "08\x0108" }, "L-CHAR"},

	{"L-ORDER expires before it starts", func(m *egisso.LocalMeasure) { m.DateExpiration = egissotest.Day("2018-12-31") }, "L-ORDER"},
	{"L-ORDER one day", func(m *egisso.LocalMeasure) { m.DateExpiration = m.DateEnact }, ""},

	{"L-DUP category key repeated", func(m *egisso.LocalMeasure) { m.Categories[0].Key, m.Categories[1].Key = "7", " 7" }, "L-DUP"},

	{"015 sum of sources", func(m *egisso.LocalMeasure) { m.Cofinancing[0].Source = "0110" }, "015"},
	{"015 left to L-XSD when not four digits", func(m *egisso.LocalMeasure) { m.Cofinancing[0].Source = "10" }, "L-XSD"},

	{"016 thirds", func(m *egisso.LocalMeasure) {
		m.Cofinancing = []egisso.FundingShare{{Source: "0100", Quota: egissotest.Num("33.33")}, {Source: "0010", Quota: egissotest.Num("33.33")}, {Source: "0001", Quota: egissotest.Num("33.33")}}
	}, "016"},
	{"016 exact decimals", func(m *egisso.LocalMeasure) {
		m.Cofinancing = []egisso.FundingShare{{Source: "0100", Quota: egissotest.Num("33.3")}, {Source: "0010", Quota: egissotest.Num("33.3")}, {Source: "0001", Quota: egissotest.Num("33.4")}}
	}, ""},

	{"022 missing", func(m *egisso.LocalMeasure) { m.KBK = "" }, "022"},
	{"022 19 characters", func(m *egisso.LocalMeasure) { m.KBK = m.KBK[1:] }, "022"},
	{"022 space inside", func(m *egisso.LocalMeasure) { m.KBK = "0561004000000 000323" }, "022"},
	{"022 letters are a warning", func(m *egisso.LocalMeasure) { m.KBK = "0561004П010000000323" }, "022(W)"},
}

func TestMeasureRules(t *testing.T) {
	for _, c := range measureCases {
		t.Run(c.name, func(t *testing.T) {
			m := egissotest.FederalMeasure()
			c.change(&m)
			findings := check.Checker{}.Measure(m)
			if got := strings.Join(egissotest.Codes(findings), " "); got != c.want {
				t.Errorf("findings %q, want %q\n%v", got, c.want, findings)
			}
			for _, f := range findings {
				t.Log(f)
			}
		})
	}
}

// TestActsAreNotOfTomorrow: what is not known to be in force is shown.
func TestActsAreNotOfTomorrow(t *testing.T) {
	m := egissotest.FederalMeasure()
	for days, want := range map[int]string{1: "", 2: "L-ORDER(W)"} {
		m.Reasons[0].Date = egissotest.Today.AddDays(days)
		if got := strings.Join(egissotest.Codes(check.Checker{Today: egissotest.Today}.Measure(m)), " "); got != want {
			t.Errorf("an act of %d days ahead: %q, want %q", days, got, want)
		}
	}
}
