package main

import (
	"context"
	"fmt"
	"maps"
	"time"

	"egissogw/cmd/torture/judge"
	"egissogw/cmd/torture/world"
)

// How long nothing may have moved before the judge is asked, and how long before
// his word is final even if it is bad: so many seconds, and so many polls of every
// gateway, which come once a second unless the machine is busy. The longest pause of
// a gateway before it tries again is two seconds (package world).
const (
	quietTime  = 2500 * time.Millisecond
	standstill = 15 * time.Second
	patience   = 4 // times as long nobody waits, polls or not
)

// stillness tells how long nothing has moved.
type stillness struct {
	picture string
	since   time.Time
	polls   int
	heard   bool // the judge was
}

// look notes whether something moved.
func (s *stillness) look(ctx context.Context, p *play) {
	if picture := p.picture(ctx); picture != s.picture || picture == "" {
		*s = stillness{picture: picture, since: time.Now(), polls: p.polls()}
	}
}

// lasts reports whether nothing has moved for a time.
func (s *stillness) lasts(p *play, d time.Duration) bool {
	quiet, polls := time.Since(s.since), p.polls()-s.polls
	return quiet >= patience*d || quiet >= d && polls >= int(d/time.Second)*len(p.Gateways)
}

// polls counts how often the gateways asked for answers.
func (p *play) polls() int { return p.Bus.Ledger().Summary().Calls["GetResponse"] }

// settle waits until nothing moves any more and lets the judge decide. If he finds
// something, there is time for more to move.
func (p *play) settle(ctx context.Context, result *Result) error {
	now := &stillness{since: time.Now(), polls: p.polls()}
	still := max(p.scenario.Still, standstill)
	for ctx.Err() == nil {
		if err := p.revive(); err != nil {
			return err
		}
		now.look(ctx, p)
		final := now.lasts(p, still)
		if final || !now.heard && now.lasts(p, quietTime) {
			verdict, err := judge.Judge(ctx, p.evidence(ctx))
			if err == nil {
				now.heard = true
				result.Verdict = verdict
				result.Recovered = max(now.since.Sub(p.calm).Seconds(), 0)
			}
			if final || err == nil && result.acceptable(p.scenario) {
				return err
			}
		}
		if err := world.Pause(ctx, 150*time.Millisecond); err != nil {
			break
		}
	}
	return p.outOfTime(ctx, result)
}

// outOfTime hears the judge although things still move.
func (p *play) outOfTime(ctx context.Context, result *Result) error {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	verdict, err := judge.Judge(late, p.evidence(late))
	if err != nil {
		return fmt.Errorf("%w; %w", context.Cause(ctx), err)
	}
	result.Verdict = verdict
	result.Recovered = time.Since(p.calm).Seconds()
	result.Problems = append(result.Problems, "time: "+context.Cause(ctx).Error())
	result.Stuck++
	return nil
}

// picture changes whenever something moves; "" means that nobody knows.
func (p *play) picture(ctx context.Context) (text string) {
	err := p.Gateway.QueryRow(ctx, `
		select coalesce(string_agg(line, ' ' order by line), '-') from (
			select register || state || decision_due || count(*) as line from egisso.record_status group by register, state, decision_due
			union all
			select 'p' || state || coalesce(result, '') || count(*) from egisso.journal group by state, result) lines`).Scan(&text)
	if err != nil {
		return ""
	}
	sum := p.Bus.Ledger().Summary()
	// An attempt that is refused moves nothing.
	return fmt.Sprintf("%s %d %v %v %d %d", text, sum.Accepted, sum.RecordsAccepted, sum.RecordsRejected, sum.AcksAccepted, p.Bus.Unacknowledged())
}

// evidence gathers what the judge looks at.
func (p *play) evidence(ctx context.Context) judge.Evidence {
	logs, _ := p.Logs() // the pattern is a constant
	return judge.Evidence{
		Source: p.Source, Gateway: p.Gateway, Ledger: p.Bus.Ledger(), Held: p.Bus.Held(), Unacked: p.Bus.Unacknowledged(),
		Logs: logs, Refused: p.refused(ctx), Removed: p.Removed, Resent: p.scenario.Resent,
	}
}

// refused are the rows that were wrong from the beginning and are still.
func (p *play) refused(ctx context.Context) map[string]bool {
	refused := map[string]bool{}
	maps.Copy(refused, p.outside)
	if !p.scenario.Defects {
		return refused
	}
	for _, bad := range p.Manifest.BadRecords {
		refused[string(bad.Register)+"/"+bad.Key] = true
	}
	rows, err := p.Source.Query(ctx, `select recipe_id::text from mis.planted_defect`)
	if err != nil {
		return refused
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if rows.Scan(&key) == nil {
			refused["fact/"+key] = true
		}
	}
	return refused
}

// atRest waits in the middle of a scenario until everything is accepted.
func (p *play) atRest(ctx context.Context) error {
	var result Result
	p.calm = time.Now()
	if err := p.settle(ctx, &result); err != nil {
		return err
	}
	p.calm = time.Time{}
	if !result.acceptable(p.scenario) {
		return fmt.Errorf("it is not at rest before the trouble begins: %v", result.Problems)
	}
	p.settled++
	return nil
}
