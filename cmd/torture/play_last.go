package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// lastScenarios are what was found last, each by its kind.
var lastScenarios = []Scenario{
	{
		Name: "mis-reader-stopped", Facts: 200, ShortFacts: 60, Gateways: 2,
		Happens: "a gateway is stopped while it reads the МИС, and stays so",
		Holds:   "its transaction ends without it, and the other gateway reads on meanwhile",
		World:   with("EGISSOGW_DATABASE_TIMEOUT=5s"), Play: accepted(readerStopped),
	},
	{
		Name: "pg-older-answers", Facts: 500, ShortFacts: 60, Gateways: 1, Resent: true,
		Happens: "the gateway's database is restored from an older dump, after which the answers to sixty changes come that it knows nothing of",
		Holds:   "what they say is not lost: all ends accepted, and they are shown",
		World:   both(apart, explained, busWith(func(o *smevtest.Options) { o.Receiver.ListsAll = true })), Play: accepted(olderThanAnswers),
	},
	{
		Name: "pg-older-cancelled", Facts: 300, ShortFacts: 60, Gateways: 1, Resent: true,
		Happens: "after an older dump facts are refused as loaded already, and the МИС cancels some of them before a person has said what the refusals mean",
		Holds:   "none of them vanishes: each says why it waits, and is removed in ЕГИССО in the end",
		Asks:    "a person says what the refusals mean",
		World:   apart, Play: accepted(cancelledWhileRefused),
	},
	{
		Name: "bus-long-outage", Facts: 300, ShortFacts: 40, Gateways: 2,
		Happens: "the bus is away for long, with the program's own pauses",
		Holds:   "what never left does not count as failed: no register rests when the bus is back",
		Within:  45 * time.Second,
		World:   usualPauses, Play: accepted(longOutage),
	},
	{
		Name: "pg-clock-classifier", Facts: 100, Gateways: 2, Needs: []need{fakeTime},
		Happens: "the clock of the gateway's server is a day behind, and ЕГИССО has no classifier",
		Holds:   "it is asked for a few times, not in every round",
		Asks:    "a person looks at the requests that were refused",
		World: both(otherDatabaseClock(-day), with("EGISSOGW_SCHEDULE_CLASSIFIER=@every 1s"),
			busWith(func(o *smevtest.Options) { o.Receiver.Classifier = nil })), Play: accepted(classifierFloor),
	},
}

// slowly lets every row of the view of facts take its time.
const slowly = `alter view egisso_source.fact rename to quick_fact;
	create function egisso_source.slow() returns boolean language plpgsql volatile as $$ begin perform pg_sleep(0.05); return true; end $$;
	create view egisso_source.fact as select * from egisso_source.quick_fact where egisso_source.slow()`

// readerStopped stops a gateway in the middle of a transaction of its own in the МИС.
func readerStopped(ctx context.Context, p *play) error {
	stopped, other := p.Gateways[0], p.Gateways[1]
	if err := other.Stop(); err != nil {
		return err
	}
	if err := errors.Join(p.Edit(ctx, slowly), p.More(ctx, 0, 1)); err != nil {
		return err
	}
	const reads = `select pid from pg_stat_activity where datname = '` + world.DatabaseMIS + `' and application_name = 'egissogw' and xact_start < clock_timestamp() - interval '1 second' limit 1`
	var pid int
	err := world.Until(ctx, "the gateway reads", func(ctx context.Context) (bool, error) {
		err := p.Source.QueryRow(ctx, reads).Scan(&pid)
		return err == nil, errors.Join(ignoreNone(err), p.reviveOnly(stopped))
	})
	if err != nil {
		return err
	}
	stopped.Freeze()
	defer stopped.Wake()
	began := time.Now()
	if err := p.Edit(ctx, `drop view egisso_source.fact; alter view egisso_source.quick_fact rename to fact`); err != nil {
		return fmt.Errorf("the view is held by the gateway that is stopped: %w", err)
	}
	if err := p.Add(ctx, 10); err != nil {
		return err
	}
	if err := other.Start(); err != nil {
		return err
	}
	const held = `select exists (select from pg_stat_activity where pid = $1 and xact_start is not null)`
	err = world.Until(ctx, "the transaction ends without the gateway", func(ctx context.Context) (bool, error) {
		var still bool
		err := p.Source.QueryRow(ctx, held, pid).Scan(&still)
		return !still, err
	})
	if err != nil {
		return err
	}
	took := time.Since(began)
	accepted := p.Bus.Ledger().Summary()
	err = world.Until(ctx, "the other gateway reads on", func(ctx context.Context) (bool, error) {
		var open int
		const unread = `select count(*) from egisso.record_status where register = 'fact' and not egisso.record_accepted(state)`
		err := p.Gateway.QueryRow(ctx, unread).Scan(&open)
		var here, there int
		err = errors.Join(err, p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact' and not deleted`).Scan(&here),
			p.Source.QueryRow(ctx, `select count(*) from egisso_source.fact where not deleted`).Scan(&there), p.reviveOnly(other))
		return open == 0 && here >= there, err
	})
	if err != nil {
		return fmt.Errorf("%w (%v accepted by then)", err, accepted.RecordsAccepted)
	}
	p.note = append(p.note, fmt.Sprintf("its transaction ended after %.0f s, all was read after %.0f s", took.Seconds(), time.Since(began).Seconds()))
	if limit := stoppedReader; took > limit {
		return fmt.Errorf("a gateway that is stopped held its transaction for %s", took)
	}
	return nil
}

