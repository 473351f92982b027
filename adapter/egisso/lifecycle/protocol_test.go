package lifecycle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
)

func TestJudge(t *testing.T) {
	a, b, c, stranger := egissotest.FactID("001"), egissotest.FactID("002"), egissotest.FactID("003"), egissotest.FactID("fff")
	n := func(v int) *int { return &v }
	result := func(id uuid.UUID, ok bool, messages ...egisso.ProtocolMessage) egisso.RecordResult {
		return egisso.RecordResult{ID: strings.ToUpper(id.String()), OK: ok, Messages: messages}
	}
	warning := egisso.ProtocolMessage{Type: egisso.MessageWarning, RuleCode: "019", Report: "x"}
	failure := egisso.ProtocolMessage{Type: egisso.MessageError, RuleCode: "026", Report: "x"}
	done := func(num, success *int, records ...egisso.RecordResult) *egisso.Protocol {
		return &egisso.Protocol{Package: &egisso.PackageResult{Status: egisso.PackageProcessed, RecordNum: num, RecordNumSuccess: success, Records: records}}
	}
	for _, tc := range []struct {
		name     string
		protocol *egisso.Protocol
		sent     []uuid.UUID
		want     string // verdict: outcomes
		review   bool
		notes    int
	}{
		{"taken", &egisso.Protocol{Package: &egisso.PackageResult{Status: egisso.PackageTaken}}, []uuid.UUID{a}, "in_progress:", false, 0},
		{"in progress, listed records are not final", &egisso.Protocol{Package: &egisso.PackageResult{Status: egisso.PackageInProgress, Records: []egisso.RecordResult{result(a, false)}}},
			[]uuid.UUID{a}, "in_progress:", false, 0},
		{"in a file", &egisso.Protocol{Attached: true}, []uuid.UUID{a}, "in_progress:", false, 0},
		{"message refused", &egisso.Protocol{MessageErrors: []egisso.ProtocolError{{Message: "x"}}}, []uuid.UUID{a, b}, "rejected: returned returned", false, 0},
		{"all accepted", done(n(2), n(2)), []uuid.UUID{a, b}, "accepted: accepted accepted", false, 0},
		{"counts not given: nothing says that anything succeeded", done(nil, nil), []uuid.UUID{a, b}, "needs_review: unknown unknown", true, 2},
		{"counts not given, all named", done(nil, nil, result(a, true), result(b, false)), []uuid.UUID{a, b}, "partial: accepted rejected", false, 0},
		{"counts not given, one named", done(nil, nil, result(a, false)), []uuid.UUID{a, b}, "needs_review: rejected unknown", true, 2},
		{"listed without messages is accepted", done(n(1), n(1), result(a, true)), []uuid.UUID{a}, "accepted: accepted", false, 0},
		{"warnings", done(n(2), n(2), result(a, true, warning)), []uuid.UUID{a, b},
			"accepted_with_warnings: accepted_with_warnings accepted", false, 0},
		{"partial", done(n(3), n(2), result(a, true, warning), result(c, false, failure)), []uuid.UUID{a, b, c},
			"partial: accepted_with_warnings accepted rejected", false, 0},
		{"all rejected, success absent", done(n(2), nil, result(a, false), result(b, false, failure)), []uuid.UUID{a, b},
			"rejected_records: rejected rejected", false, 0},
		{"more success than the records tell: the records count", done(n(2), n(2), result(a, true), result(b, false, failure)), []uuid.UUID{a, b},
			"partial: accepted rejected", false, 1},
		{"less success than the records tell", done(n(2), n(1)), []uuid.UUID{a, b}, "needs_review: unknown unknown", true, 2},
		{"nothing succeeded and nobody is named", done(n(2), nil), []uuid.UUID{a, b}, "needs_review: unknown unknown", true, 2},
		{"fewer records than sent", done(n(1), n(1), result(a, true)), []uuid.UUID{a, b}, "needs_review: accepted unknown", true, 2},
		{"more records than sent", done(n(3), n(3)), []uuid.UUID{a, b}, "accepted: accepted accepted", true, 1},
		{"stranger in a package of one: nothing guessed", done(n(1), n(1), result(stranger, true, warning)), []uuid.UUID{a},
			"needs_review: unknown", true, 2},
		{"stranger, our record named", done(n(1), nil, result(stranger, true), result(a, false)), []uuid.UUID{a},
			"rejected_records: rejected", true, 1},
		{"accepted stranger, counts agree", done(n(3), n(3), result(stranger, true, warning)), []uuid.UUID{a, b, c},
			"accepted: accepted accepted accepted", true, 1},
		{"rejected stranger: who it was is unknown", done(n(2), n(1), result(stranger, false)), []uuid.UUID{a, b},
			"needs_review: unknown unknown", true, 2},
		{"record named twice: the worse counts", done(n(1), nil, result(a, false, failure), result(a, true, warning)), []uuid.UUID{a},
			"rejected_records: rejected", true, 1},
		{"id that is no UUID", done(n(2), n(2), egisso.RecordResult{ID: "17", OK: true}), []uuid.UUID{a, b}, "accepted: accepted accepted", true, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := lifecycle.JudgeProtocol(tc.protocol, tc.sent)
			var outcomes []string
			for _, r := range v.Records {
				outcomes = append(outcomes, string(r.Outcome))
			}
			got := strings.TrimSpace(fmt.Sprintf("%s: %s", v.Package, strings.Join(outcomes, " ")))
			if got != tc.want || v.NeedsReview != tc.review || len(v.Notes) != tc.notes {
				t.Errorf("%s, review %v, notes %q; want %s, review %v, %d notes", got, v.NeedsReview, v.Notes, tc.want, tc.review, tc.notes)
			}
		})
	}
}

func TestJudgeKeepsEveryMessage(t *testing.T) {
	p, err := wire.ReadProtocol(egissotest.ReadSample(t, "10.10.I-1.0.3", "valid.response.partial.xml"))
	if err != nil {
		t.Fatal(err)
	}
	sent := []uuid.UUID{egissotest.FactID("001"), egissotest.FactID("002"), egissotest.FactID("003"), egissotest.FactID("004")}
	v := lifecycle.JudgeProtocol(p, sent)
	if v.Package != lifecycle.VerdictPartial || len(v.Records[2].Messages) != 2 || v.Records[2].Messages[0].RuleCode != "026" {
		t.Errorf("verdict %+v", v)
	}
	for i, r := range v.Records {
		if r.ID != sent[i] {
			t.Errorf("record %d is %s, want %s", i, r.ID, sent[i])
		}
	}
}
