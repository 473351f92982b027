package world

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"egissogw/adapter/store/pgcluster"
)

// Template is an empty cluster that the servers of all worlds are copied from: a
// copy is made in a moment, a new cluster in seconds.
type Template struct {
	Dir string

	once sync.Once
	err  error
}

// copyTo makes a copy that pgcluster starts as it is.
func (t *Template) copyTo(ctx context.Context, dir string) error {
	t.once.Do(func() { t.err = t.make(ctx) })
	if t.err != nil {
		return t.err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("copy the cluster: %w", err)
	}
	args := []string{"-a"}
	for _, name := range []string{"data", "password", "lock"} {
		args = append(args, filepath.Join(t.Dir, name))
	}
	if out, err := exec.CommandContext(ctx, "cp", append(args, dir)...).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the cluster: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (t *Template) make(ctx context.Context) error {
	// The server's account must enter the folders above it.
	if err := os.Chmod(filepath.Dir(t.Dir), 0o711); err != nil {
		return fmt.Errorf("make a cluster to copy: %w", err)
	}
	c, err := pgcluster.Start(ctx, pgcluster.Options{Dir: t.Dir, NoSync: true, Keep: true})
	if err != nil {
		return err
	}
	return c.Stop()
}
