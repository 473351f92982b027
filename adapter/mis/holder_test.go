package mis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis"
	"egissogw/adapter/store/pgcluster"
	"egissogw/adapter/store/pgtest"
)

// The transaction that keeps changes from being read is found in any database of the
// server, and named as far as the role may see it.
func TestHolder(t *testing.T) {
	s, conn := source(t)
	if h, err := s.Holder(t.Context()); h != nil || err != nil {
		t.Fatalf("%v, %v though nothing runs", h, err)
	}
	neighbour := connect(t, pgtest.Empty(t))
	exec(t, neighbour, "set application_name = 'forgetful'; create table t (i int)")
	exec(t, neighbour, "begin; insert into t values (1)")
	if h, err := s.Holder(t.Context()); h != nil || err != nil {
		t.Errorf("%v, %v though nothing newer is there", h, err)
	}
	exec(t, conn, "create table newer (i int)")
	h, err := s.Holder(t.Context())
	if err != nil || h == nil || h.Prepared || h.PID != int(neighbour.PgConn().PID()) || h.Name != "forgetful" || h.XID == 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	if !strings.Contains(h.String(), fmt.Sprint(h.PID)) || !strings.Contains(h.Ends(), fmt.Sprintf("pg_terminate_backend(%d)", h.PID)) {
		t.Errorf("%s; %s", h, h.Ends())
	}
	exec(t, neighbour, "rollback")
	if h, err := s.Holder(t.Context()); h != nil || err != nil {
		t.Errorf("%v, %v after its end", h, err)
	}
}

// A prepared transaction that everybody forgot, in another database of the server, holds the
// cursor like a session, and is named with the way to end it; a role that may not see other
// sessions learns that there is one, and what to grant.
func TestPreparedHolderInAnotherDatabase(t *testing.T) {
	t.Parallel()
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{NoSync: true, Settings: map[string]string{"max_prepared_transactions": "2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop() })
	for _, name := range []string{"mis", "neighbour"} {
		if err := c.CreateDatabase(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	admin, neighbour := connect(t, c.SocketURL("mis")), connect(t, c.SocketURL("neighbour"))
	holder := func(role string) *mis.Holder {
		t.Helper()
		cfg, err := pgxpool.ParseConfig(c.SocketURL("mis"))
		if err != nil {
			t.Fatal(err)
		}
		if role != "" {
			cfg.ConnConfig.RuntimeParams["role"] = role
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		h, err := mis.Open(t.Context(), pool, "").Holder(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	exec(t, neighbour, "create table t (i int)")
	exec(t, neighbour, "begin; insert into t values (1); prepare transaction 'forgotten'")
	exec(t, admin, "create role blind; create table newer (i int)")
	h := holder("")
	if h == nil || !h.Prepared || h.Name != "forgotten" || h.Database != "neighbour" || h.XID == 0 {
		t.Fatalf("%+v", h)
	}
	if want := `подготовленная транзакция "forgotten" базы neighbour`; h.String() != want || h.Ends() != "в базе neighbour: commit prepared или rollback prepared 'forgotten'" {
		t.Errorf("%s; %s", h, h.Ends())
	}
	exec(t, neighbour, "rollback prepared 'forgotten'")
	exec(t, neighbour, "begin; insert into t values (2)")
	exec(t, admin, "create table newest (i int)")
	if h := holder("blind"); h == nil || h.PID == 0 || h.Name != "" || h.Age != 0 || !strings.Contains(h.String(), "grant pg_read_all_stats") {
		t.Errorf("seen by a role without rights: %+v", h)
	}
}
