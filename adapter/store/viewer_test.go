package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// Today: three records left, one of them was accepted and one rejected; one more waits.
func TestDaily(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("4", "a"))
	f.decideAll(t, lifecycle.Waiting)
	_, m := f.sent(t, "1", "2", "3")
	verdict := lifecycle.Verdict{Result: lifecycle.PackagePartial, Outcomes: outcomes(lifecycle.Accepted, "1")}
	verdict.Outcomes[recordID("2")] = lifecycle.Rejected
	f.answer(t, "a1", m, verdict)
	v := f.Viewer(time.Minute)
	now, err := f.Time(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	days, err := v.Daily(t.Context(), now, time.UTC, 3)
	if err != nil || len(days) != 3 {
		t.Fatalf("%v, %v", days, err)
	}
	if got := fmt.Sprint(days[1].Unfinished, days[2].Sent, days[2].Accepted, days[2].Rejected, days[2].Unfinished); got != "0 3 1 1 2" {
		t.Errorf("%s of %+v", got, days)
	}
	list, next, err := v.Records(t.Context(), store.RecordPage{Register: egisso.RegisterFact, State: "rejected", Limit: 10})
	if err != nil || next != "" || len(list) != 1 || list[0].Key != "2" {
		t.Errorf("rejected: %+v, %q, %v", list, next, err)
	}
}

// Who looks waits for nobody longer than the term, and reads with one core.
func TestLookingIsBounded(t *testing.T) {
	f := open(t)
	tx, err := f.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), `lock table egisso.package in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	_, err = f.Viewer(10*time.Millisecond).Journal(t.Context(), store.JournalPage{Limit: 1})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != pgerrcode.QueryCanceled {
		t.Errorf("the journal of a locked table: %v", err)
	}
}
