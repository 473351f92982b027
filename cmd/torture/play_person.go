package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// What people do who are asked, as `egissogw status` tells them.

// codesTyped loses the gateway's database, and then somebody writes into the МИС the codes of
// its organisations, which the provider's cabinet shows.
func codesTyped(lose act) act {
	return func(ctx context.Context, p *play) error {
		codes := map[string]string{} // as the cabinet has them
		rows, err := p.Gateway.Query(ctx, `select row_key, participant_code from egisso.source_row where register = 'onmsz' and participant_code <> ''`)
		if err != nil {
			return err
		}
		var key, code string
		if _, err := pgx.ForEachRow(rows, []any{&key, &code}, func() error { codes[key] = code; return nil }); err != nil {
			return err
		}
		if err := errors.Join(lose(ctx, p), p.revive()); err != nil {
			return err
		}
		if err := p.Reached(ctx, "status asks for the code of an organisation", `select exists (select from egisso.health where code = 'code_unknown')`); err != nil {
			return err
		}
		for key, code := range codes {
			if err := p.Edit(ctx, `update mis.onmsz set code = $2, upd_dt = now() where id = $1::bigint and code is null`, key, code); err != nil {
				return err
			}
		}
		p.asked++
		return nil
	}
}

// accepts says that what the МИС shows no more is gone.
func (p *play) accepts(ctx context.Context, gone int) error {
	p.asked++
	p.Removed += gone
	_, err := p.Run(ctx, "reconcile", "--accept-gone")
	return err
}

// means says what it means that the fact of a key names another man.
func (p *play) means(ctx context.Context, key, meaning string) error {
	p.asked++
	if meaning == "replacement" {
		p.Removed++
	}
	_, err := p.Gateway.Exec(ctx, `select egisso.confirm_identity($1, $2, 'карточка проверена')`, key, meaning)
	return err
}

// looks at the packages that ask for it, and lets go again what has no outcome.
func (p *play) looks(ctx context.Context) error {
	p.asked++
	tag, err := p.Gateway.Exec(ctx, `select egisso.retry_record(r.register, r.row_key, 'исход в протоколе не назван')
		from egisso.record r join egisso.package_record m on m.package_id = r.package_id and m.record_id = r.id
		where r.state = 'packed' and m.outcome is null`)
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("every record has an outcome, though the protocol does not add up")
	}
	if err != nil {
		return fmt.Errorf("let records go again: %w", err)
	}
	_, err = p.Gateway.Exec(ctx, `select egisso.mark_reviewed(id) from egisso.package where review is not null and reviewed_at is null`)
	return err
}
