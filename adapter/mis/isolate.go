package mis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// viewError is an error of a query on the contract's views, told from errors of
// the caller's function, which may come from a database too.
type viewError struct{ err error }

// Error leaves out the server's message if it may quote a value of the data.
func (e *viewError) Error() string {
	if state := dataState(e.err); state != "" {
		return fmt.Sprintf("the view fails on its own data (SQLSTATE %s)", state)
	}
	return fmt.Sprintf("query the view: %v", e.err)
}

// Unwrap hides errors whose text may quote a value of the data.
func (e *viewError) Unwrap() error {
	if dataState(e.err) != "" {
		return nil
	}
	return e.err
}

// dataState returns the SQLSTATE of an error that comes from the data a query
// met: a data exception, a subquery with too many rows, or an error raised by a
// function; "" for any other error.
func dataState(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	for _, class := range []string{"21", "22", "P0"} {
		if strings.HasPrefix(pg.Code, class) {
			return pg.Code
		}
	}
	return ""
}

// viewFailed reports whether the view could not show one of its rows.
func viewFailed(err error) bool {
	var e *viewError
	return errors.As(err, &e) && dataState(e.err) != ""
}

// isolated is how many rows are held at once where they are read by their keys.
const isolated = 16

// isolate reads one page when the view fails on a row of it, or a row is too large
// to be fetched, and reports whether rows may be left. The keys are read alone, then
// the rows in small numbers and in halves of these, until the rows that fail stand
// alone; of rows that are too large the database sends no more than that.
func (p *pass) isolate(ctx context.Context) (more bool, err error) {
	tx, err := p.begin(ctx)
	if err != nil {
		return false, err
	}
	defer rollback(ctx, tx)

	if err := p.release(); err != nil {
		return false, err
	}
	size := p.source.page
	page, err := p.keys(ctx, tx, size)
	for err == nil && len(page) == size && !p.resumable(&page[size-1]) {
		size *= 2 // the page after this one could not be asked for
		page, err = p.keys(ctx, tx, size)
	}
	if err != nil {
		return false, err
	}
	_, position, _ := p.tail()
	query, err := p.source.selection(p.view.name, p.view.name, position, "by_key", p.known...)
	if err != nil {
		return false, err
	}
	query = p.view.bounded(query, p.source.rowBytes)
	for part := range slices.Chunk(page, isolated) {
		if err := p.part(ctx, tx, query, part); err != nil {
			return false, err
		}
	}
	if len(page) == size {
		return true, nil
	}
	return false, p.keyless(ctx, tx)
}

// part reads some rows of a page by their keys and takes them in their order.
func (p *pass) part(ctx context.Context, tx pgx.Tx, query string, page []sourceRow) error {
	var keys []string
	for _, row := range page {
		if row.placed() {
			keys = append(keys, row.sourceKey)
		}
	}
	found := map[string][]sourceRow{}
	failed := map[string]string{}
	if err := p.halve(ctx, tx, query, keys, found, failed); err != nil {
		return err
	}
	for i := range page {
		row := &page[i]
		if state, ok := failed[row.sourceKey]; ok {
			row.spoil(finding("", fmt.Sprintf(
				"представление %s не может показать эту запись (SQLSTATE %s): исправьте её данные в МИС или представление", p.view.name, state)))
		} else if rows := found[row.sourceKey]; len(rows) > 0 {
			row = &rows[0]
			found[row.sourceKey] = rows[1:]
		}
		if err := p.take(row); err != nil {
			return err
		}
	}
	return nil
}

// keys reads the keys of the next rows and their places.
func (p *pass) keys(ctx context.Context, tx pgx.Tx, size int) ([]sourceRow, error) {
	tail, position, args := p.tail()
	query, err := p.source.selection("keys", p.view.name, position, tail)
	if err != nil {
		return nil, err
	}
	query += " limit " + strconv.Itoa(size)
	result, err := tx.Query(ctx, query, append([]any{pgx.QueryExecModeExec}, args...)...)
	if err != nil {
		return nil, &viewError{err}
	}
	rows, err := pgx.CollectRows(result, func(r pgx.CollectableRow) (sourceRow, error) {
		var row sourceRow
		var key, place, substitute *string
		if err := r.Scan(&key, &place, &substitute); err != nil {
			return row, err
		}
		if substitute != nil {
			row.substitute(*substitute, findingHugeKey)
		} else {
			if key == nil {
				key = new(string)
			}
			row.identify(*key)
		}
		row.RecordNo = row.Key
		if place != nil {
			row.position = *place
		}
		return row, nil
	})
	if err != nil {
		return nil, &viewError{err}
	}
	return rows, nil
}

// halve reads the rows with these keys, in smaller and smaller parts where the
// view fails.
func (p *pass) halve(ctx context.Context, tx pgx.Tx, query string, keys []string, found map[string][]sourceRow, failed map[string]string) error {
	if len(keys) == 0 {
		return nil
	}
	part, err := tx.Begin(ctx) // a savepoint
	if err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	rows := map[string][]sourceRow{}
	_, err = p.fetch(ctx, part, func(row *sourceRow) error {
		rows[row.sourceKey] = append(rows[row.sourceKey], *row)
		return nil
	}, query, keys)
	rollback(ctx, part)
	switch {
	case err == nil:
		maps.Copy(found, rows)
		return nil
	case !viewFailed(err):
		return err
	case len(keys) == 1:
		var e *viewError
		errors.As(err, &e)
		failed[keys[0]] = dataState(e.err)
		return nil
	}
	half := len(keys) / 2
	if err := p.halve(ctx, tx, query, keys[:half], found, failed); err != nil {
		return err
	}
	return p.halve(ctx, tx, query, keys[half:], found, failed)
}
