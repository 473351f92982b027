package lifecycle

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// finished is a final protocol of the two records, finished at that hour of a day;
// more are its results of records.
func finished(hour, success, records string) []byte {
	return packageResult(testPackage, "3", `<r:startProcessTime>2023-02-01T09:00:00+03:00</r:startProcessTime><r:finishProcessTime>2023-02-01T`+hour+
		`:00:00+03:00</r:finishProcessTime><r:recordNum>2</r:recordNum><r:recordNumSuccess>`+success+`</r:recordNumSuccess>`, records)
}

// TestProtocolsThatFollowAnother: the same says nothing, an older one changes
// nothing, a later one settles what was left in doubt, and what contradicts is for
// a person (adapter/egisso/SPEC.md#inconsistent-protocols).
func TestProtocolsThatFollowAnother(t *testing.T) {
	rejected := rejectedRecord(second.String())
	applied := finished("11", "1", rejected)
	for name, c := range map[string]struct {
		content   []byte
		undecided bool // the second record is
		decides   bool
		review    bool
	}{
		"the same again":                              {finished("11", "1", rejected), false, false, false},
		"the same in a repeat finished later":         {finished("12", "1", rejected), false, false, false},
		"older, of another opinion":                   {finished("10", "2", ""), false, false, false},
		"older, of another opinion on what is open":   {finished("10", "2", ""), true, false, false},
		"later, settles what is open":                 {finished("12", "2", ""), true, true, false},
		"later, contradicts":                          {finished("12", "2", ""), false, false, true},
		"of the same moment, contradicts":             {finished("11", "2", ""), false, false, true},
		"of the same moment, settles: nobody guesses": {finished("11", "2", ""), true, false, true},
		"in work again":                               {packageResult(testPackage, "2", "", ""), true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			pkg := &AnsweredPackage{
				ID: testPackage, State: "answered", Result: PackagePartial, RecordCount: 2, Register: egisso.RegisterFact, Members: []uuid.UUID{first, second},
				Decided:   map[uuid.UUID]State{first: Accepted, second: Rejected},
				Undecided: map[uuid.UUID]bool{}, Protocol: applied,
			}
			if c.undecided {
				delete(pkg.Decided, second)
				pkg.Undecided[second] = true
			}
			v := Judge(&Said{Kind: SaidContent, Content: c.content}, pkg)
			if (len(v.Outcomes) == 1 && v.Outcomes[second] == Accepted) != c.decides || len(v.Outcomes) > 1 {
				t.Errorf("decides %v, want %v", v.Outcomes, c.decides)
			}
			if (v.Review != "") != c.review {
				t.Errorf("review %q, want %v", v.Review, c.review)
			}
		})
	}
}

// decision is an answer of 10.11.I.
func decision(id uuid.UUID, result, code string) *Said {
	registered := ""
	if code != "" {
		registered = `<OSZinfo><OSZID>` + second.String() + `</OSZID><OSZCode>` + code + `</OSZCode><title>Поликлиника</title><inn>5900000002</inn><kpp>590001001</kpp>` +
			`<ogrn>1025900000002</ogrn><juraddress>Пермь</juraddress><address>Пермь</address><EMail>gp@example.org</EMail>` +
			`<territories><OKTMOcode>57701000</OKTMOcode></territories></OSZinfo>`
	}
	return &Said{Kind: SaidContent, Content: []byte(`<response xmlns="urn://egisso-ru/msg/10.11.I/1.0.3"><appID>` + id.String() + `</appID><appNum>2025.17</appNum><appResult>` +
		result + `</appResult><comment>Решение комиссии</comment><appDate>2025-06-01T12:00:00+03:00</appDate>` + registered + `</response>`)}
}

// TestDecisionsOnApplications: the positive one tells the code; what does not
// concern the application that was sent decides nothing.
func TestDecisionsOnApplications(t *testing.T) {
	for name, c := range map[string]struct {
		answer   *Said
		register egisso.Register
		outcome  State
		code     string
		review   bool
	}{
		"accepted":                      {decision(first, "1", "0042.000009"), egisso.RegisterParticipant, AcceptedWithWarnings, "0042.000009", false},
		"accepted, no code told":        {decision(first, "1", ""), egisso.RegisterParticipant, AcceptedWithWarnings, "", false},
		"refused":                       {decision(first, "2", ""), egisso.RegisterParticipant, Rejected, "", false},
		"about another application":     {decision(second, "1", "0042.000009"), egisso.RegisterParticipant, "", "", true},
		"to a package of facts":         {decision(first, "1", "0042.000009"), egisso.RegisterFact, "", "", true},
		"a protocol to an application":  {&Said{Kind: SaidContent, Content: packageResult(testPackage, "3", counted, "")}, egisso.RegisterParticipant, "", "", true},
		"of a kind that is not of this": {&Said{Kind: SaidContent, Content: []byte(`<x/>`)}, egisso.RegisterParticipant, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			pkg := &AnsweredPackage{ID: testPackage, State: "queued", RecordCount: 1, Register: c.register, Members: []uuid.UUID{first},
				Undecided: map[uuid.UUID]bool{first: true}}
			v := Judge(c.answer, pkg)
			if v.Outcomes[first] != c.outcome || v.ParticipantCode != c.code {
				t.Errorf("outcome %q and code %q, want %q and %q", v.Outcomes[first], v.ParticipantCode, c.outcome, c.code)
			}
			if (v.Review != "") != c.review {
				t.Errorf("review %q, want %v", v.Review, c.review)
			}
			if c.outcome != "" && (len(v.Messages) != 1 || !strings.Contains(v.Messages[0].Report, "комиссии")) {
				t.Errorf("messages %+v", v.Messages)
			}
		})
	}
}

// A request for the classifier has no records a protocol could be about.
func TestProtocolFileIsNotAboutARequestForTheClassifier(t *testing.T) {
	bare := strings.NewReplacer(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:p=`, `<p:protocol xmlns:p=`, `><p:protocol>`, `>`, `</p:protocol></response>`, `</p:protocol>`).
		Replace(string(packageResult(testPackage, "3", counted, "")))
	for register, taken := range map[egisso.Register]bool{egisso.RegisterFact: true, egisso.RequestKMSZ: false} {
		_, _, refused, err := JudgeFile(ProtocolFile{Raw: []byte(bare), PackageID: testPackage}, func(id uuid.UUID) (*FilePackage, error) {
			return &FilePackage{AnsweredPackage: AnsweredPackage{ID: id, Register: register, State: "queued", Members: []uuid.UUID{first, second}}, Manual: true, Left: true}, nil
		})
		if err != nil || (refused == "") != taken {
			t.Errorf("%s: %q, %v", register, refused, err)
		}
	}
}
