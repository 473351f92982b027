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
	primary, err := Start(ctx, Options{NoSync: true, From: PreparedForTests(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = primary.Stop() }()
	standby, err := Follow(ctx, primary, Options{Dir: filepath.Join(primary.Dir(), "standby"), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = standby.Stop() }()
	onPrimary, onStandby := connection(ctx, t, primary), connection(ctx, t, standby)
	exec := func(conn *pgx.Conn, statement string) {
		t.Helper()
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	exec(onPrimary, "create table t as select 1 as i")
	await(ctx, t, onStandby, "select to_regclass('t') is not null")
	exec(onStandby, "alter system set primary_conninfo = ''")
	exec(onStandby, "select pg_reload_conf()")
	await(ctx, t, onStandby, "select not exists (select from pg_stat_wal_receiver)")
	exec(onPrimary, "insert into t values (2)")
	if err := primary.Crash(); err != nil {
		t.Fatal(err)
	}
	exec(onStandby, "select pg_promote()")
	exec(onStandby, "insert into t values (3)")
	var n int
	if err := onStandby.QueryRow(ctx, "select count(*) from t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 2 {
		t.Errorf("%d rows, want the first and the last of three", n)
	}
}

func connection(ctx context.Context, t *testing.T, c *Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(ctx, c.SocketURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// await waits until the query says yes.
func await(ctx context.Context, t *testing.T, conn *pgx.Conn, query string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var yes bool
		if err := conn.QueryRow(ctx, query).Scan(&yes); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if yes {
			return
		}
		<-tick.C
	}
}
