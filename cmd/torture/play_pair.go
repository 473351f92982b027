package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// askedScenarios are what the people who use the gateway ask of it.
var askedScenarios = []Scenario{
	{
		Name: "two-databases", Facts: 300, ShortFacts: 60, Gateways: 2,
		Happens: "two gateways with databases of their own work under one mnemonic, without marks of their nodes and then with them",
		Holds:   "none takes the answers of the other; check says what a second gateway needs",
		Play:    twoDatabases,
	},
	{
		Name: "other-provider", Facts: 200, Gateways: 1,
		Happens: "prescriptions name a measure of another provider, and do not say so",
		Holds:   "facts name its code, and ЕГИССО accepts them",
		World: busWith(func(o *smevtest.Options) {
			o.Receiver.OtherProvider, o.Receiver.OtherTitle = otherProvider, otherTitle
		}), Play: otherProvidersMeasure,
	},
	{
		Name: "facts-actual", Facts: 200, Gateways: 1,
		Happens: "half of the prescriptions ended before the date the first export is actual on",
		Holds:   "they are not sent, and each says why",
		Play:    actualOnly,
	},
	{
		Name: "register-rests", Facts: 200, ShortFacts: 60, Gateways: 2,
		Happens: "ЕГИССО refuses every package of facts for a while",
		Holds:   "status and the record say that the register rests, and it goes on by itself",
		Asks:    "a person looks at the packages that were refused",
		Still:   40 * time.Second, Play: accepted(registerRests),
	},
}

// another is the address of a second gateway's database and МИС.
func (p *play) another(ctx context.Context) (env []string, err error) {
	const own, source = "second", "second_mis"
	for _, name := range []string{own, source} {
		if err := p.Own.CreateDatabase(ctx, name); err != nil {
			return nil, err
		}
	}
	conn, err := pgx.Connect(ctx, p.Own.URL(source))
	if err != nil {
		return nil, fmt.Errorf("connect to the second МИС: %w", err)
	}
	if err := errors.Join(refmis.Install(ctx, conn), conn.Close(ctx)); err != nil {
		return nil, err
	}
	env = []string{"EGISSOGW_DATABASE_URL=" + p.Own.URL(own), "EGISSOGW_SOURCE_DATABASE_URL=" + p.Own.URL(source)}
	for _, args := range [][]string{{"migrate"}, {"signing", "on", "--reason", "проверка"}} {
		if _, err := p.RunWith(ctx, env, args...); err != nil {
			return nil, err
		}
	}
	return env, nil
}

// twoDatabases runs a second gateway that sends requests for the classifier only. It takes
// its answers off the queue the first one's protocols come by.
func twoDatabases(ctx context.Context, p *play) error {
	env, err := p.another(ctx)
	if err != nil {
		return err
	}
	p.Options.Env = append(p.Options.Env, "EGISSOGW_SMEV_FOREIGN_WAIT=1h")
	p.Gateways[1].Env = env
	if err := p.Start(); err != nil {
		return err
	}
	said, _ := p.RunWith(ctx, env, "check")
	if !strings.Contains(said, "каждому нужна своя метка") {
		return errors.New("check does not say what a second gateway needs")
	}
	second, err := pgx.Connect(ctx, p.Own.URL("second"))
	if err != nil {
		return fmt.Errorf("connect to the second gateway's database: %w", err)
	}
	defer func() { _ = second.Close(context.WithoutCancel(ctx)) }()
	if err := errors.Join(p.atRest(ctx), p.tookNothing(ctx, second)); err != nil {
		return err
	}
	met, metThere, err := p.foreignMet(ctx, second)
	for round := 0; err == nil && met+metThere == 0; round++ { // who is given an answer is chance
		if round == 5 {
			return errors.New("none met an answer of the other, though both ask without a mark: it proves nothing")
		}
		if err = errors.Join(p.Change(ctx, 20), p.atRest(ctx)); err == nil {
			met, metThere, err = p.foreignMet(ctx, second)
		}
	}
	if err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("without marks the one met %d answers of the other, the other %d", met, metThere))
	for i, g := range p.Gateways {
		if err := g.Stop(); err != nil {
			return err
		}
		g.Env = append(g.Env, fmt.Sprintf("EGISSOGW_SMEV_NODE_ID=node%d", i+1))
	}
	if err := errors.Join(p.Change(ctx, 40), p.Start()); err != nil {
		return err
	}
	if err := errors.Join(p.atRest(ctx), p.tookNothing(ctx, second)); err != nil {
		return err
	}
	// With marks none is given what is the other's.
	more, moreThere, err := p.foreignMet(ctx, second)
	if err == nil && (more > met || moreThere > metThere) {
		err = fmt.Errorf("with marks the one met %d answers of the other, the other %d", more-met, moreThere-metThere)
	}
	return err
}

