package mis_test

import (
	"fmt"
	"strings"
	"testing"

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
