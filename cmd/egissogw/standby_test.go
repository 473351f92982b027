package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/store/pgcluster"
	"egissogw/adapter/store/pgtest"
)

// A standby that can be read shows what it has, and is named as what it is by whatever
// meets it.
func TestHotStandbyIsTold(t *testing.T) {
	t.Parallel()
	env := ready(t)
	dir := filepath.Join(pgtest.Cluster(t).Dir(), "standby") // where PostgreSQL's account may go
	started := func(o pgcluster.Options) *pgcluster.Cluster {
		c, err := pgcluster.Start(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := started(pgcluster.Options{Dir: dir, Keep: true})
	if err := migrateDatabase(t.Context(), c.SocketURL("postgres")); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "standby.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c = started(pgcluster.Options{Dir: dir})
	t.Cleanup(func() { _ = c.Stop() })

	env = maps.Clone(env)
	env["EGISSOGW_DATABASE_URL"] = c.SocketURL("postgres")
	for command, want := range map[string]struct {
		code int
		text string
	}{
		"check":   {exitFailed, "резервный сервер PostgreSQL"},
		"status":  {exitTrouble, "резервный сервер PostgreSQL"},
		"migrate": {exitFailed, "открыта только для чтения"},
	} {
		code, out, errs := run(t, env, command)
		if code != want.code || !strings.Contains(out+errs, want.text) {
			t.Errorf("%s: code %d:\n%s%s", command, code, out, errs)
		}
	}
	if err := c.Exec(context.WithoutCancel(t.Context()), "select pg_promote()"); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := run(t, env, "check"); code != exitOK {
		t.Errorf("after it was promoted: code %d:\n%s%s", code, out, errs)
	}
}
