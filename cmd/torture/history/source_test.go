package history

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// querier is the database or the transaction that is open.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// source is where the МИС changes now.
func (p *play) source() querier {
	if p.tx != nil {
		return p.tx
	}
	return p.db
}

// edit changes the МИС.
func (p *play) edit(ctx context.Context, s step) error {
	if _, err := p.source().Exec(ctx, edits[s.Edit].sql, s.Row, s.N); err != nil {
		return fmt.Errorf("%s: %w", s.Edit, err)
	}
	return p.look(ctx, p.source())
}

// begin begins a transaction of the МИС, in which it changes until commit.
func (p *play) begin(ctx context.Context) (err error) {
	if p.tx != nil {
		return nil
	}
	if p.tx, err = p.db.Begin(ctx); err == nil {
		_, err = p.tx.Exec(ctx, `select pg_current_xact_id()`)
	}
	return err
}

func (p *play) commit(ctx context.Context, yes bool) error {
	if p.tx == nil {
		return nil
	}
	tx := p.tx
	p.tx = nil
	if yes {
		return tx.Commit(ctx)
	}
	if err := tx.Rollback(ctx); err != nil {
		return err
	}
	return p.look(ctx, p.db)
}

// look counts the facts that are there no more: so many may ЕГИССО be told to remove.
func (p *play) look(ctx context.Context, q querier) error {
	rows, err := q.Query(ctx, `select row_key from egisso_source.fact where not deleted and ending_reason is distinct from 'duplicate'`)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	live := map[string]bool{}
	for _, key := range keys {
		live[key] = true
		delete(p.live, key)
	}
	p.removed += len(p.live)
	p.live = live
	return nil
}

// sourceDigest is of all the МИС shows, apart from when it changed. What happens at a call of
// the database may happen otherwise with another program, which makes other calls.
func (p *play) sourceDigest(ctx context.Context) (digest string, err error) {
	err = p.db.QueryRow(ctx, `
		select left(md5(string_agg(line, '' order by line)), 16) from (
			select (to_jsonb(v) - '{changed_at,changed_xid,last_changing}'::text[])::text as line from egisso_source.fact v
			union all select (to_jsonb(v) - '{changed_at,changed_xid,last_changing}'::text[])::text from egisso_source.local_measure v
			union all select (to_jsonb(v) - '{changed_at,changed_xid,last_changing}'::text[])::text from egisso_source.onmsz v
			union all select (to_jsonb(v) - '{changed_at,changed_xid,last_changing}'::text[])::text from egisso_source.organization v
			union all select (to_jsonb(v) - '{changed_at,changed_xid,last_changing}'::text[])::text from egisso_source.presence_point v) shown`).Scan(&digest)
	return digest, err
}
