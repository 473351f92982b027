package egisso

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// goodPharmacy is the pharmacy of the samples with numbers whose control digits
// agree.
func goodPharmacy() Organization {
	o := pharmacy()
	o.Legal.INN, o.Legal.OGRN = "5900000034", "1025900000004"
	return o
}

func entrepreneur(o *Organization) {
	o.Legal = nil
	o.Entrepreneur = &Entrepreneur{INN: "590000000308", OGRNIP: "304590000000011",
		Registration: Registration{GRN: "304590000000011", IssueDate: day("2004-05-05"), Authority: "ФНС"}}
}

var organizationCases = []ruleCase[Organization]{
	{"nothing wrong", nil, ""},
	{"ids and lastChanging are not needed yet", func(o *Organization, _ *Checker) { o.ID, o.LastChanging = uuid.Nil, today.Time() }, ""},
	{"entrepreneur", func(o *Organization, _ *Checker) { entrepreneur(o) }, ""},
	{"L-XSD title missing", func(o *Organization, _ *Checker) { o.Title = " " }, "L-XSD"},
	{"L-XSD neither legal nor entrepreneur", func(o *Organization, _ *Checker) { o.Legal = &LegalPerson{} }, "L-XSD"},
	{"L-XSD both", func(o *Organization, _ *Checker) {
		l := *o.Legal
		entrepreneur(o)
		o.Legal = &l
	}, "L-XSD"},
	{"L-XSD ИНН of a person for a legal person", func(o *Organization, _ *Checker) { o.Legal.INN = "590000000308" }, "L-XSD"},
	{"L-XSD КПП of eight digits", func(o *Organization, _ *Checker) { o.Legal.KPP = "59000100" }, "L-XSD"},
	{"L-XSD ОГРН that begins with 3", func(o *Organization, _ *Checker) { o.Legal.OGRN = "3025900000004" }, "L-XSD"},
	{"L-XSD ОГРНИП of 13 digits", func(o *Organization, _ *Checker) {
		entrepreneur(o)
		o.Entrepreneur.OGRNIP = "1025900000004"
	}, "L-XSD"},
	{"L-XSD ГРН of 12 characters", func(o *Organization, _ *Checker) { o.Legal.Registration.GRN = "102590000000" }, "L-XSD"},
	{"L-XSD certificate without a number", func(o *Organization, _ *Checker) { o.Legal.Registration.Series = "59" }, "L-XSD"},
	{"L-LEN certificate's series", func(o *Organization, _ *Checker) {
		o.Legal.Registration.Series, o.Legal.Registration.Number = "590", "1"
	}, "L-LEN"},
	{"L-XSD registration on a day that does not exist", func(o *Organization, _ *Checker) { o.Legal.Registration.IssueDate = Date{2023, 2, 30} }, "L-XSD"},
	{"L-XSD e-mail without a domain", func(o *Organization, _ *Checker) { o.Email = "info@example" }, "L-XSD"},
	{"L-XSD two e-mails", func(o *Organization, _ *Checker) { o.Email = "info@example.org, me@example.org" }, "L-XSD"},
	{"L-XSD Cyrillic look-alike in an e-mail", func(o *Organization, _ *Checker) { o.Points[0].Email = "аpteka@example.org" }, "L-XSD"},
	{"L-LEN e-mail of 101 characters", func(o *Organization, _ *Checker) {
		o.Email = strings.Repeat("a", 48) + "@" + strings.Repeat("b", 46) + ".abcde"
	}, "L-LEN"},
	{"L-XSD no points", func(o *Organization, _ *Checker) { o.Points = nil }, "L-XSD"},
	{"L-XSD point without measures", func(o *Organization, _ *Checker) { o.Points[0].Measures = nil }, "L-XSD"},
	{"L-XSD measure without a begin", func(o *Organization, _ *Checker) { o.Points[0].Measures[0].BeginDate = Date{} }, "L-XSD"},
	{"L-XSD no documents", func(o *Organization, _ *Checker) { o.Documents = nil }, "L-XSD"},
	{"L-XSD document without a contractor", func(o *Organization, _ *Checker) { o.Documents[0].Contractor = "" }, "L-XSD"},
	{"L-LEN title of 1000 characters", func(o *Organization, _ *Checker) { o.Title = strings.Repeat("я", 1000) }, ""},
	{"L-LEN title of 1001 characters", func(o *Organization, _ *Checker) { o.Title = strings.Repeat("я", 1001) }, "L-LEN"},
	{"L-CHAR escape in the note", func(o *Organization, _ *Checker) { o.Points[0].Note = "a\x1b" }, "L-CHAR"},
	{"L-INN ИНН", func(o *Organization, _ *Checker) { o.Legal.INN = "5900000035" }, "L-INN(W)"},
	{"L-INN ОГРН", func(o *Organization, _ *Checker) { o.Legal.OGRN = "1025900000005" }, "L-INN(W)"},
	{"L-INN entrepreneur's numbers", func(o *Organization, _ *Checker) {
		entrepreneur(o)
		o.Entrepreneur.INN, o.Entrepreneur.OGRNIP = "590000000012", "304590000000012"
	}, "L-INN(W) L-INN(W)"},
	{"L-ORDER measure ends before it begins", func(o *Organization, _ *Checker) { o.Points[0].Measures[1].EndDate = day("2022-12-31") }, "L-ORDER"},
	{"L-DUP measure named twice", func(o *Organization, _ *Checker) {
		o.Points[0].Measures = append(o.Points[0].Measures, o.Points[0].Measures[0])
	}, "L-DUP(W)"},
	{"L-GEO latitude", func(o *Organization, _ *Checker) { o.Points[0].Coordinates.Latitude = num("90.1") }, "L-GEO"},
	{"L-GEO number too long", func(o *Organization, _ *Checker) {
		o.Points[0].Coordinates.Longitude = num("1.00000000000000000000001")
	}, "L-GEO"},
	{"L-GEO no coordinates", func(o *Organization, _ *Checker) { o.Points[0].Coordinates = nil }, ""},
	{"014 one measure not accepted", func(o *Organization, c *Checker) { c.KnownMeasure = onlyID(measureID("0f1")) }, "014"},
	{"014 measure not resolved", func(o *Organization, c *Checker) {
		c.KnownMeasure = onlyID(measureID("0f1"))
		o.Points[0].Measures[1].ID = uuid.Nil
	}, "014"},
	{"L-VER replaces one before the last", func(o *Organization, c *Checker) {
		last := organizationID("fff")
		o.PreviousID, c.LastAccepted = organizationID("eee"), &last
	}, "L-VER"},
}

