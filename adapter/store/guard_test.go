package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// Whoever moves a record dates the move, and says nothing else than the truth.
func TestEveryMoveIsDated(t *testing.T) {
	for _, said := range []string{"", ", state_at = '2001-01-01'", ", state_at = now() + interval '1 day'", ", state_at = clock_timestamp()"} {
		f := open(t)
		f.sent(t, "1")
		f.exec(t, `update egisso.record set state_at = '2001-01-01'`)
		f.exec(t, `update egisso.record set state = 'accepted'`+said)
		f.want(t, `select state_at between now() - interval '1 minute' and now() from egisso.record`, "true")
	}
}

// moves are what the database may let happen without looking at anything but the state
// (jobs/README.md#states), written here once more: a wrong table is found.
var moves = map[string]map[string]string{
	"record": {
		"ready": "blocked dropped packed waiting", "waiting": "blocked dropped ready", "blocked": "dropped ready waiting",
		"packed":   "accepted accepted_with_warnings rejected",
		"accepted": "", "accepted_with_warnings": "", "rejected": "blocked dropped ready waiting", "dropped": "blocked ready waiting",
	},
	"package": {
		"formed": "dissolved send_failed signed", "signed": "answered dissolved queued send_failed", "queued": "answered expired send_failed",
		"answered": "", "send_failed": "", "expired": "answered send_failed", "dissolved": "",
	},
	"message": {"pending": "in_doubt refused", "in_doubt": "delivered refused", "delivered": "", "refused": ""},
}

// TestGuardsKnowEveryMove tries every pair of states.
func TestGuardsKnowEveryMove(t *testing.T) {
	f := open(t)
	for subject, states := range moves {
		for from, allowed := range states {
			for to := range states {
				if from == to {
					continue
				}
				t.Run(subject+" from "+from+" to "+to, func(t *testing.T) {
					tx, err := f.conn.Begin(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = tx.Rollback(t.Context()) }()
					id := inState(t, tx, subject, from)
					also := ""
					if to == "answered" {
						also = ", result = 'accepted'"
					}
					_, err = tx.Exec(t.Context(), fmt.Sprintf(`update egisso.%s set state = $2%s where id = $1`, subject, also), id, to)
					if want := slices.Contains(strings.Fields(allowed), to); (err == nil) != want {
						t.Errorf("allowed %v, want %v: %v", err == nil, want, err)
					}
				})
			}
		}
	}
}

// inState makes a record, package or message in a state, and returns its id.
func inState(t *testing.T, tx pgx.Tx, subject, state string) (id string) {
	t.Helper()
	const aPackage = `insert into egisso.package (id, register, format, format_version, provider, record_count, state, result)
		values (gen_random_uuid(), 'fact', '10.06.S', '1', 'p', 1, $1::text, case when $1::text = 'answered' then 'accepted' end) returning id::text`
	insert := map[string]string{
		"record": `insert into egisso.record (id, register, row_key, kind, provider, state, package_id)
			values (gen_random_uuid(), 'fact', 'a', 'fact', 'p', $1, (select id from egisso.package)) returning id::text`,
		"package": aPackage,
		"message": `insert into egisso.message (id, package_id, envelope, state) values (gen_random_uuid(), (select id from egisso.package), '', $1) returning id::text`,
	}
	if subject != "package" {
		inState(t, tx, "package", "queued")
	}
	if subject == "record" {
		if _, err := tx.Exec(t.Context(), `insert into egisso.source_row (register, row_key, record_no, changed_at) values ('fact', 'a', '', now())`); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.QueryRow(t.Context(), insert[subject], state).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
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
