package lifecycle

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

var (
	testPackage = uuid.MustParse("10060000-0000-4000-8000-000000000001")
	first       = uuid.MustParse("10060000-0000-4000-9000-000000000001")
	second      = uuid.MustParse("10060000-0000-4000-9000-000000000002")
)

// protocolOf writes an answer of 10.10.I/1.0.3 around the given result.
func protocolOf(inner string) []byte {
	return []byte(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:p="urn://egisso-ru/types/package-protocol/1.0.3"` +
		` xmlns:r="urn://egisso-ru/types/package-result/1.0.2" xmlns:c="urn://egisso-ru/types/record-result/1.0.3"` +
		` xmlns:b="urn://egisso-ru/types/basic/1.0.3"><p:protocol>` + inner + `</p:protocol></response>`)
}

func packageResult(id uuid.UUID, status, counts, records string) []byte {
	return protocolOf(`<p:packageResult><r:packageID>` + id.String() + `</r:packageID><r:packageType>факты</r:packageType><r:packageStatus>` + status +
		`</r:packageStatus><r:receivingTime>2023-02-01T10:00:05+03:00</r:receivingTime>` + counts + records + `</p:packageResult>`)
}

func rejectedRecord(id string) string {
	return `<p:errorRecords><c:recordResult><c:recID>` + id + `</c:recID><c:recordOK>false</c:recordOK><c:messages><c:messageType>1</c:messageType>` +
		`<c:ruleCode>026</c:ruleCode><c:report>Форма не совпадает</c:report></c:messages></c:recordResult></p:errorRecords>`
}

const counted = `<r:recordNum>2</r:recordNum><r:recordNumSuccess>2</r:recordNumSuccess>`

func TestJudge(t *testing.T) {
	content := func(c []byte) *Said { return &Said{Kind: SaidContent, Content: c} }
	cases := map[string]struct {
		answer   *Said
		state    string // of the package, queued by default
		released bool   // its records have gone again
		result   PackageResult
		progress int
		failed   bool
		returned bool
		review   bool
		outcomes map[uuid.UUID]State
		info     string
	}{
		"all accepted": {
			answer: content(packageResult(testPackage, "3", counted, "")), result: PackageAccepted,
			outcomes: map[uuid.UUID]State{first: Accepted, second: Accepted}, info: "Принято записей: 2",
		},
		"one rejected": {
			answer:   content(packageResult(testPackage, "3", `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`, rejectedRecord(second.String()))),
			result:   PackagePartial,
			outcomes: map[uuid.UUID]State{first: Accepted, second: Rejected}, info: "отклонено: 1",
		},
		"in work": {answer: content(packageResult(testPackage, "2", "", "")), progress: 2},
		"a record nobody sent leaves the others in doubt": {
			answer: content(packageResult(testPackage, "3", `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`, rejectedRecord("deadbeef-0000-4000-8000-000000000077"))),
			result: PackagePartial, review: true, outcomes: map[uuid.UUID]State{},
		},
		"protocol of another package":  {answer: content(packageResult(second, "3", counted, "")), review: true},
		"unreadable protocol":          {answer: content([]byte(`<response xmlns="urn:x"/>`)), review: true},
		"protocol in an attached file": {answer: content([]byte(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.4"><attachment>true</attachment></response>`)), review: true},
		"message not processed": {
			answer: content(protocolOf(`<p:messageResult><p:receivingTime>2023-02-01T10:00:05+03:00</p:receivingTime><p:processingTime>2023-02-01T10:00:05+03:00</p:processingTime>` +
				`<p:errors><p:error><b:message>Файл в хранилище не найден</b:message></p:error></p:errors></p:messageResult>`)),
			returned: true, review: true, info: "Пакет отклонен. Ошибка: Файл в хранилище не найден",
		},
		"provider denies access":            {answer: &Said{Kind: SaidRefused, Refusals: []Refusal{{Code: "ACCESS_DENIED"}}}, failed: true, review: true, info: "ACCESS_DENIED"},
		"provider's failure needs nobody":   {answer: &Said{Kind: SaidRefused, Refusals: []Refusal{{Code: "FAILURE"}}}, failed: true},
		"bus refuses after accepting":       {answer: &Said{Kind: SaidByBus, Final: true, Category: "requestIsRejectedBySmev", Text: "SMEV-403: схема"}, failed: true, review: true, info: "Отклонён СМЭВ: SMEV-403: схема"},
		"bus tells of progress":             {answer: &Said{Kind: SaidByBus, Category: "requestIsAcceptedBySmev"}},
		"unknown status closes nothing":     {answer: &Said{Kind: SaidByBus, Category: "somethingNew"}},
		"intermediate status":               {answer: &Said{Kind: SaidStatus}, info: "промежуточный"},
		"unknown content":                   {answer: &Said{Kind: SaidUnknown}, review: true},
		"repeated answer":                   {answer: content(packageResult(testPackage, "3", counted, "")), state: "answered"},
		"answer after the package failed":   {answer: content(packageResult(testPackage, "3", counted, "")), state: "send_failed", review: true},
		"late answer to an expired package": {answer: content(packageResult(testPackage, "3", counted, "")), state: "expired", result: PackageAccepted, outcomes: map[uuid.UUID]State{first: Accepted, second: Accepted}},
		"late answer, the records went again": {
			answer: content(packageResult(testPackage, "3", counted, "")), state: "send_failed", released: true,
			info: "протокол пришёл позже: принято записей 2",
		},
		"late and unreadable, the records went again": {answer: content([]byte(`<response xmlns="urn:x"/>`)), state: "send_failed", released: true, review: true},
		"late refusal, the records went again":        {answer: &Said{Kind: SaidRefused, Refusals: []Refusal{{Code: "ACCESS_DENIED"}}}, state: "send_failed", released: true},
		"in work, the records went again":             {answer: content(packageResult(testPackage, "2", "", "")), state: "send_failed", released: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pkg := &AnsweredPackage{ID: testPackage, State: "queued", Register: egisso.RegisterFact, Released: c.released, RecordCount: 2, Members: []uuid.UUID{first, second}}
			if c.state != "" {
				pkg.State = c.state
			}
			if c.state == "answered" {
				pkg.Result = PackageAccepted
			}
			v := Judge(c.answer, pkg)
			if v.Result != c.result || v.Progress != c.progress || v.Failed != c.failed || v.Returned != c.returned || (v.Review != "") != c.review {
				t.Errorf("verdict %+v", v)
			}
			if v.Note == "" {
				t.Error("no note is kept with the answer")
			}
			if !strings.Contains(v.Info, c.info) {
				t.Errorf("info %q lacks %q", v.Info, c.info)
			}
			if len(v.Outcomes) != len(c.outcomes) {
				t.Errorf("outcomes %v, want %v", v.Outcomes, c.outcomes)
			}
			for id, want := range c.outcomes {
				if v.Outcomes[id] != want {
					t.Errorf("outcome of %s is %q, want %q", id, v.Outcomes[id], want)
				}
			}
		})
	}
	again := &AnsweredPackage{ID: testPackage, State: "answered", Result: PackagePartial, RecordCount: 2, Members: []uuid.UUID{first, second}, Undecided: map[uuid.UUID]bool{second: true}}
	if v := Judge(content(packageResult(testPackage, "3", counted, "")), again); len(v.Outcomes) != 1 || v.Outcomes[second] != Accepted {
		t.Errorf("a superseding protocol decides %v", v.Outcomes)
	}
	decided := &AnsweredPackage{ID: testPackage, State: "answered", Result: PackageRejected, RecordCount: 2, Members: []uuid.UUID{first, second},
		Decided: map[uuid.UUID]State{first: Rejected, second: Rejected}}
	if v := Judge(content(packageResult(testPackage, "3", counted, "")), decided); v.Review == "" || v.Result != "" {
		t.Errorf("a contradicting protocol means %+v", v)
	}
	if v := Judge(&Said{}, nil); v.Note == "" || v.Result != "" {
		t.Errorf("an answer to nobody means %+v", v)
	}
}

