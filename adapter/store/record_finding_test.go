package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

var (
	twin = egisso.Finding{Code: "L-DUP", Severity: egisso.Warning, Text: "Уже есть такой факт"}
	long = egisso.Finding{Code: "L-LEN", Severity: egisso.Warning, Field: "assignmentInfo/naturalForm/content", Text: "297 знаков"}
	bad  = egisso.Finding{Code: "L-SNILS", Severity: egisso.Error, Field: "mszReceiver/SNILS", Text: "такого номера не бывает"}
)

// decideAs makes every changed row a record with the id and the findings.
func (f fixture) decideAs(t *testing.T, id uuid.UUID, findings ...egisso.Finding) {
	t.Helper()
	state := lifecycle.Ready
	if egisso.Blocks(findings) {
		state = lifecycle.Blocked
	}
	n, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{ID: id, Kind: egisso.KindFact, Provider: "0042.000001",
			Content: p.Content, BecomesHash: p.ContentHash, State: state, Findings: findings}}, nil
	})
	if err != nil || n != 1 {
		t.Fatalf("%d rows decided: %v", n, err)
	}
}

// leave forms, signs and sends what is ready.
func (f fixture) leave(t *testing.T) (uuid.UUID, *store.OutMessage) {
	t.Helper()
	pkg, n := f.form(t)
	if n != 1 {
		t.Fatalf("%d records packed", n)
	}
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err == nil {
		err = f.Delivered(t.Context(), m, attempt, "в очереди")
	}
	if err != nil {
		t.Fatal(err)
	}
	return pkg, m
}

// found lists what was found on row 1: "+" marks what holds now.
func (f fixture) found(t *testing.T) string {
	t.Helper()
	list, err := f.RecordFindings(t.Context(), store.RecordKey{Register: egisso.RegisterFact, Key: "1"})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, x := range list {
		now := map[bool]string{true: "+", false: "-"}[x.Current]
		said = append(said, fmt.Sprintf("%s%s %s %s", now, x.Found, x.Severity, x.Code))
	}
	return strings.Join(said, ", ")
}

// rules are the counts of status by rule: blocked, rejected, warned, remarked.
func (f fixture) rules(t *testing.T) string {
	t.Helper()
	st, err := f.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, list := range [][]store.Count{st.BlockedRules, st.RejectedRules, st.WarnedRules, st.RemarkedRules} {
		var codes []string
		for _, c := range list {
			codes = append(codes, fmt.Sprintf("%s:%d", c.State, c.Count))
		}
		said = append(said, strings.Join(codes, ","))
	}
	return strings.Join(said, "|")
}

func (f fixture) wantFound(t *testing.T, found, rules string) {
	t.Helper()
	if got := f.found(t); got != found {
		t.Errorf("found %q, want %q", got, found)
	}
	if got := f.rules(t); got != rules {
		t.Errorf("counted %q, want %q", got, rules)
	}
	f.want(t, `select count(*)::text from (
		select case when found = 'before' then case severity when 'error' then 'blocked' else 'warned' end
		            when severity = 'warning' then 'remarked' else 'rejected' end as list, register, code, count(distinct row_key) as records
		  from egisso.record_finding
		 where current and (found = 'before' or origin = 'protocol' and egisso.record_remarked(state) and (severity = 'warning' or state = 'rejected'))
		 group by 1, 2, 3) f full join egisso.rule_counts c using (list, register, code)
		 where f.records is distinct from c.records`, "0")
}

// TestFindingsStayWithWhatWasSent: warnings are shown before the record leaves, on its
// way, after its outcome, and after it was decided anew.
func TestFindingsStayWithWhatWasSent(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAs(t, recordID("1"), twin, long)
	f.wantFound(t, "+before warning L-DUP, +before warning L-LEN", "||L-DUP:1,L-LEN:1|")
	pkg, m := f.leave(t)
	f.wantFound(t, "+before warning L-DUP, +before warning L-LEN", "||L-DUP:1,L-LEN:1|")
	entry, _, _, err := f.JournalEntry(t.Context(), pkg)
	if err != nil || entry.Warned != 1 {
		t.Errorf("journal %+v, %v", entry, err)
	}
	if list, err := f.PackageFindings(t.Context(), pkg); err != nil || len(list) != 2 || list[0] != (store.JournalDetail{RecordNo: "N1", Comment: twin.Text, Code: "L-DUP", MessageType: "Предупреждение", Severity: "warning"}) {
		t.Errorf("findings of the package %+v, %v", list, err)
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.AcceptedWithWarnings, "1"),
		Messages: []lifecycle.ProtocolMessage{{RecordID: recordID("1").String(), Type: 2, RuleCode: "019", Report: "дата"}}})
	f.wantFound(t, "+before warning L-DUP, +before warning L-LEN, +after warning 019", "||L-DUP:1,L-LEN:1|019:1")

	f.saveRows(t, row("1", "b"))
	f.decideAs(t, recordID("event"), bad)
	f.wantFound(t, "+before error L-SNILS, -before warning L-DUP, -before warning L-LEN, -after warning 019", "L-SNILS:1|||")
}

