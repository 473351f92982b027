package main

import (
	"context"
	"fmt"
	"time"

	"egissogw/cmd/torture/judge"
	"egissogw/cmd/torture/world"
)

// How long nothing may have moved before the judge is asked, and how long before
// his word is final even if it is bad. The longest pause of a gateway before it
// tries again is two seconds (package world).
const (
	quietTime  = 2500 * time.Millisecond
	standstill = 15 * time.Second
)

// settle waits until nothing moves any more and lets the judge decide. If he finds
// something, there is time for more to move.
func (p *play) settle(ctx context.Context, result *Result) error {
	var last string
	var heard bool // since something moved
	since := time.Now()
	still := max(p.scenario.Still, standstill)
	for {
		if picture := p.picture(ctx); picture != last || picture == "" {
			last, since, heard = picture, time.Now(), false
		}
		quiet := time.Since(since)
		if quiet >= quietTime && !heard || quiet >= still {
			verdict, err := judge.Judge(ctx, p.evidence(ctx))
			if err == nil {
				heard = true
				result.Verdict = verdict
				result.Recovered = max(since.Sub(p.calm).Seconds(), 0)
				if result.acceptable(p.scenario) || quiet >= still {
					return nil
				}
			} else if quiet >= still {
				return err
			}
		}
		if err := p.revive(); err != nil {
			return err
		}
		if err := world.Pause(ctx, 150*time.Millisecond); err != nil {
			return p.outOfTime(ctx, result)
		}
	}
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
	return fmt.Sprintf("%s %d %v %v %d %d", text, sum.Attempts, sum.RecordsAccepted, sum.RecordsRejected, sum.AcksAccepted, p.Bus.Unacknowledged())
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