// tookNothing demands that neither gateway stored an answer of the other.
func (p *play) tookNothing(ctx context.Context, second *pgx.Conn) error {
	err := world.Until(ctx, "the second gateway has the classifier", func(ctx context.Context) (yes bool, err error) {
		err = second.QueryRow(ctx, `select exists (select from egisso.classifier_version) and not exists (select from egisso.package where egisso.package_open(state))`).Scan(&yes)
		return yes, errors.Join(err, p.revive())
	})
	var ours, theirs int
	const strange = `select count(*) from egisso.answer a where not exists (select from egisso.message m where m.id::text = a.original_message_id)`
	err = errors.Join(err, p.Gateway.QueryRow(ctx, strange).Scan(&ours), second.QueryRow(ctx, strange).Scan(&theirs))
	if err == nil && ours+theirs > 0 {
		err = fmt.Errorf("the one took %d answers of the other, the other %d of the one", ours, theirs)
	}
	return err
}

// foreignMet is how many answers of the other either gateway has met so far.
func (p *play) foreignMet(ctx context.Context, second *pgx.Conn) (here, there int, err error) {
	const foreign = `select count(*) from egisso.foreign_answer`
	err = errors.Join(p.Gateway.QueryRow(ctx, foreign).Scan(&here), second.QueryRow(ctx, foreign).Scan(&there))
	return here, there, err
}

const (
	otherProvider = "0042.000007"
	otherTitle    = "(другого поставщика)"
)

// otherProvidersMeasure has a measure belong to another provider; the facts do not say so.
func otherProvidersMeasure(ctx context.Context, p *play) error {
	measure := `(select c.measure_id from egisso_source.fact f join mis.measure_category c on c.measure_id::text = f.measure_key
		group by c.measure_id order by count(*) desc limit 1)`
	err := p.Edit(ctx, `update mis.measure set title = title || ' `+otherTitle+`' where id = `+measure+`;
		do $$ begin execute 'create or replace view egisso_source.local_measure as ' || replace(pg_get_viewdef('egisso_source.local_measure'::regclass),
			'NULL::text AS provider_code', 'case when m.title like ''%`+otherTitle+`'' then ''`+otherProvider+`'' end AS provider_code'); end $$`)
	if err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	named := 0
	for _, fact := range p.Bus.Held().Facts {
		if strings.Contains(strings.Join(fact.Leaves, "\n"), "/lmszProviderCode="+otherProvider) {
			named++
		}
	}
	if named == 0 {
		return errors.New("no fact names the other provider")
	}
	p.note = append(p.note, fmt.Sprintf("facts that name the other provider: %d", named))
	return p.More(ctx, 0, 2)
}

// actualOnly sends what is actual on a date in the middle of all.
func actualOnly(ctx context.Context, p *play) error {
	var date string
	var ended, merged []string
	const middle = `with d as (select percentile_disc(0.5) within group (order by date_finish) as day from egisso_source.fact where not deleted)
		select d.day::text, array(select row_key from egisso_source.fact f where not deleted and f.date_finish < d.day and ending_reason is distinct from 'duplicate'),
			array(select row_key from egisso_source.fact f where not deleted and f.date_finish < d.day and ending_reason = 'duplicate') from d`
	if err := p.Source.QueryRow(ctx, middle).Scan(&date, &ended, &merged); err != nil {
		return fmt.Errorf("choose a date: %w", err)
	}
	if len(ended) == 0 {
		return errors.New("no prescription ended before")
	}
	p.outside = map[string]bool{}
	for _, key := range slices.Concat(ended, merged) {
		p.outside["fact/"+key] = true
	}
	p.Options.Env = append(p.Options.Env, "EGISSOGW_FACTS_ACTUAL_ON="+date)
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var told, sent int
	const said = `select count(*) filter (where reason like '%L-ACTUAL%'), count(*) filter (where accepted_id is not null) from egisso.record_status where register = 'fact' and row_key = any($1)`
	if err := p.Gateway.QueryRow(ctx, said, ended).Scan(&told, &sent); err != nil {
		return err
	}
	if told != len(ended) || sent > 0 {
		return fmt.Errorf("of %d facts that ended before %d say so, and %d were sent", len(ended), told, sent)
	}
	return nil
}

// refusals are how many packages are refused: the rest doubles with each, to some seconds.
const refusals = 7

// registerRests refuses packages for a while.
func registerRests(ctx context.Context, p *play) error {
	if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: refusals, RequestRejected: "ACCESS_DENIED"}); err != nil {
		return err
	}
	if err := p.More(ctx, 0, 4); err != nil {
		return err
	}
	if err := p.Reached(ctx, "status says that the register rests", `select exists (select from egisso.health where code = 'resting' and subject like 'fact %')`); err != nil {
		return err
	}
	// Each is true of one moment: packages try all the while.
	err := world.Until(ctx, "status and the record say why it waits", func(ctx context.Context) (bool, error) {
		var key string
		const waits = `select row_key from egisso.record_status where register = 'fact' and reason like 'Отправка реестра%' limit 1`
		if err := p.Gateway.QueryRow(ctx, waits).Scan(&key); err != nil {
			return false, ignoreNone(err)
		}
		status, _ := p.Run(ctx, "status") // trouble makes it end otherwise
		record, err := p.Run(ctx, "record", key)
		rests := strings.Contains(status, ": отправка приостановлена до ") || strings.Contains(status, ": отправка ждёт исхода пробного пакета ")
		return rests && strings.Contains(record, "Отправка реестра "), err
	})
	if err != nil {
		return err
	}
	p.calmed()
	return p.Reached(ctx, "nothing rests any more", `select not exists (select from egisso.resting_register)`)
}
