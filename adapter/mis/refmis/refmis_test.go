package refmis_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, install) }

func install(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return refmis.Install(ctx, conn)
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

func open(t testing.TB, url string) *mis.Source {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return mis.Open(t.Context(), pool, "")
}

func generate(t testing.TB, conn *pgx.Conn, o refmis.Options) refmis.Manifest {
	t.Helper()
	m, err := refmis.Generate(t.Context(), conn, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read collects a whole pass by key.
func read(t testing.TB, s *mis.Source, register egisso.Register, from mis.Cursor) (map[string]mis.Row, mis.Cursor) {
	t.Helper()
	rows := map[string]mis.Row{}
	next, err := s.Changed(t.Context(), register, from, func(r mis.Row) error {
		rows[r.Key] = r
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, next
}