// stoppedReader is how long a gateway that is stopped may hold a transaction of the МИС: the
// DATABASE_TIMEOUT of the scenario, and what it takes until a busy server notices.
const stoppedReader = 25 * time.Second

// reviveOnly starts one gateway if it ended.
func (p *play) reviveOnly(g *world.Gateway) error {
	if g.Alive() {
		return nil
	}
	return g.Start()
}

// olderThanAnswers restores an older dump while packages wait for their answers.
func olderThanAnswers(ctx context.Context, p *play) error {
	dump, err := p.Dump(ctx, p.Own, world.DatabaseGateway)
	if err != nil {
		return err
	}
	if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: -1, AnswerDelay: smevtest.Duration(15 * time.Second)}); err != nil {
		return err
	}
	if err := errors.Join(p.Change(ctx, 60), p.Add(ctx, 10)); err != nil {
		return err
	}
	const waiting = `select coalesce(sum(record_count), 0) from egisso.journal where state = 'queued'`
	var before int
	err = world.Until(ctx, "the changes wait for their answers", func(ctx context.Context) (bool, error) {
		err := p.Gateway.QueryRow(ctx, waiting).Scan(&before)
		return before >= 30, errors.Join(err, p.revive())
	})
	if err != nil {
		return err
	}
	if err := p.during(ctx, 2*time.Second); err != nil {
		return err
	}
	for _, g := range p.Gateways {
		g.Murder()
	}
	if err := p.Restore(ctx, p.Own, world.DatabaseGateway, dump); err != nil {
		return err
	}
	p.Gateway.Reset()
	p.Bus.Script().Clear()
	// They come before anything goes again: signing is off until then.
	if _, err := p.Run(ctx, "signing", "off", "--reason", "восстановлена копия"); err != nil {
		return err
	}
	p.asked += 2
	if err := world.Until(ctx, "ЕГИССО has answered", func(context.Context) (bool, error) { return len(p.Bus.Ledger().Pending()) == 0, nil }); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "signing", "on", "--reason", "проверка"); err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	return p.lostPackagesKnown(ctx, before)
}

// lostPackagesKnown demands that answers for packages that are not here are known by the records
// they name. Whose they are is told by the bytes that came, not by what the program made of them.
func (p *play) lostPackagesKnown(ctx context.Context, before int) error {
	const strange = `select count(*), count(*) filter (where i.text like 'Протокол пакета, которого в базе шлюза нет%'),
			count(*) filter (where i.text not like 'Протокол пакета, которого в базе шлюза нет%'
				and exists (select from egisso.record r where position(convert_to(r.id::text, 'UTF8') in a.raw) > 0))
		from egisso.inbox i join egisso.answer a on i.id = 'answer:' || a.id where i.trouble = 'stranger' and not i.done`
	var unknown, known, mistaken int
	if err := p.Gateway.QueryRow(ctx, strange).Scan(&unknown, &known, &mistaken); err != nil {
		return err
	}
	if known == 0 || mistaken > 0 {
		return fmt.Errorf("of %d answers for packages that are not here %d are known by their records, and %d are not though they name some", unknown, known, mistaken)
	}
	p.note = append(p.note, fmt.Sprintf("%d records waited for their answers, %d answers are for packages that are not here, %d of them known by their records", before, unknown, known))
	return nil
}

