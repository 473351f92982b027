package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store/pgcluster"
)

// Options say what stands in a world.
type Options struct {
	Programs  *Programs
	Template  *Template
	Source    refmis.Options          // what the МИС holds
	Gateways  int                     // how many run beside each other
	Env       []string                // further variables of the gateways
	Archive   bool                    // they keep evidence outside the database, in ArchiveDir
	Bus       func(*smevtest.Options) // changes the simulator before it starts
	Separate  bool                    // МИС and gateway have a server each
	SmallDisk int                     // MiB of the disk the gateway's server has to itself; needs root
	Postgres  map[string]string       // settings of the servers
	// MISEnv and OwnEnv are the environment of the servers of the one and the other; InDir in
	// them is the folder of the world.
	MISEnv, OwnEnv []string
	Build          string // variant of the program, see Programs
	Commands       string // the same for its commands
}

// World is everything a scenario plays in.
type World struct {
	Dir      string
	Options  Options
	MIS      *pgcluster.Cluster // the server of the МИС
	Own      *pgcluster.Cluster // of the gateway's database; the same one unless Separate
	Source   *pgxpool.Pool      // database of the МИС
	Gateway  *pgxpool.Pool      // database of the gateway
	Bus      *Bus
	Gateways []*Gateway
	Manifest refmis.Manifest
	Kills    int  // of whatever kind
	Removed  int  // facts the МИС removed by itself
	Keep     bool // the folder stays

	keys keys
	seed uint64

	settings map[string]string // of the servers
	dumps    []string
	former   []*pgcluster.Cluster // servers the gateways do not use any more
	standbys []*Standby
	unmount  func() error // the small disk
	mu       sync.Mutex
	peak     Usage
	stop     chan struct{}
	watch    sync.WaitGroup
}

// Databases of the world.
const (
	DatabaseMIS     = "mis"
	DatabaseGateway = "gateway"
)

// New builds a world. Gateways are not started yet. After an error nothing is left.
func New(ctx context.Context, o Options) (w *World, err error) {
	w = &World{Options: o, stop: make(chan struct{}), seed: o.Source.Seed}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
			w = nil
		}
	}()
	if w.Dir, err = os.MkdirTemp("", "egissogw-torture-"); err != nil {
		return w, fmt.Errorf("make a folder: %w", err)
	}
	// The server of PostgreSQL may run with another account.
	if err = os.Chmod(w.Dir, 0o711); err != nil {
		return w, fmt.Errorf("make a folder: %w", err)
	}
	if o.Archive {
		if err = os.Mkdir(w.ArchiveDir(), 0o700); err != nil {
			return w, fmt.Errorf("make a folder: %w", err)
		}
		w.Options.Env = append(slices.Clone(o.Env), "EGISSOGW_ARCHIVE_DIR="+w.ArchiveDir())
	}
	w.Options.MISEnv, w.Options.OwnEnv = w.inDir(o.MISEnv), w.inDir(o.OwnEnv)
	if err = w.startServers(ctx); err != nil {
		return w, err
	}
	if err = w.fillSource(ctx); err != nil {
		return w, err
	}
	if w.keys, err = makeKeys(w.Dir); err != nil {
		return w, err
	}
	if w.Bus, err = startBus(ctx, w.Dir, w.keys, o.Bus); err != nil {
		return w, err
	}
	for n := range max(o.Gateways, 1) {
		w.Gateways = append(w.Gateways, &Gateway{world: w, Number: n + 1, Build: o.Build})
	}
	// The template's is that of the product, made while the clock was right.
	if o.Commands != Product || len(o.OwnEnv) > 0 {
		if err = errors.Join(w.Recreate(ctx, w.Own, DatabaseGateway), w.PrepareGateway(ctx)); err != nil {
			return w, err
		}
	}
	w.watch.Go(w.measure)
	return w, nil
}

// InDir stands for the folder of the world in the environment of a server.
const InDir = "{dir}"

func (w *World) inDir(env []string) (found []string) {
	for _, entry := range env {
		found = append(found, strings.ReplaceAll(entry, InDir, w.Dir))
	}
	return found
}

// ArchiveDir is the folder in which gateways keep evidence outside the database, if they do.
func (w *World) ArchiveDir() string { return filepath.Join(w.Dir, "archive") }

