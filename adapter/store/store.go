// Package store is the gateway's own PostgreSQL database, schema egisso: what
// the source said and ЕГИССО accepted, the records, packages, outbox, inbox,
// the journal other systems read, and the switch of the signing service.
//
// Tables are private; views and functions are the public contract
// (code/*.sql). States are guarded by the
// database (code/30_guards.sql). Every method is one short transaction; none spans
// a network call or a signature. Work is claimed with FOR UPDATE SKIP LOCKED,
// and a claim that outlives its term is fenced by an epoch, so two gateways on
// one database do not disturb each other.
package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/retry"
	"egissogw/adapter/store/crashpoint"
)

// ErrLost means that a claim ended before its outcome was stored: somebody
// else has the work now, and this outcome must not be used.
var ErrLost = errors.New("the claim was lost to another process")

// Store is the gateway's database.
type Store struct {
	pool *pgxpool.Pool
	// besideTx is for what is read or noted inside a transaction, by what it calls back: if
	// that waited for a connection of the pool, transactions that hold them all would
	// wait for each other for ever.
	besideTx   *pgxpool.Pool
	classifier classifierCache
	// process tells this process from others, see beginReading.
	process  uuid.UUID
	suspects suspects
	looks    looks
	// unbelieved is how many bytes of what nobody can believe are kept in a day.
	unbelieved int64
	trust      []byte // what is believed, see BelieveBy
	limits     ChangeLimits
	// retry is when what failed is tried again that no job has a schedule for.
	retry retry.Backoff
}

// besideTxConns is enough: a read holds its connection for a moment.
const besideTxConns = 2

// Option changes how a Store works.
type Option func(*pgxpool.Config)

// WithTimeout bounds every statement, every wait for a lock and every pause
// inside a transaction. The database enforces it, so a gateway that hangs does
// not hold up another one for longer.
func WithTimeout(d time.Duration) Option {
	return func(c *pgxpool.Config) {
		for _, parameter := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
			c.ConnConfig.RuntimeParams[parameter] = strconv.FormatInt(d.Milliseconds(), 10)
		}
		c.ConnConfig.ConnectTimeout = d
	}
}

// WithTimeZone has the texts of views and functions name times in a zone.
func WithTimeZone(zone *time.Location) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["timezone"] = zone.String() }
}

// Open connects to the database at url. It does not check the schema's version:
// see CheckVersion.
func Open(ctx context.Context, url string, options ...Option) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx masks the password, but the url may be unparsable exactly there.
		return nil, errors.New("the database url cannot be parsed")
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "egissogw"
	// A plan made while the tables were empty would be kept for as long as the connection lives.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	// To compile a plan takes longer than any of ours runs.
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	cfg.ConnConfig.DescriptionCacheCapacity = 0 // of another way to ask, which nobody here does
	// About as many as there are queries. A connection keeps places for all: for a few more, twice as many.
	cfg.ConnConfig.StatementCacheCapacity = 448
	cfg.MaxConnIdleTime = 5 * time.Minute
	for _, option := range options {
		option(cfg)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the gateway database: %w", err)
	}
	cfg = cfg.Copy()
	cfg.MinConns, cfg.MaxConns = 0, besideTxConns
	besideTx, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to the gateway database: %w", err)
	}
	s := &Store{pool: pool, besideTx: besideTx, process: uuid.New(), suspects: newSuspects(), unbelieved: UnbelievedBytes, retry: retryDefault}
	s.looks.ask = s.askLook
	s.looks.ctx, s.looks.end = context.WithCancel(context.WithoutCancel(ctx))
	return s, nil
}

// KeepUnbelieved sets how many bytes of what nobody can believe or understand are kept
// in a day. It is called before the store is used.
func (s *Store) KeepUnbelieved(bytes int64) { s.unbelieved = bytes }

// BelieveBy names what is believed from now on, a hash of it: what was not believed by
// another is judged again. It is called before the store is used.
func (s *Store) BelieveBy(trust []byte) { s.trust = trust }

// retryDefault is when what failed is tried again where no schedule is set.
var retryDefault = retry.Backoff{Min: 5 * time.Second, Max: 15 * time.Minute}

// RetryBetween sets when what could not be acknowledged, applied or handled is tried
// again. It is called before the store is used.
func (s *Store) RetryBetween(b retry.Backoff) { s.retry = b }

// Close closes all connections.
func (s *Store) Close() {
	s.looks.end()
	s.pool.Close()
	s.besideTx.Close()
}

// Ping checks that the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach the gateway database: %w", err)
	}
	return nil
}

// inTx runs fn in one transaction and names it in errors.
func (s *Store) inTx(ctx context.Context, what string, fn func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		err := fn(tx)
		crashpoint.Commit("before", what)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	crashpoint.Commit("after", what)
	return nil
}

// inOrder begins a query that takes the first rows of an index. Sorted, all rows would
// be read for it, also those that are long done: so the planner chooses as long as the
// tables were not analysed.
func inOrder(ctx context.Context, tx pgx.Tx, sql string, args ...any) (pgx.Rows, error) {
	if _, err := tx.Exec(ctx, "set local enable_sort = off"); err != nil {
		return nil, err
	}
	return tx.Query(ctx, sql, args...)
}

// anyOrder lets the planner sort again for the rest of the transaction.
func anyOrder(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "set local enable_sort = on")
	return err
}
