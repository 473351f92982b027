package mis_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// check returns the problems as "view.column" to text, and how many are advice.
func check(t *testing.T, s *mis.Source) (problems map[string]string, advice int) {
	t.Helper()
	list, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	problems = map[string]string{}
	for _, p := range list {
		if p.Text == "" {
			t.Errorf("problem without a text: %+v", p)
		}
		problems[strings.TrimSuffix(p.View+"."+p.Column, ".")] += p.Text
		if p.Advice {
			advice++
		}
	}
	return problems, advice
}

func TestCheckFindsNothingInTheReference(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	if _, err := refmis.Generate(t.Context(), conn, refmis.Options{Seed: 1, Facts: 12_000}); err != nil {
		t.Fatal(err)
	}
	if problems, _ := check(t, open(t, url)); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}

	t.Run("with the least rights", func(t *testing.T) {
		exec(t, conn, `drop role if exists least; create role least login password 'least';
			grant usage on schema egisso_source to least;
			grant select on egisso_source.local_measure, egisso_source.fact, egisso_source.change_log,
				egisso_source.onmsz, egisso_source.organization, egisso_source.presence_point to least`)
		config, err := pgxpool.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		config.ConnConfig.User, config.ConnConfig.Password = "least", "least"
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		least := mis.Open(t.Context(), pool, "")
		if problems, _ := check(t, least); len(problems) > 0 {
			t.Errorf("problems: %v", problems)
		}
		if rows, _ := collect(t, least, mis.Cursor{}); len(rows) != 12_000 {
			t.Errorf("%d rows", len(rows))
		}
	})

	t.Run("without the index", func(t *testing.T) {
		exec(t, conn, "drop index mis.egisso_change_poll")
		problems, advice := check(t, open(t, url))
		if advice != 1 || !strings.Contains(problems["fact.changed_xid"], "mis.egisso_change читается целиком") {
			t.Errorf("problems: %v", problems)
		}
	})
}

