package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// busDown takes the bus away in every way it can be gone. The one that asks to wait
// for a minute is too long for the short form.
func busDown(ctx context.Context, p *play) error {
	ways := []smevtest.Outage{smevtest.OutageReset, smevtest.OutageFailure, smevtest.OutageUnavailable}
	for _, how := range ways[:p.much(3, 2)] {
		p.Bus.SetOutage(how)
		if err := errors.Join(p.Change(ctx, p.much(60, 10)), p.during(ctx, time.Duration(p.much(10, 2))*time.Second)); err != nil {
			return err
		}
	}
	p.Bus.SetOutage(smevtest.OutageNone)
	return nil
}

// trouble lets the bus follow rules while the МИС changes.
func trouble(rules ...smevtest.Rule) act {
	return func(ctx context.Context, p *play) error {
		if err := p.Bus.Trouble(rules...); err != nil {
			return err
		}
		for range p.much(6, 2) {
			if err := errors.Join(p.Change(ctx, p.much(40, 10)), p.during(ctx, 1500*time.Millisecond)); err != nil {
				return err
			}
		}
		if err := p.during(ctx, time.Duration(p.much(10, 2))*time.Second); err != nil {
			return err
		}
		p.Bus.Script().Clear()
		return nil
	}
}

// lying lets the bus make trouble of all kinds with a share of all calls.
func lying(share float64) act {
	return func(ctx context.Context, p *play) error {
		err := p.Bus.Script().SetChaos(smevtest.Chaos{Seed: p.seed, Share: share, MaxLate: smevtest.Duration(2 * time.Second)})
		if err != nil {
			return err
		}
		return trouble()(ctx, p)
	}
}

// noAnswer loses the answers to packages with new facts, and with changes, for longer than
// the gateways wait for them.
func noAnswer(ctx context.Context, p *play) error {
	return p.overdue(ctx, smevtest.Rule{On: "SendRequest", Times: 2, NoAnswer: true})
}

// lateAnswer brings them when the packages have gone again, and the МИС has gone on.
func lateAnswer(ctx context.Context, p *play) error {
	return p.overdue(ctx, smevtest.Rule{On: "SendRequest", Times: 2, AnswerDelay: smevtest.Duration(25 * time.Second)})
}

// overdue lets packages meet a rule and their term pass. The database's clock cannot be moved,
// so packages become older; a gateway that starts looks at them at once.
func (p *play) overdue(ctx context.Context, rule smevtest.Rule) error {
	for range p.much(4, 2) {
		if err := p.Bus.Trouble(rule); err != nil {
			return err
		}
		if err := errors.Join(p.Add(ctx, 10), p.Change(ctx, 10)); err != nil {
			return err
		}
		err := p.Reached(ctx, "two packages wait without an answer", `select count(*) >= 2 from egisso.journal where state = 'queued'`)
		if err != nil {
			return err
		}
		if err := p.during(ctx, 3*time.Second); err != nil {
			return err
		}
		if _, err := p.Gateway.Exec(ctx, `update egisso.package set queued_at = queued_at - interval '73 hours' where state = 'queued'`); err != nil {
			return err
		}
		if err := p.reconfigure(ctx); err != nil {
			return err
		}
		err = p.Reached(ctx, "they go again", `select not exists (select from egisso.journal where state in ('queued', 'expired') and queued_at < now() - interval '1 hour')`)
		if err != nil {
			return err
		}
	}
	return nil
}

// releasedLate has a person release packages with new facts; the МИС has gone on when their
// answers come.
func releasedLate(ctx context.Context, p *play) error {
	if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 2, AnswerDelay: smevtest.Duration(25 * time.Second)}); err != nil {
		return err
	}
	const waiting = `select coalesce(array_agg(id::text), '{}') from egisso.journal where register = 'fact' and state = '%s'`
	for range 2 {
		if err := p.Add(ctx, 10); err != nil {
			return err
		}
		if err := p.during(ctx, 3*time.Second); err != nil {
			return err
		}
	}
	if _, err := p.Gateway.Exec(ctx, `update egisso.package set queued_at = queued_at - interval '73 hours' where state = 'queued' and register = 'fact'`); err != nil {
		return err
	}
	if err := p.reconfigure(ctx); err != nil {
		return err
	}
	if err := p.Reached(ctx, "packages are overdue", `select exists (select from egisso.journal where register = 'fact' and state = 'expired')`); err != nil {
		return err
	}
	var overdue []string
	if err := p.Gateway.QueryRow(ctx, fmt.Sprintf(waiting, "expired")).Scan(&overdue); err != nil {
		return err
	}
	if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, AnswerDelay: smevtest.Duration(25 * time.Second)}); err != nil {
		return err
	}
	for _, id := range overdue {
		p.asked++
		if _, err := p.Run(ctx, "release", id, "--reason", "проверка", "--not-loaded"); err != nil {
			return err
		}
		if err := p.Change(ctx, 20); err != nil {
			return err
		}
	}
	return p.during(ctx, 3*time.Second)
}

