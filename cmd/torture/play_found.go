package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// foundScenarios are findings of the checks, and people who must see them.
var foundScenarios = []Scenario{
	{
		Name: "found-twins", Facts: 100, Gateways: 1,
		Happens: "prescriptions are entered twice: each is sent, with a warning",
		Holds:   "the warning is shown in the view of findings, by record and by journal",
		Play:    accepted(twinsShown),
	},
	{
		Name: "found-kmsz-late", Facts: 100, Gateways: 1,
		Happens: "the first КМСЗ comes late",
		Holds:   "measures wait for it, say why, and none is rejected",
		World:   with("EGISSOGW_KMSZ_WAIT=1h"), Play: measuresWait,
	},
	{
		Name: "found-kmsz-judges", Facts: 100, Gateways: 1,
		Happens: "the first КМСЗ comes when measures are in a package that is not signed; one measure does not fit it",
		Holds:   "that one leaves the package, nothing is rejected by ЕГИССО",
		Asks:    "the МИС corrects the measure, a person forms and sends",
		World:   with("EGISSOGW_FORM_ON_COMMAND=lmsz"), Play: judgedAgain,
	},
}

// twinsShown enters prescriptions twice.
func twinsShown(ctx context.Context, p *play) error {
	const twice = `insert into mis.recipe (id, lpu_id, patient_id, privilege_id, series, num, issue_date, valid_days, drug_id, pack_qty, discount, price, sum_total, status)
		select m.id + row_number() over (order by r.id), r.lpu_id, r.patient_id, r.privilege_id, '57-27', lpad((m.id + row_number() over (order by r.id))::text, 10, '0'),
		       r.issue_date, r.valid_days, r.drug_id, r.pack_qty, r.discount, r.price, r.sum_total, r.status
		  from (select * from mis.recipe where status = 2 and not is_deleted and merged_into is null order by id limit 5) r, (select max(id) as id from mis.recipe) m`
	if err := p.Edit(ctx, twice); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var twins int
	var key, pack string
	const shown = `select count(distinct row_key), coalesce(max(row_key), ''), coalesce(max(package_id::text), '') from egisso.record_finding
		where register = 'fact' and code = 'L-DUP' and severity = 'warning' and found = 'before' and package_id is not null`
	if err := p.Gateway.QueryRow(ctx, shown).Scan(&twins, &key, &pack); err != nil {
		return err
	}
	if twins < 5 {
		return fmt.Errorf("%d of 5 warnings are in the view", twins)
	}
	for _, command := range [][]string{{"record", key}, {"journal", pack}} {
		said, err := p.Run(ctx, command...)
		if err != nil {
			return err
		}
		if !strings.Contains(said, "L-DUP") {
			return fmt.Errorf("%s does not show the warning", command[0])
		}
	}
	return nil
}

// classifierLate lets the first answers come late.
func (p *play) classifierLate(late time.Duration) error {
	return p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: -1, AnswerDelay: smevtest.Duration(late)})
}

// measuresWait starts while ЕГИССО takes its time with the classifier.
func measuresWait(ctx context.Context, p *play) error {
	if err := errors.Join(p.classifierLate(5*time.Second), p.Start()); err != nil {
		return err
	}
	const waits = `select count(*) > 0 and bool_and(state = 'waiting' and reason like '%L-NOKMSZ%') from egisso.record_status where register = 'lmsz'`
	if err := p.Reached(ctx, "measures wait for the classifier", waits); err != nil {
		return err
	}
	p.Bus.Script().Clear()
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var early, rejected int
	const asked = `select count(*) filter (where created_at < (select min(received_at) from egisso.classifier_version)),
		(select count(*) from egisso.package_record m join egisso.package k on k.id = m.package_id where k.register = 'lmsz' and m.outcome = 'rejected') from egisso.journal where register = 'lmsz'`
	if err := p.Gateway.QueryRow(ctx, asked).Scan(&early, &rejected); err != nil {
		return err
	}
	if early+rejected > 0 {
		return fmt.Errorf("%d packages of measures were formed before the first classifier, %d measures rejected", early, rejected)
	}
	return nil
}

// judgedAgain forms measures before the classifier comes.
func judgedAgain(ctx context.Context, p *play) error {
	if err := p.Edit(ctx, `create table mis.measure_before as select id, msz_code from mis.measure;
		update mis.measure set msz_code = '9999' where id = (select min(id) from mis.measure)`); err != nil {
		return err
	}
	if err := errors.Join(p.classifierLate(15*time.Second), p.Start()); err != nil {
		return err
	}
	if err := p.Reached(ctx, "measures are decided", `select count(*) > 0 and bool_and(state = 'ready') from egisso.record_status where register = 'lmsz'`); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "form", "lmsz"); err != nil {
		return err
	}
	const inPackage = `select exists (select from egisso.journal where register = 'lmsz' and state = 'formed')
		and bool_and(state = 'packed') and not exists (select from egisso.classifier_version) from egisso.record_status where register = 'lmsz'`
	if err := p.Reached(ctx, "measures are in a package before the classifier comes", inPackage); err != nil {
		return err
	}
	p.Bus.Script().Clear()
	const leaves = `select count(*) filter (where state = 'blocked' and reason <> '') = 1 and bool_and(state in ('packed', 'blocked'))
		and exists (select from egisso.classifier_version) from egisso.record_status where register = 'lmsz'`
	if err := p.Reached(ctx, "the measure that does not fit leaves the package", leaves); err != nil {
		return err
	}
	if err := p.sendFormed(ctx); err != nil {
		return err
	}
	if err := p.Edit(ctx, `update mis.measure set msz_code = (select b.msz_code from mis.measure_before b where b.id = measure.id), upd_dt = now() where msz_code = '9999'`); err != nil {
		return err
	}
	if err := p.Reached(ctx, "it is put right", `select bool_or(state = 'ready') from egisso.record_status where register = 'lmsz'`); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "form", "lmsz"); err != nil {
		return err
	}
	if err := p.Reached(ctx, "it is in a package", `select exists (select from egisso.journal where register = 'lmsz' and state = 'formed')`); err != nil {
		return err
	}
	p.asked += 2
	if err := p.sendFormed(ctx); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var rejected int
	if err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.package_record m join egisso.package k on k.id = m.package_id where k.register = 'lmsz' and m.outcome = 'rejected'`).Scan(&rejected); err != nil {
		return err
	}
	if rejected > 0 {
		return fmt.Errorf("%d measures were rejected by ЕГИССО", rejected)
	}
	return nil
}
