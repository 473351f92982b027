package mis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
)

// Source is the database of a МИС that fulfils the contract. Its methods may be
// called from several goroutines.
type Source struct {
	pool    *pgxpool.Pool
	schema  string
	queries Queries

	overlap  time.Duration
	page     int
	rowBytes int
	snapshot time.Duration
	idle     time.Duration
}

// Defaults of the options.
const (
	DefaultSchema   = "egisso_source"
	DefaultOverlap  = 15 * time.Minute
	DefaultPage     = 1000
	DefaultRowBytes = 1 << 20
	DefaultSnapshot = time.Minute
	DefaultIdle     = 30 * time.Second
)

// Option changes how a Source reads.
type Option func(*Source)

// WithQueries replaces queries.
func WithQueries(queries Queries) Option { return func(s *Source) { s.queries = queries } }

// WithOverlap sets how far before the newest change seen a pass begins, in a
// source without changed_xid. It should be longer than the longest transaction
// of the МИС and than the difference of its clocks.
func WithOverlap(d time.Duration) Option { return func(s *Source) { s.overlap = d } }

// WithPage sets how many rows are fetched at once.
func WithPage(rows int) Option { return func(s *Source) { s.page = max(rows, 1) } }

// WithRowBytes sets how large a row may be in bytes of its columns as text. A larger
// one is shown as unreadable. The pool is to be limited to the same by [LimitRows].
func WithRowBytes(bytes int) Option { return func(s *Source) { s.rowBytes = max(bytes, 1) } }

// WithSnapshot sets how long one snapshot of the source is read from before a
// new one is taken: a snapshot keeps the source's vacuum from its work.
func WithSnapshot(d time.Duration) Option { return func(s *Source) { s.snapshot = d } }

// WithIdle sets how long the source's server keeps a transaction of a reader that stands
// still, by which everything that is done with a row has to be over.
func WithIdle(d time.Duration) Option { return func(s *Source) { s.idle = d } }

// Open returns the source whose views are in the schema, DefaultSchema if it is
// empty. It does not connect: [Source.Check] tells whether the contract is
// fulfilled.
func Open(_ context.Context, pool *pgxpool.Pool, schema string, options ...Option) *Source {
	if schema == "" {
		schema = DefaultSchema
	}
	s := &Source{
		pool: pool, schema: schema, overlap: DefaultOverlap, page: DefaultPage, rowBytes: DefaultRowBytes,
		snapshot: DefaultSnapshot, idle: DefaultIdle,
	}
	for _, option := range options {
		option(s)
	}
	return s
}

// Changed calls fn for every row of the register that changed since the cursor
// and returns the cursor for the next call. Rows may come again that were seen
// before, never the other way round. Rows come in no order to rely on; a row
// may come twice in one pass, the later one counts. Rows without a key come last,
// each by itself.
//
// If the pass fails, or fn returns an error, which ends it, the cursor returned
// with the error stands after the last row fn took: a caller that has stored
// those rows may go on from there. A caller that may not live to see the end of
// a long pass stores [Row.Next] from time to time.
//
// A contract that is not fulfilled is a [*ContractError]; so is a register the
// source does not keep, see [Source.Registers].
func (s *Source) Changed(ctx context.Context, register egisso.Register, from Cursor, fn func(Row) error) (Cursor, error) {
	v, err := viewOf(register)
	if err != nil {
		return from, err
	}
	p := &pass{source: s, view: v, cursor: from, fn: fn}
	if err := p.run(ctx); err != nil {
		return p.cursor, fmt.Errorf("read register %s from the source: %w", register, err)
	}
	return p.cursor, nil
}

// Registers returns the registers the source keeps, in the order they are to be
// sent: local measures and facts always, so that their views are missed when
// they are not there, each of the others if the schema has its view.
func (s *Source) Registers(ctx context.Context) ([]egisso.Register, error) {
	var kept []egisso.Register
	err := s.readOnly(ctx, func(tx pgx.Tx) error {
		found, err := s.columns(ctx, tx)
		if err != nil {
			return err
		}
		for _, v := range views {
			if !v.optional || found.exists(v) {
				kept = append(kept, v.register)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask which registers the source keeps: %w", err)
	}
	return kept, nil
}
