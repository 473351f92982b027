package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// takenOver lets the gateways begin anew in a region whose records ЕГИССО has from another
// program: the views say under which ids, and what it accepted. The МИС changes meanwhile.
func takenOver(ctx context.Context, p *play) error {
	if err := p.stopAll(); err != nil {
		return err
	}
	if err := p.copySent(ctx); err != nil {
		return err
	}
	for register, view := range map[string]string{"lmsz": "local_measure", "point": "presence_point", "organization": "organization", "fact": "fact"} {
		if err := p.sayWhatIsSent(ctx, register, view); err != nil {
			return err
		}
	}
	if err := errors.Join(p.Change(ctx, p.much(60, 20)), p.Add(ctx, p.much(30, 10)), emptied(ctx, p)); err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	return p.Change(ctx, p.much(60, 20))
}

// copySent writes into the МИС what ЕГИССО has of its rows.
func (p *play) copySent(ctx context.Context) error {
	if err := p.Edit(ctx, `create table mis.sent (register text, row_key text, id uuid, categories jsonb, code text, accepted jsonb, primary key (register, row_key))`); err != nil {
		return err
	}
	rows, err := p.Gateway.Query(ctx, `select s.register, s.row_key, s.accepted_id::text, h.content -> 'localCategories', s.participant_code
		from egisso.source_row s join egisso.held h using (register, row_key)`)
	if err != nil {
		return fmt.Errorf("read what ЕГИССО has: %w", err)
	}
	sent, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	if err != nil {
		return fmt.Errorf("read what ЕГИССО has: %w", err)
	}
	for _, values := range sent {
		if err := p.Edit(ctx, `insert into mis.sent values ($1, $2, $3::text::uuid, $4, $5)`, values...); err != nil {
			return err
		}
	}
	return p.Edit(ctx, `update mis.onmsz o set code = t.code from mis.sent t where t.register = 'onmsz' and t.row_key = o.id::text and o.code is null`)
}

// sayWhatIsSent adds the columns to a view.
func (p *play) sayWhatIsSent(ctx context.Context, register, view string) error {
	if err := p.Edit(ctx, fmt.Sprintf(`update mis.sent t set accepted = to_jsonb(v)
		|| case when t.categories is null then '{}' else jsonb_build_object('categories', t.categories) end
		from egisso_source.%s v where t.register = '%s' and t.row_key = v.row_key`, view, register)); err != nil {
		return err
	}
	return p.Edit(ctx, fmt.Sprintf(`alter view egisso_source.%[1]s rename to whole_%[1]s;
		create view egisso_source.%[1]s as select v.*, t.id as egisso_id, t.accepted as egisso_accepted
			from egisso_source.whole_%[1]s v left join mis.sent t on t.register = '%[2]s' and t.row_key = v.row_key`, view, register))
}
