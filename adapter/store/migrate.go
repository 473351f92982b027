package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"

	"egissogw/adapter/retry"
)

// Tables migrate forward only, one file for each version.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

const versionTable = "egisso.schema_version"

// ErrOldSchema: the database is of a program from before the first release.
var ErrOldSchema error = wrongSchema{"схему egisso создала версия программы до первого выпуска, такие базы не обновляются: создайте шлюзу новую базу данных"}

// wrongSchema says, in Russian, why the schema is none for this program, and what to do.
type wrongSchema struct{ text string }

func (e wrongSchema) Error() string { return e.text }

// A lock that is not to be had is given up soon, because others queue behind it, and
// tried again for some minutes.
const (
	lockTimeout     = time.Second
	lockPatience    = 3 * time.Minute
	longestLockRest = 5 * time.Second
)

// Migrate brings the schema at url to this program's version, forward only, renews its
// functions and views, and grants rights to the roles egisso_gateway, egisso_operator,
// egisso_reader, egisso_agreer and egisso_approver where they exist. It is safe to run at any time, beside working gateways,
// and by several processes at once. Where others hold locks for long it says who does.
// The role in url must own the schema or be allowed to create it.
func Migrate(ctx context.Context, url string) (from, to int32, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, 0, fmt.Errorf("connect to the gateway database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `select set_config('lock_timeout', $1, false)`, fmt.Sprint(lockTimeout.Milliseconds())); err != nil {
		return 0, 0, fmt.Errorf("bound the waits of migrate: %w", err)
	}
	if from, err = installedVersion(ctx, conn); err != nil {
		return from, 0, err
	}
	if err := writable(ctx, conn); err != nil {
		return from, 0, err
	}
	until := time.Now().Add(lockPatience)
	pauses := retry.Backoff{Min: lockTimeout / 4, Max: longestLockRest}
	var held error // who held what was to be changed
	for failures := 1; ; failures++ {
		switch to, err = migrateOnce(ctx, conn); {
		case waited(err):
			held = fmt.Errorf("%w; схему держит: %s", err, holders(context.WithoutCancel(ctx), conn))
		case err != nil && ctx.Err() != nil && held != nil:
			return from, 0, held
		default:
			return from, to, err
		}
		pause := pauses.Delay(failures, rand.Float64())
		if time.Now().Add(pause).After(until) {
			return from, 0, held
		}
		select {
		case <-ctx.Done():
			return from, 0, held
		case <-time.After(pause):
		}
	}
}

func migrateOnce(ctx context.Context, conn *pgx.Conn) (to int32, err error) {
	if err := createSchema(ctx, conn); err != nil {
		return 0, err
	}
	m, err := newMigrator(ctx, conn)
	if err != nil {
		return 0, err
	}
	if err := m.Migrate(ctx); err != nil {
		return 0, fmt.Errorf("migrate schema egisso: %w", err)
	}
	return int32(len(m.Migrations)), renewCode(ctx, conn)
}

