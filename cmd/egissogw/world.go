package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/schema"
	"egissogw/adapter/mis"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// logger writes the program's own log to standard error.
func (a *app) logger(c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// load reads the whole configuration.
func (a *app) load(ctx context.Context) (config.Config, error) {
	c, err := a.readConfig(ctx)
	_, wrong := fieldPolicy(c)
	return c, a.orNoFile(config.Together(err, wrong))
}

// loadFor reads the configuration for a command that needs only some groups of
// it; problems of the others do not matter to it.
func (a *app) loadFor(ctx context.Context, groups ...string) (config.Config, error) {
	c, err := a.readConfig(ctx)
	var problems *config.Problems
	if errors.As(err, &problems) {
		err = a.orNoFile(problems.Of(groups...))
	}
	return c, err
}

// openStore opens the gateway's database for a command and checks its version.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	c, err := a.loadFor(ctx, "database")
	if err != nil {
		return nil, err
	}
	return openStore(ctx, c.Database, a.storeOptions(c)...)
}

// storeOptions are those of a command: who gives it, and the zone of times it shows.
func (a *app) storeOptions(c config.Config) []store.Option {
	return append(inZone(c), store.WithActor(a.actor()))
}

func inZone(c config.Config) []store.Option {
	if zone := c.Job.TimeZone.Location; zone != nil {
		return []store.Option{store.WithTimeZone(zone)}
	}
	return nil
}

func openStore(ctx context.Context, c config.Database, options ...store.Option) (*store.Store, error) {
	s, err := store.Open(ctx, c.URL.Reveal(), append(options, store.WithTimeout(c.Timeout))...)
	if err != nil {
		return nil, err
	}
	if err := s.CheckVersion(ctx); err != nil {
		s.Close()
		if refusedByPool(err) {
			err = errors.New(pooledText)
		}
		return nil, rightsFault(databaseFault("DATABASE_URL", err))
	}
	return s, nil
}

// openSchema opens the official schemas where the configuration names them.
func openSchema(c config.Package, versions egisso.VersionSet) (jobs.Schema, error) {
	if c.SchemaDir == "" {
		return nil, nil
	}
	set, err := schema.Open(c.SchemaDir)
	if err != nil {
		return nil, pathFault("SCHEMA_DIR", err)
	}
	for _, r := range egisso.Registers() {
		if v := versions.For(r); !set.Has(v.Code, v.Number) {
			return nil, fmt.Errorf("%sSCHEMA_DIR: схемы %s-%s.xsd в каталоге нет", config.Prefix, v.Code, v.Number)
		}
	}
	return set, nil
}

// openSource opens the МИС; nothing is asked of it yet. What is done with rows while they are
// read is done in our database, within timeout.
func openSource(ctx context.Context, c config.Source, timeout time.Duration) (*mis.Source, *pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(c.DatabaseURL.Reveal())
	if err != nil {
		return nil, nil, errors.New("the source database url cannot be parsed")
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "egissogw"
	cfg.AfterConnect = onlyRead
	cfg.MaxConns = 4
	options := []mis.Option{mis.WithOverlap(c.Overlap), mis.WithRowBytes(c.RowBytes), mis.WithIdle(timeout)}
	if c.Queries != "" {
		queries, err := mis.ReadQueries(c.Queries)
		if err != nil {
			return nil, nil, pathFault("SOURCE_QUERIES", err)
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
	through, err := pooled(ctx, conn)
	if err != nil || through {
		return err
	}
	_, err = conn.Exec(ctx, "set default_transaction_read_only = on")
	return err
}

// busTrust reads the certificates the bus's signatures are checked with.
func busTrust(c config.SMEV) (*cert.Trust, error) {
	text, err := readConfigured(c.Certificates)
	if err != nil {
		return nil, fmt.Errorf("%sSMEV_CERTIFICATES: %w", config.Prefix, err)
	}
	certs, err := cert.ParsePEM(text)
	if err != nil {
		why, known := reasonOf(err)
		if !known {
			why = err.Error()
		}
		return nil, fault{config.Prefix + "SMEV_CERTIFICATES: " + why + ": нужен файл PEM с сертификатами ГОСТ, которыми подписывает СМЭВ", err}
	}
	mode := cert.Pinned
	if c.Trust == config.TrustChain {
		mode = cert.Chained
	}
	trust := cert.NewTrust(certs, mode)
	if c.Subject == "" && mode == cert.Pinned {
		return trust, nil
	}
	subject, err := cert.ParseSubject(c.Subject)
	if err != nil {
		return nil, fmt.Errorf("%sSMEV_SUBJECT: %w", config.Prefix, err)
	}
	return trust.Of(subject), nil
}

func busVersion(c config.SMEV) (smev.Version, error) {
	v, err := smev.ParseVersion(c.Schema)
	if err != nil {
		return v, fmt.Errorf("%sSMEV_SCHEMA: %w", config.Prefix, err)
	}
	return v, nil
}

// configuredLimit is the largest file a setting may name: all accredited authorities
// in PEM have less.
const configuredLimit = 4 << 20

// readConfigured reads a file named by a setting.
func readConfigured(path config.File) ([]byte, error) {
	file, err := os.Open(string(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, configuredLimit+1))
	if err == nil && len(text) > configuredLimit {
		err = fmt.Errorf("файл больше %d МиБ", configuredLimit>>20)
	}
	return text, err
}

// readSecretFile reads a file that holds key material.
func readSecretFile(variable string, path config.File) ([]byte, error) {
	text, err := readConfigured(path)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", config.Prefix, variable, err)
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil, fmt.Errorf("%s%s: the file is empty", config.Prefix, variable)
	}
	return text, nil
}