// A protocol of a package that a person had released says what ЕГИССО holds, once, whoever
// brings it.
func TestALateProtocolSaysWhatIsHeld(t *testing.T) {
	content := func(xml []byte) *Said { return &Said{Kind: SaidContent, Content: xml} }
	protocol := packageResult(testPackage, "3", `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`, rejectedRecord(second.String()))
	pkg := &AnsweredPackage{ID: testPackage, State: "send_failed", Released: true, RecordCount: 2, Members: []uuid.UUID{first, second}, Register: egisso.RegisterFact}
	v := Judge(content(protocol), pkg)
	if len(v.Late) != 2 || v.Late[first] != Accepted || v.Late[second] != Rejected || v.Result != "" || v.Outcomes != nil || v.Review != "" || len(v.Messages) != 1 || v.Protocol == nil {
		t.Errorf("%+v", v)
	}
	v, _, refused, err := JudgeFile(ProtocolFile{ID: "f", Raw: protocol, Reason: "из кабинета"}, func(uuid.UUID) (*FilePackage, error) { return &FilePackage{AnsweredPackage: *pkg, Left: true}, nil })
	if err != nil || refused != "" || v.Late[first] != Accepted || v.FromFile != "f" {
		t.Errorf("from a file: %+v, %q, %v", v, refused, err)
	}
	if v := Judge(content(packageResult(testPackage, "2", "", "")), pkg); v.Late != nil || v.Review != "" {
		t.Errorf("one that is not final: %+v", v)
	}
	pkg.Protocol = protocol
	if v := Judge(content(protocol), pkg); v.Late != nil || v.Review != "" {
		t.Errorf("once more: %+v", v)
	}
	pkg.Protocol, pkg.Register = nil, egisso.RegisterParticipant
	if v := Judge(content(protocol), pkg); v.Late != nil || v.Review == "" {
		t.Errorf("of an application: %+v", v)
	}
}

// The records a stranger's protocol names tell whether its package was ours.
func TestStrangerNamesRecords(t *testing.T) {
	v := Judge(&Said{Kind: SaidContent, Content: packageResult(testPackage, "3", counted, rejectedRecord(second.String()))}, nil)
	if v.Stranger == "" || len(v.Named) != 1 || v.Named[0] != second {
		t.Errorf("%q names %v", v.Stranger, v.Named)
	}
	if v := Judge(&Said{Kind: SaidContent, Content: []byte("<x/>")}, nil); v.Stranger == "" || len(v.Named) != 0 {
		t.Errorf("%q names %v", v.Stranger, v.Named)
	}
}
