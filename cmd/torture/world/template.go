package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgcluster"
)

// Template is a cluster that the servers of all worlds are copied from: a copy is made in a
// moment, a new cluster in seconds. Its МИС is empty, its gateway's database is that of the
// product, with the service on.
type Template struct {
	dir      string
	programs *Programs

	once sync.Once
	err  error
}

// NewTemplate returns a template that is made in dir when the first world asks for it;
// programs fill its databases.
func NewTemplate(dir string, programs *Programs) *Template {
	return &Template{dir: dir, programs: programs}
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
		args = append(args, filepath.Join(t.dir, name))
	}
	if out, err := exec.CommandContext(ctx, "cp", append(args, dir)...).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the cluster: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (t *Template) make(ctx context.Context) error {
	// The server's account must enter the folders above it.
	if err := os.Chmod(filepath.Dir(t.dir), 0o711); err != nil {
		return fmt.Errorf("make a cluster to copy: %w", err)
	}
	// The one the tests' servers are copied from, too. Without it initdb makes one.
	empty, err := pgcluster.Prepare(ctx, filepath.Join(t.programs.Module, ".cache", "pgtest"))
	if err != nil {
		empty = ""
	}
	c, err := pgcluster.Start(ctx, pgcluster.Options{Dir: t.dir, From: empty, NoSync: true, Keep: true})
	if err != nil {
		return err
	}
	return errors.Join(t.fill(ctx, c), c.Stop())
}

func (t *Template) fill(ctx context.Context, c *pgcluster.Cluster) error {
	for _, database := range []string{DatabaseMIS, DatabaseGateway} {
		if err := c.CreateDatabase(ctx, database); err != nil {
			return err
		}
	}
	conn, err := pgx.Connect(ctx, c.URL(DatabaseMIS))
	if err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	if err := errors.Join(refmis.Install(ctx, conn), conn.Close(ctx)); err != nil {
		return err
	}
	program, err := t.programs.Path(Product)
	if err != nil {
		return err
	}
	for _, args := range preparation {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Env = []string{"EGISSOGW_DATABASE_URL=" + c.URL(DatabaseGateway)}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("egissogw %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// preparation is what makes a gateway's database of an empty one, and switches the service on.
var preparation = [][]string{{"migrate"}, {"signing", "on", "--reason", "проверка"}}
