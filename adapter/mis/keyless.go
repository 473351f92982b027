package mis

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// keyless ends the pass with the rows that have no key: an order by keys has no
// place for them from which to go on.
func (p *pass) keyless(ctx context.Context, tx pgx.Tx) error {
	if err := p.release(); err != nil {
		return err
	}
	var tail string
	var args []any
	switch {
	case p.first.everything:
		tail = "keyless_everything"
	case p.by == byTransaction:
		tail, args = "keyless_transaction", []any{strconv.FormatUint(p.first.xid, 10), strconv.FormatUint(p.bound, 10)}
	default:
		tail, args = "keyless_time", []any{p.first.at.UTC().Format(time.RFC3339Nano)}
	}
	query, err := p.source.selection("keys", p.view.name, "null", tail)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, query, append([]any{pgx.QueryExecModeExec}, args...)...)
	if err != nil {
		return &viewError{err}
	}
	defer rows.Close()
	for rows.Next() {
		row := sourceRow{}
		row.identify("")
		row.Next = p.cursor
		if err := p.fn(row.Row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return &viewError{err}
	}
	return nil
}
