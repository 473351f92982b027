package store_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store"
)

// reported is a database in which packages of facts about two measures left in October and
// November: key is package and number of the member. Some say what their rows do, and share it.
const reported = `
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) values ('lmsz', 'm1', '7', now(), false);
insert into egisso.source_content (register, row_key, content) values ('lmsz', 'm1', '{"code": "0001", "title": "Бесплатные лекарства"}');
insert into egisso.package (id, register, format, format_version, provider, record_count, created_at)
    select md5(n)::uuid, case n when 'c' then 'lmsz' else 'fact' end, '10.06.S', '1.1.0', '0001.000001', 4, '2026-10-01' from unnest(array['a', 'b', 'c']) n;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty)
    select case p when 'c' then 'lmsz' else 'fact' end, p || k, '', now(), false from unnest(array['a', 'b', 'c']) p, generate_series(1, 4) k;
insert into egisso.record (id, register, row_key, kind, provider, state, package_id, said)
    select md5(p || k)::uuid, case p when 'c' then 'lmsz' else 'fact' end, p || k, case when k = 4 then 'errorsInvalidation' else 'fact' end, '0001.000001', 'packed', md5(p)::uuid, p || k in ('a1', 'b1', 'b3')
      from unnest(array['a', 'b', 'c']) p, generate_series(1, 4) k;
insert into egisso.source_content (register, row_key, content) values ('fact', 'a4', '{"measureKey": "m2"}'), ('fact', 'b3', '{"measureKey": "m2"}'),
    ('fact', 'a1', '{"measureKey": "m1", "decisionDate": "2026-09-20"}'), ('fact', 'b1', '{"measureKey": "m1"}');
insert into egisso.element (id, content) select id, case when kind = 'fact' then jsonb_build_object('measureKey', 'm' || (1 + (row_key = 'a3')::int), 'decisionDate', '2026-09-20') else '{}' end
    from egisso.record where not said;
insert into egisso.package_record (package_id, ordinal, record_id, kind) select package_id, row_number() over (partition by package_id order by row_key), id, kind from egisso.record;
alter table egisso.package disable trigger user;
alter table egisso.package enable trigger mark_uncounted;
alter table egisso.package_record disable trigger user`