func TestCheckReportsEverythingAtOnce(t *testing.T) {
	tests := []struct {
		name   string
		change string
		want   []string // "view.column: part of the text"
	}{
		{"no schema", "drop schema egisso_source cascade", []string{": нет схемы egisso_source"}},
		{"no views", "drop table egisso_source.fact, egisso_source.local_measure",
			[]string{"fact: нет представления fact", "local_measure: нет представления local_measure"}},
		{"registers that are not kept", "drop table egisso_source.onmsz, egisso_source.organization, egisso_source.presence_point",
			[]string{"onmsz: «Реестр ОНМСЗ» не ведётся", "organization: не ведётся", "presence_point: не ведётся"}},
		{"a register that is kept is kept whole", "alter table egisso_source.onmsz drop title; alter table egisso_source.presence_point alter latitude type text",
			[]string{"onmsz.title: нет обязательного", "presence_point.latitude: тип столбца text, а нужен numeric"}},
		{"missing columns and wrong types", `alter table egisso_source.fact drop receiver_snils, drop comment, drop row_key,
				alter amount type double precision, alter decision_date type text;
			alter table egisso_source.local_measure drop title`,
			[]string{"fact.row_key: обязательного", "fact.receiver_snils: нет обязательного столбца типа text (СНИЛС получателя)",
				"fact.comment: null::text as comment", "fact.amount: double precision, а нужен numeric", "fact.decision_date: text, а нужен date",
				"local_measure.title: нет обязательного"}},
		{"provider is not said", "alter table egisso_source.fact drop provider_code", []string{"fact.provider_code: null::text as provider_code"}},
		{"other types that serve", `alter table egisso_source.fact alter osz_code type varchar(20), alter amount type bigint, alter documents type json,
			alter receiver_snils type char(11)`, nil},
		{"ids of ЕГИССО", `alter table egisso_source.fact add egisso_id text, add egisso_accepted text; alter table egisso_source.onmsz add egisso_id int;
			insert into egisso_source.fact (row_key, egisso_id) values ('a', 'x'), ('b', 'x'), ('c', null), ('d', null)`,
			[]string{"fact.egisso_accepted: тип столбца text, а нужен jsonb"}},
		{"one id twice", `alter table egisso_source.fact add egisso_id uuid;
			insert into egisso_source.fact (row_key, egisso_id) select k, gen_random_uuid() from unnest('{c,d}'::text[]) k;
			insert into egisso_source.fact (row_key, egisso_id) select k, '8d7a6c1e-3b52-4f0a-9c6e-0a1b2c3d4e5f' from unnest('{a,b}'::text[]) k`,
			[]string{"fact.egisso_id: один egisso_id назван у нескольких строк"}},
		{"rows", `insert into egisso_source.fact (row_key, changed_at, changed_xid) values
				('a', now(), '1'), ('a', now(), '1'), (null, now(), '1'), ('b', null, null), ('c', now(), '99999999')`,
			[]string{"fact.row_key: без ключа", "fact.row_key: повторяется", "fact.changed_at: без времени", "fact.changed_xid: без номера транзакции",
				"fact.changed_xid: больше последнего"}},
		{"view that fails", `alter table egisso_source.fact rename to t; insert into egisso_source.t (row_key) values ('a'); ` +
			viewOver("t", map[string]string{"row_key": "(1 / (amount - amount))::text"}), []string{"fact.row_key: не проверено"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, conn := source(t)
			exec(t, conn, tt.change)
			problems, _ := check(t, s)
			fields := map[string]bool{}
			for _, want := range tt.want {
				where, text, _ := strings.Cut(want, ": ")
				fields[where] = true
				if !strings.Contains(problems[where], text) {
					t.Errorf("%s: %q does not say %q", where, problems[where], text)
				}
			}
			if len(problems) != len(fields) {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

func TestCheckAdvisesTransactions(t *testing.T) {
	s, _ := sourceWithoutXID(t)
	problems, advice := check(t, s)
	if advice != 1 || !strings.Contains(problems["fact.changed_xid"], "сверка") {
		t.Errorf("problems: %v", problems)
	}
}

func TestCheckReportsMissingRights(t *testing.T) {
	_, conn := source(t)
	exec(t, conn, "drop role if exists nobody; create role nobody login password 'nobody'")
	config, err := pgxpool.ParseConfig(conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.User, config.ConnConfig.Password = "nobody", "nobody"
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	problems, _ := check(t, mis.Open(t.Context(), pool, ""))
	for _, view := range []string{"fact", "local_measure"} {
		if !strings.Contains(problems[view], "grant select on egisso_source."+view) {
			t.Errorf("problems: %v", problems)
		}
	}
}

func TestReadingABrokenContractNamesAllProblems(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "alter table egisso_source.fact drop receiver_snils, drop form; drop table egisso_source.local_measure")
	_, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, nil)
	var contract *mis.ContractError
	if !errors.As(err, &contract) || len(contract.Problems) != 2 {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"fact.receiver_snils", "fact.form"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
}

func TestUnreachableSource(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody:secret@127.0.0.1:1/none")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := mis.Open(t.Context(), pool, "")
	_, checkErr := s.Check(t.Context())
	_, readErr := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, nil)
	for _, err := range []error{checkErr, readErr} {
		if err == nil || !strings.Contains(err.Error(), "connect to the source") || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %v", err)
		}
	}
}

func TestSchemaNameIsQuoted(t *testing.T) {
	_, conn := source(t)
	exec(t, conn, `drop schema if exists "МИС ""1""" cascade; alter schema egisso_source rename to "МИС ""1""";
		insert into "МИС ""1""".fact (row_key) values ('a')`)
	pool, err := pgxpool.New(t.Context(), conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := mis.Open(t.Context(), pool, `МИС "1"`)
	if problems, _ := check(t, s); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if rows, _ := collect(t, s, mis.Cursor{}); keys(rows) != "a" {
		t.Errorf("got %q", keys(rows))
	}
}

func TestRegistersThatAreKept(t *testing.T) {
	s, conn := source(t)
	kept := func() string {
		t.Helper()
		list, err := s.Registers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(list)
	}
	if got := kept(); got != "[onmsz lmsz point organization fact]" {
		t.Errorf("all are there: %s", got)
	}
	exec(t, conn, "drop table egisso_source.onmsz, egisso_source.presence_point")
	if got := kept(); got != "[lmsz organization fact]" {
		t.Errorf("two are not: %s", got)
	}
	if _, advice := check(t, s); advice != 2 {
		t.Errorf("%d pieces of advice", advice)
	}
	exec(t, conn, "drop schema egisso_source cascade")
	if got := kept(); got != "[lmsz fact]" {
		t.Errorf("nothing is there: %s", got)
	}
	for _, register := range egisso.Registers() {
		_, err := s.Changed(t.Context(), register, mis.Cursor{}, nil)
		var contract *mis.ContractError
		if !errors.As(err, &contract) {
			t.Errorf("register %s: error %v", register, err)
		}
	}
}

func TestQueryCanBeReplaced(t *testing.T) {
	_, conn := source(t)
	exec(t, conn, `insert into egisso_source.fact (row_key) values ('a');
		alter table egisso_source.fact rename receiver_phone_number to phone`)
	var columns []string
	for _, c := range mis.Columns(egisso.RegisterFact) {
		if c.Name == "receiver_phone_number" {
			columns = append(columns, "'9120000000' as receiver_phone_number")
		} else if c.Name != "changed_xid" {
			columns = append(columns, "v."+c.Name+"::text as "+c.Name)
		}
	}
	own := "-- {schema} in a comment\nselect {position}::text as position, " + strings.Join(columns, ", ") + " from {schema}.fact v"
	dir := t.TempDir()
	replaced := func(name, text string) (mis.Queries, error) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return mis.ReadQueries(dir)
	}
	queries, err := replaced("fact.sql", own)
	if err != nil {
		t.Fatal(err)
	}

	// The contract is checked on the view, which lacks the column now.
	exec(t, conn, "alter table egisso_source.fact add receiver_phone_number text")
	s := open(t, conn.Config().ConnString(), mis.WithQueries(queries))
	rows, _ := collect(t, s, mis.Cursor{})
	if row := only(t, rows, "a"); row.Record == nil || row.Record.(*egisso.Fact).Receiver.PhoneNumber != "9120000000" {
		t.Errorf("findings %v", row.Findings)
	}

	if queries, err = replaced("fact.sql", "select 'a' as row_key, {position} as position from {schema}.fact v"); err != nil {
		t.Fatal(err)
	}
	s = open(t, conn.Config().ConnString(), mis.WithQueries(queries))
	_, err = s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(mis.Row) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "does not return: record_no, changed_at, deleted, provider_code, osz_code") {
		t.Errorf("error %v", err)
	}
	if _, err := replaced("facts.sql", own); err == nil || !strings.Contains(err.Error(), "facts.sql") || !strings.Contains(err.Error(), "не заменяет ни одного запроса; есть alive.sql, by_key.sql,") {
		t.Errorf("a name that replaces nothing: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "facts.sql")); err != nil {
		t.Fatal(err)
	}
	if _, err := replaced("fact.sql", strings.Repeat(" ", 1<<20+1)); err == nil || !strings.Contains(err.Error(), "больше 1048576 байт") {
		t.Errorf("a file that is no query: %v", err)
	}
}
