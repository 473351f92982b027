package scaffold_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/scaffold"
	"egissogw/adapter/store/pgtest"
)

const golden = "../../../testdata/mis2/views.sql"

// TestSecondMIS: of a МИС of another shape the answers make views that check finds right, whose
// rows can be read, twice the same.
func TestSecondMIS(t *testing.T) {
	conn := connect(t)
	made, err := write(catalog(t, conn), answers(t))
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, made.SQL)
	exec(t, conn, made.SQL) // again is nothing new
	pool, err := pgxpool.New(t.Context(), conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	source := mis.Open(t.Context(), pool, "")
	problems, err := source.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !p.Advice {
			t.Errorf("check: %s", p)
		}
	}
	for register, want := range map[egisso.Register]int{egisso.RegisterParticipant: 2, egisso.RegisterMeasure: 3, egisso.RegisterFact: 12} {
		n := 0
		_, err := source.Changed(t.Context(), register, mis.Cursor{}, func(r mis.Row) error {
			n++
			for _, f := range r.Findings {
				t.Errorf("%s %s: %s", register, r.RecordNo, f.Text)
			}
			return nil
		})
		if err != nil || n != want {
			t.Errorf("%s: %d rows, want %d: %v", register, n, want, err)
		}
	}
	again, err := write(catalog(t, conn), answers(t))
	if err != nil || again.SQL != made.SQL {
		t.Errorf("the same answers make other SQL: %v", err)
	}
	have, err := os.ReadFile(golden)
	switch {
	case *update:
		err = os.WriteFile(golden, []byte(made.SQL), 0o644)
	case string(have) != made.SQL:
		t.Error("testdata/mis2/views.sql is not what is made: go test ./adapter/mis/scaffold -run SecondMIS -update")
	}
	if err != nil {
		t.Error(err)
	}
}

// TestNamesInOtherEncodings: a database that is not in UTF-8 has the same names.
func TestNamesInOtherEncodings(t *testing.T) {
	cluster := pgtest.Cluster(t)
	if err := cluster.Exec(t.Context(), `create database win encoding 'WIN1251' template template0 lc_collate 'C' lc_ctype 'C'`); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), cluster.URL("win"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	exec(t, conn, `set client_encoding = 'UTF8'`)
	exec(t, conn, `create type pol as enum ('м', 'ж'); create table "Назначения" (id uuid primary key, pol pol)`)
	exec(t, conn, `reset client_encoding`)
	err = pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		c, err := scaffold.ReadCatalog(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = write(c, "fact.table=public.Назначения\nfact.key=id\nfact.receiver_gender=pol {м=Male, ж=Female}")
		return err
	})
	if err == nil || strings.Contains(err.Error(), "Назначения") || strings.Contains(err.Error(), "receiver_gender") {
		t.Error(err)
	}
}
