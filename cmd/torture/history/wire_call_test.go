package history

import (
	"context"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgtest"
)

// A trap of the wire springs at its call: before it, and the call is not made, or after
// it, and its reply is lost.
func TestWire(t *testing.T) {
	ctx, server := t.Context(), pgtest.Cluster(t)
	if err := server.CreateDatabase(ctx, "wire"); err != nil {
		t.Fatal(err)
	}
	direct := server.URL("wire") // by TCP, as the wire goes on
	conn, err := pgx.Connect(ctx, direct)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(ctx, `create table thing (n int)`); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWire(u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	u.Host = w.address()

	for name, c := range map[string]struct {
		trap    trap
		arrives bool // the second insert
		fails   bool
	}{
		"nothing": {trap: trap{call: 9}, arrives: true},
		"amid":    {trap: trap{call: 2}, arrives: true},
		"before":  {trap: trap{call: 2, crash: func() {}}, fails: true},
		"after":   {trap: trap{call: 2, crash: func() {}, late: true}, arrives: true, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			var amid atomic.Int64
			c.trap.before = func() { amid.Store(int64(count(t, conn))) }
			if _, err := conn.Exec(ctx, `truncate thing`); err != nil {
				t.Fatal(err)
			}
			w.revive()
			disturbed, err := pgx.Connect(ctx, u.String())
			if err != nil {
				t.Fatal(err)
			}
			defer disturbed.Close(context.Background())
			w.set(&c.trap)
			if _, err := disturbed.Exec(ctx, `insert into thing values ($1)`, 1); err != nil {
				t.Fatal(err)
			}
			if _, err = disturbed.Exec(ctx, `insert into thing values ($1)`, 2); (err != nil) != c.fails {
				t.Errorf("the second call: %v, must fail: %t", err, c.fails)
			}
			calls, sprung := w.seen()
			if sprung && amid.Load() != 1 {
				t.Errorf("%d rows before the second call", amid.Load())
			}
			if calls < 2 {
				t.Errorf("%d calls by the wire", calls)
			}
			w.set(nil)
			if c.fails {
				if _, err := pgx.Connect(ctx, u.String()); err == nil {
					t.Error("after the crash somebody connects")
				}
				w.revive()
			}
			if got, want := count(t, conn), 1+map[bool]int{true: 1}[c.arrives]; got != want {
				t.Errorf("%d rows in the end, want %d", got, want)
			}
		})
	}
}

func count(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `select count(*) from thing`).Scan(&n); err != nil {
		t.Error(err)
	}
	return n
}
