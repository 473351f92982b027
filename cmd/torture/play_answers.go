package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// Answers of the bus, and keys they are signed by.

// protocolOfReleased loses the answer of a package, has a person release it, and brings its
// protocol when ЕГИССО has refused its records.
func protocolOfReleased(ctx context.Context, p *play) error {
	if err := errors.Join(p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, NoAnswer: true}), p.Add(ctx, 10)); err != nil {
		return err
	}
	var id string
	var records int
	if err := p.Reached(ctx, "a package waits in vain", `select exists (select from egisso.journal where register = 'fact' and state = 'queued')`); err != nil {
		return err
	}
	if err := p.during(ctx, 2*time.Second); err != nil {
		return err
	}
	if err := p.Gateway.QueryRow(ctx, `update egisso.package set queued_at = queued_at - interval '73 hours' where state = 'queued' and register = 'fact' returning id::text, record_count`).Scan(&id, &records); err != nil {
		return err
	}
	if err := p.reconfigure(ctx); err != nil {
		return err
	}
	const shown = `select exists (select from egisso.health where code = 'expired' and severity = 'trouble') and exists (select from egisso.journal where state = 'expired')`
	if err := p.Reached(ctx, "status says that no answer came", shown); err != nil {
		return err
	}
	p.asked += 2
	if _, err := p.Run(ctx, "release", id, "--reason", "проверка", "--not-loaded"); err != nil {
		return err
	}
	const refused = `select count(*) >= %d from egisso.record_status where register = 'fact' and state = 'rejected'`
	if err := p.Reached(ctx, "its records are refused", fmt.Sprintf(refused, records)); err != nil {
		return err
	}
	at := time.Now().Format("2006-01-02T15:04:05Z07:00")
	file := filepath.Join(p.Dir, "protocol.xml")
	if err := os.WriteFile(file, fmt.Appendf(nil, forged, id, at, records), 0o600); err != nil {
		return fmt.Errorf("write the protocol: %w", err)
	}
	if said, err := p.Run(ctx, "import-protocol", file, "--reason", "из кабинета"); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	if err := p.Reached(ctx, "its records are accepted", `select not exists (select from egisso.record_status where register = 'fact' and state = 'rejected')`); err != nil {
		return err
	}
	again, err := p.Run(ctx, "import-protocol", file, "--reason", "из кабинета")
	_, rest, _ := strings.Cut(again, id+": ")
	if err != nil || strings.TrimSpace(rest) == "" {
		return fmt.Errorf("brought again, the protocol says %q: %w", again, err)
	}
	if _, err := p.Gateway.Exec(ctx, `select egisso.mark_reviewed(id) from egisso.package where review is not null and reviewed_at is null`); err != nil {
		return fmt.Errorf("look at packages: %w", err)
	}
	return p.More(ctx, 0, 1)
}

// olderUnanswered has a package fail while an older one waits.
func olderUnanswered(ctx context.Context, p *play) error {
	const late = 30 * time.Second
	if err := errors.Join(p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, AnswerDelay: smevtest.Duration(late)}), p.Add(ctx, 5)); err != nil {
		return err
	}
	if err := p.Reached(ctx, "a package waits for its answer", `select exists (select from egisso.journal where register = 'fact' and state = 'queued')`); err != nil {
		return err
	}
	began := time.Now()
	if err := errors.Join(p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: 1, RequestRejected: "ACCESS_DENIED"}), p.More(ctx, 0, 2)); err != nil {
		return err
	}
	if err := p.Reached(ctx, "a package fails", `select exists (select from egisso.journal where register = 'fact' and state = 'send_failed' or result = 'rejected')`); err != nil {
		return err
	}
	altered := p.altered()
	for p.altered() == altered {
		if err := p.during(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		if time.Since(began) > late || ctx.Err() != nil {
			return errors.Join(errors.New("nothing left until the older package was answered"), ctx.Err())
		}
	}
	p.asked++
	_, err := p.Gateway.Exec(ctx, `select egisso.mark_reviewed(id) from egisso.package where review is not null and reviewed_at is null`)
	return err
}

// tamperedAnswers damages answers on their way.
func tamperedAnswers(ctx context.Context, p *play) error {
	if err := errors.Join(p.Bus.Trouble(smevtest.Rule{On: "GetResponse", Times: -1, Tamper: true}), p.Change(ctx, 20)); err != nil {
		return err
	}
	const told = `select exists (select from egisso.health where code = 'unverified' and severity = 'trouble')`
	if err := p.Reached(ctx, "status says that answers cannot be verified", told); err != nil {
		return err
	}
	if said, err := p.Run(ctx, "check"); err == nil || !strings.Contains(said, "Подпись СМЭВ не сходится") {
		return fmt.Errorf("check does not say that answers cannot be verified: %w", err)
	}
	p.Bus.Script().Clear()
	const left = `select coalesce(array_agg(id), '{}') from egisso.inbox where trouble = 'unverified' and not done`
	if err := p.Reached(ctx, "the answers come whole", `select not exists (select from egisso.journal where egisso.package_open(state))`); err != nil {
		return err
	}
	var ids []string
	if err := p.Gateway.QueryRow(ctx, left).Scan(&ids); err != nil {
		return err
	}
	for _, id := range ids {
		p.asked++
		if _, err := p.Run(ctx, "inbox", "done", id, "--reason", "проверка"); err != nil {
			return err
		}
	}
	return p.Reached(ctx, "nobody is asked any more", "select not ("+told[len("select "):]+")")
}

