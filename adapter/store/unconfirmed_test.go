package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// fromFile applies a protocol file with that outcome to a package the bus has.
func (f fixture) fromFile(t *testing.T, pkg uuid.UUID, v lifecycle.Verdict) {
	t.Helper()
	id, fresh, err := f.StoreProtocol(t.Context(), pkg, []byte("<protocol/>"), "ответ потерялся")
	if err != nil || !fresh {
		t.Fatalf("fresh %v: %v", fresh, err)
	}
	v.FromFile, v.Protocol, v.Review = id, []byte("<protocol/>"), "сверьте"
	if found, err := f.ApplyNextProtocol(t.Context(), id, judged(pkg, v)); err != nil || !found {
		t.Fatalf("found %v: %v", found, err)
	}
}

const placeOfFact = `select s.accepted_id is not null || ' ' || r.state || ' ' || coalesce((select h.content ->> 'content' from egisso.held h where h.register = s.register and h.row_key = s.row_key), '') || ' ' || s.dirty
  from egisso.source_row s join egisso.record r using (register, row_key) where s.row_key = '1'`

// TestTheBusHasTheLastWord: outcomes from a file stand, marked, until the bus's answer
// comes; then they are confirmed or, these alone, replaced.
func TestTheBusHasTheLastWord(t *testing.T) {
	accepted := func(keys ...string) lifecycle.Verdict {
		return lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, keys...)}
	}
	rejected := func(keys ...string) lifecycle.Verdict {
		return lifecycle.Verdict{
			Result: lifecycle.PackageRejected, Info: "отклонён", Outcomes: outcomes(lifecycle.Rejected, keys...),
			Messages: []lifecycle.ProtocolMessage{{RecordID: recordID("1").String(), Type: 1, RuleCode: "026", Report: "нет"}},
		}
	}
	settled := func(v lifecycle.Verdict, state lifecycle.State) lifecycle.Verdict {
		v.Settled = outcomes(state, "1", "2")
		return v
	}
	for name, c := range map[string]struct {
		file    lifecycle.Verdict
		between func(t *testing.T, f fixture)
		bus     lifecycle.Verdict
		place   string // accepted, state of the record, content ЕГИССО holds, decided anew
		pkg     string
		message string // numbers of messages
	}{
		"confirmed": {accepted("1", "2"), nil, settled(accepted("1", "2"), lifecycle.Accepted), "true accepted first true", "answered accepted принят", "0"},
		"with warnings": {accepted("1", "2"), nil, settled(lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.AcceptedWithWarnings, "1", "2")}, lifecycle.AcceptedWithWarnings),
			"true accepted_with_warnings first true", "answered accepted принят", "0"},
		"accepted, but the bus says rejected": {accepted("1", "2"), nil, settled(rejected("1", "2"), lifecycle.Rejected), "false rejected  true", "answered rejected отклонён", "1"},
		"rejected, but the bus says accepted": {rejected("1", "2"), nil, settled(accepted("1", "2"), lifecycle.Accepted), "true accepted first true", "answered accepted принят", "0"},
		"accepted, but never loaded":          {accepted("1", "2"), nil, settled(lifecycle.Verdict{Failed: true, Info: "СМЭВ отклонила"}, ""), "false dropped  true", "send_failed  СМЭВ отклонила", "0"},
		"accepted, but returned as a whole":   {accepted("1", "2"), nil, settled(lifecycle.Verdict{Returned: true, Info: "не обработан"}, ""), "false dropped  true", "answered rejected не обработан", "0"},
		"corrected meanwhile under the same id": {rejected("1", "2"), func(t *testing.T, f fixture) {
			f.saveRows(t, row("1", "second"))
			f.decideAll(t, lifecycle.Ready)
			f.want(t, `select state || ' ' || (content ->> 'content') from egisso.record join egisso.element_content using (id) where row_key = '1'`, "ready second")
		}, settled(accepted("1", "2"), lifecycle.Accepted), "true accepted first true", "answered accepted принят", "0"},
		"on its way again under the same id": {rejected("1", "2"), func(t *testing.T, f fixture) {
			f.saveRows(t, row("1", "second"))
			f.decideAll(t, lifecycle.Ready)
			f.form(t)
		}, settled(accepted("1", "2"), lifecycle.Accepted), "false packed  true", "answered accepted принят", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			pkg, m := f.sent(t, "1", "2")
			f.fromFile(t, pkg, c.file)
			f.want(t, `select unconfirmed || ' ' || review from egisso.journal`, "2 сверьте")
			f.want(t, `select count(*) from egisso.record_status where reason like '%Исход взят из файла и не подтверждён СМЭВ'`, "2")
			status, err := f.Status(t.Context())
			if err != nil || !slices.ContainsFunc(status.Findings, func(n store.Finding) bool {
				return n.Code == "unconfirmed" && n.Subject == pkg.String() && n.Count == 2
			}) {
				t.Errorf("findings %+v: %v", status.Findings, err)
			}
			f.want(t, `select count(*) from egisso.package_protocol`, "0") // a later protocol of the bus is not measured by it
			if c.between != nil {
				c.between(t, f)
			}
			f.answer(t, "a1", m, c.bus)
			f.want(t, placeOfFact, c.place)
			if got := f.text(t, `select state || ' ' || coalesce(result, '') || ' ' || info from egisso.package where id = $1`, pkg); got != c.pkg {
				t.Errorf("the package is %q, want %q", got, c.pkg)
			}
			if got := f.text(t, `select unconfirmed from egisso.journal where id = $1`, pkg); got != "0" {
				t.Errorf("still unconfirmed: %s", got)
			}
			f.want(t, `select count(*) from egisso.record_message`, c.message)
			f.want(t, `select count(*) from egisso.unconfirmed_outcome where sent is not null or before is not null`, "0")
			if strings.HasPrefix(c.place, "false rejected") || strings.HasPrefix(c.place, "false dropped") {
				f.decideAll(t, lifecycle.Ready) // it goes again
				f.want(t, `select count(*) from egisso.record where state = 'ready'`, "2")
			}
		})
	}
}

