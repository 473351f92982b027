package jobs

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
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
			pkg := &store.AnsweredPackage{
				ID: testPackage, State: "answered", Result: store.PackagePartial, RecordCount: 2, Register: egisso.RegisterFact, Members: []uuid.UUID{first, second},
				Decided:   map[uuid.UUID]store.RecordState{first: store.Accepted, second: store.Rejected},
				Undecided: map[uuid.UUID]bool{}, Protocol: applied,
			}
			if c.undecided {
				delete(pkg.Decided, second)
				pkg.Undecided[second] = true
			}
			v := judge(smev.Answer{Kind: smev.AnswerContent, Content: c.content}, pkg)
			if (len(v.Outcomes) == 1 && v.Outcomes[second] == store.Accepted) != c.decides || len(v.Outcomes) > 1 {
				t.Errorf("decides %v, want %v", v.Outcomes, c.decides)
			}
			if (v.Review != "") != c.review {
				t.Errorf("review %q, want %v", v.Review, c.review)
			}
		})
	}
}

// decision is an answer of 10.11.I.
func decision(id uuid.UUID, result, code string) smev.Answer {
	registered := ""
	if code != "" {
		registered = `<OSZinfo><OSZID>` + second.String() + `</OSZID><OSZCode>` + code + `</OSZCode><title>Поликлиника</title><inn>5900000002</inn><kpp>590001001</kpp>` +
			`<ogrn>1025900000002</ogrn><juraddress>Пермь</juraddress><address>Пермь</address><EMail>gp@example.org</EMail>` +
			`<territories><OKTMOcode>57701000</OKTMOcode></territories></OSZinfo>`
	}
	return smev.Answer{Kind: smev.AnswerContent, Content: []byte(`<response xmlns="urn://egisso-ru/msg/10.11.I/1.0.3"><appID>` + id.String() + `</appID><appNum>2025.17</appNum><appResult>` +
		result + `</appResult><comment>Решение комиссии</comment><appDate>2025-06-01T12:00:00+03:00</appDate>` + registered + `</response>`)}
}

// TestDecisionsOnApplications: the positive one tells the code; what does not
// concern the application that was sent decides nothing.
func TestDecisionsOnApplications(t *testing.T) {
	for name, c := range map[string]struct {
		answer   smev.Answer
		register egisso.Register
		outcome  store.RecordState
		code     string
		review   bool
	}{
		"accepted":                      {decision(first, "1", "0042.000009"), egisso.RegisterParticipant, store.AcceptedWithWarnings, "0042.000009", false},
		"accepted, no code told":        {decision(first, "1", ""), egisso.RegisterParticipant, store.AcceptedWithWarnings, "", false},
		"refused":                       {decision(first, "2", ""), egisso.RegisterParticipant, store.Rejected, "", false},
		"about another application":     {decision(second, "1", "0042.000009"), egisso.RegisterParticipant, "", "", true},
		"to a package of facts":         {decision(first, "1", "0042.000009"), egisso.RegisterFact, "", "", true},
		"a protocol to an application":  {smev.Answer{Kind: smev.AnswerContent, Content: packageResult(testPackage, "3", counted, "")}, egisso.RegisterParticipant, "", "", true},
		"of a kind that is not of this": {smev.Answer{Kind: smev.AnswerContent, Content: []byte(`<x/>`)}, egisso.RegisterParticipant, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			pkg := &store.AnsweredPackage{ID: testPackage, State: "queued", RecordCount: 1, Register: c.register, Members: []uuid.UUID{first},
				Undecided: map[uuid.UUID]bool{first: true}}
			v := judge(c.answer, pkg)
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

// An answer stored by an earlier version has its content inside the JSON.
func TestAnswerIsReadFromEitherPlace(t *testing.T) {
	protocol := packageResult(testPackage, "3", counted, "")
	inside, err := json.Marshal(smev.Answer{Kind: smev.AnswerContent, Content: protocol})
	if err != nil {
		t.Fatal(err)
	}
	a, err := storedAnswer(&smev.Answer{Kind: smev.AnswerContent, Content: protocol}, "a", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]store.InAnswer{"inside": {Content: inside}, "beside": a} {
		pkg := &store.AnsweredPackage{ID: testPackage, State: "queued", Members: []uuid.UUID{first, second}}
		v, err := Apply{Log: slog.New(slog.DiscardHandler)}.judge(in, pkg)
		if err != nil || v.Result != store.PackageAccepted {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	if len(a.Content) > 1000 {
		t.Errorf("the content is stored twice: %s", a.Content)
	}
}

// A request for the classifier has no records a protocol could be about.
func TestProtocolFileIsNotAboutARequestForTheClassifier(t *testing.T) {
	bare := strings.NewReplacer(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:p=`, `<p:protocol xmlns:p=`, `><p:protocol>`, `>`, `</p:protocol></response>`, `</p:protocol>`).
		Replace(string(packageResult(testPackage, "3", counted, "")))
	find := func(register egisso.Register) store.PackageFinder {
		return func(id uuid.UUID) (*store.ManualPackage, error) {
			return &store.ManualPackage{AnsweredPackage: store.AnsweredPackage{ID: id, Register: register, State: "queued", Members: []uuid.UUID{first, second}}, Channel: store.ChannelManual, Left: true}, nil
		}
	}
	job := ImportProtocol{Log: slog.New(slog.DiscardHandler)}
	for register, taken := range map[egisso.Register]bool{egisso.RegisterFact: true, egisso.RequestKMSZ: false} {
		v, err := job.judge(store.ProtocolFile{Raw: []byte(bare), PackageID: testPackage}, find(register))
		if err != nil || (v.Refused == "") != taken {
			t.Errorf("%s: %q, %v", register, v.Refused, err)
		}
	}
}
