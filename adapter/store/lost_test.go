package store_test

import (
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// A protocol of a package that is not here is told from a stranger's by the records it names.
func TestProtocolOfALostPackage(t *testing.T) {
	f := open(t)
	f.sent(t, "1")
	for id, c := range map[string]struct {
		named uuid.UUID
		want  string
	}{
		"lost":    {recordID("1"), lifecycle.LostPackage},
		"foreign": {recordID("2"), "чужой"},
	} {
		if _, err := f.StoreAnswer(t.Context(), store.InAnswer{
			ID: id, OriginalMessageID: uuid.NewString(), Kind: "content", Raw: []byte("raw"), Body: []byte("body"), Verified: true, Speaker: store.Speaker{Listed: true},
		}); err != nil {
			t.Fatal(err)
		}
		found, err := f.ApplyNext(t.Context(), func(store.InAnswer, *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
			return lifecycle.Verdict{Note: "n", Stranger: "чужой", Named: []uuid.UUID{c.named}}, nil
		})
		if err != nil || !found {
			t.Fatal(found, err)
		}
		f.want(t, `select review from egisso.answer where id = '`+id+`'`, c.want)
		f.want(t, `select body is null from egisso.answer where id = '`+id+`'`, "true") // kept once, in raw
	}
	const known = `select count(*) from egisso.inbox where trouble = 'stranger' and text like 'Протокол пакета, которого%'`
	f.want(t, known, "1")
	// A database that was brought back decides on its rows after the answer came.
	look := func(want string) {
		t.Helper()
		if err := f.KnowLostPackages(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.want(t, known, want)
	}
	look("1")
	f.sent(t, "2")
	look("2")
}
