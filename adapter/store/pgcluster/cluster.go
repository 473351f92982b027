package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
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
	// temporary directory, with NoSync in memory if there is room and TMPDIR is not set. A directory that holds a cluster already is started
	// as it is.
	Dir string
	// Keep leaves the directory in place on Stop.
	Keep bool
	// NoSync turns fsync and its relatives off: for tests, whose data may be lost.
	NoSync bool
	// From is what Prepare made: a new cluster becomes a copy of it, with its password.
	From string
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
// can use it. Where the path of the socket would be too long, or has a comma, which
// separates hosts, it equals URL.
func (c *Cluster) SocketURL(db string) string {
	if c.socket == "" || strings.Contains(c.socket, ",") {
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
	conn, err := pgx.Connect(ctx, c.SocketURL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("run %q: %w", statement, err)
	}
	return nil
}

// Stop ends the server by a fast shutdown (connections are cut, data is written, except
// data that may be lost and is removed), waits for it and removes the directory unless
// Keep was asked for.
// A second call does nothing.
func (c *Cluster) Stop() error {
	if c.lock == nil {
		return nil
	}
	var err error
	if c.server != nil {
		signals := []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL}
		if c.options.NoSync && !c.options.Keep {
			signals = signals[1:] // nothing need be written
		}
		err = c.server.stop(signals...)
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
