package store_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// screenFiles are the examples for developers of the МИС, see README.md.
const screenFiles = "screens/*.sql"

// screenArguments are what the examples are asked for, of what fillAccepted and fillScreens make.
var screenArguments = map[string][]any{
	"measures_page": {""}, "measures_of_keys": {[]string{"1", "2"}},
	"participants_page": {""}, "participants_of_keys": {[]string{"1", "2"}},
	"organizations_page": {"20"}, "organizations_of_keys": {[]string{"1", "2"}},
	"facts_page": {"5"}, "facts_of_keys": {keysOfPage()}, "facts_by_number": {"N77"}, "facts_by_id": {idOfRecord77}, "facts_by_rule": {"019"}, "fact_findings": {"998"},
	"workplace_page": {"5"}, "workplace_of_keys": {keysOfPage()},
	"journal_page": {"infinity", "00000000-0000-0000-0000-000000000000"}, "journal_details": {idOfPackage1, 0}, "journal_details_by_rule": {"019"},
}

// md5('record 77')::uuid, md5('package 1')::uuid
const idOfRecord77, idOfPackage1 = "6eb6e73a-697b-56a4-fe47-5515a9bf0c53", "cdadde6f-9fd7-6f39-26a9-124ac437db36"

// keysOfPage are the facts of a page the МИС sorted by something of its own.
func keysOfPage() (keys []string) {
	for i := range 50 {
		keys = append(keys, strconv.Itoa(1000-i*17))
	}
	return keys
}

// nothingThere are examples for which the filling has nothing to show.
var nothingThere = []string{"measures_not_in_kmsz", "journal_kmsz_version"}

