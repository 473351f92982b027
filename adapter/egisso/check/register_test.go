package check_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

// goodPharmacy is the pharmacy of the samples with numbers whose control digits
// agree.
func goodPharmacy() egisso.Organization {
	o := egissotest.Pharmacy()
	o.Legal.INN, o.Legal.OGRN = "5900000034", "1025900000004"
	return o
}

func entrepreneur(o *egisso.Organization) {
	o.Legal = nil
	o.Entrepreneur = &egisso.Entrepreneur{INN: "590000000308", OGRNIP: "304590000000011",
		Registration: egisso.Registration{GRN: "304590000000011", IssueDate: egissotest.Day("2004-05-05"), Authority: "ФНС"}}
}

var organizationCases = []ruleCase[egisso.Organization]{
	{"nothing wrong", nil, ""},
	{"ids and lastChanging are not needed yet", func(o *egisso.Organization, _ *check.Checker) {
		o.ID, o.LastChanging = uuid.Nil, egissotest.Today.Time()
	}, ""},
	{"entrepreneur", func(o *egisso.Organization, _ *check.Checker) { entrepreneur(o) }, ""},
	{"L-BLANK title and КПП", func(o *egisso.Organization, _ *check.Checker) { o.Title, o.Legal.KPP = "тест", "000000000" }, "L-BLANK(W) L-BLANK(W)"},
	{"L-GEO coordinates not filled in", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Coordinates = &egisso.Coordinates{} }, "L-GEO(W)"},
	{"L-XSD title missing", func(o *egisso.Organization, _ *check.Checker) { o.Title = " " }, "L-XSD"},
	{"L-XSD neither legal nor entrepreneur", func(o *egisso.Organization, _ *check.Checker) { o.Legal = &egisso.LegalPerson{} }, "L-XSD"},
	{"L-XSD both", func(o *egisso.Organization, _ *check.Checker) {
		l := *o.Legal
		entrepreneur(o)
		o.Legal = &l
	}, "L-XSD"},
	{"L-XSD ИНН of a person for a legal person", func(o *egisso.Organization, _ *check.Checker) { o.Legal.INN = "590000000308" }, "L-XSD"},
	{"L-XSD КПП of eight digits", func(o *egisso.Organization, _ *check.Checker) { o.Legal.KPP = "59000100" }, "L-XSD"},
	{"L-XSD ОГРН that begins with 3", func(o *egisso.Organization, _ *check.Checker) { o.Legal.OGRN = "3025900000004" }, "L-XSD"},
	{"L-XSD ОГРНИП of 13 digits", func(o *egisso.Organization, _ *check.Checker) {
		entrepreneur(o)
		o.Entrepreneur.OGRNIP = "1025900000004"
	}, "L-XSD"},
	{"L-XSD ГРН of 12 characters", func(o *egisso.Organization, _ *check.Checker) { o.Legal.Registration.GRN = "102590000000" }, "L-XSD"},
	{"L-XSD certificate without a number", func(o *egisso.Organization, _ *check.Checker) { o.Legal.Registration.Series = "59" }, "L-XSD"},
	{"L-LEN certificate's series", func(o *egisso.Organization, _ *check.Checker) {
		o.Legal.Registration.Series, o.Legal.Registration.Number = "590", "1"
	}, "L-LEN"},
	{"L-XSD registration on a day that does not exist", func(o *egisso.Organization, _ *check.Checker) {
		o.Legal.Registration.IssueDate = egisso.Date{Year: 2023, Month: 2, Day: 30}
	}, "L-XSD"},
	{"L-XSD e-mail without a domain", func(o *egisso.Organization, _ *check.Checker) { o.Email = "info@example" }, "L-XSD"},
	{"L-XSD two e-mails", func(o *egisso.Organization, _ *check.Checker) { o.Email = "info@example.org, me@example.org" }, "L-XSD"},
	{"L-XSD Cyrillic look-alike in an e-mail", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Email = "аpteka@example.org" }, "L-XSD"},
	{"L-LEN e-mail of 101 characters", func(o *egisso.Organization, _ *check.Checker) {
		o.Email = strings.Repeat("a", 48) + "@" + strings.Repeat("b", 46) + ".abcde"
	}, "L-LEN"},
	{"L-XSD no points", func(o *egisso.Organization, _ *check.Checker) { o.Points = nil }, "L-XSD"},
	{"L-XSD point without measures", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Measures = nil }, "L-XSD"},
	{"L-XSD measure without a begin", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Measures[0].BeginDate = egisso.Date{} }, "L-XSD"},
	{"L-XSD no documents", func(o *egisso.Organization, _ *check.Checker) { o.Documents = nil }, "L-XSD"},
	{"L-XSD document without a contractor", func(o *egisso.Organization, _ *check.Checker) { o.Documents[0].Contractor = "" }, "L-XSD"},
	{"L-LEN title of 1000 characters", func(o *egisso.Organization, _ *check.Checker) { o.Title = strings.Repeat("я", 1000) }, ""},
	{"L-LEN title of 1001 characters", func(o *egisso.Organization, _ *check.Checker) { o.Title = strings.Repeat("я", 1001) }, "L-LEN"},
	{"L-CHAR escape in the note", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Note = "a\x1b" }, "L-CHAR"},
	{"L-INN ИНН", func(o *egisso.Organization, _ *check.Checker) { o.Legal.INN = "5900000035" }, "L-INN(W)"},
	{"L-INN ОГРН", func(o *egisso.Organization, _ *check.Checker) { o.Legal.OGRN = "1025900000005" }, "L-INN(W)"},
	{"L-INN entrepreneur's numbers", func(o *egisso.Organization, _ *check.Checker) {
		entrepreneur(o)
		o.Entrepreneur.INN, o.Entrepreneur.OGRNIP = "590000000012", "304590000000012"
	}, "L-INN(W) L-INN(W)"},
	{"L-ORDER measure ends before it begins", func(o *egisso.Organization, _ *check.Checker) {
		o.Points[0].Measures[1].EndDate = egissotest.Day("2022-12-31")
	}, "L-ORDER"},
	{"L-DUP measure named twice", func(o *egisso.Organization, _ *check.Checker) {
		o.Points[0].Measures = append(o.Points[0].Measures, o.Points[0].Measures[0])
	}, "L-DUP(W)"},
	{"L-GEO latitude", func(o *egisso.Organization, _ *check.Checker) {
		o.Points[0].Coordinates.Latitude = egissotest.Num("90.1")
	}, "L-GEO"},
	{"L-GEO number too long", func(o *egisso.Organization, _ *check.Checker) {
		o.Points[0].Coordinates.Longitude = egissotest.Num("1.00000000000000000000001")
	}, "L-GEO"},
	{"L-GEO no coordinates", func(o *egisso.Organization, _ *check.Checker) { o.Points[0].Coordinates = nil }, ""},
	{"014 one measure not accepted", func(o *egisso.Organization, c *check.Checker) { c.KnownMeasure = onlyID(egissotest.MeasureID("0f1")) }, "014"},
	{"014 measure not resolved", func(o *egisso.Organization, c *check.Checker) {
		c.KnownMeasure = onlyID(egissotest.MeasureID("0f1"))
		o.Points[0].Measures[1].ID = uuid.Nil
	}, "014"},
	{"L-VER replaces one before the last", func(o *egisso.Organization, c *check.Checker) {
		last := egissotest.OrganizationID("fff")
		o.PreviousID, c.LastAccepted = egissotest.OrganizationID("eee"), &last
	}, "L-VER"},
}