// knowsEveryLetter refuses a database that cannot keep the names and texts of the registers
// (a letter it has no code for ends a statement) or does not look at what it keeps.
func knowsEveryLetter(ctx context.Context, conn queryer) error {
	var encoding string
	if err := conn.QueryRow(ctx, `select current_setting('server_encoding')`).Scan(&encoding); err != nil {
		return fmt.Errorf("ask the gateway database for its encoding: %w", err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("база шлюза в кодировке %s, а нужна UTF8: создайте её так: createdb -E UTF8 -T template0 ИМЯ", encoding)
	}
	return nil
}

// writable refuses a standby and a database that is only read.
func writable(ctx context.Context, conn queryer) error {
	var readOnly bool
	if err := conn.QueryRow(ctx, `select current_setting('transaction_read_only')::boolean`).Scan(&readOnly); err != nil {
		return fmt.Errorf("ask whether the gateway database can be written to: %w", err)
	}
	if readOnly {
		return errors.New("база шлюза открыта только для чтения: укажите основной сервер")
	}
	return nil
}

// installedVersion is the version of the schema, 0 where there is none. It refuses what
// this program cannot migrate.
func installedVersion(ctx context.Context, conn queryer) (version int32, err error) {
	if err := knowsEveryLetter(ctx, conn); err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, `select version from egisso.schema_version`).Scan(&version)
	if isUndefinedTable(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	want, err := tablesDigest()
	if err != nil {
		return version, err
	}
	var have string // "" where a program older than the digest made the tables
	err = conn.QueryRow(ctx, `select coalesce((select to_jsonb(c) ->> 'tables' from egisso.schema_code c), '')`).Scan(&have)
	if err != nil && !isUndefinedTable(err) {
		return version, fmt.Errorf("read the schema's version: %w", err)
	}
	if version > 0 && have != want {
		return version, ErrOldSchema
	}
	latest, err := latestVersion()
	if err == nil && version > latest {
		err = wrongSchema{fmt.Sprintf("схема egisso версии %d новее этой программы (%d): установите новую программу", version, latest)}
	}
	return version, err
}

// CheckVersion returns an error that says what to do unless the schema has
// exactly the version this program was built for.
func (s *Store) CheckVersion(ctx context.Context) error {
	have, err := installedVersion(ctx, s.pool)
	if err != nil {
		return err
	}
	want, err := latestVersion()
	switch {
	case err != nil:
		return err
	case have == 0:
		return wrongSchema{"схемы egisso в базе нет: выполните egissogw migrate"}
	case have < want:
		return wrongSchema{fmt.Sprintf("схема egisso версии %d, программе нужна %d: выполните egissogw migrate", have, want)}
	}
	return nil
}

// ErrSchemaMoved: the schema is no more of the version this program was built for, which
// it was at the start. Functions and views of another program do not matter: a release that
// changes what an older program asks of them brings a version.
var ErrSchemaMoved = errors.New("схема egisso изменилась во время работы")

// movedSince is ErrSchemaMoved if a statement that was run anyway shows another version of
// the schema, or fails because what it names is not there. Only then anything is asked.
func (s *Store) movedSince(ctx context.Context, version int32, failure error) error {
	want, err := latestVersion()
	if err != nil || failure == nil && version == want || failure != nil && !isUndefined(failure) {
		return err
	}
	var wrong wrongSchema
	if err := s.CheckVersion(ctx); errors.As(err, &wrong) {
		return fmt.Errorf("%w: %w", ErrSchemaMoved, wrong)
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
	if m.Data["tables"], err = tablesDigest(); err != nil {
		return nil, err
	}
	if err := m.LoadMigrations(files); err != nil {
		return nil, fmt.Errorf("load migrations: %w", err)
	}
	return m, nil
}

// tablesDigest is that of the file the tables begin with. From the first release on it is
// never edited again.
func tablesDigest() (string, error) {
	text, err := migrationFiles.ReadFile("migrations/001_tables.sql")
	if err != nil {
		return "", fmt.Errorf("open migrations: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text)), nil
}

// waited tells that others held what was to be changed.
func waited(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgerrcode.LockNotAvailable || pg.Code == pgerrcode.DeadlockDetected)
}

// holders names, in Russian, the sessions whose transactions hold tables of the schema, the
// oldest first.
func holders(ctx context.Context, conn *pgx.Conn) string {
	const of = `
select coalesce(string_agg(format('процесс %s, пользователь %s, программа %s, с %s', a.pid, coalesce(a.usename, '?'), quote_literal(a.application_name),
           coalesce(to_char(a.xact_start, 'DD.MM.YYYY HH24:MI:SS'), '?')), '; ' order by a.xact_start), 'кто именно, не видно')
  from pg_stat_activity a
 where a.pid <> pg_backend_pid() and exists (
       select from pg_locks l join pg_class c on c.oid = l.relation
        where l.pid = a.pid and l.granted and l.database = a.datid and c.relnamespace = to_regnamespace('egisso'))`
	var text string
	if err := conn.QueryRow(ctx, of).Scan(&text); err != nil {
		return "кто именно, не видно"
	}
	return text
}