// TestRejectionsGoneAgainAreNotCounted: the same element goes again, under its id.
func TestRejectionsGoneAgainAreNotCounted(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAs(t, recordID("1"), twin)
	first, m := f.leave(t)
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1"),
		Messages: []lifecycle.ProtocolMessage{{RecordID: recordID("1").String(), Type: 1, RuleCode: "026", Report: "форма"}}})
	f.wantFound(t, "+before warning L-DUP, +after error 026", "|026:1|L-DUP:1|")

	f.saveRows(t, row("1", "b"))
	f.decideAs(t, recordID("1"), long)
	f.wantFound(t, "+before warning L-LEN, -before warning L-DUP, -after error 026", "||L-LEN:1|")
	_, m = f.leave(t)
	f.answer(t, "a2", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.wantFound(t, "+before warning L-LEN, -before warning L-DUP, -after error 026", "||L-LEN:1|")
	if list, err := f.PackageFindings(t.Context(), first); err != nil || len(list) != 1 || list[0].Code != "L-DUP" {
		t.Errorf("findings of the first package %+v, %v", list, err)
	}
}

// TestSupersededRejectionsAreNotCounted: another element took the place of the rejected one.
func TestSupersededRejectionsAreNotCounted(t *testing.T) {
	rejected := func(t *testing.T) fixture {
		f := open(t)
		_, m := f.sent(t, "1")
		f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1"),
			Messages: []lifecycle.ProtocolMessage{{RecordID: recordID("1").String(), Type: 1, RuleCode: "026", Report: "форма"}}})
		f.wantFound(t, "+after error 026", "|026:1||")
		return f
	}
	t.Run("on the command of a person", func(t *testing.T) {
		f := rejected(t)
		f.retry(t, "1", "снова")
		f.decideAs(t, recordID("another"))
		f.wantFound(t, "-after error 026", "|||")
		f.want(t, `select state || ' ' || reason_code from egisso.record where id = '`+recordID("1").String()+`'`, "dropped replaced")
	})
	t.Run("by what is newer", func(t *testing.T) {
		f := rejected(t)
		f.exec(t, `insert into egisso.record (id, register, row_key, kind, provider, state, state_at) values
			(gen_random_uuid(), 'fact', '1', 'fact', 'p', 'accepted', now() + interval '1 minute')`)
		f.wantFound(t, "-after error 026", "|||")
	})
}

// TestFindingsOfRowsNothingIsSentOf: a row that cannot be read, or that needs a person.
func TestFindingsOfRowsNothingIsSentOf(t *testing.T) {
	f := open(t)
	unread := row("1", "a")
	unread.Content, unread.ContentHash = nil, nil
	unread.Findings = []egisso.Finding{{Code: "L-ROW", Severity: egisso.Error, Field: "content", Text: "не заполнено"}}
	f.saveRows(t, unread)
	f.wantFound(t, "+before error L-ROW", "L-ROW:1|||")
	f.saveRows(t, row("1", "b"))
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Review: lifecycle.UnknownEnding}, nil
	}); err != nil {
		t.Fatal(err)
	}
	f.wantFound(t, "+before error L-REVIEW", "L-REVIEW:1|||")
}

// TestNothingFoundCostsNothing: where nothing was found nothing is kept.
func TestNothingFoundCostsNothing(t *testing.T) {
	f := open(t)
	f.sent(t, "1", "2")
	f.want(t, `select count(*) from egisso.package_record where findings is null`, "2")
	f.want(t, `select count(*) from egisso.record_finding`, "0")
}
