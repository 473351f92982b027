package store_test

import (
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
)

// TestAReviewEndsWithItsCause: that a package was refused as a whole is nothing to look at once
// each of its records has an end; what else people are asked about stays.
func TestAReviewEndsWithItsCause(t *testing.T) {
	refusals := map[string]lifecycle.Verdict{
		"by the bus": {Failed: true, Info: "отклонён", Review: "проверьте причину"},
		"by ЕГИССО":  {Returned: true, Info: "отклонён", Review: "проверьте причину"},
	}
	for name, refusal := range refusals {
		f := open(t)
		_, m := f.sent(t, "1", "2")
		f.answer(t, "a1", m, refusal)
		for _, ends := range []struct {
			does, found string
		}{
			{`select`, "1 todo; отклонён"}, // both wait for the next package
			{`update egisso.record set state = 'dropped' where row_key = '1'`, "1 todo; отклонён"},
			{`update egisso.record set state = 'dropped' where row_key = '2'`, "0; отклонён; исход всех записей пакета с тех пор известен"},
		} {
			f.exec(t, ends.does)
			if _, err := f.EndReviews(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.want(t, `select concat_ws(' ', count(*), min(h.severity)) || '; ' || (select info from egisso.package) from egisso.health h where h.code = 'package'`, ends.found)
		}
		// What is asked about what came later is another question, though all records have ends.
		f.exec(t, `update egisso.package set review = 'проверьте причину', review_of_records = true`)
		f.answer(t, "a2", m, lifecycle.Verdict{Info: "пришёл поздно", Review: "сверьте записи", Late: map[uuid.UUID]lifecycle.State{recordID("1"): lifecycle.Accepted}})
		f.want(t, `select review is not null from egisso.package`, "true")
		if n, err := f.EndReviews(t.Context()); err != nil || n != 0 {
			t.Errorf("%s: %d reviews ended, %v", name, n, err)
		}
	}
}
