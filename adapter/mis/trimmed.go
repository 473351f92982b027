package mis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// logView is the view in which a source that trims its log of changes says how far:
// register and trimmed_xid, the last transaction of which an entry was taken out that
// nothing newer stands for. A source that never trims has no such view.
const logView = "change_log"

// trimmed reports whether the source may have forgotten changes that the cursor has
// not seen.
func (p *pass) trimmed(ctx context.Context, tx pgx.Tx, found *catalog) (bool, error) {
	c := p.cursor
	if c.by != byTransaction || p.by != byTransaction || c.everything || !found.allowed[logView] ||
		!found.has(logView, "register") || !found.has(logView, "trimmed_xid") {
		return false, nil
	}
	text, err := p.source.query("trimmed", "{schema}", pgx.Identifier{p.source.schema}.Sanitize())
	if err != nil {
		return false, err
	}
	var last *string
	err = tx.QueryRow(ctx, text, pgx.QueryExecModeExec, p.view.name).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && last == nil {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask how far the log of changes was trimmed: %w", err)
	}
	xid, err := strconv.ParseUint(*last, 10, 64)
	if err != nil {
		return false, fmt.Errorf("read how far the log of changes was trimmed: %w", err)
	}
	return c.xid <= xid, nil
}

// checkLog reports a view that is there and cannot be used.
func (c *catalog) checkLog() []Problem {
	switch {
	case c.types[logView] == nil:
		return nil
	case !c.allowed[logView]:
		return []Problem{{View: logView, Advice: true, Text: "нет права select: после чистки журнала изменений шлюз не узнает, что пропустил удаления"}}
	case !c.has(logView, "register") || !c.has(logView, "trimmed_xid"):
		return []Problem{{View: logView, Advice: true, Text: "нужны столбцы register и trimmed_xid: без них шлюз не узнает, что пропустил удаления"}}
	}
	return nil
}
