package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// smallScenarios are things that were seen, each of which has a day of its own here.
var smallScenarios = []Scenario{
	{
		Name: "mis-late", Facts: 100, Gateways: 2,
		Happens: "a МИС without changed_xid writes times an hour behind, from one moment on",
		Holds:   "its changes are found without a reconciliation, and status says so",
		World:   with("EGISSOGW_SCHEDULE_RECONCILE=off"), Play: timesFallBehind,
	},
	{
		Name: "found-values", Facts: 100, Gateways: 1,
		Happens: "people are entered with values that are none: СНИЛС of zeros, country 000, «-» and «нет», a passport older than its owner, a drug name of 297 letters",
		Holds:   "each is found, by its rule, before anything of it leaves",
		Asks:    "the МИС corrects them",
		Play:    wrongValues,
	},
	{
		Name: "settings-switched-off", Facts: 100, Gateways: 1,
		Happens: "titles of measures are corrected after installation, before signing is switched on",
		Holds:   "the old titles never leave",
		Play:    correctedBeforeSigning,
	},
	{
		Name: "protocol-file", Facts: 100, Gateways: 1, Resent: true,
		Happens: "a package arrived and its answer was lost; a person releases it, its records are refused as loaded already, and the person brings its protocol, twice",
		Holds:   "the protocol is applied to the released package, its records are accepted and their next changes leave; the second time says what became of it",
		Asks:    "a person releases the package and brings its protocol",
		Play:    accepted(protocolOfReleased),
	},
	{
		Name: "register-trial", Facts: 100, Gateways: 1,
		Happens: "a package of facts fails while an older one waits for its answer",
		Holds:   "the others do not wait for the answer of the older one",
		Asks:    "a person looks at the package that was refused",
		Still:   40 * time.Second, Play: accepted(olderUnanswered),
	},
	{
		Name: "bus-tampered", Facts: 100, Gateways: 1,
		Happens: "every answer is damaged on its way for a while",
		Holds:   "check and status say that no answer can be verified, and a person can say that he has seen it",
		Asks:    "a person looks at the answers",
		Play:    accepted(tamperedAnswers),
	},
	{
		Name: "found-superseded", Facts: 100, Gateways: 1,
		Happens: "ЕГИССО refuses a man's facts, and the МИС corrects them",
		Holds:   "what was refused before is counted nowhere any more",
		Asks:    "a person looks at the packages that were refused",
		World:   busWith(func(o *smevtest.Options) { o.Receiver.RefusesText = poison }), Play: refusedAndCorrected,
	},
	{
		Name: "kmsz-again", Facts: 100, Gateways: 2,
		Happens: "a person asks for a large КМСЗ again and again while facts are accepted, and then ЕГИССО publishes one that begins in two years",
		Holds:   "its content is kept once, dictionaries are not asked for, what begins later is not called active, and nothing locks anything out",
		Play:    accepted(kmszAgain),
	},
	{
		Name: "our-key-doubt", Facts: 100, Gateways: 1,
		Happens: "our key is exchanged while the outcome of messages signed with the old one is unknown",
		Holds:   "the journal says that they are signed with the old certificate, and asks nobody to register it",
		Asks:    "an administrator installs the key",
		Still:   40 * time.Second, Play: accepted(keyChangedInDoubt),
	},
}

// byTime shows facts without changed_xid; what changes after a moment bears a time an hour before.
const byTime = `create table mis.summer (ends timestamptz);
	insert into mis.summer values ('infinity');
	alter view egisso_source.fact rename to exact_fact;
	do $$ begin execute 'create view egisso_source.fact as select ' || (
		select string_agg(case attname when 'changed_at' then 'changed_at - case when changed_at > (select ends from mis.summer) then interval ''1 hour'' else interval ''0'' end as changed_at'
		                  else quote_ident(attname) end, ', ' order by attnum)
		  from pg_attribute where attrelid = 'egisso_source.exact_fact'::regclass and attnum > 0 and attname <> 'changed_xid') || ' from egisso_source.exact_fact'; end $$`

// timesFallBehind lets the МИС tell the time of changes an hour behind.
func timesFallBehind(ctx context.Context, p *play) error {
	if err := errors.Join(p.Edit(ctx, byTime), p.Start()); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	before := p.altered()
	if err := errors.Join(p.Edit(ctx, `update mis.summer set ends = clock_timestamp()`), p.More(ctx, 0, 1), p.during(ctx, 5*time.Second)); err != nil {
		return err
	}
	if n := p.altered() - before; n > 0 {
		return fmt.Errorf("%d changes were read though their time had been: it proves nothing", n)
	}
	if err := p.reconfigure(ctx); err != nil { // what is done every hour is done at the start, too
		return err
	}
	if err := p.Reached(ctx, "status says that times fall behind", `select exists (select from egisso.health where code = 'late' and subject = 'fact')`); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if n := p.altered() - before; n == 0 {
		return errors.New("nothing was altered")
	}
	return nil
}

// wrongValue is what is entered in place of somebody's data, and the rule that finds it.
type wrongValue struct{ rule, sets string }

var wrongPeople = []wrongValue{
	{"L-SNILS", "snils = '00000000000'"},
	{"L-COUNTRY", "citizenship = '000'"},
	{"L-NAME", "patronymic = '-'"},
	{"L-NAME", "patronymic = 'нет'"},
	{"L-DOC", "doc_type = 1, doc_series = '4500', doc_number = '123456', doc_issuer = 'ОВД вымышленного района', doc_date = birth_date - 1"},
}