// startServers starts copies of the template: every server has both databases.
func (w *World) startServers(ctx context.Context) (err error) {
	settings := map[string]string{
		// What was committed survives a crash of the server, not of the machine.
		"fsync": "off", "synchronous_commit": "on", "full_page_writes": "on",
		"max_prepared_transactions": "4", "max_connections": "120",
	}
	for name, value := range w.Options.Postgres {
		settings[name] = value
	}
	w.settings = settings
	start := func(name string, env []string) (*pgcluster.Cluster, error) {
		dir := filepath.Join(w.Dir, name)
		if err := w.Options.Template.copyTo(ctx, dir); err != nil {
			return nil, err
		}
		return pgcluster.Start(ctx, pgcluster.Options{Dir: dir, NoSync: true, Settings: settings, Env: env})
	}
	if w.MIS, err = start("mis", w.Options.MISEnv); err != nil {
		return err
	}
	w.Own = w.MIS
	if w.Options.SmallDisk > 0 {
		if err := w.mountSmallDisk(); err != nil {
			return err
		}
	}
	if w.Options.Separate {
		name := "own"
		if w.unmount != nil {
			name = "disk/own"
		}
		if w.Own, err = start(name, w.Options.OwnEnv); err != nil {
			return err
		}
	}
	if w.Source, err = pgxpool.New(ctx, w.MIS.URL(DatabaseMIS)); err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	if w.Gateway, err = pgxpool.New(ctx, w.Own.URL(DatabaseGateway)); err != nil {
		return fmt.Errorf("connect to the gateway's database: %w", err)
	}
	return nil
}

func (w *World) fillSource(ctx context.Context) error {
	return w.source(ctx, func(conn *pgx.Conn) (err error) {
		w.Manifest, err = refmis.Generate(ctx, conn, w.Options.Source)
		return err
	})
}

// source runs fn on a connection to the МИС.
func (w *World) source(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := w.Source.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to the МИС: %w", err)
	}
	defer conn.Release()
	return fn(conn.Conn())
}

// PrepareGateway makes the gateway's database of an empty one.
func (w *World) PrepareGateway(ctx context.Context) error {
	for _, args := range preparation {
		if _, err := w.Run(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// Close ends everything and removes the folder.
func (w *World) Close() error {
	close(w.stop)
	w.watch.Wait()
	var problems []error
	for _, g := range w.Gateways {
		g.Kill()
	}
	if w.Bus != nil {
		problems = append(problems, w.Bus.close())
	}
	for _, pool := range []*pgxpool.Pool{w.Source, w.Gateway} {
		if pool != nil {
			pool.Close()
		}
	}
	for _, server := range w.servers() {
		problems = append(problems, server.Stop()) // a second time does nothing
	}
	if w.unmount != nil {
		problems = append(problems, w.unmount())
	}
	if w.Dir != "" && !w.Keep {
		problems = append(problems, os.RemoveAll(w.Dir))
	}
	return errors.Join(problems...)
}

// servers are all there are.
func (w *World) servers() (list []*pgcluster.Cluster) {
	for _, s := range w.standbys {
		list = append(list, s.Cluster)
	}
	for _, c := range append(w.former, w.Own, w.MIS) {
		if c != nil {
			list = append(list, c)
		}
	}
	return list
}

// Start starts every gateway that does not run.
func (w *World) Start() error {
	for _, g := range w.Gateways {
		if err := g.Start(); err != nil {
			return err
		}
	}
	return nil
}

// Logs are the files the gateways and their commands wrote.
func (w *World) Logs() ([]string, error) { return filepath.Glob(filepath.Join(w.Dir, "*.log")) }

// Pause waits, unless ctx ends.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// Until waits for a condition.
func Until(ctx context.Context, what string, condition func(context.Context) (bool, error)) error {
	var last error
	for {
		done, err := condition(ctx)
		if err == nil && done {
			return nil
		}
		if err != nil {
			last = err
		}
		if err := Pause(ctx, 20*time.Millisecond); err != nil {
			return errors.Join(fmt.Errorf("wait until %s: %w", what, err), last)
		}
	}
}

// Reached waits until a query of the gateway's database says true.
func (w *World) Reached(ctx context.Context, what, query string) error {
	return Until(ctx, what, func(ctx context.Context) (yes bool, err error) {
		err = w.Gateway.QueryRow(ctx, query).Scan(&yes)
		return yes, err
	})
}
