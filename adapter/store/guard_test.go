package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
)

// Whatever asks, the database refuses moves that cannot be.
func TestDatabaseRefusesImpossibleMoves(t *testing.T) {
	for name, statement := range map[string]string{
		"a sent record becomes blocked":    `update egisso.record set state = 'blocked'`,
		"a sent record becomes waiting":    `update egisso.record set state = 'waiting'`,
		"a queued package is formed again": `update egisso.package set state = 'formed'`,
		"signed bytes change":              `update egisso.message set envelope = 'other'`,
		"a delivered message is pending":   `update egisso.message set state = 'pending'`,
		"an unknown state":                 `update egisso.record set state = 'lost'`,
		"a sent record becomes ready":      `update egisso.record set state = 'ready'`,
		"a sent record changes":            `update egisso.record set provider = 'other'`,
		"a sent element changes":           `update egisso.element set content = '{}'`,
		"a second open record of a row": `insert into egisso.record (id, register, row_key, kind, provider, state)
			select gen_random_uuid(), register, row_key, kind, provider, 'ready' from egisso.record`,
		"an answered package without a result": `update egisso.package set state = 'answered'`,
		"a second live message of a package": `insert into egisso.message (id, package_id, envelope)
			select gen_random_uuid(), package_id, envelope from egisso.message`,
		"a record of no row": `insert into egisso.record (id, register, row_key, kind, provider, state)
			values (gen_random_uuid(), 'fact', 'nobody', 'fact', 'p', 'ready')`,
		"a member of no package":     `insert into egisso.package_record (package_id, ordinal, record_id, kind) select gen_random_uuid(), 1, id, kind from egisso.record`,
		"a member that is no record": `insert into egisso.package_record (package_id, ordinal, record_id, kind) select id, 2, gen_random_uuid(), 'fact' from egisso.package`,
		"a message of nobody":        `insert into egisso.message (id, envelope) values (gen_random_uuid(), '')`,
		"a message changes hands":    `update egisso.message set package_id = null, incoming_id = 'x'`,
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.sent(t, "1")
			if _, err := f.conn.Exec(t.Context(), statement); err == nil {
				t.Error("the database let it happen")
			}
		})
	}
}

func TestErrorsDoNotShowTheUrl(t *testing.T) {
	_, err := store.Open(t.Context(), "postgres://user:secret-word@127.0.0.1:notaport/db")
	if err == nil || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("error %v", err)
	}
}

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

// receive waits for the next value, however long the machine takes within reason.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
		panic("unreachable")
	}
}
