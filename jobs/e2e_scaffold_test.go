package jobs_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis"
	"egissogw/adapter/mis/scaffold"
	"egissogw/adapter/store/pgtest"
	"egissogw/testdata"
)

// secondMIS puts the second reference МИС into a database of the gateway, and the views made of
// its answers, which is all it takes.
func secondMIS(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	read := func(file string) string {
		text, readErr := testdata.MIS2.ReadFile("mis2/" + file)
		err = errors.Join(err, readErr)
		return string(text)
	}
	run := func(sql string) {
		if err == nil {
			_, err = conn.Exec(ctx, sql)
		}
	}
	run(read("01_schema.sql"))
	run(read("02_world.sql"))
	catalog, readErr := scaffold.ReadCatalog(ctx, conn, "egisso")
	if err = errors.Join(err, readErr); err != nil {
		return err
	}
	answers, problems := scaffold.ParseAnswers(read("answers.env"))
	if len(problems) > 0 {
		return problems
	}
	made, err := scaffold.Write(answers, catalog, mis.DefaultSchema)
	if err != nil {
		return err
	}
	run(made.SQL)
	run(`select egisso.set_signing_service(true, 'проверка')`)
	return err
}

// TestScaffoldToAccepted: a МИС of another shape, with nothing but the views made for it, gets
// everything accepted; what changes in its tables follows, whichever table it is.
func TestScaffoldToAccepted(t *testing.T) {
	w := worldOn(t, pgtest.DatabaseWith(t, "second МИС", secondMIS), io.Discard, nil)
	w.form.MaxRecords = 1000
	config := w.pool.Config()
	config.ConnConfig.RuntimeParams["role"] = scaffold.DefaultRole
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w.collect.Source = mis.Open(context.Background(), pool, "")
	w.settle()
	const accepted = `select register || ' ' || state || ' ' || count(*) from egisso.record_status group by register, state order by 1`
	w.wantText(accepted, "fact accepted 11\nfact nothing_to_send 1\nlmsz accepted 3\nonmsz accepted 2")
	w.wantText(`select distinct content ->> 'oszCode' from egisso.record join egisso.element_content using (id) where register = 'fact' order by 1`, "0042.000001\n0042.900000")
	w.wantText(`select s.record_no || ' ' || (content -> 'mszReceiver' ->> 'birthDate') || ' ' || (content -> 'assignmentInfo' ->> 'amount') || ' ' ||
			(content ->> 'decisionDate') || ' ' || coalesce(content -> 'reasonPersons' -> 0 -> 'person' ->> 'firstName', '-')
		from egisso.record_status s join egisso.record r using (register, row_key) join egisso.element_content e on e.id = r.id
		where s.record_no in ('Н-1', 'Н-2') order by 1`, "Н-1 1950-09-17 2 2025-02-02 Пётр\nН-2 1950-12-26 102 2025-02-03 -")
	w.clean(3 + 1 + 11)

	// A name in other letters, a prescription that is gone, the shares of a measure: each in a table
	// of its own. Of people alone a person is asked.
	w.exec(`update registr.chelovek set fam = upper(fam) where id = md5('chelovek2')::uuid;
		delete from lgota.naznachenie where nomer = 'Н-3';
		update lgota.mera_finansy set dolya = case istochnik when 10 then 79 else 21 end where mera = '\x0003'`)
	w.outlived()
	w.settle()
	w.wantText(accepted, "fact accepted 9\nfact nothing_to_send 1\nfact waiting 2\nlmsz accepted 3\nonmsz accepted 2")
	w.wantText(`select register || ' ' || kind || ' ' || state from egisso.record where not state = 'dropped' and
		(kind in ('errorsInvalidation', 'alterationBasedOnPreviousErrors') or register = 'lmsz') order by 1`,
		"fact alterationBasedOnPreviousErrors waiting\nfact alterationBasedOnPreviousErrors waiting\nfact errorsInvalidation accepted\n"+
			"lmsz localMSZ accepted\nlmsz localMSZ accepted\nlmsz localMSZ accepted\nlmsz localMSZ accepted")
	for _, v := range w.bus.Ledger().Violations() {
		t.Errorf("violation: %+v", v)
	}
}
