package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startLimit   = time.Minute
	portAttempts = 5
)

// run starts the server on a free port. Between choosing the port and binding it
// another process may take it, so a collision means another try.
func (c *Cluster) run(ctx context.Context) error {
	var err error
	for range portAttempts {
		if c.port, err = freePort(ctx); err != nil {
			return err
		}
		if err = c.start(ctx); err == nil || !strings.Contains(c.logTail(), "Address already in use") {
			return err
		}
	}
	return err
}

func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free loopback port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// start runs postgres on c.port and waits until it answers.
func (c *Cluster) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s", startLimit))
	defer cancel()
	log, err := os.Create(c.logFile())
	if err != nil {
		return fmt.Errorf("make the log of PostgreSQL: %w", err)
	}
	defer log.Close()
	cmd := c.command(context.WithoutCancel(ctx), "postgres", c.arguments()...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = slices.Concat(cmd.Env, c.preload(), c.options.Env)
	cmd.ExtraFiles = []*os.File{c.lock}
	s, err := startServer(cmd)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.waitReady(ctx, s); err != nil {
		stopErr := s.stop(syscall.SIGQUIT, syscall.SIGKILL)
		return errors.Join(fmt.Errorf("start PostgreSQL in %s: %w; its log ends:\n%s", c.dir, err, c.logTail()), stopErr)
	}
	c.server = s
	return nil
}

func (c *Cluster) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(c.port),
		"unix_socket_directories": quotedPath(c.socket),
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"shared_buffers":          "64MB",
	}
	if c.options.NoSync {
		settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(settings, c.options.Settings)
	args := []string{"-D", c.dataDir()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// quotedPath is a path in a list of paths, where commas and quotes mean something.
func quotedPath(path string) string {
	if path == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
}

// waitReady returns when the server accepts connections, has ended, or ctx is over.
func (c *Cluster) waitReady(ctx context.Context, s *server) error {
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.SocketURL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.done:
			return fmt.Errorf("the server ended: %v", s.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("%w (last error: %w)", context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}