func TestOrganizationRules(t *testing.T) {
	runRules(t, organizationCases, goodPharmacy, Checker.Organization)
}

func pointCases(t testing.TB) []ruleCase[PresencePoint] {
	return []ruleCase[PresencePoint]{
		{"nothing wrong", nil, ""},
		{"L-XSD contacts missing", func(p *PresencePoint, _ *Checker) { p.Contacts = "" }, "L-XSD"},
		{"L-XSD schedule missing", func(p *PresencePoint, _ *Checker) { p.Schedule = "" }, "L-XSD"},
		{"L-XSD ОКТМО of 11 digits", func(p *PresencePoint, _ *Checker) { p.OKTMO = "57701000001" }, "L-XSD"},
		{"L-XSD no coordinates", func(p *PresencePoint, _ *Checker) { p.Coordinates = nil }, "L-XSD"},
		{"L-XSD no measures", func(p *PresencePoint, _ *Checker) { p.Measures = nil }, "L-XSD"},
		{"L-LEN rules of 1001 characters", func(p *PresencePoint, _ *Checker) { p.Rules = strings.Repeat("я", 1001) }, "L-LEN"},
		{"L-CHAR NUL", func(p *PresencePoint, _ *Checker) { p.Title = "a\x00" }, "L-CHAR"},
		{"L-OSZ missing", func(p *PresencePoint, _ *Checker) { p.ONMSZCode = "" }, "L-OSZ"},
		{"L-OSZ letters in 1.0.4", func(p *PresencePoint, _ *Checker) { p.ONMSZCode = "A042.000001" }, ""},
		{"L-OSZ letters in 1.0.3", func(p *PresencePoint, c *Checker) {
			version(t, c, "10.15.I", "1.0.3")
			p.ONMSZCode = "A042.000001"
		}, "L-OSZ"},
		{"L-OSZ not registered", func(p *PresencePoint, c *Checker) { c.KnownParticipant = never }, "L-OSZ"},
		{"L-GEO longitude", func(p *PresencePoint, _ *Checker) { p.Coordinates.Longitude = num("-180.5") }, "L-GEO"},
		{"L-DUP measure named twice", func(p *PresencePoint, _ *Checker) { p.Measures = append(p.Measures, p.Measures[0]) }, "L-DUP(W)"},
		{"007 not in the list", func(p *PresencePoint, c *Checker) { c.KnownOKTMO = never }, "007"},
		{"014 no measure accepted", func(p *PresencePoint, c *Checker) { c.KnownMeasure = neverID }, "014 014"},
		{"039 replaces what is not accepted", func(p *PresencePoint, c *Checker) { p.PreviousID, c.LastAccepted = pointID("001"), &uuid.UUID{} }, "039"},
	}
}