// wrongValues enters people with values that are none, and corrects them.
func wrongValues(ctx context.Context, p *play) error {
	var people []int64
	var keys []string
	const some = `select array_agg(patient_id), array_agg(id::text) from (
		select distinct on (patient_id) patient_id, id from mis.recipe where status = 2 and not is_deleted and merged_into is null order by patient_id, id limit $1) r`
	if err := p.Source.QueryRow(ctx, some, len(wrongPeople)+1).Scan(&people, &keys); err != nil {
		return fmt.Errorf("choose people: %w", err)
	}
	if len(people) <= len(wrongPeople) {
		return fmt.Errorf("only %d people have prescriptions", len(people))
	}
	err := p.Edit(ctx, `create table mis.patient_before as table mis.patient`)
	for i, wrong := range wrongPeople {
		err = errors.Join(err, p.Edit(ctx, `update mis.patient set upd_dt = now(), `+wrong.sets+` where id = $1`, people[i]))
	}
	long := keys[len(wrongPeople)]
	err = errors.Join(err, p.Edit(ctx, `insert into mis.drug (id, inn_name) select max(id) + 1, repeat('Вымышлин ', 33) from mis.drug`),
		p.Edit(ctx, `update mis.recipe set drug_id = (select max(id) from mis.drug) where id = $1::bigint`, long), p.Start())
	if err != nil {
		return err
	}
	const found = `select exists (select from egisso.record_finding where register = 'fact' and row_key = '%s' and code = '%s' and found = 'before')`
	for i, wrong := range append(wrongPeople, wrongValue{rule: "L-LEN"}) {
		if err := p.Reached(ctx, wrong.rule+" finds "+wrong.sets, fmt.Sprintf(found, keys[i], wrong.rule)); err != nil {
			return err
		}
	}
	p.asked++
	if err := p.Edit(ctx, `update mis.patient m set upd_dt = now(), snils = b.snils, citizenship = b.citizenship, patronymic = b.patronymic,
		doc_type = b.doc_type, doc_series = b.doc_series, doc_number = b.doc_number, doc_date = b.doc_date, doc_issuer = b.doc_issuer
		from mis.patient_before b where b.id = m.id and m.id = any($1)`, people); err != nil {
		return err
	}
	if err := p.Edit(ctx, `update mis.recipe set drug_id = (select min(id) from mis.drug), upd_dt = now() where id = $1::bigint`, long); err != nil {
		return err
	}
	return p.Reached(ctx, "all is accepted", `select bool_and(egisso.record_accepted(state) or reason like '%L-PERSON%') from egisso.record_status where register = 'fact' and not deleted`)
}

// correctedBeforeSigning corrects titles of measures while nothing is signed.
func correctedBeforeSigning(ctx context.Context, p *play) error {
	if _, err := p.Run(ctx, "signing", "off", "--reason", "установка"); err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.Reached(ctx, "measures are in a package", `select count(*) > 1 and bool_and(state = 'packed') from egisso.record_status where register = 'lmsz'`); err != nil {
		return err
	}
	if err := errors.Join(p.Edit(ctx, `update mis.measure set title = title || ' (исправлено)', upd_dt = now() where id in (select id from mis.measure order by id limit 2)`),
		p.during(ctx, 4*time.Second)); err != nil {
		return err
	}
	p.asked++
	if _, err := p.Run(ctx, "signing", "on", "--reason", "начало работы"); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	held := p.Bus.Held()
	for id := range held.Measures {
		if held.Before[id] != "" {
			return errors.New("a measure was sent with its old title first")
		}
	}
	return nil
}

// refusedAndCorrected has ЕГИССО refuse a man's facts, which he then corrects.
func refusedAndCorrected(ctx context.Context, p *play) error {
	const man = `(select patient_id from mis.recipe where status = 2 and not is_deleted order by id limit 1)`
	var name string
	if err := p.Source.QueryRow(ctx, `select surname from mis.patient where id = `+man).Scan(&name); err != nil {
		return err
	}
	if err := errors.Join(p.Edit(ctx, `update mis.patient set surname = $1 where id = `+man, poison), p.Start()); err != nil {
		return err
	}
	const alone = `select count(*) > 0 and not exists (select from egisso.record_status where register = 'fact' and state in ('new', 'ready', 'packed'))
		from egisso.record_status where register = 'fact' and state = 'rejected'`
	for found := false; !found; { // a record is refused for good when it fails while others pass
		if err := errors.Join(p.Add(ctx, 1), p.during(ctx, 2*time.Second)); err != nil {
			return err
		}
		if err := p.Gateway.QueryRow(ctx, alone).Scan(&found); err != nil {
			return err
		}
	}
	var before int
	if err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact' and state = 'rejected'`).Scan(&before); err != nil {
		return err
	}
	if before == 0 {
		return errors.New("nothing was refused: it proves nothing")
	}
	p.asked++
	if err := p.Edit(ctx, `update mis.patient set surname = $1, upd_dt = now() where surname = $2`, name, poison); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	said, err := p.Run(ctx, "status", "--json")
	if err != nil {
		return err
	}
	if strings.Contains(said, `"state": "rejected"`) || strings.Contains(said, `"state":"rejected"`) {
		return errors.New("status still counts what was refused and corrected")
	}
	return nil
}
