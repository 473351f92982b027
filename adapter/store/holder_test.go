package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/store"
)

// A transaction of the source that does not end is told of once, after ten minutes, and
// shown until it has ended; another one begins anew.
func TestHolder(t *testing.T) {
	f := open(t)
	note := func(xid int64, age time.Duration) (long bool) {
		long, err := f.NoteHolder(t.Context(), store.Holder{XID: xid, Who: "транзакция", Ends: "завершите", Age: age})
		if err != nil {
			t.Fatal(err)
		}
		return long
	}
	shown := func() (n int) {
		st, err := f.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range st.Findings {
			if finding.Code == "source_held" {
				n++
			}
		}
		return n
	}
	if note(7, 0) || shown() != 0 {
		t.Error("one that has just been met is told of")
	}
	f.exec(t, `update egisso.source_holder set since = since - interval '11 minutes'`)
	if !note(7, 0) || note(7, 0) || shown() != 1 {
		t.Error("one that lasts is not told of once")
	}
	// What is seen of it later is said, and changes neither its age nor that it was told of.
	if long, err := f.NoteHolder(t.Context(), store.Holder{XID: 7, Who: "транзакция программы", Ends: "завершите"}); long || err != nil || shown() != 1 {
		t.Errorf("one that is known better begins anew: %v, %v", long, err)
	}
	f.want(t, `select who from egisso.source_holder`, "транзакция программы")
	if note(8, time.Minute) || shown() != 0 {
		t.Error("another one inherits its age")
	}
	if !note(9, time.Hour) || shown() != 1 {
		t.Error("one the source shows the age of is not told of at once")
	}
	if err := f.NoHolder(t.Context()); err != nil || shown() != 0 {
		t.Errorf("it is shown after its end: %v", err)
	}
}