// poison is in facts that spoil the file they are in.
const poison = "Отравленная"

// poisoned begins with three people whose facts are poisonous.
func poisoned(ctx context.Context, p *play) error {
	const people = `select patient_id from mis.recipe where status = 2 and not is_deleted and id not in (select recipe_id from mis.planted_defect) order by id limit 3`
	if err := p.Edit(ctx, `update mis.patient set surname = $1 where id in (`+people+`)`, poison); err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	var poisonous, rejected, refused int
	const found = `select (select count(*) from mis.recipe r join mis.patient m on m.id = r.patient_id where m.surname = $1 and r.status <> 4 and not r.is_deleted)`
	if err := p.Source.QueryRow(ctx, found, poison).Scan(&poisonous); err != nil {
		return err
	}
	const ended = `select (select count(*) from egisso.record_status where register = 'fact' and state = 'rejected'), (select count(*) from egisso.journal where register = 'fact' and result = 'rejected')`
	if err := p.Gateway.QueryRow(ctx, ended).Scan(&rejected, &refused); err != nil {
		return err
	}
	p.note = append(p.note, fmt.Sprintf("%d poisonous facts, %d rejected, %d packages refused", poisonous, rejected, refused))
	if rejected != poisonous || refused > 8*poisonous {
		return fmt.Errorf("of %d poisonous facts %d are rejected, after %d refused packages", poisonous, rejected, refused)
	}
	p.calmed()
	return nil
}

// restarts ends the bus again and again; it remembers everything.
func restarts(ctx context.Context, p *play) error {
	for range p.much(10, 3) {
		if err := errors.Join(p.Change(ctx, p.much(40, 10)), p.during(ctx, 1200*time.Millisecond)); err != nil {
			return err
		}
		if err := errors.Join(p.Bus.Down(), p.during(ctx, 700*time.Millisecond), p.Bus.Up(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// otherCertificate lets the bus sign with a new key before anybody was told of it.
func otherCertificate(ctx context.Context, p *play) error {
	certificate, err := p.NewBusKey(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(p.Change(ctx, p.much(40, 10)), p.during(ctx, 5*time.Second)); err != nil {
		return err
	}
	p.asked++ // an administrator configures the certificate
	return p.reconfigure(ctx, "EGISSOGW_SMEV_CERTIFICATES="+certificate)
}

// reconfigure starts the gateways anew with other settings.
func (p *play) reconfigure(_ context.Context, env ...string) error {
	for _, g := range p.Gateways {
		if err := g.Stop(); err != nil {
			return err
		}
		g.Env = append(g.Env, env...)
	}
	return p.Start()
}

// ourKeyChanged exchanges our own key while messages signed with the old one wait.
func ourKeyChanged(ctx context.Context, p *play) error {
	if err := errors.Join(p.Bus.Down(), p.Change(ctx, p.much(60, 20)), p.during(ctx, 5*time.Second)); err != nil {
		return err
	}
	env, err := p.NewClientKey(ctx)
	if err != nil {
		return err
	}
	p.asked++ // an administrator installs the key
	return p.reconfigure(ctx, env...)
}

// oddProtocols answers packages with a protocol that does not add up. A person must
// look; nothing may count as accepted.
func oddProtocols(how string) act {
	return func(ctx context.Context, p *play) error {
		var before int
		if err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact'`).Scan(&before); err != nil {
			return err
		}
		if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, Protocol: how}); err != nil {
			return err
		}
		// No gateway runs yet beside the one package of new prescriptions.
		if err := p.Add(ctx, 20); err != nil {
			return err
		}
		for asking := false; !asking; {
			if err := p.during(ctx, time.Second); err != nil {
				return err
			}
			var believed bool
			err := p.Gateway.QueryRow(ctx, `select exists (select from egisso.package where review is not null and reviewed_at is null),
				not exists (select from egisso.record_status where decision_due or state in ('ready', 'packed'))
				and (select count(*) from egisso.record_status where register = 'fact') > $1`, before).Scan(&asking, &believed)
			if err != nil {
				return err
			}
			if believed && !asking {
				return errors.New("a protocol that does not add up was believed, and nobody was asked to look")
			}
		}
		return p.looks(ctx)
	}
}
