package pgcluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// initialise makes the cluster by initdb or as a copy of a prepared one; one that
// exists stays as it is.
func (c *Cluster) initialise(ctx context.Context) error {
	_, err := os.Stat(filepath.Join(c.dataDir(), "PG_VERSION"))
	switch {
	case err == nil:
	case c.options.From != "":
		if err := copyCluster(ctx, c.options.From, c.dir); err != nil {
			return err
		}
	default:
		return c.initdb(ctx)
	}
	password, err := os.ReadFile(filepath.Join(c.dir, passwordName))
	if err != nil {
		return fmt.Errorf("read the password of the existing cluster: %w", err)
	}
	c.password = strings.TrimSpace(string(password))
	return nil
}

func (c *Cluster) initdb(ctx context.Context, more ...string) error {
	passwordFile := filepath.Join(c.dir, passwordName)
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
	args = append(args, more...)
	if out, err := c.command(ctx, "initdb", args...).CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("initdb in %s: %w: %s", c.dataDir(), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Prepare makes a cluster that is never started below folder, unless it is there,
// for Options.From: initdb takes over a second, a copy of its result a moment. It is
// for one account, one version of PostgreSQL, and until the machine starts anew, so
// that it need not be written to the disk; what is older is removed. Clusters copied
// from it have the same password, and sessions that end quickly: it is for tests.
func Prepare(ctx context.Context, folder string) (dir string, err error) {
	binaries, err := findBinaries(ctx)
	if err != nil {
		return "", err
	}
	text, err := version(ctx, binaries)
	if err != nil {
		return "", err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("ask when the machine was started: %w", err)
	}
	now := filepath.Join(folder, strings.TrimSpace(string(boot)))
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()\n", r) })
	dir = filepath.Join(now, fmt.Sprintf("%s-uid%d-exit", strings.Join(words, "-"), os.Geteuid()))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	acc, err := serverAccount()
	if err != nil {
		return "", err
	}
	c := &Cluster{binaries: binaries, account: acc, options: Options{NoSync: true}}
	if err := c.prepareDir(); err != nil {
		return "", err
	}
	if err := c.initdb(ctx, "--wal-segsize=1"); err != nil { // MB: else the log is half of what is copied
		return "", errors.Join(err, c.release())
	}
	c.makeExit(ctx)
	return dir, errors.Join(publish(ctx, c.dir, dir), c.release(), removeOthers(now))
}

// publish puts a copy of the cluster in from under the name dir, so that nobody ever
// sees half of it.
func publish(ctx context.Context, from, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("make the folder of prepared clusters: %w", err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".new-*")
	if err != nil {
		return fmt.Errorf("make the folder of prepared clusters: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := copyCluster(ctx, from, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, dir); err != nil {
		if _, statErr := os.Stat(dir); statErr != nil { // else another process was faster
			return fmt.Errorf("name the prepared cluster: %w", err)
		}
	}
	return nil
}

// removeOthers removes what is beside dir.
func removeOthers(dir string) error {
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return fmt.Errorf("look for old prepared clusters: %w", err)
	}
	for _, e := range entries {
		if e.Name() == filepath.Base(dir) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(filepath.Dir(dir), e.Name())); err != nil {
			return fmt.Errorf("remove an old prepared cluster: %w", err)
		}
	}
	return nil
}

// copyCluster copies the data and the password, with their owners.
func copyCluster(ctx context.Context, from, to string) error {
	out, err := exec.CommandContext(ctx, "cp", "-a", filepath.Join(from, "data"), filepath.Join(from, passwordName), to).CombinedOutput()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("copy the cluster in %s: %w: %s", from, err, strings.TrimSpace(string(out)))
	}
	return nil
}
