package jobs_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/google/uuid"
)

// released gives the records of packages back whose answer has not been taken from the bus.
func (w *world) released(query string) {
	w.Helper()
	w.exec(`update egisso.package set state = 'expired' where state = 'queued' and id in (` + query + `)`)
	for id := w.text(`select coalesce(min(id::text), '') from egisso.package where state = 'expired'`); id != ""; id = w.text(`select coalesce(min(id::text), '') from egisso.package where state = 'expired'`) {
		if _, err := w.store.ReleasePackage(w.Context(), uuid.MustParse(id), "проверка"); err != nil {
			w.Fatal(err)
		}
	}
}

// TestALateProtocolOfAReleasedPackage: what ЕГИССО had accepted when a package was released is
// held, once its protocol comes: one that waits is not sent again; one that the МИС changed
// meanwhile goes as an alteration; one that went again and was refused as there already needs
// nobody to say what that means; one whose row has gone since is removed.
func TestALateProtocolOfAReleasedPackage(t *testing.T) {
	w := newWorld(t, 4, io.Discard, nil)
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for range 4 {
		w.run(w.decide)
		w.run(w.form)
		w.run(w.sign)
		w.run(w.send)
	}
	w.idle()
	if n := w.count(`select count(*) from egisso.package where state = 'queued'`); n != 4 {
		t.Fatalf("%d packages are on their way", n)
	}
	ids := make([]int64, 4)
	for i := range ids {
		ids[i] = int64(w.count(`select id from mis.recipe order by id offset $1 limit 1`, i))
	}
	of := func(i int) string {
		return fmt.Sprintf(`select package_id from egisso.record where register = 'fact' and row_key = '%d'`, ids[i])
	}
	w.released(of(2))
	w.run(w.decide)
	w.run(w.form)
	w.run(w.sign)
	w.run(w.send)
	w.idle()
	w.released(`select id from egisso.package where id in (` + of(0) + ` union ` + of(1) + ` union ` + of(3) + `)`)
	w.more(ids[1])
	w.cancel(ids[3])
	w.run(w.collect)
	w.run(w.decide)
	w.run(w.receive)
	w.run(w.apply)
	w.run(w.decide)
	w.wantText(`select count(*) || ' ' || min(late) || ' ' || max(late) from egisso.package_record where late is not null`, "4 accepted accepted")
	w.wantText(`select row_key || ' ' || coalesce(unconfirmed, false) || ' ' || (accepted_id is not null) from egisso.source_row where register = 'fact' order by row_key`,
		fmt.Sprintf("%d false true\n%d true true\n%d false true\n%d false true", ids[0], ids[1], ids[2], ids[3]))
	w.everything()
	w.run(w.decide)
	w.wantText(`select row_key || ' ' || kind || ' ' || state from egisso.record where register = 'fact' and state <> 'dropped'`, fmt.Sprintf("%d alterationBasedOnPreviousErrors accepted\n%d errorsInvalidation accepted", ids[1], ids[3]))
	w.wantText(`select distinct reason_code from egisso.record where register = 'fact' and state = 'dropped' order by 1`, "accepted_late\nnot_needed")
	w.wantText(`select review from egisso.package where review is not null`, "")
	w.once()
}
