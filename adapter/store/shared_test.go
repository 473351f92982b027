package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
)

// КМСЗ that comes again and again is kept once, and every answer is read word for word as it
// came, until its own term is over.
func TestLargeContentIsKeptOnce(t *testing.T) {
	t.Parallel()
	f := open(t)
	content := strings.Repeat("<v>0123456789abcdef</v>", 20_000)
	raw := func(id, content string) []byte {
		return []byte(`<e id="` + id + `"><MessagePrimaryContent xmlns="x">` + content + `</MessagePrimaryContent><s>` + id + `</s></e>`)
	}
	came := map[string][]byte{
		"1": raw("1", content), "2": raw("2", content), "3": raw("3", content+"<changed/>"), "4": raw("4", "<small/>"),
		"5": []byte("MessagePrimaryContent" + content), // no element at all
	}
	for id, bytes := range came {
		a := store.InAnswer{ID: id, OriginalMessageID: "x", Kind: "content", Raw: bytes, Verified: true, Speaker: store.Speaker{Listed: true}}
		for range 2 { // and again
			if _, err := f.StoreAnswer(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	unverified := store.InAnswer{ID: "6", Kind: "unknown", Raw: raw("6", content)}
	if _, err := f.StoreAnswer(t.Context(), unverified); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select string_agg(id || ' ' || (octet_length(raw) < 200), ', ' order by id) from egisso.answer`, "1 true, 2 true, 3 true, 4 true, 5 false, 6 false")
	f.want(t, `select count(*)::text from egisso.shared_content`, "2")
	whole := func(id string) {
		t.Helper()
		if got, err := f.InboxBytes(t.Context(), "answer:"+id); err != nil || !bytes.Equal(got, came[id]) {
			t.Errorf("answer %s is not what came (%d bytes), %v", id, len(got), err)
		}
	}
	for id := range came {
		whole(id)
	}
	for _, statement := range []string{
		`update egisso.answer set shared = (select shared from egisso.answer where id = '3') where id = '1'`, `update egisso.answer set shared_at = 1 where id = '1'`,
		`update egisso.answer set shared = null, shared_at = null, shared_size = null where id = '1'`, `update egisso.shared_content set content = 'x'`,
		`delete from egisso.shared_content`, `insert into egisso.shared_content values ('\x01', 'x')`,
	} {
		if _, err := f.conn.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: evidence is rewritten", statement)
		}
	}

	f.exec(t, `update egisso.answer set acked_at = now(), applied_at = now(), received_at = now() - interval '1 year', review = null`)
	prune := func(id, left string) (octets int64) {
		t.Helper()
		octets, pruned, err := f.PruneDocument(t.Context(), store.ArchiveID{Kind: "answer", ID: id}, time.Now(), []byte("{}"))
		if err != nil || !pruned {
			t.Fatalf("answer %s: %v, %v", id, pruned, err)
		}
		f.want(t, `select count(*)::text from egisso.shared_content`, left)
		f.want(t, `select size::text from egisso.pruned where id = '`+id+`'`, fmt.Sprint(len(came[id])))
		return octets
	}
	if octets := prune("1", "2"); octets > 200 {
		t.Errorf("%d bytes went, of which another answer keeps most", octets)
	}
	whole("2")
	if octets := prune("2", "1"); octets != int64(len(came["2"])) {
		t.Errorf("%d bytes went", octets)
	}
	whole("3")
	if fresh, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "2", OriginalMessageID: "x", Kind: "content", Raw: came["2"], Verified: true, Speaker: store.Speaker{Listed: true}}); fresh || err != nil {
		t.Errorf("what was removed comes again: %v, %v", fresh, err)
	}
	f.want(t, `select count(*)::text from egisso.shared_content`, "1")
}