func TestOrganizationRules(t *testing.T) {
	runRules(t, organizationCases, goodPharmacy, check.Checker.Organization)
}

func pointCases(t testing.TB) []ruleCase[egisso.PresencePoint] {
	return []ruleCase[egisso.PresencePoint]{
		{"nothing wrong", nil, ""},
		{"L-BLANK contacts and schedule", func(p *egisso.PresencePoint, _ *check.Checker) { p.Contacts, p.Schedule = "-", "не указан" }, "L-BLANK(W) L-BLANK(W)"},
		{"L-GEO not filled in", func(p *egisso.PresencePoint, _ *check.Checker) { p.Coordinates = &egisso.Coordinates{} }, "L-GEO(W)"},
		{"L-XSD contacts missing", func(p *egisso.PresencePoint, _ *check.Checker) { p.Contacts = "" }, "L-XSD"},
		{"L-XSD schedule missing", func(p *egisso.PresencePoint, _ *check.Checker) { p.Schedule = "" }, "L-XSD"},
		{"L-XSD ОКТМО of 11 digits", func(p *egisso.PresencePoint, _ *check.Checker) { p.OKTMO = "57701000001" }, "L-XSD"},
		{"L-XSD no coordinates", func(p *egisso.PresencePoint, _ *check.Checker) { p.Coordinates = nil }, "L-XSD"},
		{"L-XSD no measures", func(p *egisso.PresencePoint, _ *check.Checker) { p.Measures = nil }, "L-XSD"},
		{"L-LEN rules of 1001 characters", func(p *egisso.PresencePoint, _ *check.Checker) { p.Rules = strings.Repeat("я", 1001) }, "L-LEN"},
		{"L-CHAR NUL", func(p *egisso.PresencePoint, _ *check.Checker) { p.Title = "a\x00" }, "L-CHAR"},
		{"L-OSZ missing", func(p *egisso.PresencePoint, _ *check.Checker) { p.ONMSZCode = "" }, "L-OSZ"},
		{"L-OSZ letters in 1.0.4", func(p *egisso.PresencePoint, _ *check.Checker) { p.ONMSZCode = "A042.000001" }, ""},
		{"L-OSZ letters in 1.0.3", func(p *egisso.PresencePoint, c *check.Checker) {
			version(t, c, "10.15.I", "1.0.3")
			p.ONMSZCode = "A042.000001"
		}, "L-OSZ"},
		{"L-OSZ not registered", func(p *egisso.PresencePoint, c *check.Checker) { c.KnownParticipant = never }, "L-OSZ"},
		{"L-GEO longitude", func(p *egisso.PresencePoint, _ *check.Checker) { p.Coordinates.Longitude = egissotest.Num("-180.5") }, "L-GEO"},
		{"L-DUP measure named twice", func(p *egisso.PresencePoint, _ *check.Checker) { p.Measures = append(p.Measures, p.Measures[0]) }, "L-DUP(W)"},
		{"007 not in the list", func(p *egisso.PresencePoint, c *check.Checker) { c.KnownOKTMO = never }, "007"},
		{"014 no measure accepted", func(p *egisso.PresencePoint, c *check.Checker) { c.KnownMeasure = neverID }, "014 014"},
		{"039 replaces what is not accepted", func(p *egisso.PresencePoint, c *check.Checker) {
			p.PreviousID, c.LastAccepted = egissotest.PointID("001"), &uuid.UUID{}
		}, "039"},
	}
}

