package jobs_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/jackc/pgx/v5"

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
	w.settle()
	const accepted = `select register || ' ' || state || ' ' || count(*) from egisso.record_status group by register, state order by 1`
	w.wantText(accepted, "fact accepted 11\nlmsz accepted 3\nonmsz accepted 2")
	w.wantText(`select distinct content ->> 'oszCode' from egisso.record join egisso.element using (id) where register = 'fact' order by 1`, "0042.000001\n0042.900000")
	w.wantText(`select record_no || ' ' || (content -> 'mszReceiver' ->> 'birthDate') || ' ' || (content -> 'assignmentInfo' ->> 'amount') || ' ' ||
			(content ->> 'decisionDate') || ' ' || coalesce(content -> 'reasonPersons' -> 0 -> 'person' ->> 'firstName', '-')
		from egisso.record_status s join egisso.source_row using (register, row_key) join egisso.record r using (register, row_key) join egisso.element e on e.id = r.id
		where register = 'fact' and record_no in ('Н-1', 'Н-2') order by record_no`, "")
	w.clean(3 + 1 + 11)

	events := w.count(`select count(*) from egisso.record`)
	w.exec(`update registr.chelovek set fam = upper(fam) where id = md5('chelovek2')::uuid; -- mis.`)
	w.settle()
	if n := w.count(`select count(*) from egisso.record`) - events; n != 2 {
		t.Errorf("%d events of a corrected name, want one for each of 2 facts", n)
	}
	w.exec(`delete from lgota.naznachenie where nomer = 'Н-3'; update lgota.mera_finansy set dolya = 79 where istochnik = 10 and dolya = 80;
		update lgota.mera_finansy set dolya = 21 where istochnik = 1; -- mis.`)
	w.settle()
	w.wantText(accepted, "fact accepted 10\nlmsz accepted 3\nonmsz accepted 2")
	for _, v := range w.bus.Ledger().Violations() {
		t.Errorf("violation: %+v", v)
	}
}