func TestPointRules(t *testing.T) { runRules(t, pointCases(t), reception, Checker.Point) }

var applicationCases = []ruleCase[Application]{
	{"nothing wrong", nil, ""},
	{"L-XSD title missing", func(a *Application, _ *Checker) { a.Participant.Title = "" }, "L-XSD"},
	{"L-XSD ИНН of 12 digits", func(a *Application, _ *Checker) { a.Participant.INN = "590000000308" }, "L-XSD"},
	{"L-XSD no territories", func(a *Application, _ *Checker) { a.Participant.Territories = nil }, "L-XSD"},
	{"L-XSD empty territory", func(a *Application, _ *Checker) { a.Participant.Territories[0] = " " }, "L-XSD"},
	{"L-XSD no reason", func(a *Application, _ *Checker) { a.Participant.Document = BasisDocument{} }, "L-XSD L-XSD L-XSD"},
	{"L-XSD no action", func(a *Application, _ *Checker) { a.Action = "" }, "L-OSZ L-XSD"},
	{"L-LEN number of the reason", func(a *Application, _ *Checker) { a.Participant.Document.Number = strings.Repeat("1", 21) }, "L-LEN"},
	{"L-CHAR", func(a *Application, _ *Checker) { a.Participant.Address = "\uFFFE" }, "L-CHAR"},
	{"L-INN ИНН and ОГРН", func(a *Application, _ *Checker) {
		a.Participant.INN, a.Participant.OGRN = "5900000035", "1025900000005"
	}, "L-INN(W) L-INN(W)"},
	{"modification of one field", func(a *Application, _ *Checker) {
		a.Action, a.Participant = ActionModification, Participant{OSZCode: "0042.000001", Title: "x", Document: a.Participant.Document}
	}, ""},
	{"L-OSZ modification of nobody", func(a *Application, _ *Checker) { a.Action = ActionModification }, "L-OSZ"},
	{"L-OSZ code of another form", func(a *Application, _ *Checker) { a.Action, a.Participant.OSZCode = ActionExclusion, "42.1" }, "L-OSZ"},
	{"L-EMPTY modification of nothing", func(a *Application, _ *Checker) {
		a.Action, a.Participant = ActionModification, Participant{OSZCode: "0042.000001", Document: a.Participant.Document}
	}, "L-EMPTY"},
	{"exclusion", func(a *Application, _ *Checker) {
		a.Action, a.Participant = ActionExclusion, Participant{OSZCode: "0042.000001", Document: a.Participant.Document}
	}, ""},
	{"007 not in the list", func(a *Application, c *Checker) { c.KnownOKTMO = never }, "007"},
}

func TestApplicationRules(t *testing.T) {
	base := func() Application {
		p := clinic()
		p.INN, p.OGRN = "5900000034", "1025900000004"
		return p.Application(id("10110000-0000-4000-8000-000000000001"), MoveNew, nil)
	}
	runRules(t, applicationCases, base, Checker.Application)
}
