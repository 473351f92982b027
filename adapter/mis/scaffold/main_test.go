package scaffold_test

import (
	"context"
	"flag"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/scaffold"
	"egissogw/adapter/store/pgtest"
	"egissogw/testdata"
)

var update = flag.Bool("update", false, "write the SQL made for the second reference МИС")

func TestMain(m *testing.M) { pgtest.Main(m, installSecond) }

func installSecond(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, file := range []string{"01_schema.sql", "02_world.sql"} {
		text, err := testdata.MIS2.ReadFile("mis2/" + file)
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, string(text)); err != nil {
			return err
		}
	}
	return nil
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func catalog(t *testing.T, conn *pgx.Conn) *scaffold.Catalog {
	t.Helper()
	c, err := scaffold.ReadCatalog(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answers(t *testing.T) string {
	t.Helper()
	text, err := testdata.MIS2.ReadFile("mis2/answers.env")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(c *scaffold.Catalog, text string) (scaffold.Result, error) {
	a, problems := scaffold.ParseAnswers(text)
	if len(problems) > 0 {
		return scaffold.Result{}, problems
	}
	return scaffold.Write(a, c, "egisso_source")
}

func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%v\n%.3000s", err, sql)
	}
}
