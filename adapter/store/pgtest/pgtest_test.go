package pgtest_test

import (
	"context"
	"testing"

	"egissogw/adapter/store/pgtest"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { pgtest.Main(m, createTable) }

func createTable(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "create table thing (n int)")
	return err
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func countTables(t *testing.T, url string) (n int) {
	t.Helper()
	const query = "select count(*) from pg_tables where schemaname = 'public'"
	if err := connect(t, url).QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryTestHasItsOwnCopyOfTheTemplate(t *testing.T) {
	a, b := pgtest.Database(t), pgtest.Database(t)
	if a == b {
		t.Fatal("two databases share a connection string")
	}
	if _, err := connect(t, a).Exec(t.Context(), "insert into thing values (1)"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := connect(t, b).QueryRow(t.Context(), "select count(*) from thing").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("a row of the first database appears in the second")
	}
}

func TestEmptyHasNoTables(t *testing.T) {
	if n := countTables(t, pgtest.Empty(t)); n != 0 {
		t.Errorf("%d tables in an empty database", n)
	}
}

func TestDatabaseFromRunsItsSetupOnce(t *testing.T) {
	calls := 0
	setup := func(ctx context.Context, url string) error {
		calls++
		return createTable(ctx, url)
	}
	for range 2 {
		if n := countTables(t, pgtest.DatabaseFrom(t, "once", setup)); n != 1 {
			t.Errorf("%d tables, want 1", n)
		}
	}
	if calls != 1 {
		t.Errorf("setup ran %d times", calls)
	}
}

func TestDatabaseGoesAfterItsTest(t *testing.T) {
	var first string
	for n := range 20 {
		t.Run("inner", func(t *testing.T) {
			if url := pgtest.Database(t); n == 0 {
				first = url
			}
		})
	}
	if conn, err := pgx.Connect(t.Context(), first); err == nil {
		conn.Close(context.Background())
		t.Error("the database outlived its test and many others")
	}
}
