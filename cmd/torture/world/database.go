package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/store/pgcluster"
)

// Dump writes a database to a file.
func (w *World) Dump(ctx context.Context, server *pgcluster.Cluster, database string) (file string, err error) {
	file = filepath.Join(w.Dir, fmt.Sprintf("%s.%d.dump", database, len(w.dumps)))
	w.dumps = append(w.dumps, file)
	return file, postgresTool(ctx, "pg_dump", "--format=custom", "--file="+file, server.URL(database))
}

// Restore puts a database back to what a dump holds. Connections to it are cut.
func (w *World) Restore(ctx context.Context, server *pgcluster.Cluster, database, file string) error {
	if err := w.Recreate(ctx, server, database); err != nil {
		return err
	}
	return postgresTool(ctx, "pg_restore", "--dbname="+server.URL(database), file)
}

// Recreate makes a database empty. Connections to it are cut.
func (w *World) Recreate(ctx context.Context, server *pgcluster.Cluster, database string) error {
	name := pgx.Identifier{database}.Sanitize()
	if err := server.Exec(ctx, "drop database "+name+" with (force)"); err != nil {
		return err
	}
	return server.CreateDatabase(ctx, database)
}

func postgresTool(ctx context.Context, program string, args ...string) error {
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		// The arguments hold a password, and are not told.
		return fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// UseOwn goes on with another server for the gateway's database.
func (w *World) UseOwn(ctx context.Context, server *pgcluster.Cluster) error {
	pool, err := pgxpool.New(ctx, server.URL(DatabaseGateway))
	if err != nil {
		return fmt.Errorf("connect to the gateway's database: %w", err)
	}
	w.Gateway.Close()
	w.former = append(w.former, w.Own)
	w.Gateway, w.Own = pool, server
	return nil
}

// Standby is a server that follows another.
type Standby struct {
	*pgcluster.Cluster
}

// UseMIS goes on with another server for the database of the МИС.
func (w *World) UseMIS(ctx context.Context, server *pgcluster.Cluster) error {
	pool, err := pgxpool.New(ctx, server.URL(DatabaseMIS))
	if err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	w.Source.Close()
	w.former = append(w.former, w.MIS)
	w.Source, w.MIS = pool, server
	return nil
}

// UseSource goes on with another database of the server of the МИС.
func (w *World) UseSource(ctx context.Context, database string) error {
	pool, err := pgxpool.New(ctx, w.MIS.URL(database))
	if err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	w.Source.Close()
	w.Source = pool
	w.Options.Env = append(w.Options.Env, "EGISSOGW_SOURCE_DATABASE_URL="+w.MIS.URL(database))
	return nil
}

// StandbyOfMIS starts a server that follows that of the МИС.
func (w *World) StandbyOfMIS(ctx context.Context) (*Standby, error) {
	return w.follow(ctx, w.MIS, "standby-mis")
}

func (w *World) follow(ctx context.Context, server *pgcluster.Cluster, name string) (*Standby, error) {
	c, err := pgcluster.Follow(ctx, server, pgcluster.Options{Dir: filepath.Join(w.Dir, name), NoSync: true, Settings: w.settings})
	if err != nil {
		return nil, err
	}
	s := &Standby{c}
	w.standbys = append(w.standbys, s)
	return s, nil
}

// Standby starts a server that follows that of the gateway's database.
func (w *World) Standby(ctx context.Context, synchronous bool) (*Standby, error) {
	s, err := w.follow(ctx, w.Own, "standby")
	if err != nil {
		return nil, err
	}
	if synchronous {
		for _, statement := range []string{
			"alter system set synchronous_standby_names = '*'", "alter system set synchronous_commit = 'remote_apply'", "select pg_reload_conf()",
		} {
			if err := w.Own.Exec(ctx, statement); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// Pause lets the standby fall behind: it receives nothing any more.
func (s *Standby) Pause(ctx context.Context) error {
	if err := errors.Join(s.Exec(ctx, "alter system set primary_conninfo = ''"), s.Exec(ctx, "select pg_reload_conf()")); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the standby: %w", err)
	}
	defer pool.Close()
	return Until(ctx, "the standby receives nothing", func(ctx context.Context) (yes bool, err error) {
		err = pool.QueryRow(ctx, "select not exists (select from pg_stat_wal_receiver)").Scan(&yes)
		return yes, err
	})
}

// Promote makes the standby a server of its own, with what it has replayed.
func (s *Standby) Promote(ctx context.Context) error {
	return s.Exec(ctx, "select pg_promote()")
}

// mountSmallDisk gives the server of the gateway's database a disk of its own.
func (w *World) mountSmallDisk() error {
	dir := filepath.Join(w.Dir, "disk")
	if err := os.Mkdir(dir, 0o711); err != nil {
		return fmt.Errorf("mount a small disk: %w", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0711", w.Options.SmallDisk)); err != nil {
		return fmt.Errorf("mount a small disk: %w: %w", os.ErrPermission, err)
	}
	w.unmount = func() error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
	return nil
}

// FillDisk leaves the server of the gateway's database no room; free gives it back.
func (w *World) FillDisk() (free func() error, err error) {
	name := filepath.Join(w.Dir, "disk", "ballast")
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("fill the disk: %w", err)
	}
	block := make([]byte, 1<<16)
	for err == nil {
		_, err = f.Write(block)
	}
	return func() error { return errors.Join(f.Close(), os.Remove(name)) }, nil
}