// cancelledWhileRefused deletes prescriptions whose facts ЕГИССО has and the gateway's database
// does not know of.
func cancelledWhileRefused(ctx context.Context, p *play) error {
	dump, err := p.Dump(ctx, p.Own, world.DatabaseGateway)
	if err != nil {
		return err
	}
	if err := p.Add(ctx, 20); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	p.Gateways[0].Murder()
	if err := p.Restore(ctx, p.Own, world.DatabaseGateway, dump); err != nil {
		return err
	}
	p.Gateway.Reset()
	if err := p.Start(); err != nil {
		return err
	}
	const asked = `select exists (select from egisso.health where code = 'refusal' and count >= 20)`
	if err := p.Reached(ctx, "a person is asked what the refusals mean", asked); err != nil {
		return err
	}
	const some = 3
	if err := p.Edit(ctx, `update mis.recipe set is_deleted = true, upd_dt = now() where id in (select id from mis.recipe where not is_deleted order by id desc limit $1)`, some); err != nil {
		return err
	}
	p.Removed += some
	const told = `select count(*) = 3 from egisso.record_status where register = 'fact' and deleted and accepted_id is null and reason like '%L-HELD%'`
	if err := p.Reached(ctx, "the cancelled ones say why they wait", told); err != nil {
		return err
	}
	var kinds []string
	if err := p.Gateway.QueryRow(ctx, `select array_agg(subject) from egisso.health where code = 'refusal'`).Scan(&kinds); err != nil {
		return err
	}
	for _, kind := range kinds {
		p.asked++
		if _, err := p.Run(ctx, "refusals", "mean", kind, "already-loaded", "--reason", "проверка"); err != nil {
			return err
		}
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if n := p.removedInEGISSO(); n != some {
		return fmt.Errorf("%d facts were cancelled, and %d removed in ЕГИССО", some, n)
	}
	return nil
}

// longOutage takes the bus away while there is much to send.
func longOutage(ctx context.Context, p *play) error {
	var began time.Time
	if err := p.Gateway.QueryRow(ctx, `select clock_timestamp()`).Scan(&began); err != nil {
		return err
	}
	p.Bus.SetOutage(smevtest.OutageReset)
	for range 4 {
		if err := errors.Join(p.Change(ctx, 20), p.during(ctx, time.Duration(p.much(20, 6))*time.Second)); err != nil {
			return err
		}
	}
	var waiting, tried int
	const stood = `select (select count(*) from egisso.package where egisso.package_open(state)),
		(select count(*) from egisso.attempt where started_at >= $1 and outcome is distinct from 'delivered')`
	if err := p.Gateway.QueryRow(ctx, stood, began).Scan(&waiting, &tried); err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("%d packages waited for the bus, %d attempts failed", waiting, tried))
	if waiting < 2 || tried == 0 {
		return fmt.Errorf("the outage hit %d packages and %d attempts: it proves nothing", waiting, tried)
	}
	p.Bus.SetOutage(smevtest.OutageNone)
	p.calmed()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		var resting string
		if err := p.Gateway.QueryRow(ctx, `select coalesce(string_agg(register || ' until ' || until, ', '), '') from egisso.resting_register`).Scan(&resting); err != nil {
			return err
		}
		if resting != "" {
			return fmt.Errorf("an outage of the bus lets registers rest: %s", resting)
		}
		if err := p.during(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// classifierFloor counts how often the classifier is asked for after a person asked for it once
// more, while every request is refused. At most one request for each of the three follows.
func classifierFloor(ctx context.Context, p *play) error {
	const refused = `select exists (select from egisso.package where register = 'kmsz')
		and not exists (select from egisso.package where register = 'kmsz' and egisso.package_open(state))`
	if err := p.Reached(ctx, "requests for the classifier are refused", refused); err != nil {
		return err
	}
	var before, n int
	const asked = `select count(*) from egisso.package where register = 'kmsz'`
	if err := p.Gateway.QueryRow(ctx, asked).Scan(&before); err != nil {
		return err
	}
	p.asked++
	if _, err := p.Run(ctx, "kmsz", "request"); err != nil {
		return err
	}
	err := world.Until(ctx, "the classifier is asked for again", func(ctx context.Context) (bool, error) {
		err := p.Gateway.QueryRow(ctx, asked).Scan(&n)
		return n > before, errors.Join(err, p.revive())
	})
	if err != nil {
		return err
	}
	window := time.Duration(p.much(20, 10)) * time.Second // rounds of the job are a second apart
	if err := p.during(ctx, window); err != nil {
		return err
	}
	if err := p.Gateway.QueryRow(ctx, asked).Scan(&n); err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("asked %d times by itself, and in %s after a person asked %d times", before, window, n-before))
	const classifiers = 3
	if before > classifiers || n-before > classifiers {
		return fmt.Errorf("the classifier was asked for %d times, and then %d times in %s", before, n-before, window)
	}
	return p.Change(ctx, 20)
}
