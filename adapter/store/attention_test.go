package store_test

import (
	"testing"

	"egissogw/adapter/store"
)

// What needs attention is counted with packages whose term is over, and an answer that was
// tampered with is there until a person has seen it: on the bus's queue or no more.
func TestWhatNeedsAttention(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.sent(t, "1")
	wants := func(review, unverified int, what string) {
		t.Helper()
		st, err := f.Status(t.Context())
		if err != nil || st.NeedReview != review || st.Unverified != unverified {
			t.Errorf("%s: %d packages to look at, %d answers not believed, %v", what, st.NeedReview, st.Unverified, err)
		}
		for code, n := range map[string]int{"expired": review, "unverified": unverified} {
			if found := finding(t, f, code) != ""; found != (n > 0) {
				t.Errorf("%s: finding %s %v", what, code, found)
			}
		}
	}
	wants(0, 0, "all is well")
	if expired, err := f.Expire(t.Context(), 0); err != nil || len(expired) != 1 {
		t.Fatal(expired, err)
	}
	wants(1, 0, "the term is over")
	for _, id := range []string{"queued", "refused"} {
		if _, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: id, Kind: "content", Raw: []byte("<forged/>"), Problem: "digest"}); err != nil {
			t.Fatal(err)
		}
	}
	f.exec(t, `update egisso.answer set acked_at = now() where id = 'refused'`)
	wants(1, 2, "answers were tampered with")
	f.text(t, `egisso.inbox_acknowledge('answer:queued', 'проверено')`)
	wants(1, 1, "one is taken off the queue")
	f.text(t, `egisso.inbox_finish('answer:refused', 'проверено')`)
	wants(1, 0, "the other was looked at")
}
