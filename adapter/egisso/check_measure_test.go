package egisso

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// measureCases: one case and more for every rule of local measures. want lists
// the findings, "(W)" marks warnings.
var measureCases = []struct {
	name   string
	change func(*LocalMeasure)
	want   string
}{
	{"nothing wrong", func(m *LocalMeasure) {}, ""},
	{"ids and lastChanging are not needed yet", func(m *LocalMeasure) {
		m.ID, m.LastChanging, m.Categories[0].ID = uuid.Nil, time.Time{}, uuid.Nil
	}, ""},
	{"spaces around texts", func(m *LocalMeasure) { m.MSZ, m.KBK = " 0808 ", "\t"+m.KBK+"\n" }, ""},

	{"L-XSD title missing", func(m *LocalMeasure) { m.Title = " " }, "L-XSD"},
	{"L-XSD enact date missing", func(m *LocalMeasure) { m.DateEnact = Date{} }, "L-XSD"},
	{"L-XSD date that does not exist", func(m *LocalMeasure) { m.DateEnact = Date{2019, 2, 30} }, "L-XSD"},
	{"L-XSD year 3000", func(m *LocalMeasure) { m.DateExpiration = Date{3000, 1, 1} }, "L-XSD"},
	{"L-XSD part of five digits", func(m *LocalMeasure) { m.PartKMSZ = "03010" }, "L-XSD"},
	{"L-XSD Arabic-Indic digits", func(m *LocalMeasure) { m.MSZ = "٠٨٠٨" }, "L-XSD"},
	{"L-XSD ОКТМО of 11 digits", func(m *LocalMeasure) { m.Territories[0] = "57701000001" }, "L-XSD"},
	{"L-XSD no categories", func(m *LocalMeasure) { m.Categories = nil }, "L-XSD"},
	{"L-XSD no funding", func(m *LocalMeasure) { m.Cofinancing = nil }, "L-XSD"},
	{"L-XSD no lists at all", func(m *LocalMeasure) {
		m.Territories, m.Reasons, m.Methods, m.FormsRequest, m.FormsReceive, m.Documents = nil, nil, nil, nil, nil, nil
	}, "L-XSD L-XSD L-XSD L-XSD L-XSD L-XSD"},
	{"L-XSD quota zero", func(m *LocalMeasure) { m.Cofinancing[0].Quota = decimal.Zero }, "016 L-XSD"},
	{"L-XSD quota of 30 digits", func(m *LocalMeasure) { m.Cofinancing[0].Quota = num("99.9999999999999999999999999999") }, "L-XSD"},
	{"L-XSD huge exponent", func(m *LocalMeasure) { m.Cofinancing[0].Quota = decimal.New(1, 1<<30) }, "L-XSD"},
	{"L-XSD criterion code with a letter", func(m *LocalMeasure) {
		m.Categories[0].Criteria = []NeedsCriterion{{Code: "12A", Date: today}}
	}, "L-XSD"},
	{"L-XSD coefficient of two decimals", func(m *LocalMeasure) {
		m.Categories[0].Criteria = []NeedsCriterion{{Code: "12", Date: today, Coefficient: sum("0.25")}}
	}, "L-XSD"},
	{"L-XSD form of request 3", func(m *LocalMeasure) { m.FormsRequest = []int{3} }, "L-XSD"},
	{"L-XSD form of receipt 0", func(m *LocalMeasure) { m.FormsReceive = []int{0} }, "L-XSD"},
	{"L-XSD document count overflows int", func(m *LocalMeasure) { m.Documents[0].Quantity = 1 << 40 }, "L-XSD"},
	{"L-XSD step number overflows int", func(m *LocalMeasure) { m.Steps = []Step{{Number: -1 << 40, Heading: "a", Description: "b"}} }, "L-XSD"},
	{"L-XSD family sign 3", func(m *LocalMeasure) { m.FamilySign = 3 }, "L-XSD"},
	{"L-XSD living sign 5", func(m *LocalMeasure) { v := 5; m.BasisPersonLiving = &v }, "L-XSD"},
	{"L-XSD ФРГУ code too short", func(m *LocalMeasure) { m.FRGUCode = "12345678" }, "L-XSD"},

	{"L-LEN code of 20 characters", func(m *LocalMeasure) { m.Code = strings.Repeat("я", 20) }, ""},
	{"L-LEN code of 21 characters", func(m *LocalMeasure) { m.Code = strings.Repeat("я", 21) }, "L-LEN"},
	{"L-LEN title of 2000 four-byte characters", func(m *LocalMeasure) { m.Title = strings.Repeat("😀", 2000) }, ""},
	{"L-LEN title of 2001 characters", func(m *LocalMeasure) { m.Title = strings.Repeat("я", 2001) }, "L-LEN"},
	{"L-LEN origin of nine characters", func(m *LocalMeasure) { m.Documents[0].Origin = "оригиналы" }, "L-LEN"},

	{"L-CHAR line break in a text", func(m *LocalMeasure) { m.Conditions = "первая\r\nвторая\tстрока" }, ""},
	{"L-CHAR NUL", func(m *LocalMeasure) { m.Title = "Мера\x00" }, "L-CHAR"},
	{"L-CHAR escape", func(m *LocalMeasure) { m.Cases = "Мера\x1b[0m" }, "L-CHAR"},
	{"L-CHAR not UTF-8", func(m *LocalMeasure) { m.Title = "Мера \xd0" }, "L-CHAR"},
	{"L-CHAR replacement character is a character", func(m *LocalMeasure) { m.Title = "Мера \uFFFD" }, ""},
	{"L-CHAR U+FFFF", func(m *LocalMeasure) { m.Title = "Мера\uFFFFа" }, "L-CHAR"},
	{"L-CHAR C1 control", func(m *LocalMeasure) { m.Title = "Мера\u0090а" }, "L-CHAR"},
	{"L-CHAR in a coded field tells it once", func(m *LocalMeasure) { m.MSZ = "08\x0108" }, "L-CHAR"},

	{"L-ORDER expires before it starts", func(m *LocalMeasure) { m.DateExpiration = day("2018-12-31") }, "L-ORDER"},
	{"L-ORDER one day", func(m *LocalMeasure) { m.DateExpiration = m.DateEnact }, ""},

	{"L-DUP category key repeated", func(m *LocalMeasure) { m.Categories[0].Key, m.Categories[1].Key = "7", " 7" }, "L-DUP"},

	{"015 sum of sources", func(m *LocalMeasure) { m.Cofinancing[0].Source = "0110" }, "015"},
	{"015 left to L-XSD when not four digits", func(m *LocalMeasure) { m.Cofinancing[0].Source = "10" }, "L-XSD"},

	{"016 thirds", func(m *LocalMeasure) {
		m.Cofinancing = []FundingShare{{"0100", num("33.33")}, {"0010", num("33.33")}, {"0001", num("33.33")}}
	}, "016"},
	{"016 exact decimals", func(m *LocalMeasure) {
		m.Cofinancing = []FundingShare{{"0100", num("33.3")}, {"0010", num("33.3")}, {"0001", num("33.4")}}
	}, ""},

	{"022 missing", func(m *LocalMeasure) { m.KBK = "" }, "022"},
	{"022 19 characters", func(m *LocalMeasure) { m.KBK = m.KBK[1:] }, "022"},
	{"022 space inside", func(m *LocalMeasure) { m.KBK = "0561004000000 000323" }, "022"},
	{"022 letters are a warning", func(m *LocalMeasure) { m.KBK = "0561004П010000000323" }, "022(W)"},
}

func TestMeasureRules(t *testing.T) {
	for _, c := range measureCases {
		t.Run(c.name, func(t *testing.T) {
			m := federalMeasure()
			c.change(&m)
			findings := CheckMeasure(m)
			if got := strings.Join(codes(findings), " "); got != c.want {
				t.Errorf("findings %q, want %q\n%v", got, c.want, findings)
			}
			for _, f := range findings {
				t.Log(f)
			}
		})
	}
}
