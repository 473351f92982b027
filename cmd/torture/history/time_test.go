package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// pass lets time pass. In the gateway's database, whose own clock cannot be moved,
// every moment becomes earlier.
func (p *play) pass(ctx context.Context, d time.Duration) error {
	p.clock.Advance(d)
	_, err := p.db.Exec(ctx, strings.ReplaceAll(p.grounds.later, "PASSED", fmt.Sprintf("%d seconds", int(d.Seconds()))))
	return err
}

// calm ends every trouble and lets the gateway work until nothing moves.
func (p *play) calm(ctx context.Context) error {
	p.bus.SetOutage(smevtest.OutageNone)
	p.bus.Script().Clear()
	p.pause(false)
	if err := errors.Join(p.commit(ctx, true), p.turnOn(ctx, true)); err != nil {
		return err
	}
	return p.settle(ctx)
}

// Nobody waits between rounds of work when all is calm: longer than any pause of the
// gateway or of the bus, and, when nothing moves any more, than any term.
const (
	pause = 20 * time.Minute
	term  = 80 * time.Hour
)

// errRestless: things still move after all these rounds.
var errRestless = errors.New("the gateway does not come to rest")

const rounds = 30

// settle lets the gateway work until nothing moves, not even after a long time and a
// reconciliation.
func (p *play) settle(ctx context.Context) error {
	before, waited := "", false
	for range rounds {
		if err := p.all(ctx); err != nil {
			return err
		}
		picture, err := p.picture(ctx)
		switch {
		case err != nil:
			return err
		case picture != before:
			before, waited = picture, false
			err = p.pass(ctx, pause)
		case waited:
			return nil
		default:
			waited = true
			err = p.terms(ctx)
		}
		if err != nil {
			return err
		}
	}
	return errRestless
}

// terms lets every term pass and the gateway look at all.
func (p *play) terms(ctx context.Context) error {
	if err := p.pass(ctx, term); err != nil {
		return err
	}
	for _, s := range []stage{reconcile, watch} {
		if err := p.stage(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// picture changes whenever something moves.
func (p *play) picture(ctx context.Context) (text string, err error) {
	err = p.db.QueryRow(ctx, `
		select coalesce(string_agg(line, ' ' order by line), '-') from (
			select register || state || decision_due || count(*) as line from egisso.record_status group by register, state, decision_due
			union all
			select 'p' || state || coalesce(result, '') || coalesce(review, '') || count(*) from egisso.journal group by state, result, review) lines`).Scan(&text)
	sum := p.bus.Ledger().Summary()
	return fmt.Sprint(text, sum.Accepted, sum.RecordsAccepted, sum.RecordsRejected, sum.AcksAccepted, p.unfinished()), err
}

// unfinished counts messages of the bus that are not acknowledged or not processed.
func (p *play) unfinished() int {
	answers, _ := p.bus.Ledger().Unacked()
	return len(answers) + len(p.bus.Ledger().Pending())
}
