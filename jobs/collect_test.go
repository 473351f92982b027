package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// goodFact is a fact nothing is wrong with, by column of the contract.
var goodFact = map[string]string{
	"changed_at": "timestamptz '2025-03-01 10:00:00+03'", "deleted": "false",
	"osz_code": "'0042.000001'", "receiver_snils": "'11223344595'", "receiver_family_name": "'Соловьёва'",
	"receiver_first_name": "'Анна'", "receiver_gender": "'Female'", "receiver_birth_date": "date '1950-05-05'",
	"measure_key": "'1'", "category_key": "'101'", "decision_date": "date '2025-02-01'", "date_start": "date '2025-02-01'",
	"needs_used": "false", "form": "'02'", "amount": "2.000", "measure_code": "'03'", "equivalent_amount": "310.50",
}

// tablesAndViews is a schema of views over tables with the same columns.
func tablesAndViews(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	sql := "create schema egisso_source;"
	for register, view := range map[egisso.Register]string{egisso.RegisterMeasure: "local_measure", egisso.RegisterFact: "fact"} {
		var columns []string
		for _, c := range mis.Columns(register) {
			column := c.Name + " " + string(c.Type)
			if value, ok := goodFact[c.Name]; ok && register == egisso.RegisterFact {
				column += " default " + value
			}
			if c.Name == "changed_xid" {
				column += " default pg_current_xact_id()"
			}
			columns = append(columns, column)
		}
		sql += fmt.Sprintf("create table %[1]s_table (%[2]s); create view egisso_source.%[1]s as select * from %[1]s_table;",
			view, strings.Join(columns, ", "))
	}
	_, err = conn.Exec(ctx, sql+"create table slow (row_key text)")
	return err
}

// collecting is the job between a source and a gateway database, both with a
// connection to look and write with.
type collecting struct {
	Collect
	source, gateway *pgx.Conn
	log             *bytes.Buffer
}

