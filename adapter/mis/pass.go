package mis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// pass is one reading of a register. It goes through one or more snapshots of
// the source, each for a limited time; the order of the rows and the bound found
// at the beginning make them one.
type pass struct {
	source *Source
	view   *view
	fn     func(Row) error

	// cursor is what the pass returns: where it was told to begin until fn has
	// taken a row, then after the last row it took, and at the end where the next
	// pass begins.
	cursor Cursor

	started bool
	// known are the placeholders of columns the view may leave out.
	known []string
	// database is the one read, "" where nobody can tell.
	database string
	first    Cursor // where reading began
	place    Cursor // where to go on reading
	by       order
	bound    uint64    // byTransaction: the first transaction not to be read
	clock    time.Time // byTime: the source's clock at the beginning
	newest   time.Time // byTime: the newest change seen

	held *sourceRow // read and not yet given to fn: the next row may have its key
}

// run reads until nothing is left.
func (p *pass) run(ctx context.Context) error {
	for {
		more, err := p.snapshot(ctx)
		if viewFailed(err) || cutOff(err) {
			more, err = p.isolate(ctx)
		}
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := p.release(); err != nil {
		return err
	}
	p.cursor = p.next()
	return nil
}

// session gives values one text form, whatever the settings of the role. A
// server that does not know its encoding would refuse to show a whole page for
// one text that is not UTF-8: such a server sends bytes, which are checked here.
const session = `set local datestyle to 'ISO, YMD'; set local timezone to 'UTC';
select set_config('client_encoding', case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end, true)`

// bounds end a transaction that nobody goes on with, or whose reader takes nothing any
// more: one that stood still would keep the source's vacuum from its work. Servers that do
// not know a bound go without, and what the site sets stays.
const bounds = `select set_config(name, $1, true)
  from unnest(array['idle_in_transaction_session_timeout', 'tcp_user_timeout']) as name where current_setting(name, true) = '0'`

// prepare sets a reading transaction up.
func (s *Source) prepare(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, session)
	if err == nil {
		_, err = tx.Exec(ctx, bounds, pgx.QueryExecModeExec, strconv.FormatInt(s.idle.Milliseconds(), 10))
	}
	if err != nil {
		return fmt.Errorf("prepare the session: %w", err)
	}
	return nil
}

// begin opens a read-only snapshot.
func (p *pass) begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := p.source.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("connect to the source: %w", err)
	}
	if err := p.source.prepare(ctx, tx); err != nil {
		rollback(ctx, tx)
		return nil, err
	}
	if p.started {
		return tx, nil
	}
	if err := p.start(ctx, tx); err != nil {
		rollback(ctx, tx)
		return nil, err
	}
	p.started = true
	return tx, nil
}

// rollback ends a transaction that changed nothing; what it says is of no use.
func rollback(ctx context.Context, tx pgx.Tx) {
	_ = tx.Rollback(context.WithoutCancel(ctx))
}

// start checks the contract and decides, in the pass's first snapshot, where to
// begin and where to stop.
func (p *pass) start(ctx context.Context, tx pgx.Tx) error {
	found, err := p.source.columns(ctx, tx)
	if err != nil {
		return err
	}
	if problems := found.check(p.view); len(problems) > 0 {
		return &ContractError{Problems: problems}
	}
	p.known = found.knownPlaceholders(p.view)
	p.by = byTime
	if found.has(p.view.name, "changed_xid") {
		p.by = byTransaction
	}

	text, err := p.source.query("snapshot")
	if err != nil {
		return err
	}
	var oldest, following, clock string
	if err := tx.QueryRow(ctx, text).Scan(&oldest, &following, &clock); err != nil {
		return fmt.Errorf("ask for the running transactions: %w", err)
	}
	if p.bound, err = strconv.ParseUint(oldest, 10, 64); err != nil {
		return fmt.Errorf("read the number of a transaction: %w", err)
	}
	if p.clock, err = parseTime(clock); err != nil {
		return fmt.Errorf("read the source's clock: %w", err)
	}

	if p.database, err = p.source.identity(ctx, tx); err != nil {
		return err
	}
	trimmed, err := p.trimmed(ctx, tx, found)
	if err == nil {
		p.goOn(trimmed)
	}
	return err
}

// goOn says where the pass begins, after where the one before ended. trimmed: the source
// forgot changes nobody has read.
func (p *pass) goOn(trimmed bool) {
	c := p.cursor
	p.place = c
	p.place.anew, p.place.moved = false, false // of the pass before
	moved := c.database != "" && p.database != "" && c.database != p.database
	switch {
	case moved, c.by != p.by, c.by == byTransaction && (c.xid > p.bound || trimmed),
		c.by == byTime && c.at.After(p.clock.Add(p.source.overlap)):
		// The beginning, another source, one gone back in time, or one that forgot
		// changes nobody has read.
		p.place = Cursor{by: p.by, everything: true, anew: !c.IsZero(), moved: moved}
		if p.by == byTransaction {
			p.place.xid = p.bound
		} else {
			p.place.at = p.clock
		}
	case c.by == byTime && !c.everything && !c.inside:
		p.newest = c.at
		p.place.at = c.at.Add(-p.source.overlap)
	case c.by == byTime:
		p.newest = c.at
	}
	p.place.database = p.database
	p.first = p.place
}