// TestAFileProvesNoDelivery: a message nobody knows to have arrived is posted again,
// whatever a file says, and when the bus refuses it the file's outcomes are void.
func TestAFileProvesNoDelivery(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "first"))
	f.decideAll(t, lifecycle.Ready)
	pkg, _ := f.form(t)
	f.sign(t)
	m := f.claim(t)
	if _, err := f.BeginAttempt(t.Context(), m, time.Minute); err != nil {
		t.Fatal(err)
	}
	f.fromFile(t, pkg, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.want(t, `select state from egisso.message`, "in_doubt")
	f.want(t, placeOfFact, "true accepted first true")
	f.answer(t, "a1", m, lifecycle.Verdict{Failed: true, Info: "СМЭВ отклонила", Review: "СМЭВ отклонила"})
	f.want(t, placeOfFact, "false dropped  true")
	f.want(t, `select state || ' ' || review from egisso.package`, "send_failed СМЭВ отклонила")
}

// TestOnlyUnconfirmedOutcomesMove: what the bus decided stays.
func TestOnlyUnconfirmedOutcomesMove(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackagePartial, Info: "частично", Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.fromFile(t, pkg, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "2")})
	f.want(t, `select unconfirmed from egisso.journal`, "1")
	f.answer(t, "a2", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "отклонён", Settled: outcomes(lifecycle.Rejected, "1", "2")})
	f.want(t, placeOfFact, "true accepted first true")
	f.want(t, `select state from egisso.record where row_key = '2'`, "rejected")
	f.want(t, `select string_agg(outcome, ' ' order by row_key) from egisso.package_record m join egisso.record r on r.id = m.record_id`, "accepted rejected")
	if _, err := f.conn.Exec(t.Context(), `update egisso.record set state = 'rejected' where row_key = '1'`); err == nil {
		t.Error("an outcome of the bus was moved")
	}
}
