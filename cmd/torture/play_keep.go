package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// keepScenarios are documents whose term is over.
var keepScenarios = []Scenario{
	{
		Name: "keep-prune", Facts: 300, ShortFacts: 60, Gateways: 2,
		Happens: "documents are removed whose term is over, again and again, while the МИС changes and gateways are killed",
		Holds:   "proofs stay, personal data of what ЕГИССО does not hold is gone, nothing that is in flight is touched",
		World:   both(archived, with("EGISSOGW_KEEP_DAYS=1", "EGISSOGW_SCHEDULE_PRUNE=@every 1s", "EGISSOGW_PACKAGE_RECORDS=2")),
		Play:    accepted(prunedUnderKills),
	},
}

// ageClosed lets the term of everything that is closed pass.
const ageClosed = `update egisso.package set closed_at = closed_at - interval '3 days' where closed_at > now() - interval '2 days'`

// wronglyPruned counts what is in flight, or whose term is not over, and has no documents any
// more, and messages that could not be sent any more.
const wronglyPruned = `select count(*) from egisso.package p left join egisso.message m on m.package_id = p.id
	where p.pruned_at is not null and (not egisso.package_final(p.state) or egisso.message_open(m.state)) or egisso.message_open(m.state) and m.envelope = ''
	   or p.pruned_at is not null and p.closed_at > p.pruned_at - interval '1 day'
	   or p.pruned_at is not null and exists (select from egisso.package_record r where r.package_id = p.id and r.outcome is null)`

// pruned tells of packages whose term is over: how many, how many of them lack a proof, still
// have a document, and have records ЕГИССО does not hold with what they said.
const prunedState = `with gone as (select * from egisso.package where pruned_at is not null)
select (select count(*) from gone),
       (select count(*) from gone g join egisso.message m on m.package_id = g.id
         where not exists (select from egisso.pruned x where x.package_id = g.id and x.kind = 'sent' and x.id = m.id::text and x.size > 0
                              and jsonb_array_length(x.signatures::jsonb) > 0 and x.archived_at is not null)),
       (select count(*) from gone g join egisso.message m on m.package_id = g.id
         where m.envelope <> '' or exists (select from egisso.attachment f where f.message_id = m.id and f.content <> '')
            or exists (select from egisso.answer a where a.original_message_id = m.id::text and a.verified and a.raw <> '')),
       (select count(*) from gone g join egisso.package_record m on m.package_id = g.id join egisso.element_content e on e.id = m.record_id and e.content is not null
         where not exists (select from egisso.package_record o join egisso.package k on k.id = o.package_id where o.record_id = m.record_id and k.pruned_at is null)
           and not exists (select from egisso.record r join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
                            where r.id = m.record_id and (egisso.record_open(r.state) or egisso.holds(s, r.id) or s.disputed)))`

// prunedUnderKills lets terms pass while gateways are killed.
func prunedUnderKills(ctx context.Context, p *play) error {
	r := rand.New(rand.NewPCG(p.seed, 7))
	untouched := func() error {
		var n int
		if err := p.Gateway.QueryRow(ctx, wronglyPruned).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%d packages in flight, or whose term is not over, have lost their documents", n)
		}
		return nil
	}
	for range p.much(15, 3) {
		if err := p.Change(ctx, 20); err != nil {
			return err
		}
		if _, err := p.Gateway.Exec(ctx, ageClosed); err != nil {
			return fmt.Errorf("let a term pass: %w", err)
		}
		if err := p.during(ctx, time.Duration(500+r.IntN(1500))*time.Millisecond); err != nil {
			return err
		}
		p.Gateways[r.IntN(len(p.Gateways))].Murder()
		if err := untouched(); err != nil {
			return err
		}
	}
	if err := errors.Join(p.atRest(ctx), untouched()); err != nil {
		return err
	}
	if _, err := p.Gateway.Exec(ctx, ageClosed); err != nil {
		return fmt.Errorf("let a term pass: %w", err)
	}
	if err := errors.Join(p.during(ctx, 5*time.Second), untouched()); err != nil {
		return err
	}
	var packages, unproven, left, told int
	if err := p.Gateway.QueryRow(ctx, prunedState).Scan(&packages, &unproven, &left, &told); err != nil {
		return fmt.Errorf("look at what was removed: %w", err)
	}
	p.note = append(p.note, fmt.Sprintf("packages without documents: %d", packages))
	if packages == 0 || unproven+left+told > 0 {
		return fmt.Errorf("of %d packages %d are not proven, %d still have documents, %d records say what ЕГИССО does not hold", packages, unproven, left, told)
	}
	return nil
}
