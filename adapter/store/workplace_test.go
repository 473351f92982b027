package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Facts of two organisations, and who provides the measures: two facts of the first say its code, one its key, which has a code by
// now; one of the second; one whose organisation has none yet.
const workplaceFacts = `
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, participant_code, accepted_id, accepted_event, accepted_hash) values
	('onmsz', 'k1', 'O1', now(), false, '0001.000001', gen_random_uuid(), gen_random_uuid(), 'x'), ('onmsz', 'k2', 'O2', now(), false, null, null, null, null),
	('lmsz', 'm', 'M', now(), false, null, null, null, null);
insert into egisso.source_content (register, row_key, content) values
	('onmsz', 'k1', '{"title": "Первая", "inn": "7700000001", "kpp": "770001001"}'), ('lmsz', 'm', '{"title": "Лекарства", "code": "Л1", "codeMSZ": "0808"}');
insert into egisso.source_row (register, row_key, record_no, changed_at) select 'organization', n, n, now() from unnest(array['ooo', 'ip']) n;
insert into egisso.source_content (register, row_key, content) values
	('organization', 'ooo', '{"title": "Аптека", "legalPerson": {"inn": "7700000002", "kpp": "770001002"}}'),
	('organization', 'ip', '{"title": "ИП Планктонова", "individualBusinessman": {"inn": "770000000077"}}');
insert into egisso.source_row (register, row_key, record_no, changed_at) select 'fact', n::text, 'N' || n, now() from generate_series(1, 5) n;
insert into egisso.source_content (register, row_key, content)
select 'fact', n::text, jsonb_build_object('measureKey', 'm', 'decisionDate', '2026-02-0' || n, 'mszReceiver', '{"familyName": "Планктонова"}'::jsonb)
       || case n when 3 then '{"oszCode": "0002.000002"}' when 4 then '{"oszCode": "", "oszKey": "k1"}' when 5 then '{"oszCode": "", "oszKey": "k2"}'
                 else '{"oszCode": " 0001.000001", "oszKey": "k1"}' end::jsonb
  from generate_series(1, 5) n;`

// withWorkplaces is a database with these facts and logins of two organisations.
func withWorkplaces(t *testing.T) (database string, owner *pgx.Conn) {
	t.Helper()
	database, owner = installed(t)
	if _, err := connect(t, database).Exec(t.Context(), `drop role if exists w_first, w_second, w_pool, w_reader;
		create role w_first login in role egisso_workplace; create role w_second login in role egisso_workplace;
		create role w_pool login noinherit in role w_first, w_second; create role w_reader login in role egisso_reader`); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(t.Context(), workplaceFacts); err != nil {
		t.Fatal(err)
	}
	return database, owner
}

