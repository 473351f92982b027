package scaffold_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis"
)

// changes are statements in the МИС and the records its log then names.
var changes = []struct{ what, statement, want string }{
	{"a name in other letters", `update registr.chelovek set imya = upper(imya) where id = md5('chelovek2')::uuid`, "fact Н-1, fact Н-9"},
	{"who is the reason", `update registr.chelovek set otch = 'Иной' where id = md5('chelovek5')::uuid`, "fact Н-1, fact Н-12, fact Н-4"},
	{"nothing", `update registr.chelovek set otch = otch; update lgota.naznachenie set summa = summa`, ""},
	{"what facts do not show", `update lgota.organizaciya set naim = naim || '.' where kod = 'минздрав'`, "onmsz МИНЗДРАВ"},
	{"a code", `update lgota.organizaciya set kod_egisso = '0042.000002' where kod = 'соцразвитие'`, "fact Н-10, fact Н-5, onmsz СОЦРАЗВИТИЕ"},
	{"a row of a list", `insert into lgota.mera_dokument values ('\x0001', 'Паспорт', B'0001', 1)`, "local_measure 0001"},
	{"a list in a list", `delete from lgota.mera_kriterii`, "local_measure 0003"},
	{"the mapping", `update lgota.sootvetstvie set edinica = 4 where vid = 'диабет'`, "fact Н-1, fact Н-10, fact Н-4, fact Н-7"},
	{"gone", `delete from lgota.naznachenie where nomer in ('Н-7', 'Н-8')`, "fact , fact "},
	{"another key", `update lgota.naznachenie set nomer_zapisi = md5('x')::uuid where nomer = 'Н-6'`, "fact , fact Н-6"},
	{"all gone", `truncate lgota.naznachenie cascade`, strings.TrimSuffix(strings.Repeat("fact , ", 10), ", ")},
}

// TestLogOfChanges: a change of whatever table names the records that show it, once.
func TestLogOfChanges(t *testing.T) {
	conn := connect(t)
	made, err := write(catalog(t, conn), answers(t))
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, made.SQL)
	for _, c := range changes {
		exec(t, conn, c.statement)
		var have string
		if err := conn.QueryRow(t.Context(), `with new as (delete from egisso_log.change returning register, row_key)
			select coalesce(string_agg(named, ', ' order by named), '') from (select distinct register, row_key,
				register || ' ' || coalesce(case register when 'fact' then (select nomer from lgota.naznachenie where nomer_zapisi::text = row_key) else row_key end, '') as named
			  from new) as q`).Scan(&have); err != nil || have != c.want {
			t.Errorf("%s: the log names %q, want %q: %v", c.what, have, c.want, err)
		}
	}
}

// TestWithoutLog: views without a log of changes are right, too, and read by their role alone.
func TestWithoutLog(t *testing.T) {
	conn := connect(t)
	text := strings.ReplaceAll(answers(t), "change_log=true", "fact.egisso_id=nomer_zapisi\nonmsz.changed_at='2025-01-01T00:00:00Z'\nlocal_measure.changed_at='2025-01-01T00:00:00Z'")
	made, err := write(catalog(t, conn), text)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, made.SQL)
	exec(t, conn, made.SQL)
	if strings.Contains(made.SQL, "trigger") {
		t.Error("there is a trigger without a log")
	}
	config, err := pgxpool.ParseConfig(conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["role"] = "egissogw_source"
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	problems, err := mis.Open(t.Context(), pool, "").Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !p.Advice {
			t.Errorf("check: %s", p)
		}
	}
	if _, err := pool.Exec(t.Context(), "select from registr.chelovek"); err == nil {
		t.Error("the role reads more than the views")
	}
}
