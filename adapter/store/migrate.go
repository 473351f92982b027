package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

//go:embed grants.sql
var grants string

const versionTable = "egisso.schema_version"

// Migrate brings the schema at url to this program's version, forward only, and
// grants rights to the roles egisso_gateway, egisso_operator and egisso_reader
// where they exist. It is safe to run at any time and by several processes at
// once. The role in url must own the schema or be allowed to create it.
func Migrate(ctx context.Context, url string) (from, to int32, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, 0, fmt.Errorf("connect to the gateway database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := createSchema(ctx, conn); err != nil {
		return 0, 0, err
	}
	m, err := newMigrator(ctx, conn)
	if err != nil {
		return 0, 0, err
	}
	if from, err = m.GetCurrentVersion(ctx); err != nil {
		return 0, 0, fmt.Errorf("read the schema's version: %w", err)
	}
	if latest := int32(len(m.Migrations)); from > latest {
		return from, latest, fmt.Errorf("the schema has version %d, newer than this program's %d: install the newer program", from, latest)
	}
	if err := m.Migrate(ctx); err != nil {
		return from, 0, fmt.Errorf("migrate schema egisso: %w", err)
	}
	if _, err := conn.Exec(ctx, grants); err != nil {
		return from, 0, fmt.Errorf("grant rights on schema egisso: %w", err)
	}
	return from, int32(len(m.Migrations)), nil
}

// CheckVersion returns an error that says what to do unless the schema has
// exactly the version this program was built for.
func (s *Store) CheckVersion(ctx context.Context) error {
	want, err := latestVersion()
	if err != nil {
		return err
	}
	var have int32
	err = s.pool.QueryRow(ctx, `select version from egisso.schema_version`).Scan(&have)
	switch {
	case isUndefinedTable(err):
		return errors.New("schema egisso is not installed: run egissogw migrate")
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case have < want:
		return fmt.Errorf("schema egisso has version %d, this program needs %d: run egissogw migrate", have, want)
	case have > want:
		return fmt.Errorf("schema egisso has version %d, this program knows %d: install the newer program", have, want)
	}
	return nil
}

// createSchema makes the schema unless somebody did: an owner of a prepared
// schema needs no right to make schemas.
func createSchema(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	if err := conn.QueryRow(ctx, `select to_regnamespace('egisso') is not null`).Scan(&exists); err != nil {
		return fmt.Errorf("look for schema egisso: %w", err)
	}
	if exists {
		return nil
	}
	_, err := conn.Exec(ctx, `create schema if not exists egisso`)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == pgerrcode.UniqueViolation || pg.Code == pgerrcode.DuplicateSchema) {
		return nil // another process made it in this moment
	}
	if err != nil {
		return fmt.Errorf("create schema egisso: %w", err)
	}
	return nil
}

func latestVersion() (int32, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	return int32(len(names)), nil
}

func newMigrator(ctx context.Context, conn *pgx.Conn) (*migrate.Migrator, error) {
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open migrations: %w", err)
	}
	if err := m.LoadMigrations(files); err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	return m, nil
}
