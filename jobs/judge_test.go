package jobs

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
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
	content := func(c []byte) smev.Answer { return smev.Answer{Kind: smev.AnswerContent, Content: c} }
	cases := map[string]struct {
		answer   smev.Answer
		state    string // of the package, queued by default
		result   store.PackageResult
		progress int
		failed   bool
		returned bool
		review   bool
		outcomes map[uuid.UUID]store.RecordState
		info     string
	}{
		"all accepted": {
			answer: content(packageResult(testPackage, "3", counted, "")), result: store.PackageAccepted,
			outcomes: map[uuid.UUID]store.RecordState{first: store.Accepted, second: store.Accepted}, info: "Принято записей: 2",
		},
		"one rejected": {
			answer:   content(packageResult(testPackage, "3", `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`, rejectedRecord(second.String()))),
			result:   store.PackagePartial,
			outcomes: map[uuid.UUID]store.RecordState{first: store.Accepted, second: store.Rejected}, info: "отклонено: 1",
		},
		"in work": {answer: content(packageResult(testPackage, "2", "", "")), progress: 2},
		"a record nobody sent leaves the others in doubt": {
			answer: content(packageResult(testPackage, "3", `<r:recordNum>2</r:recordNum><r:recordNumSuccess>1</r:recordNumSuccess>`, rejectedRecord("deadbeef-0000-4000-8000-000000000077"))),
			result: store.PackagePartial, review: true, outcomes: map[uuid.UUID]store.RecordState{},
		},
		"protocol of another package":  {answer: content(packageResult(second, "3", counted, "")), review: true},
		"unreadable protocol":          {answer: content([]byte(`<response xmlns="urn:x"/>`)), review: true},
		"protocol in an attached file": {answer: content([]byte(`<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.4"><attachment>true</attachment></response>`)), review: true},
		"message not processed": {
			answer: content(protocolOf(`<p:messageResult><p:receivingTime>2023-02-01T10:00:05+03:00</p:receivingTime><p:processingTime>2023-02-01T10:00:05+03:00</p:processingTime>` +
				`<p:errors><p:error><b:message>Файл в хранилище не найден</b:message></p:error></p:errors></p:messageResult>`)),
			returned: true, review: true, info: "Пакет отклонен. Ошибка: Файл в хранилище не найден",
		},
		"provider denies access":            {answer: smev.Answer{Kind: smev.AnswerRejected, Rejections: []smev.Rejection{{Code: "ACCESS_DENIED"}}}, failed: true, review: true, info: "ACCESS_DENIED"},
		"provider's failure needs nobody":   {answer: smev.Answer{Kind: smev.AnswerRejected, Rejections: []smev.Rejection{{Code: "FAILURE"}}}, failed: true},
		"bus refuses after accepting":       {answer: smev.Answer{Kind: smev.AnswerAsyncStatus, AsyncStatus: &smev.AsyncStatus{Category: "requestIsRejectedBySmev", Fault: &smev.Fault{Description: "SMEV-403: схема"}}}, failed: true, review: true, info: "Отклонён СМЭВ: SMEV-403: схема"},
		"bus tells of progress":             {answer: smev.Answer{Kind: smev.AnswerAsyncStatus, AsyncStatus: &smev.AsyncStatus{Category: "requestIsAcceptedBySmev"}}},
		"unknown status closes nothing":     {answer: smev.Answer{Kind: smev.AnswerAsyncStatus, AsyncStatus: &smev.AsyncStatus{Category: "somethingNew"}}},
		"intermediate status":               {answer: smev.Answer{Kind: smev.AnswerStatus}, info: "промежуточный"},
		"unknown content":                   {answer: smev.Answer{Kind: smev.AnswerUnknown}, review: true},
		"repeated answer":                   {answer: content(packageResult(testPackage, "3", counted, "")), state: "answered"},
		"answer after the package failed":   {answer: content(packageResult(testPackage, "3", counted, "")), state: "send_failed", review: true},
		"late answer to an expired package": {answer: content(packageResult(testPackage, "3", counted, "")), state: "expired", result: store.PackageAccepted, outcomes: map[uuid.UUID]store.RecordState{first: store.Accepted, second: store.Accepted}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pkg := &store.AnsweredPackage{ID: testPackage, State: "queued", RecordCount: 2, Members: []uuid.UUID{first, second}}
			if c.state != "" {
				pkg.State = c.state
			}
			if c.state == "answered" {
				pkg.Result = store.PackageAccepted
			}
			v := judge(c.answer, pkg)
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
	again := &store.AnsweredPackage{ID: testPackage, State: "answered", Result: store.PackagePartial, RecordCount: 2, Members: []uuid.UUID{first, second}, Undecided: map[uuid.UUID]bool{second: true}}
	if v := judge(content(packageResult(testPackage, "3", counted, "")), again); len(v.Outcomes) != 1 || v.Outcomes[second] != store.Accepted {
		t.Errorf("a superseding protocol decides %v", v.Outcomes)
	}
	decided := &store.AnsweredPackage{ID: testPackage, State: "answered", Result: store.PackageRejected, RecordCount: 2, Members: []uuid.UUID{first, second},
		Decided: map[uuid.UUID]store.RecordState{first: store.Rejected, second: store.Rejected}}
	if v := judge(content(packageResult(testPackage, "3", counted, "")), decided); v.Review == "" || v.Result != "" {
		t.Errorf("a contradicting protocol means %+v", v)
	}
	if v := judge(smev.Answer{}, nil); v.Note == "" || v.Result != "" {
		t.Errorf("an answer to nobody means %+v", v)
	}
}
