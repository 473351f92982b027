// Package pgtest gives every test a PostgreSQL database of its own, on one
// private server per test process.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { pgtest.Main(m, migrate) }
//
// where migrate, which may be left out, fills the template every database is
// copied from. The server starts with the first database asked for and stops
// when the tests have ended. It has no transactions of its own (autovacuum).
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgcluster"
)

// Setup fills a new, empty database; url is its connection string.
type Setup func(ctx context.Context, url string) error

var shared struct {
	mu        sync.Mutex
	active    bool // Main is running
	setup     Setup
	cluster   *pgcluster.Cluster
	admin     *pgx.Conn         // makes and drops databases
	over      []string          // databases whose tests have ended
	err       error             // why the cluster did not start; it is not tried again
	templates map[string]string // key of DatabaseFrom → database name
	count     int
}

const (
	// mainTemplate is the key of the template made by the setup given to Main.
	mainTemplate = ""
	// emptyTemplate is the database with nothing in it.
	emptyTemplate = "template1"
)

// Main runs the tests, stops the server and exits the process: the only
// statement of a TestMain. Several setups run one after the other.
func Main(m *testing.M, setup ...Setup) {
	os.Exit(Run(m, setup...))
}

// Run is Main without the exit, for a TestMain that has more to check. It
// returns the exit code.
func Run(m *testing.M, setup ...Setup) (code int) {
	shared.mu.Lock()
	shared.active = true
	shared.templates = map[string]string{}
	if len(setup) > 0 {
		shared.setup = func(ctx context.Context, url string) error {
			for _, f := range setup {
				if err := f(ctx, url); err != nil {
					return err
				}
			}
			return nil
		}
	}
	shared.mu.Unlock()

	code = m.Run()

	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.active = false
	if shared.cluster != nil {
		_ = shared.admin.Close(context.Background()) // the server ends it anyway
		if err := shared.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = max(code, 1)
		}
		shared.cluster = nil
	}
	return code
}

// Database makes a database for this test, a copy of the template filled by the
// setup given to Main (empty without one), and returns its connection string.
// It is dropped, with whoever is still connected, some tests after this one has ended.
func Database(t testing.TB) string {
	t.Helper()
	shared.mu.Lock()
	setup := shared.setup
	shared.mu.Unlock()
	return DatabaseFrom(t, mainTemplate, setup)
}

// Empty makes a database for this test with nothing in it.
func Empty(t testing.TB) string {
	t.Helper()
	return DatabaseFrom(t, mainTemplate, nil)
}

// DatabaseFrom makes a database for this test as a copy of another template:
// setup fills it once per key and process.
func DatabaseFrom(t testing.TB, key string, setup Setup) string {
	t.Helper()
	return database(t, emptyTemplate, key, setup)
}

// DatabaseWith is DatabaseFrom where setup adds to what the setup given to Main filled.
func DatabaseWith(t testing.TB, key string, setup Setup) string {
	t.Helper()
	c := Cluster(t)
	shared.mu.Lock()
	if shared.setup == nil {
		shared.mu.Unlock()
		return database(t, emptyTemplate, key, setup)
	}
	base, err := templateFor(t.Context(), c, emptyTemplate, mainTemplate, shared.setup)
	shared.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	return database(t, base, key, setup)
}

// database makes a database for this test as a copy of the template of key, which is a
// copy of base filled by setup.
func database(t testing.TB, base, key string, setup Setup) string {
	t.Helper()
	c := Cluster(t)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	template := base
	if setup != nil {
		var err error
		if template, err = templateFor(t.Context(), c, base, key, setup); err != nil {
			t.Fatal(err)
		}
	}
	if len(shared.over) >= mostOver {
		if err := dropOver(); err != nil {
			t.Fatal(err)
		}
	}
	shared.count++
	name := "test" + strconv.Itoa(shared.count)
	if err := copyDatabase(name, template); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		shared.mu.Lock()
		defer shared.mu.Unlock()
		shared.over = append(shared.over, name)
	})
	return url(c, name)
}

