package jobs_test

import (
	"context"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

const statuses = `select register || ' ' || row_key || ' ' || state from egisso.record_status where register <> 'fact' order by register, row_key`

// TestRegistersGoInTheirOrder: an organisation without a code asks for one, measures
// go, and all that name measures or that organisation wait for them.
func TestRegistersGoInTheirOrder(t *testing.T) {
	w := wholeWorld(t, 20)
	w.form.MaxRecords = 1000
	w.exec(`update mis.egisso_onmsz set onmsz_id = 2; update mis.reception set onmsz_id = 2 where id = 2`)
	w.run(w.collect)
	w.run(w.decide)
	w.wantText(`select register || ' ' || state || ' ' || reason_code || ' ' || count(*) from egisso.record
		group by register, state, reason_code order by 1`,
		"fact waiting wait_measure 20\nlmsz ready  4\nonmsz ready  1\norganization waiting wait_measure 3\npoint waiting wait_measure 2")
	w.everything() // the measures and the application
	w.run(w.decide)
	w.wantText(`select distinct register || ' ' || state from egisso.record order by 1`,
		"fact ready\nlmsz accepted\nonmsz accepted\norganization ready\npoint ready")
	w.settle()
	w.wantText(statuses, "lmsz 1 accepted\nlmsz 2 accepted\nlmsz 3 accepted\nlmsz 4 accepted\n"+
		"onmsz 1 accepted\nonmsz 2 accepted\norganization 1 accepted\norganization 2 accepted\norganization 3 accepted\n"+
		"point 1 accepted\npoint 2 accepted")
	w.wantText(`select row_key || ' ' || participant_code from egisso.record_status where register = 'onmsz' order by row_key`, "1 0042.000001\n2 0042.900000")
	w.wantText(`select distinct content ->> 'oszCode' from egisso.record join egisso.element_content using (id) where register = 'fact'`, "0042.900000")
	w.wantText(`select row_key || ' ' || (content ->> 'onmszCode') from egisso.record join egisso.element_content using (id) where register = 'point' order by 1`, "1 0042.000001\n2 0042.900000")
	w.wantText(`select distinct format || ' ' || package_type from egisso.journal order by 1`,
		"10.05.I-2.1.0 Реестр локальных мер социальной защиты\n10.06.S-1.1.0 Реестр фактов назначений\n10.07.I-1.0.6 Реестр организаций\n"+
			"10.11.I-1.0.3 Реестр ОНМСЗ\n10.15.I-1.0.4 Реестр точек присутствия ОНМСЗ")
	w.clean(4 + 1 + 3 + 2 + 20)

	// The code typed into the МИС afterwards is no news, and a reconciliation takes
	// none of this for something forgotten.
	if err := refmis.GiveCode(context.Background(), w.pool, 2, "0042.900000"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.clean(4 + 1 + 3 + 2 + 20)
	found := func(r store.Reconciliation) {
		if r.Changed+r.Gone+r.Forgotten > 0 {
			t.Errorf("reconciliation found %+v", r)
		}
	}
	if _, err := (jobs.Reconcile{Collect: w.collect, Found: found, Log: w.log}).Run(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestVersionsOfKinds: what the site chose is written, and answered in kind.
func TestVersionsOfKinds(t *testing.T) {
	w := wholeWorld(t, 20)
	w.form.MaxRecords = 1000
	versions, err := egisso.ParseVersionSet("10.15.I=1.0.3,10.10.I=1.0.4")
	if err != nil {
		t.Fatal(err)
	}
	w.decide.Versions, w.form.Versions, w.sign.Versions = versions, versions, versions
	w.run(w.collect)
	for range 4 {
		w.everything()
		w.run(w.fetch)
		w.run(w.receive)
		w.run(w.apply)
	}
	w.wantText(`select distinct format || ' ' || state || ' ' || result from egisso.journal where register in ('point', 'fact')`,
		"10.06.S-1.1.0 answered accepted\n10.15.I-1.0.3 answered accepted")
	w.wantText(`select distinct substring(convert_from(m.envelope, 'UTF8') from 'urn://egisso-ru/msg/10.1[05].I/[0-9.]*')
		from egisso.message m join egisso.package p on p.id = m.package_id where p.register in ('point', 'fact') order by 1`,
		"urn://egisso-ru/msg/10.10.I/1.0.4\nurn://egisso-ru/msg/10.15.I/1.0.3")
	w.clean(4 + 1 + 3 + 2 + 20)
}

// TestChangesOfRegisters takes a record of each register through its life: new,
// changed, changed while in flight, refused, corrected, removed, back again.
func TestChangesOfRegisters(t *testing.T) {
	w := wholeWorld(t, 20)
	w.form.MaxRecords = 1000
	w.settle()
	kinds := `select kind || ' ' || state || coalesce(' ' || (content ->> 'action'), '') from egisso.record join egisso.element_content using (id) where register = $1 and row_key = $2 order by created_at`

	// Changed, and changed again while in flight; the measure apart, for the others
	// wait for it.
	for _, change := range []struct {
		statements []string
		inFlight   int
	}{
		{[]string{
			`update mis.onmsz set name = name || $1, basis_num = '1', basis_date = '2025-01-01', basis_name = 'Акт' where id = 1`,
			`update mis.pharmacy set name = name || $1 where id = 1`,
			`update mis.reception set name = name || $1 where id = 1`,
			`update mis.recipe set pack_qty = pack_qty + length($1) where id = (select min(id) from mis.recipe where status <> 4)`,
		}, 4},
		{[]string{`update mis.measure set title = title || $1 where id = 1`}, 1},
	} {
		for i, by := range []string{" (изменено)", " дважды"} {
			for _, statement := range change.statements {
				w.exec(statement, by)
			}
			w.run(w.collect)
			w.run(w.decide)
			if i == 0 {
				w.run(w.form)
				w.run(w.sign)
				w.run(w.send)
			}
		}
		if n := w.count(`select count(*) from egisso.record where state = 'packed'`); n != change.inFlight {
			t.Errorf("%d records in flight, want %d", n, change.inFlight)
		}
		w.idle()
		w.run(w.receive)
		w.run(w.apply)
		w.settle()
	}
	for register, want := range map[egisso.Register]string{
		egisso.RegisterMeasure:      "localMSZ accepted\nlocalMSZ accepted\nlocalMSZ accepted",
		egisso.RegisterOrganization: "organization accepted\norganization accepted\norganization accepted",
		egisso.RegisterPoint:        "presencePoint accepted\npresencePoint accepted\npresencePoint accepted",
		egisso.RegisterParticipant:  "application accepted modification\napplication accepted modification",
	} {
		w.wantText(kinds, want, register, "1")
	}
	w.wantText(`select (content -> 'participant' ->> 'title') || '/' || (content -> 'participant' ->> 'inn') || '/' || (content -> 'participant' ->> 'OSZCode')
		from egisso.record join egisso.element_content using (id) where register = 'onmsz' and row_key = '1' order by created_at desc limit 1`, "Министерство здравоохранения области (изменено) дважды//0042.000001")

	// Refused by ЕГИССО, corrected, accepted. What the gateway would stop is let out.
	w.decide.Policy = check.Policy{"L-INN": check.Warn, "L-GEO": check.Warn, "L-ORDER": check.Warn, "022": check.Warn}
	w.exec(`update mis.pharmacy set inn = '5900000067' where id = 1;
		update mis.reception set latitude = 91 where id = 1;
		update mis.onmsz set inn = '5900000012', basis_date = '2025-02-02', basis_num = '1', basis_name = 'Акт' where id = 2;
		update mis.measure set kbk = 'X' || substr(kbk, 2) where id = 4;
		create table issued as select id, issue_date from mis.recipe where status <> 4 order by id limit 1;
		update mis.recipe set issue_date = '2012-03-01', dispensed_date = null where id in (select id from issued)`)
	w.settle()
	refused := `select register || ' ' || row_key || ' ' || status from egisso.record_status where state = 'rejected' and register <> 'fact' order by 1`
	w.wantText(`select r.kind || ' ' || r.state || ' ' || (s.accepted_id is not null) from egisso.record r join egisso.source_row s using (register, row_key)
		where r.register = 'fact' and r.row_key = (select id::text from issued) order by r.created_at desc limit 1`, "alterationBasedOnPreviousErrors rejected true")
	w.wantText(refused, "lmsz 4 Отклонён\nonmsz 2 Отклонён\norganization 1 Отклонён\npoint 1 Отклонён")
	w.settle()
	w.wantText(refused, "lmsz 4 Отклонён\nonmsz 2 Отклонён\norganization 1 Отклонён\npoint 1 Отклонён")
	w.exec(`update mis.pharmacy set inn = '5900000066', name = 'Аптека' where id = 1;
		update mis.reception set latitude = 58.5 where id = 1;
		update mis.onmsz set inn = '5900000059', name = 'Министерство' where id = 2;
		update mis.measure set kbk = '1' || substr(kbk, 2), title = title || '.' where id = 4;
		update mis.recipe r set issue_date = i.issue_date, pack_qty = r.pack_qty + 3 from issued i where i.id = r.id`)
	w.settle()
	w.wantText(refused, "")
	w.wantText(`select r.kind || ' ' || r.state from egisso.record r
		where r.register = 'fact' and r.row_key = (select id::text from issued) order by r.created_at desc limit 1`, "alterationBasedOnPreviousErrors accepted")

	// Removed: by an event, by an application, or by a person.
	w.happen(refmis.PointClosed, 1)
	w.happen(refmis.ParticipantExcluded, 2)
	w.happen(refmis.OrganizationDeleted, 2)
	w.settle()
	w.wantText(`select kind || ' ' || state from egisso.record where register = 'point' and row_key = '1' order by created_at desc limit 1`, "presencePointInvalidation accepted")
	w.wantText(`select (content ->> 'action') || ' ' || state from egisso.record join egisso.element_content using (id) where register = 'onmsz' and row_key = '2' order by created_at desc limit 1`, "exclusion accepted")
	w.wantText(`select coalesce(participant_code, 'none') from egisso.source_row where register = 'onmsz' and row_key = '2'`, "none")
	w.wantText(`select status || ': ' || substring(reason from '^L-REVIEW [^,]*') from egisso.record_status where register = 'organization' and row_key = '2'`,
		"Требует исправления: L-REVIEW Организация удалена в источнике")
	status, err := w.store.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	blocked := 0
	for _, c := range status.Records {
		if c.Register == "organization" && c.State == "blocked" {
			blocked = c.Count
		}
	}
	if blocked != 1 {
		t.Errorf("status shows %d organisations that need a person", blocked)
	}

	// Back again: under ids of their own.
	w.exec(`update mis.reception set is_closed = false where id = 1; update mis.onmsz set is_deleted = false where id = 2; update mis.pharmacy set is_deleted = false where id = 2`)
	w.settle()
	w.wantText(`select state from egisso.record_status where (register, row_key) in (('point', '1'), ('onmsz', '2'), ('organization', '2'))`, "accepted\naccepted\naccepted")
	w.lawful()
}