// tail returns the file that orders the pass, the column it is ordered by, and
// the arguments that make it go on after the cursor.
func (p *pass) tail() (file, position string, args []any) {
	c := p.place
	switch {
	case c.everything && c.inside:
		return "from_everything", "null", []any{c.key}
	case c.everything:
		return "from_everything", "null", []any{nil}
	case p.by == byTransaction:
		return "from_transaction", "v.changed_xid",
			[]any{strconv.FormatUint(c.xid, 10), c.key, strconv.FormatUint(p.bound, 10)}
	default:
		return "from_time", "v.changed_at", []any{c.at.UTC().Format(time.RFC3339Nano), c.key}
	}
}

// snapshot reads from one snapshot and reports whether rows may be left.
func (p *pass) snapshot(ctx context.Context) (more bool, err error) {
	began := time.Now()
	tx, err := p.begin(ctx)
	if err != nil {
		return false, err
	}
	defer rollback(ctx, tx)

	// What was held is part of the place to go on from.
	if err := p.release(); err != nil {
		return false, err
	}
	file, position, args := p.tail()
	text, err := p.source.selection(p.view.name, p.view.name, position, file, p.known...)
	if err != nil {
		return false, err
	}
	args = append([]any{pgx.QueryExecModeExec}, args...)
	if _, err := tx.Exec(ctx, "declare changed no scroll cursor for "+text, args...); err != nil {
		return false, &viewError{err}
	}
	fetch := "fetch " + strconv.Itoa(p.source.page) + " from changed"
	for {
		rows, err := p.fetch(ctx, tx, p.take, fetch)
		if err != nil {
			return false, err
		}
		if rows < p.source.page {
			return false, p.keyless(ctx, tx)
		}
		if time.Since(began) > p.source.snapshot && p.resumable(p.held) {
			return true, nil
		}
	}
}

// pageBytes is how much of a page is held before it is handed on.
const pageBytes = 8 << 20

// fetch runs a query of the view's columns and hands on its rows, read to the end where
// they are small: a server that waits for a reader to take them would wait for ever for one
// that stands still. It returns how many there were.
func (p *pass) fetch(ctx context.Context, tx pgx.Tx, take func(*sourceRow) error, query string, args ...any) (rows int, err error) {
	result, err := tx.Query(ctx, query, append([]any{pgx.QueryExecModeExec}, args...)...)
	if err != nil {
		return 0, &viewError{err}
	}
	defer result.Close()
	var names []string
	for _, f := range result.FieldDescriptions() {
		names = append(names, f.Name)
	}
	if len(names) == 0 { // it ended before it began
		result.Close()
		if err := result.Err(); err != nil {
			return 0, &viewError{err}
		}
	}
	read, err := p.view.bind(names)
	if err != nil {
		return 0, err
	}
	measure := p.source.measure(p.view, names)
	var page []sourceRow
	bytes := 0
	handOn := func() error {
		for i := range page {
			if err := take(&page[i]); err != nil {
				return err
			}
		}
		page, bytes = nil, 0
		return nil
	}
	for result.Next() {
		raw := result.RawValues()
		row := read(raw)
		measure(&row, raw)
		page = append(page, row)
		rows++
		for _, value := range raw {
			bytes += len(value)
		}
		if bytes > pageBytes {
			if err := handOn(); err != nil {
				return rows, err
			}
		}
	}
	if err := handOn(); err != nil {
		return rows, err
	}
	if err := result.Err(); err != nil {
		return rows, &viewError{err}
	}
	return rows, nil
}

// take gives fn the row held before and holds this one.
func (p *pass) take(row *sourceRow) error {
	if row.sourceKey == "" {
		return nil // see keyless
	}
	if p.held != nil && p.held.sourceKey == row.sourceKey {
		if !p.held.repeated {
			p.held.spoil(findingTwice)
			p.held.repeated = true
		}
		return nil
	}
	if err := p.release(); err != nil {
		return err
	}
	p.held = row
	return nil
}

// release gives fn the row held, if any, and moves the cursor after it.
func (p *pass) release() error {
	if p.held == nil {
		return nil
	}
	row := p.held
	p.held = nil
	next, placed := p.after(row)
	if row.Next = p.cursor; placed {
		row.Next = next
	}
	if err := p.fn(row.Row); err != nil {
		return err
	}
	if placed {
		p.place, p.cursor = next, next
		if next.at.After(p.newest) {
			p.newest = next.at
		}
	}
	return nil
}