func collectFrom(t testing.TB, options ...mis.Option) *collecting {
	t.Helper()
	sourceURL, gatewayURL := pgtest.DatabaseFrom(t, "tables and views", tablesAndViews), pgtest.Database(t)
	pool, err := pgxpool.New(t.Context(), sourceURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s, err := store.Open(t.Context(), gatewayURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &collecting{source: connectTo(t, sourceURL), gateway: connectTo(t, gatewayURL), log: &bytes.Buffer{}}
	c.Collect = Collect{Source: mis.Open(t.Context(), pool, "", options...), Store: s, Log: slog.New(slog.NewTextHandler(c.log, nil))}
	return c
}

func connectTo(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func (c *collecting) exec(t testing.TB, sql string) {
	t.Helper()
	if _, err := c.source.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// value is what a query in the source says, as text.
func (c *collecting) value(t testing.TB, query string) (value string) {
	t.Helper()
	if err := c.source.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// want compares what a query in the gateway's database says, as text.
func (c *collecting) want(t testing.TB, query, want string) {
	t.Helper()
	var got string
	if err := c.gateway.QueryRow(t.Context(), "select coalesce(("+query+")::text, 'null')").Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if got != want {
		t.Errorf("%s = %q, want %q", query, got, want)
	}
}

// reached is how far the facts were read, without the number of the transaction.
const reached = `select regexp_replace(regexp_replace(position, '@[^/]+', ''), '\d+', 'N') from egisso.source_cursor where register = 'fact'`

// thousand are 1,000 good facts, k0001 to k1000.
const thousand = "insert into fact_table (row_key) select 'k' || lpad(n::text, 4, '0') from generate_series(1, 1000) n;"

// slowView replaces the view of the facts by one that hangs on the row whose key
// is in the table slow, after showing those before it.
const slowView = `
	create index on fact_table (row_key);
	do $$ begin execute format('alter database %I set enable_sort to off', current_database()); end $$;
	create function wait_for(key text) returns text language plpgsql stable as $$
	begin
		if exists (select from slow where row_key = key) then perform pg_sleep(3600); end if;
		return null;
	end $$;
	alter table fact_table rename comment to no_comment;
	drop view egisso_source.fact;
	create view egisso_source.fact as select *, wait_for(row_key) as comment from fact_table;`

// expiring is a context whose time is up when the test says so.
type expiring struct {
	context.Context
	done chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.done }

func (e expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return e.Context.Err()
	}
}

// hanging is how a backend of the source that hangs is found.
const hanging = " from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"

// untilItHangs runs the job until the source hangs and calls then, which has to
// end that: expire ends the job's time. It returns what the job does.
func (c *collecting) untilItHangs(t *testing.T, then func(expire func())) (Report, error) {
	t.Helper()
	type outcome struct {
		Report
		error
	}
	ended := make(chan outcome)
	ctx := expiring{t.Context(), make(chan struct{})}
	go func() {
		report, err := c.Run(ctx)
		ended <- outcome{report, err}
	}()
	deadline := time.Now().Add(time.Minute)
	for hangs := false; !hangs; {
		err := c.source.QueryRow(t.Context(), "select exists (select"+hanging+")").Scan(&hangs)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the source does not hang: %v", err)
		}
	}
	then(func() { close(ctx.done) })
	o := <-ended
	return o.Report, o.error
}

// TestPassThatRunsOutOfTimeIsGoneOnWith: a first reading that takes longer than
// a run may last gets on with every run, and what is stored is never behind what
// the cursor says, also while the pass goes on.
func TestPassThatRunsOutOfTimeIsGoneOnWith(t *testing.T) {
	c := collectFrom(t, mis.WithPage(100))
	c.exec(t, thousand+slowView+"insert into slow values ('k0750')")
	report, err := c.untilItHangs(t, func(expire func()) {
		// Whoever is killed here has this.
		c.want(t, reached, "all/xid/N/k0500")
		c.want(t, `select count(*) from egisso.source_row`, "500")
		expire()
	})
	if err != nil || !report.More || report.Done != 699 {
		t.Errorf("report %+v, error %v", report, err)
	}
	// One row of the last page read is held back: the next may have its key.
	c.want(t, reached, "all/xid/N/k0699")
	c.want(t, `select count(*) || ' ' || max(row_key) from egisso.source_row`, "699 k0699")

	// No row before that is asked for again.
	c.exec(t, "update slow set row_key = 'k0001'")
	report, err = c.Run(t.Context())
	if err != nil || report.More || report.Done != 301 {
		t.Errorf("report %+v, error %v", report, err)
	}
	c.want(t, reached, "xid/N")
	c.want(t, `select count(*) from egisso.source_row`, "1000")
	if strings.Count(c.log.String(), "the next run goes on") != 1 || strings.Contains(c.log.String(), "ERROR") {
		t.Errorf("log:\n%s", c.log)
	}
}

// TestPassThatGetsNowhereFails: a run that ended without a single row read is
// no success to be repeated at once.
func TestPassThatGetsNowhereFails(t *testing.T) {
	c := collectFrom(t, mis.WithPage(100))
	c.exec(t, thousand+slowView+"insert into slow values ('k0001')")
	c.exec(t, "insert into local_measure_table (row_key, changed_at, deleted) values ('1', now(), true)")
	report, err := c.untilItHangs(t, func(expire func()) { expire() })
	if !errors.Is(err, context.DeadlineExceeded) || report.More {
		t.Errorf("report %+v, error %v", report, err)
	}
	c.want(t, `select string_agg(register, ' ') from egisso.source_row`, "lmsz")
}

// TestSourceThatFailsInTheMiddleKeepsWhatWasRead: an error is an error, but the
// rows before it are stored and not read again.
func TestSourceThatFailsInTheMiddleKeepsWhatWasRead(t *testing.T) {
	c := collectFrom(t, mis.WithPage(100))
	c.exec(t, thousand+slowView+"insert into slow values ('k0250')")
	_, err := c.untilItHangs(t, func(func()) { c.exec(t, "select pg_terminate_backend(pid)"+hanging) })
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	c.want(t, reached, "all/xid/N/k0199")
	c.want(t, `select count(*) from egisso.source_row`, "199")
}

func TestRowsWithoutAKeyAreCountedAndReported(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, "insert into fact_table (row_key) values ('a'), (null), (''), ('b')")
	report, err := c.Run(t.Context())
	var keyless *KeylessError
	if !errors.As(err, &keyless) || keyless.Rows != 2 || keyless.Register != egisso.RegisterFact || report.Done != 2 {
		t.Errorf("report %+v, error %v", report, err)
	}
	if n := strings.Count(c.log.String(), "level=WARN"); n != 1 || !strings.Contains(c.log.String(), "rows=2") {
		t.Errorf("log:\n%s", c.log)
	}
	c.want(t, `select string_agg(row_key, ' ' order by row_key) from egisso.source_row`, "a b")

	c.exec(t, "update fact_table set row_key = 'c' || coalesce(row_key, '2'), changed_xid = pg_current_xact_id() where coalesce(row_key, '') = ''")
	if report, err := c.Run(t.Context()); err != nil || report.Done != 2 {
		t.Errorf("after the repair: report %+v, error %v", report, err)
	}
	c.want(t, `select string_agg(row_key, ' ' order by row_key) || count(*) filter (where row_findings <> '[]') from egisso.source_row`, "a b c c20")
}

// TestBadRowsHoldUpNoOthers: rows the contract lets through and the gateway's
// database would not.
func TestBadRowsHoldUpNoOthers(t *testing.T) {
	c := collectFrom(t, mis.WithPage(100))
	c.exec(t, thousand+`
		drop view egisso_source.fact;
		alter table fact_table alter documents type json;
		create view egisso_source.fact as select * from fact_table;
		update fact_table set documents = '[{"title": "т\u0000", "authority": "о"}]' where row_key = 'k0100';
		update fact_table set row_key = row_key || repeat(md5(row_key), 100) where row_key = 'k0200';
		update fact_table set measure_key = repeat(md5(row_key), 100) where row_key = 'k0300';
		update fact_table set content = repeat('х', 500000) where row_key = 'k0400';
		update fact_table set content = repeat('х', 1000000) where row_key = 'k0401'`) // larger than a row may be
	if report, err := c.Run(t.Context()); err != nil || report.Done != 1000 {
		t.Errorf("report %+v, error %v", report, err)
	}
	c.want(t, reached, "xid/N")
	c.want(t, `select count(*) from egisso.source_row where row_findings = '[]'`, "996")
	c.want(t, `select string_agg(left(row_key, 7), ' ' order by row_key) from egisso.source_row where row_findings <> '[]'`, "k0100 k0300 k0401 sha256:")
}

// TestRowThatCannotBeEncodedIsAFinding: the source never gives such a row.
func TestRowThatCannotBeEncodedIsAFinding(t *testing.T) {
	saved := sourceRow(mis.Row{Key: "1"})
	if saved.Content != nil || !egisso.Blocks(saved.Findings) {
		t.Errorf("row %v: %v", saved, saved.Findings)
	}
}

// TestBrokenRegisterLeavesTheOthers: one view that does not fulfil the contract,
// or is not there any more, is reported and the facts are read all the same.
func TestBrokenRegisterLeavesTheOthers(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, `create view egisso_source.onmsz as select 'a'::text as row_key; insert into fact_table (row_key) values ('1')`)
	wrong := func(want string) {
		t.Helper()
		_, err := c.Run(t.Context())
		var contract *mis.ContractError
		if !errors.As(err, &contract) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v", err)
		}
	}
	wrong("collect register onmsz")
	c.want(t, "select count(*)::text from egisso.source_row where register = 'fact'", "1")

	c.exec(t, `drop view egisso_source.onmsz`)
	if _, err := c.Run(t.Context()); err != nil {
		t.Errorf("a register that was never kept: %v", err)
	}
	if err := c.Store.SaveCursor(t.Context(), egisso.RegisterPoint, "xid/8"); err != nil {
		t.Fatal(err)
	}
	wrong("presence_point")
}
