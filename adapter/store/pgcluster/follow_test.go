package pgcluster

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A standby shows what its primary has, and when it is promoted what it had
// received.
func TestStandby(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	primary, err := Start(ctx, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = primary.Stop() }()
	standby, err := Follow(ctx, primary, Options{Dir: filepath.Join(primary.Dir(), "standby"), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = standby.Stop() }()
	exec := func(c *Cluster, statement string) {
		t.Helper()
		if err := c.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	count := func(c *Cluster) (n int) {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(ctx) }()
		if err := conn.QueryRow(ctx, "select count(*) from t").Scan(&n); err != nil {
			return 0 // the table has not come yet
		}
		return n
	}
	exec(primary, "create table t as select 1 as i")
	for count(standby) == 0 && ctx.Err() == nil {
	}
	exec(standby, "alter system set primary_conninfo = ''")
	exec(standby, "select pg_reload_conf()")
	for received(ctx, t, standby) && ctx.Err() == nil {
	}
	exec(primary, "insert into t values (2)")
	if err := primary.Crash(); err != nil {
		t.Fatal(err)
	}
	exec(standby, "select pg_promote()")
	exec(standby, "insert into t values (3)")
	if n := count(standby); n != 2 {
		t.Errorf("%d rows, want the first and the last of three", n)
	}
}

// received reports whether the standby still receives.
func received(ctx context.Context, t *testing.T, c *Cluster) (yes bool) {
	t.Helper()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, "select exists (select from pg_stat_wal_receiver)").Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}