// mostOver is how many databases of ended tests there are before they are dropped together.
// A drop is a checkpoint, which the first one of several pays for. It is a transaction, too,
// which must not run beside tests that look at transactions.
const mostOver = 12

// dropOver drops them. What is left in the end goes with the server. The caller holds shared.mu.
func dropOver() error {
	for _, name := range shared.over {
		if err := run("drop database " + name + " with (force)"); err != nil {
			return fmt.Errorf("drop a test database: %w", err)
		}
	}
	shared.over = nil
	return nil
}

// copyDatabase copies files: the other strategy, by pages through the log, takes half
// as much time again.
func copyDatabase(name, template string) error {
	return run("create database " + name + " template " + template + " strategy file_copy")
}

// run runs a statement as superuser, whatever becomes of the test: its context would
// end the connection. The caller holds shared.mu.
func run(statement string) error {
	_, err := shared.admin.Exec(context.Background(), statement)
	return err
}

// url is a connection string of the shared server's database. The socket wants no
// password: computing what SCRAM wants takes longer than many a test, with the race
// detector above all.
func url(c *pgcluster.Cluster, name string) string { return c.SocketURL(name) }

// Cluster is the server shared by this process's tests, for a test that needs
// more than a database. Crashing it disturbs every other test: one that does so
// starts its own with pgcluster.Start.
func Cluster(t testing.TB) *pgcluster.Cluster {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if !shared.active {
		t.Fatal("pgtest: the package's tests need func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
	if shared.cluster == nil && shared.err == nil {
		shared.err = start(t.Context())
	}
	if shared.err != nil {
		t.Fatalf("pgtest: %v", shared.err)
	}
	return shared.cluster
}

// start starts the shared server. The caller holds shared.mu.
func start(ctx context.Context) error {
	c, err := pgcluster.Start(ctx, pgcluster.Options{
		NoSync: true, From: prepared(ctx),
		Settings: map[string]string{
			"max_connections": "200", "jit": "off",
			// Nothing of the log is read again, and it is to stay small.
			"wal_level": "minimal", "max_wal_senders": "0", "wal_init_zero": "off", "wal_recycle": "off", "max_wal_size": "256MB",
		},
	})
	if err != nil {
		return err
	}
	if shared.admin, err = pgx.Connect(ctx, url(c, "postgres")); err != nil {
		return errors.Join(err, c.Stop())
	}
	// The server's own transactions would hold up whatever waits for others' to end. A
	// test that is long enough to need them switches them on.
	for _, statement := range []string{"alter system set autovacuum = off", "select pg_reload_conf()"} {
		if err := run(statement); err != nil {
			return errors.Join(err, c.Stop())
		}
	}
	shared.cluster = c
	return nil
}

// prepared is an empty cluster in .cache of this repository that all processes' are
// copied from. Where there can be none, initdb makes each.
func prepared(ctx context.Context) string {
	root, err := os.Getwd()
	for ; err == nil; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return ""
		}
	}
	dir, err := pgcluster.Prepare(ctx, filepath.Join(root, ".cache", "pgtest"))
	if err != nil {
		return ""
	}
	return dir
}

// templateFor returns the template database of key, on first use made as a copy of base
// filled by setup. The caller holds shared.mu.
func templateFor(ctx context.Context, c *pgcluster.Cluster, base, key string, setup Setup) (string, error) {
	if name, ok := shared.templates[key]; ok {
		return name, nil
	}
	name := "template_" + strconv.Itoa(len(shared.templates))
	// A template that failed half-way is made anew.
	if err := run("drop database if exists " + name + " with (force)"); err != nil {
		return "", fmt.Errorf("make the template database: %w", err)
	}
	if err := copyDatabase(name, base); err != nil {
		return "", fmt.Errorf("make the template database: %w", err)
	}
	if err := setup(ctx, url(c, name)); err != nil {
		return "", fmt.Errorf("fill the template database: %w", err)
	}
	// A session the setup left open would make every copy fail.
	if err := run("alter database " + name + " with allow_connections false"); err != nil {
		return "", fmt.Errorf("close the template database: %w", err)
	}
	shared.templates[key] = name
	return name, nil
}
