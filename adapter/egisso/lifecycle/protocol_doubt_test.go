package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
)

// TestJudgeCountsAndLists: every pair of counts with every list a protocol of a package of
// two records may hold has one outcome. A letter per record: A accepted, W accepted with
// warnings, R rejected, - unknown; ? asks for a look.
func TestJudgeCountsAndLists(t *testing.T) {
	a, b, stranger := egissotest.FactID("001"), egissotest.FactID("002"), egissotest.FactID("fff")
	result := func(id uuid.UUID, ok bool, types ...int) egisso.RecordResult {
		r := egisso.RecordResult{ID: id.String(), OK: ok}
		for _, kind := range types {
			r.Messages = append(r.Messages, egisso.ProtocolMessage{Type: kind, Report: "x"})
		}
		return r
	}
	// One text for each recordNum, one word in it for each recordNumSuccess: absent, 1, 2, 3.
	for _, tc := range []struct {
		name    string
		records []egisso.RecordResult
		want    [4]string
	}{
		{"nobody named", nil,
			[4]string{"--? --? AA  --?", "--? --? --? --?", "--? --? AA  --?", "--? --? --? AA?"}},
		{"one accepted", []egisso.RecordResult{result(a, true)},
			[4]string{"A-? A-? AA  A-?", "A-? A-? A-? A-?", "A-? A-? AA  A-?", "A-? A-? A-? AA?"}},
		{"one with a warning", []egisso.RecordResult{result(a, true, egisso.MessageWarning)},
			[4]string{"W-? W-? WA  W-?", "W-? W-? W-? W-?", "W-? W-? WA  W-?", "W-? W-? W-? WA?"}},
		{"one accepted with an error", []egisso.RecordResult{result(a, true, egisso.MessageError)},
			[4]string{"W-? W-? WA? W-?", "W-? W-? W-? W-?", "W-? W-? WA? W-?", "W-? W-? W-? WA?"}},
		{"one rejected", []egisso.RecordResult{result(a, false)},
			[4]string{"R-? RA  RA  R-?", "R-? R-? R-? R-?", "R-? RA  RA  R-?", "R-? R-? RA? RA?"}},
		{"both accepted", []egisso.RecordResult{result(a, true), result(b, true)},
			[4]string{"AA  AA? AA  AA?", "AA? AA? AA? AA?", "AA? AA? AA  AA?", "AA? AA? AA? AA?"}},
		{"one of each", []egisso.RecordResult{result(a, true), result(b, false)},
			[4]string{"AR  AR  AR  AR?", "AR? AR? AR? AR?", "AR? AR  AR  AR?", "AR? AR? AR? AR?"}},
		{"both rejected", []egisso.RecordResult{result(a, false), result(b, false)},
			[4]string{"RR  RR  RR  RR?", "RR? RR? RR? RR?", "RR  RR  RR  RR?", "RR? RR? RR? RR?"}},
		{"one named twice, alike", []egisso.RecordResult{result(a, false), result(a, false)},
			[4]string{"R-? RA  RA  R-?", "R-? R-? R-? R-?", "R-? RA  RA  R-?", "R-? R-? RA? RA?"}},
		{"one named twice, unlike", []egisso.RecordResult{result(a, true), result(a, false)},
			[4]string{"R-? RA? RA? R-?", "R-? R-? R-? R-?", "R-? RA? RA? R-?", "R-? R-? RA? RA?"}},
		{"a stranger accepted", []egisso.RecordResult{result(stranger, true)},
			[4]string{"--? --? AA? --?", "--? --? --? --?", "--? --? AA? --?", "--? --? --? AA?"}},
		{"a stranger rejected", []egisso.RecordResult{result(stranger, false)},
			[4]string{"--? --? --? --?", "--? --? --? --?", "--? --? --? --?", "--? --? --? --?"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for num := range tc.want {
				var row []string
				for success := range 4 {
					row = append(row, letters(lifecycle.JudgeProtocol(countedAs(num, success, tc.records), []uuid.UUID{a, b})))
				}
				if want := strings.Fields(tc.want[num]); !slices.Equal(row, want) {
					t.Errorf("recordNum %d: %q, want %q", num, row, want)
				}
			}
		})
	}
}

func countedAs(num, success int, records []egisso.RecordResult) *egisso.Protocol {
	p := &egisso.PackageResult{Status: egisso.PackageProcessed, Records: records}
	if num > 0 {
		p.RecordNum = &num
	}
	if success > 0 {
		p.RecordNumSuccess = &success
	}
	return &egisso.Protocol{Package: p}
}

func letters(v lifecycle.ProtocolVerdict) string {
	var s strings.Builder
	for _, r := range v.Records {
		s.WriteString(map[lifecycle.RecordOutcome]string{
			lifecycle.OutcomeAccepted: "A", lifecycle.OutcomeAcceptedWithWarnings: "W", lifecycle.OutcomeRejected: "R", lifecycle.OutcomeUnknown: "-",
		}[r.Outcome])
	}
	if v.NeedsReview {
		s.WriteString("?")
	}
	return s.String()
}