// fillScreens gives the rows of fillAccepted contents and the other registers some rows: a fifth
// of the facts were assigned by the organisation of role s_workplace. It is bound to it.
func fillScreens(tb testing.TB, conn *pgx.Conn, rows int) {
	tb.Helper()
	for _, statement := range []string{
		`insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, participant_code, accepted_id, accepted_event, accepted_hash, accepted_at)
		 select r, n::text, upper(r) || n, now(), false, case r when 'onmsz' then '0042.' || to_char(n, 'FM000000') end, id, id, 'x', now()
		   from unnest(array['onmsz', 'lmsz', 'organization']) r, generate_series(1, 300) n, lateral (select md5(r || n)::uuid as id) i`,
		`insert into egisso.source_content (register, row_key, content)
		 select register, row_key, case register
		        when 'lmsz' then jsonb_build_object('code', 'Л' || row_key, 'title', repeat('Обеспечение лекарствами ', 20), 'codeMSZ', '0808', 'dateEnact', '2026-01-01', 'cases', repeat('x', 3000))
		        when 'onmsz' then jsonb_build_object('title', 'Больница № ' || row_key, 'inn', '7700000001', 'kpp', '770001001')
		        else jsonb_build_object('title', 'Аптека № ' || row_key, 'legalPerson', jsonb_build_object('inn', '7700000001', 'kpp', '770001001')) end
		   from egisso.source_row where register <> 'fact'`,
		`insert into egisso.source_content (register, row_key, content)
		 select 'fact', n::text, jsonb_build_object('oszCode', '0042.' || to_char(n % 5 + 1, 'FM000000'), 'oszKey', (n % 5 + 1)::text, 'measureKey', (n % 300 + 1)::text,
		        'decisionDate', '2026-02-03', 'dateStart', '2026-02-03', 'mszReceiver', jsonb_build_object('familyName', 'x', 'filler', repeat(md5(n::text), 20)))
		   from generate_series(1, $1::int) n`,
	} {
		var args []any
		if strings.Contains(statement, "$1") {
			args = append(args, rows)
		}
		if _, err := conn.Exec(tb.Context(), statement, args...); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := conn.Exec(tb.Context(), `select egisso.bind_workplace('s_workplace', '0042.000001'); analyze`); err != nil {
		tb.Fatal(err)
	}
}

// withScreens is a database whose screens show something, and who looks at them.
func withScreens(t *testing.T, rows int) (owner, reader, workplace *pgx.Conn) {
	t.Helper()
	database, owner := installed(t)
	if _, err := connect(t, database).Exec(t.Context(), `drop role if exists s_workplace; create role s_workplace login in role egisso_workplace`); err != nil {
		t.Fatal(err)
	}
	fillAccepted(t, owner, rows)
	fillScreens(t, owner, rows)
	return owner, connect(t, as(t, database, "egisso_reader")), connect(t, login(t, database, "s_workplace"))
}

// TestScreenQueries: every example runs with the rights it says, shows something, nothing of
// people, and goes through no table.
func TestScreenQueries(t *testing.T) {
	_, reader, workplace := withScreens(t, 2000)
	found := queries(t, screenFiles)
	for _, conn := range []*pgx.Conn{reader, workplace} {
		if _, err := conn.Exec(t.Context(), `set enable_seqscan = off`); err != nil {
			t.Fatal(err)
		}
	}
	for name, query := range found {
		conn := reader
		if strings.HasPrefix(name, "workplace_") {
			conn = workplace
		}
		rows, err := conn.Query(t.Context(), query, screenArguments[name]...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		list, err := pgx.CollectRows(rows, pgx.RowToMap)
		if err != nil || (len(list) == 0) != slices.Contains(nothingThere, name) {
			t.Errorf("%s: %d rows, error %v", name, len(list), err)
		}
		if name == "workplace_page" && (len(list) != 50 || list[0]["osz_title"] != "Больница № 1" || list[0]["row_key"] != "50") {
			t.Errorf("%s: %d rows, the first %v", name, len(list), list[0])
		}
		if plan := explained(t, conn, "explain (costs off) ", query, screenArguments[name]); regexp.MustCompile(`Seq Scan on (source_row|source_content|record)\b`).MatchString(plan) {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	for name := range screenArguments {
		if found[name] == "" {
			t.Errorf("no example %s", name)
		}
	}
}

func explained(t *testing.T, conn *pgx.Conn, how, query string, args []any) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), how+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

// TestScreensAreQuick is for `make acceptance`: what each example costs the server's process, with
// its planning, is at most 50 ms over EGISSOGW_SCREEN_ROWS facts, whatever else runs here.
func TestScreensAreQuick(t *testing.T) {
	rows, err := strconv.Atoi(cmp.Or(os.Getenv("EGISSOGW_SCREEN_ROWS"), "0"))
	if err != nil || rows == 0 {
		t.Skip("EGISSOGW_SCREEN_ROWS is not set")
	}
	_, reader, workplace := withScreens(t, rows)
	found := queries(t, screenFiles)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		conn := reader
		if strings.HasPrefix(name, "workplace_") {
			conn = workplace
		}
		const times = 10
		ask(t, conn, found[name], screenArguments[name]) // what is on disk is read
		before := cpuTime(t, conn)
		for range times {
			ask(t, conn, found[name], screenArguments[name])
		}
		cost := (cpuTime(t, conn) - before) / times
		t.Logf("%-24s %6.2f ms", name, cost.Seconds()*1000)
		if cost > 50*time.Millisecond {
			t.Errorf("%s costs %s over %d facts:\n%s", name, cost, rows, explained(t, conn, "explain (analyze) ", found[name], screenArguments[name]))
		}
	}
}

// ask has the query planned and executed anew.
func ask(t *testing.T, conn *pgx.Conn, query string, args []any) {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, append([]any{pgx.QueryExecModeDescribeExec}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgx.CollectRows(rows, pgx.RowToMap); err != nil {
		t.Fatal(err)
	}
}

// cpuTime is what the server's process of a connection has spent on a processor.
func cpuTime(t *testing.T, conn *pgx.Conn) time.Duration {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", conn.PgConn().PID()))
	if err != nil {
		t.Fatal(err)
	}
	spent, err := strconv.ParseInt(strings.Fields(string(data))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(spent)
}