func TestPointRules(t *testing.T) {
	runRules(t, pointCases(t), egissotest.Reception, check.Checker.Point)
}

var applicationCases = []ruleCase[egisso.Application]{
	{"nothing wrong", nil, ""},
	{"L-BLANK address", func(a *egisso.Application, _ *check.Checker) { a.Participant.Address = "н/д" }, "L-BLANK(W)"},
	{"L-XSD title missing", func(a *egisso.Application, _ *check.Checker) { a.Participant.Title = "" }, "L-XSD"},
	{"L-XSD ИНН of 12 digits", func(a *egisso.Application, _ *check.Checker) { a.Participant.INN = "590000000308" }, "L-XSD"},
	{"L-XSD no territories", func(a *egisso.Application, _ *check.Checker) { a.Participant.Territories = nil }, "L-XSD"},
	{"L-XSD empty territory", func(a *egisso.Application, _ *check.Checker) { a.Participant.Territories[0] = " " }, "L-XSD"},
	{"L-XSD no reason", func(a *egisso.Application, _ *check.Checker) { a.Participant.Document = egisso.BasisDocument{} }, "L-XSD L-XSD L-XSD"},
	{"L-XSD no action", func(a *egisso.Application, _ *check.Checker) { a.Action = "" }, "L-OSZ L-XSD"},
	{"L-LEN number of the reason", func(a *egisso.Application, _ *check.Checker) { a.Participant.Document.Number = strings.Repeat("1", 21) }, "L-LEN"},
	{"L-CHAR", func(a *egisso.Application, _ *check.Checker) { a.Participant.Address = "\uFFFE" }, "L-CHAR"},
	{"L-INN ИНН and ОГРН", func(a *egisso.Application, _ *check.Checker) {
		a.Participant.INN, a.Participant.OGRN = "5900000035", "1025900000005"
	}, "L-INN(W) L-INN(W)"},
	{"modification of one field", func(a *egisso.Application, _ *check.Checker) {
		a.Action, a.Participant = egisso.ActionModification, egisso.Participant{OSZCode: "0042.000001", Title: "x", Document: a.Participant.Document}
	}, ""},
	{"L-OSZ modification of nobody", func(a *egisso.Application, _ *check.Checker) { a.Action = egisso.ActionModification }, "L-OSZ"},
	{"L-OSZ code of another form", func(a *egisso.Application, _ *check.Checker) {
		a.Action, a.Participant.OSZCode = egisso.ActionExclusion, "42.1"
	}, "L-OSZ"},
	{"L-EMPTY modification of nothing", func(a *egisso.Application, _ *check.Checker) {
		a.Action, a.Participant = egisso.ActionModification, egisso.Participant{OSZCode: "0042.000001", Document: a.Participant.Document}
	}, "L-EMPTY"},
	{"exclusion", func(a *egisso.Application, _ *check.Checker) {
		a.Action, a.Participant = egisso.ActionExclusion, egisso.Participant{OSZCode: "0042.000001", Document: a.Participant.Document}
	}, ""},
	{"007 not in the list", func(a *egisso.Application, c *check.Checker) { c.KnownOKTMO = never }, "007"},
}

func TestApplicationRules(t *testing.T) {
	base := func() egisso.Application {
		p := egissotest.Clinic()
		p.INN, p.OGRN = "5900000034", "1025900000004"
		return p.Application(egissotest.ID("10110000-0000-4000-8000-000000000001"), egisso.MoveNew, nil)
	}
	runRules(t, applicationCases, base, check.Checker.Application)
}