func TestFactReport(t *testing.T) {
	f := open(t)
	f.exec(t, reported)
	f.exec(t, `set timezone = 'UTC'`)
	month := func(m time.Month) time.Time { return time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC) }
	want := func(after string, lines ...string) {
		t.Helper()
		if _, err := f.CountPackages(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := f.FactReport(t.Context(), month(10), month(11))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range list {
			late := "-"
			if l.Late != nil {
				late = fmt.Sprint(*l.Late)
			}
			got = append(got, fmt.Sprintf("%s %s|%s|%s %d=%d+%d+%d late %s", l.Month.Format("01"), l.MeasureNo, l.MeasureCode, l.MeasureTitle, l.Sent, l.Accepted, l.Rejected, l.Unanswered, late))
		}
		if fmt.Sprint(got) != fmt.Sprint(lines) {
			t.Errorf("%s: %q, want %q", after, got, lines)
		}
	}
	want("nothing left")
	f.exec(t, `update egisso.package set state = 'queued', queued_at = case id when md5('b')::uuid then '2026-11-30' else '2026-10-05' end::timestamptz`)
	want("sent", "10 || 2=0+0+2 late -", "10 7|0001|Бесплатные лекарства 2=0+0+2 late -", "11 || 1=0+0+1 late -", "11 || 1=0+0+1 late -", "11 7|0001|Бесплатные лекарства 2=0+0+2 late -")
	f.exec(t, `update egisso.package_record m set outcome = case when ordinal = 2 then 'rejected' else 'accepted' end where package_id = md5('a')::uuid;
		update egisso.package set state = 'answered', result = 'partial', closed_at = '2026-10-06' where id = md5('a')::uuid`)
	october := []string{"10 || 2=2+0+0 late -", "10 7|0001|Бесплатные лекарства 2=1+1+0 late -"}
	november := []string{"11 || 1=0+0+1 late -", "11 || 1=0+0+1 late -", "11 7|0001|Бесплатные лекарства 2=0+0+2 late -"}
	want("answered", append(october, november...)...)
	// A term that was passed, for facts and not for what removes one; and another that was not.
	for days := 15; days <= 16; days++ {
		late := fmt.Sprintf("late %d", 16-days)
		if err := f.SetReportTerm(t.Context(), days); err != nil {
			t.Fatal(err)
		}
		lines := append(append([]string{}, october...), november...)
		for i := range lines {
			lines[i] = strings.Replace(lines[i], "late -", map[bool]string{true: late, false: "late 0"}[i < 2], 1)
		}
		want(fmt.Sprintf("%d days", days), lines...)
	}
	// What is pruned keeps its numbers; what came later about a released package is counted.
	f.exec(t, `update egisso.package set pruned_at = now() where id = md5('a')::uuid; delete from egisso.element;
		alter table egisso.record disable trigger check_said; update egisso.record set said = false;
		alter table egisso.record enable trigger check_said`)
	if err := f.SetReportTerm(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	f.exec(t, `update egisso.package set state = 'send_failed', released_at = now() where id = md5('b')::uuid;
		update egisso.package_record set outcome = 'released', sent_hash = 'x' where package_id = md5('b')::uuid`)
	want("released", "10 || 2=2+0+0 late 0", "10 7|0001|Бесплатные лекарства 2=1+1+0 late 0", "11 || 4=0+0+4 late -")
	f.exec(t, `update egisso.package_record set late = 'accepted', late_file = 'f' where package_id = md5('b')::uuid;
		update egisso.package set info = 'said by a file', review = null where id = md5('b')::uuid`)
	want("pruned", "10 || 2=2+0+0 late 0", "10 7|0001|Бесплатные лекарства 2=1+1+0 late 0", "11 || 4=4+0+0 late -")
}

// Of a million facts reports read what was counted of packages.
func TestReportsReadNoRecords(t *testing.T) {
	f := open(t)
	f.exec(t, `set plan_cache_mode = force_custom_plan`)
	all := queries(t, "sql/report.sql")
	rows, err := f.conn.Query(t.Context(), "explain (costs off) "+all["fact_report"], time.Now(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(plan, "\n")
	for _, table := range []string{" on record", " on package_record", " on element", "Seq Scan on source_"} {
		if strings.Contains(text, table) {
			t.Errorf("the report reads%s:\n%s", table, text)
		}
	}
}

// The summary of a day has the parts a person asks for, in the gateway's own words.
func TestDaySummary(t *testing.T) {
	f := open(t)
	f.exec(t, reported)
	f.exec(t, `update egisso.package set state = 'queued', queued_at = now() - interval '1 hour';
		update egisso.package_record m set outcome = case when ordinal = 2 then 'rejected' else 'accepted' end where package_id = md5('a')::uuid;
		update egisso.package set state = 'answered', result = 'partial', closed_at = now() where id = md5('a')::uuid;
		update egisso.package set queued_at = now() - interval '2 days', closed_at = now() - interval '2 days', state = 'answered', result = 'accepted' where id = md5('c')::uuid;
		insert into egisso.job (name, last_started_at) values ('links', now());
		insert into egisso.job (name, failures, failing_since, last_error) values ('collect', 3, now(), 'Иванов')`)
	if _, err := f.CountPackages(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := f.DaySummary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		if strings.Contains(l.Text, "Иванов") {
			t.Errorf("words of others: %+v", l)
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", l.Section, l.Subject, l.Count, l.Who))
	}
	want := []string{"left fact 8 ", "returned fact 1 ", "returned fact 3 ", "waiting fact 4 "}
	for i, line := range want {
		if i >= len(got) || got[i] != line && !(i > 0 && i < 3 && (got[i] == want[1] || got[i] == want[2])) {
			t.Fatalf("%q, want %q first", got, want)
		}
	}
	if rest := strings.Join(got[len(want):], "; "); !strings.Contains(rest, "needs collect 3 администратор шлюза") {
		t.Errorf("needs %q", rest)
	}
	day := time.Now()
	for i, first := range []bool{true, false} {
		if is, err := f.ClaimSummary(t.Context(), day, store.SummaryOfExports); err != nil || is != first {
			t.Errorf("claim %d: %v %v", i, is, err)
		}
	}
	if err := f.UnclaimSummary(t.Context(), day, store.SummaryOfExports); err != nil {
		t.Fatal(err)
	}
	if is, err := f.ClaimSummary(t.Context(), day, store.SummaryOfExports); err != nil || !is {
		t.Errorf("a summary that was not told: %v %v", is, err)
	}
	for of, want := range map[string]bool{store.SummaryOfExports: true, store.SummaryOfSchedule: false} {
		if told, err := f.SummaryTold(t.Context(), day, of); err != nil || told != want {
			t.Errorf("told of %s: %v %v", of, told, err)
		}
	}
}

// An export is closed when its packages are, and no record of its time waits for one.
func TestExportsClose(t *testing.T) {
	f := open(t)
	f.exec(t, reported)
	f.exec(t, `update egisso.record set state = 'accepted' where state = 'ready';
		insert into egisso.export (register, kind, due_at) values ('fact', 'first', now() - interval '2 days'), ('fact', 'changes', now())`)
	closed := func(want ...bool) {
		t.Helper()
		list, err := f.ExportsSince(t.Context(), time.Now().Add(-time.Hour))
		if err != nil || len(list) != 1 || list[0].Register != "fact" || list[0].Closed != want[0] {
			t.Errorf("%+v %v, want %v", list, err, want)
		}
	}
	closed(true) // there was nothing to send
	f.exec(t, `update egisso.package set export_id = (select max(id) from egisso.export) where id = md5('a')::uuid`)
	closed(false)
	f.exec(t, `update egisso.package set state = 'queued', queued_at = now() where id = md5('a')::uuid;
		update egisso.package set state = 'answered', result = 'accepted', closed_at = now() where id = md5('a')::uuid`)
	closed(true)
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) select 'fact', k, '', now(), false from unnest(array['later', 'before']) k`)
	f.exec(t, `insert into egisso.record (id, register, row_key, kind, provider, state, created_at) values (gen_random_uuid(), 'fact', 'later', 'fact', 'p', 'ready', now() + interval '1 minute')`)
	closed(true)
	f.exec(t, `insert into egisso.record (id, register, row_key, kind, provider, state, created_at) values (gen_random_uuid(), 'fact', 'before', 'fact', 'p', 'ready', now() - interval '1 minute')`)
	closed(false)
}

// TestReportIsQuick shows what counting a package and the report cost, with
// EGISSOGW_TEST_REPORT_FACTS facts of five measures in packages of a thousand.
func TestReportIsQuick(t *testing.T) {
	facts, _ := strconv.Atoi(os.Getenv("EGISSOGW_TEST_REPORT_FACTS"))
	if facts == 0 {
		t.Skip("EGISSOGW_TEST_REPORT_FACTS is not set")
	}
	f := open(t)
	f.exec(t, `alter table egisso.package disable trigger user; alter table egisso.record disable trigger user; alter table egisso.package_record disable trigger user`)
	f.exec(t, fmt.Sprintf(`insert into egisso.package (id, register, format, format_version, provider, record_count, state, result, queued_at, closed_at)
			select md5('p' || p)::uuid, 'fact', '10.06.S', '1.1.0', '0001.000001', 1000, 'answered', 'accepted', now(), now() from generate_series(1, %[1]d / 1000) p;
		insert into egisso.record (id, register, row_key, kind, provider, state, package_id)
			select md5(n::text)::uuid, 'fact', n::text, 'fact', '0001.000001', 'accepted', md5('p' || (1 + n %% (%[1]d / 1000)))::uuid from generate_series(1, %[1]d) n;
		insert into egisso.element (id, content) select md5(n::text)::uuid, jsonb_build_object('measureKey', 'm' || n %% 5, 'decisionDate', '2026-09-20', 'rest', repeat(md5(n::text), 35)) from generate_series(1, %[1]d) n;
		insert into egisso.source_content (register, row_key, content) select 'fact', n::text, '{}' from generate_series(1, %[1]d) n;
		insert into egisso.package_record (package_id, ordinal, record_id, kind, outcome) select package_id, row_number() over (partition by package_id), id, 'fact', 'accepted' from egisso.record;
		insert into egisso.uncounted_package (package_id) select id from egisso.package`, facts))
	began := time.Now()
	packages, err := f.CountPackages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counted := time.Since(began)
	began = time.Now()
	list, err := f.FactReport(t.Context(), time.Now().AddDate(0, -2, 0), time.Now())
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	t.Logf("%d packages counted in %s, %s each; the report takes %s", packages, counted, counted/time.Duration(packages), time.Since(began))
}
