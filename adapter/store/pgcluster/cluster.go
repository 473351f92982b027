package pgcluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

const (
	superuser    = "postgres"
	keepName     = "keep"     // marks a directory sweep must leave alone
	passwordName = "password" // the superuser's password, 0600
)

// Options say where and how a cluster runs.
type Options struct {
	// Dir is the cluster's directory. It is created when missing. Empty: a new
	// temporary directory. A directory that holds a cluster already is started
	// as it is.
	Dir string
	// Keep leaves the directory in place on Stop.
	Keep bool
	// NoSync turns fsync and its relatives off: for tests, whose data may be lost.
	NoSync bool
	// Settings are further server settings, such as "max_connections".
	Settings map[string]string
	// Env is the environment of the server beside what it always has.
	Env []string
}

// Cluster is a running private server. Its methods may be used by several
// goroutines, except Stop, Crash and Resume, which are for one at a time.
type Cluster struct {
	binaries string
	account  account
	dir      string
	options  Options
	password string
	port     int
	socket   string // folder of the unix socket; empty when its path would be too long
	lock     *os.File
	server   *server
}

// Start makes the cluster when there is none, starts its server and returns when
// it accepts connections. ctx limits the start only; Stop ends the server.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	binaries, err := findBinaries(ctx)
	if err != nil {
		return nil, err
	}
	acc, err := serverAccount()
	if err != nil {
		return nil, err
	}
	c := &Cluster{binaries: binaries, account: acc, options: o}
	c.options.Settings = maps.Clone(o.Settings)
	if err := c.prepareDir(); err != nil {
		return nil, err
	}
	if err := c.initialise(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	if err := c.run(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	return c, nil
}

// Dir is the cluster's directory.
func (c *Cluster) Dir() string { return c.dir }

// Port is the loopback TCP port the server listens on.
func (c *Cluster) Port() int { return c.port }

// URL is the connection string of database db for the superuser, over TCP. It
// holds the generated password.
func (c *Cluster) URL(db string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:     "/" + db,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// SocketURL is the connection string of database db over the unix socket. It
// holds no password, so it can be printed; only the server's account and root
// can use it. Where the path of the socket would be too long it equals URL.
func (c *Cluster) SocketURL(db string) string {
	if c.socket == "" {
		return c.URL(db)
	}
	q := url.Values{"host": {c.socket}, "port": {strconv.Itoa(c.port)}, "user": {superuser}}
	return "postgres:///" + url.PathEscape(db) + "?" + q.Encode()
}

// CreateDatabase makes an empty database.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	return c.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
}

// Exec runs one statement as superuser in the database "postgres".
func (c *Cluster) Exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("run %q: %w", statement, err)
	}
	return nil
}

// Stop ends the server by a fast shutdown (connections are cut, data is
// written), waits for it and removes the directory unless Keep was asked for.
// A second call does nothing.
func (c *Cluster) Stop() error {
	if c.lock == nil {
		return nil
	}
	var err error
	if c.server != nil {
		err = c.server.stop(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL)
		c.server = nil
	}
	return errors.Join(err, c.release())
}

// Crash ends the server at once, without a checkpoint, as a power failure would
// (the next start recovers from the write-ahead log). The directory stays;
// Resume starts the server again.
func (c *Cluster) Crash() error {
	if c.server == nil {
		return nil
	}
	err := c.server.stop(syscall.SIGQUIT, syscall.SIGKILL)
	c.server = nil
	return err
}

// Resume starts the server again after Crash, on the same port.
func (c *Cluster) Resume(ctx context.Context) error {
	if c.lock == nil {
		return errors.New("resume PostgreSQL: the cluster was stopped")
	}
	if c.server != nil {
		return nil
	}
	return c.start(ctx)
}

// initialise runs initdb, or reads the password of a cluster that exists.
func (c *Cluster) initialise(ctx context.Context) error {
	passwordFile := filepath.Join(c.dir, passwordName)
	if _, err := os.Stat(filepath.Join(c.dataDir(), "PG_VERSION")); err == nil {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return fmt.Errorf("read the password of the existing cluster: %w", err)
		}
		c.password = strings.TrimSpace(string(password))
		return nil
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("make a password: %w", err)
	}
	c.password = hex.EncodeToString(secret[:])
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password file: %w", err)
	}
	if err := c.account.own(passwordFile); err != nil {
		return err
	}
	args := []string{"--pgdata=" + c.dataDir(), "--username=" + superuser, "--pwfile=" + passwordFile,
		"--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256"}
	if c.options.NoSync {
		args = append(args, "--no-sync")
	}
	if out, err := c.command(ctx, "initdb", args...).CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("initdb in %s: %w: %s", c.dataDir(), err, strings.TrimSpace(string(out)))
	}
	return nil
}