// TestWorkplaceSeesItsOrganisation: a role that is bound to an organisation sees its facts and
// nobody else's, whatever it tries.
func TestWorkplaceSeesItsOrganisation(t *testing.T) {
	database, owner := withWorkplaces(t)
	reader := connect(t, login(t, database, "w_reader"))
	showsNobody(t, reader)
	for call, want := range map[string]string{
		`bind_workplace('w_first', '0001.000001')`:  "Роль видит",
		`bind_workplace('w_second', '9999.000002')`: "Роль видит",
		`bind_workplace('w_nobody', '0001.000001')`: "Нет роли",
		`bind_workplace('w_reader', '0001.000001')`: "видит записи всех",
		`bind_workplace('w_pool', '1')`:             "Ожидается код",
	} {
		if said := strings.Join(answers(t, owner, `select egisso.`+call), ""); !strings.Contains(said, want) {
			t.Errorf("%s: %q", call, said)
		}
	}
	answers(t, owner, `select egisso.bind_workplace('w_second', '0002.000002')`)
	const seen = `select string_agg(row_key, ' ') from egisso.workplace_fact_list`
	var notices []string
	config, err := pgx.ParseConfig(login(t, database, "w_first"))
	if err != nil {
		t.Fatal(err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	first, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { first.Close(context.Background()) })
	second, pool := connect(t, login(t, database, "w_second")), connect(t, login(t, database, "w_pool"))
	for _, s := range []struct {
		conn             *pgx.Conn
		statement, wants string
	}{
		{first, seen, "1 2 4"},
		{first, `select osz_title || ' ' || osz_code || ' ' || measure_title || ' ' || decision_date from egisso.workplace_fact_list where row_key = '4'`, "Первая 0001.000001 Лекарства 2026-02-04"},
		{first, `select string_agg(row_key, ' ') from egisso.workplace_page('1', 1)`, "2"},
		{second, seen, "3"},
		{pool, seen, "permission denied"},
		{pool, `set role w_first; prepare page as ` + seen + `; execute page`, "1 2 4"},
		{pool, `set role w_second; execute page; execute page`, "33"},
		{reader, `select string_agg(row_key, ' ') from egisso.fact_list`, "1 2 3 4 5"},
		{owner, `select string_agg(role || ' ' || osz_code || ' ' || sees_all, ', ' order by role) from egisso.workplace_list`, "w_first 0001.000001 false, w_second 0002.000002 false"},
	} {
		if got := strings.Join(answers(t, s.conn, s.statement), ""); got != s.wants && (s.wants == "" || !strings.Contains(got, s.wants)) {
			t.Errorf("%s: %q, want %q", s.statement, got, s.wants)
		}
	}
	for _, attempt := range workplaceAttempts {
		notices = nil
		for _, said := range append(answers(t, first, attempt), notices...) {
			if strings.Contains(said, "0002.000002") || strings.Contains(said, "row 3") || strings.Contains(said, "Планктонова") {
				t.Errorf("%s shows %q", attempt, said)
			}
		}
		if got := answers(t, first, seen); !slices.Equal(got, []string{"1 2 4"}) {
			t.Errorf("after %s: %q", attempt, got)
		}
	}
	answers(t, owner, `update egisso.source_content set content = content::jsonb || '{"oszCode": "0002.000002"}' where row_key = '1'; select egisso.unbind_workplace('w_first')`)
	for conn, want := range map[*pgx.Conn]string{first: "", second: "1 3"} {
		if got := strings.Join(answers(t, conn, seen), ""); got != want {
			t.Errorf("after a change: %q, want %q", got, want)
		}
	}
}

// workplaceAttempts are what somebody tries who wants to see more.
var workplaceAttempts = []string{
	`set role egisso_reader`, `set role w_second`, `set session authorization w_second`, `reset role`, `reset session authorization`,
	`select set_config('role', 'w_second', false)`, `set egisso.actor = 'w_second'`, `set row_security = off`,
	`set role egisso_workplace; select 'row ' || row_key from egisso.workplace_fact_list; reset role`,
	`create function pg_temp.current_user() returns name language sql as $$ select 'w_second'::name $$; set search_path = pg_temp, egisso, pg_catalog`,
	`create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'row %', $1; return true; end $$;
		create function pg_temp.mine() returns setof text language sql security definer as $$ select 'row ' || row_key from egisso.workplace_fact_list $$`,
	`alter function pg_temp.peek(text) leakproof`,
	`set enable_nestloop = off; set enable_indexscan = off; set enable_bitmapscan = off; select 'row ' || row_key from egisso.workplace_fact_list where pg_temp.peek(row_key)`,
	`select 'row ' || row_key from egisso.workplace_fact_list where pg_temp.peek(record_no || osz_code || measure_title || osz_title)`,
	`reset all; select 'row ' || row_key from egisso.workplace_fact_list where pg_temp.peek(row_key) or row_key = '3' or osz_code = '0002.000002'`,
	`select pg_temp.mine()`, `select 'row ' || row_key from egisso.workplace_page('', 9) where pg_temp.peek(row_key)`,
	`create temp view wide as select * from egisso.workplace_fact_list; select 'row ' || row_key from wide where pg_temp.peek(osz_code)`,
	`select 1 / (case row_key when '3' then 0 else 1 end) from egisso.workplace_fact_list`,
	`select 'row ' || row_key from egisso.fact_list`, `select 'row ' || row_key from egisso.record_status`, `select 'row ' || row_key from egisso.source_row`,
	`select content::text from egisso.source_content`, `select content::text from egisso.said`, `select content::text from egisso.held`,
	`select 'row ' || row_key from egisso.newest_records(9)`, `select 'row ' || row_key from egisso.record_history`, `select role || osz_code from egisso.workplace_list`,
	`select osz_code from egisso.workplace`, `select egisso.bind_workplace('w_first', '0002.000002')`, `update egisso.workplace set osz_code = '0002.000002'`,
	`update egisso.workplace_fact_list set osz_code = '0002.000002'`, `select most_common_vals::text from pg_stats where schemaname = 'egisso'`,
}

// answers runs statements and is what they say: the first column of rows, and refusals.
func answers(t *testing.T, conn *pgx.Conn, statements string) (said []string) {
	t.Helper()
	results, err := conn.PgConn().Exec(t.Context(), statements).ReadAll()
	for _, r := range results {
		for _, row := range r.Rows {
			said = append(said, string(row[0]))
		}
	}
	if err != nil {
		said = append(said, fmt.Sprint(err))
	}
	return said
}

// showsNobody: screens show what organisations and measures are, and of an entrepreneur, who is a
// person, that he is one.
func showsNobody(t *testing.T, reader *pgx.Conn) {
	t.Helper()
	for view, want := range map[string]string{
		"measure_list":      `(m,M,,Л1,Лекарства,"Не подлежит отправке",nothing_to_send,"",0808,`,
		"participant_list":  `(k1,O1,0001.000001,Первая,7700000001,770001001,`,
		"organization_list": `(ooo,ooo,,f,Аптека,7700000002,770001002,Новый,new,`,
		"fact_list":         `(3,N3,,0002.000002,,Л1,Лекарства,2026-02-03,Новый,new,"",m,,0808,`,
	} {
		shown := answers(t, reader, `select l::text from egisso.`+view+` l order by row_key`)
		all := strings.Join(shown, "\n")
		if !strings.Contains(all, want) || strings.Contains(all, "Планктонова") || strings.Contains(all, "770000000077") {
			t.Errorf("%s:\n%s\nwant %s", view, all, want)
		}
		if view == "organization_list" && !strings.HasPrefix(shown[0], "(ip,ip,,t,,,,Новый,") {
			t.Errorf("an entrepreneur: %s", shown[0])
		}
	}
}
