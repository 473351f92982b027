package mis_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// There are two kinds of sources: the reference МИС, and a bare source whose
// views are tables with the columns of the contract, where any row can be written.
func TestMain(m *testing.M) { pgtest.Main(m, installReference) }

func installReference(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return refmis.Install(ctx, conn)
}

// viewNames are the names of the views by register.
var viewNames = map[egisso.Register]string{
	egisso.RegisterParticipant: "onmsz", egisso.RegisterMeasure: "local_measure", egisso.RegisterPoint: "presence_point",
	egisso.RegisterOrganization: "organization", egisso.RegisterFact: "fact",
}

// schema makes the schema egisso_source of tables anew, which have good records
// by default. without is a column the table fact is to lack.
func schema(without string) string {
	var sql strings.Builder
	sql.WriteString("drop schema if exists egisso_source cascade; create schema egisso_source;")
	for _, register := range egisso.Registers() {
		var columns []string
		for _, c := range mis.Columns(register) {
			if register == egisso.RegisterFact && c.Name == without {
				continue
			}
			column := c.Name + " " + string(c.Type)
			if value, ok := mis.Good[register][c.Name]; ok {
				column += " default '" + value + "'"
			} else if value, ok := mis.GoodHead[c.Name]; ok {
				column += " default '" + value + "'"
			}
			if c.Name == "changed_xid" {
				column += " default pg_current_xact_id()"
			}
			columns = append(columns, column)
		}
		fmt.Fprintf(&sql, "create table egisso_source.%s (%s);", viewNames[register], strings.Join(columns, ", "))
	}
	return sql.String()
}

// bareDatabase is shared by the tests of bare sources, which make its schema
// anew: a database for each would take most of their time.
const bareDatabase = "bare"

var makeBareDatabase sync.Once

// source is a bare source and a connection to write with. A test has one.
func source(t *testing.T, options ...mis.Option) (*mis.Source, *pgx.Conn) {
	t.Helper()
	return sourceWithout(t, "", options...)
}

// sourceWithoutXID is a bare source that does not know transactions.
func sourceWithoutXID(t *testing.T, options ...mis.Option) (*mis.Source, *pgx.Conn) {
	t.Helper()
	return sourceWithout(t, "changed_xid", options...)
}

func sourceWithout(t *testing.T, column string, options ...mis.Option) (*mis.Source, *pgx.Conn) {
	t.Helper()
	c := pgtest.Cluster(t)
	makeBareDatabase.Do(func() {
		if err := c.CreateDatabase(t.Context(), bareDatabase); err != nil {
			t.Fatal(err)
		}
	})
	url := c.URL(bareDatabase)
	conn := connect(t, url)
	exec(t, conn, schema(column))
	return open(t, url, options...), conn
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func open(t testing.TB, url string, options ...mis.Option) *mis.Source {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	mis.LimitRows(&cfg.ConnConfig.Config, mis.DefaultRowBytes)
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return mis.Open(t.Context(), pool, "", options...)
}

func exec(t testing.TB, conn interface {
	Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
}, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// collect makes a pass over the facts and returns the rows in their order.
func collect(t testing.TB, s *mis.Source, from mis.Cursor) ([]mis.Row, mis.Cursor) {
	t.Helper()
	var rows []mis.Row
	next, err := s.Changed(t.Context(), egisso.RegisterFact, from, func(r mis.Row) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, next
}

// keys returns the keys of rows, joined.
func keys(rows []mis.Row) string {
	var list []string
	for _, r := range rows {
		list = append(list, r.Key)
	}
	return strings.Join(list, " ")
}

// only returns the row with the key and fails if it is not there once.
func only(t testing.TB, rows []mis.Row, key string) mis.Row {
	t.Helper()
	var found []mis.Row
	for _, r := range rows {
		if r.Key == key {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("row %q came %d times among %q", key, len(found), keys(rows))
	}
	return found[0]
}