// kmszAgain asks for the КМСЗ while facts are accepted.
func kmszAgain(ctx context.Context, p *play) error {
	if err := p.Bus.UseKMSZ(8, time.Now().AddDate(-1, 0, 0)); err != nil {
		return err
	}
	const asked = `select count(*) filter (where classifier = '010'), count(*) filter (where classifier <> '010') from egisso.package where register = 'kmsz'`
	var before, dictionaries, now, more int
	if err := p.Gateway.QueryRow(ctx, asked).Scan(&before, &dictionaries); err != nil {
		return err
	}
	const times = 3
	for round := range times {
		if err := p.Change(ctx, 20); err != nil {
			return err
		}
		p.asked++
		if _, err := p.Run(ctx, "kmsz", "request"); err != nil {
			return err
		}
		const answered = `select count(*) > %d and not bool_or(egisso.package_open(state)) from egisso.package where register = 'kmsz' and classifier = '010'`
		if err := p.Reached(ctx, "the КМСЗ is asked for and comes", fmt.Sprintf(answered, before+round)); err != nil {
			return err
		}
	}
	var kept, answers int
	const shared = `select (select count(*) from egisso.shared_content), (select count(*) from egisso.answer where shared is not null)`
	if err := errors.Join(p.Gateway.QueryRow(ctx, asked).Scan(&now, &more), p.Gateway.QueryRow(ctx, shared).Scan(&kept, &answers)); err != nil {
		return err
	}
	if kept != 1 || answers < times || more != dictionaries {
		return fmt.Errorf("of %d equal answers %d are kept; dictionaries were asked for %d times more", answers, kept, more-dictionaries)
	}
	if err := p.Bus.UseKMSZ(9, time.Now().AddDate(2, 0, 0)); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "kmsz", "request"); err != nil {
		return err
	}
	if err := p.Reached(ctx, "the КМСЗ of the future comes", `select exists (select from egisso.classifier_version where number = 9)`); err != nil {
		return err
	}
	var status struct {
		KMSZ struct{ Version, Next int }
	}
	said, err := p.Run(ctx, "status", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(said), &status)
	}
	if err != nil || status.KMSZ.Version != 8 || status.KMSZ.Next != 9 {
		return fmt.Errorf("status calls version %d active and %d the next: %w", status.KMSZ.Version, status.KMSZ.Next, err)
	}
	return p.noDeadlock()
}

// noDeadlock looks for one in the logs.
func (p *play) noDeadlock() error {
	logs, err := p.Logs()
	if err != nil {
		return err
	}
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read a log: %w", err)
		}
		if strings.Contains(string(text), "deadlock detected") {
			return fmt.Errorf("two jobs lock each other out: %s", filepath.Base(name))
		}
	}
	return nil
}

// keyChangedInDoubt exchanges our key when messages have left, of which nothing was heard.
func keyChangedInDoubt(ctx context.Context, p *play) error {
	err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: -1, Drop: "after", AnswerDelay: smevtest.Duration(25 * time.Second)})
	if err := errors.Join(err, p.Add(ctx, 10)); err != nil {
		return err
	}
	if err := p.Reached(ctx, "a message is in doubt", `select exists (select from egisso.message where state = 'in_doubt' and attempts > 1)`); err != nil {
		return err
	}
	env, err := p.NewClientKey(ctx)
	if err != nil {
		return err
	}
	p.Bus.Script().Clear()
	p.asked++ // an administrator installs the key
	if err := p.reconfigure(ctx, env...); err != nil {
		return err
	}
	const told = `select exists (select from egisso.journal where state = 'signed' and info || coalesce(review, '') like '%прежним сертификатом%')`
	if err := p.Reached(ctx, "the journal says what they are signed with", told); err != nil {
		return err
	}
	var misleading int
	const wrong = `select count(*) from egisso.journal where state = 'signed' and info || coalesce(review, '') ~ '(егистрир|регистрац)'`
	if err := p.Gateway.QueryRow(ctx, wrong).Scan(&misleading); err != nil {
		return err
	}
	if misleading > 0 {
		return errors.New("the journal asks to register a certificate that was exchanged")
	}
	return nil
}
