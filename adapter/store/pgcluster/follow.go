package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Follow makes a standby of a running cluster by streaming replication, in a
// directory of its own, and starts it. It has the primary's databases and password.
func Follow(ctx context.Context, primary *Cluster, o Options) (*Cluster, error) {
	if o.Dir == "" {
		return nil, errors.New("follow a cluster: a directory must be given")
	}
	c := &Cluster{binaries: primary.binaries, account: primary.account, options: o, password: primary.password}
	c.options.Settings = maps.Clone(o.Settings)
	if err := c.prepareDir(); err != nil {
		return nil, err
	}
	if err := c.copyFrom(ctx, primary); err != nil {
		return nil, errors.Join(err, c.release())
	}
	if err := c.run(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	return c, nil
}

// copyFrom fills the data directory with a base backup that follows the primary.
func (c *Cluster) copyFrom(ctx context.Context, primary *Cluster) error {
	passwordFile := filepath.Join(c.dir, passwordName)
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password file: %w", err)
	}
	if err := c.account.own(passwordFile); err != nil {
		return err
	}
	cmd := c.command(ctx, "pg_basebackup", "--pgdata="+c.dataDir(), "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
		"--host=127.0.0.1", fmt.Sprintf("--port=%d", primary.port), "--username="+superuser)
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.password)
	// It starts a process of its own, which would be waited for when it is killed alone.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup into %s: %w: %s", c.dataDir(), err, strings.TrimSpace(string(out)))
	}
	return nil
}
