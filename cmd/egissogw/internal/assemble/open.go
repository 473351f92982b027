package assemble

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/schema"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
	"egissogw/jobs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func InZone(c config.Config) []store.Option {
	if zone := c.Job.TimeZone.Location; zone != nil {
		return []store.Option{store.WithTimeZone(zone)}
	}
	return nil
}

// OpenStore opens the gateway's database and checks its version.
func OpenStore(ctx context.Context, c config.Database, options ...store.Option) (*store.Store, error) {
	s, err := store.Open(ctx, c.URL.Reveal(), append(options, store.WithTimeout(c.Timeout))...)
	if err != nil {
		return nil, err
	}
	if err := s.CheckVersion(ctx); err != nil {
		s.Close()
		if refusedByPool(err) {
			err = errors.New(PooledText)
		}
		return nil, fault.Rights(fault.Database("DATABASE_URL", err))
	}
	return s, nil
}

// OpenSchema opens the official schemas where the configuration names them.
func OpenSchema(c config.Package, versions egisso.VersionSet) (jobs.Schema, error) {
	if c.SchemaDir == "" {
		return nil, nil
	}
	set, err := schema.Open(c.SchemaDir)
	if err != nil {
		return nil, fault.Path("SCHEMA_DIR", err)
	}
	for _, r := range egisso.Registers() {
		if v := versions.For(r); !set.Has(v.Code, v.Number) {
			return nil, fmt.Errorf("%sSCHEMA_DIR: схемы %s-%s.xsd в каталоге нет", config.Prefix, v.Code, v.Number)
		}
	}
	return set, nil
}

// OpenSource opens the МИС; nothing is asked of it yet. What is done with rows while they are
// read is done in our database, within timeout.
func OpenSource(ctx context.Context, c config.Source, timeout time.Duration) (*mis.Source, *pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(c.DatabaseURL.Reveal())
	if err != nil {
		return nil, nil, errors.New("the source database url cannot be parsed")
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "egissogw"
	cfg.AfterConnect = onlyRead
	// A connection keeps places for as many, and few queries are asked.
	cfg.ConnConfig.StatementCacheCapacity, cfg.ConnConfig.DescriptionCacheCapacity = 64, 0
	cfg.MaxConns = 4
	options := []mis.Option{mis.WithOverlap(c.Overlap), mis.WithRowBytes(c.RowBytes), mis.WithIdle(timeout)}
	if c.Queries != "" {
		queries, err := mis.ReadQueries(c.Queries)
		if err != nil {
			return nil, nil, fault.Path("SOURCE_QUERIES", err)
		}
		options = append(options, mis.WithQueries(queries))
	}
	mis.LimitRows(&cfg.ConnConfig.Config, c.RowBytes)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the source database: %w", err)
	}
	return mis.Open(ctx, pool, c.Schema, options...), pool, nil
}

// onlyRead lets a session of the source write nothing, whatever its role may. Asked for as
// it connects, it would make target_session_attrs=read-write pass over every server. A pool
// of connections would give such a session to others: what reads has read-only
// transactions anyway.
func onlyRead(ctx context.Context, conn *pgx.Conn) error {
	through, err := Pooled(ctx, conn)
	if err != nil || through {
		return err
	}
	_, err = conn.Exec(ctx, "set default_transaction_read_only = on")
	return err
}
