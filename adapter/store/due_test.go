package store_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestDueReadsNoTable: the looks whether there may be work are planned once, also in a database that is still
// empty and was never analysed; each of them is of an index that holds such work alone.
func TestDueReadsNoTable(t *testing.T) {
	f := open(t)
	source := f.text(t, `select prosrc from pg_proc where oid = 'egisso.due()'::regprocedure`)
	looks := strings.Split(source, "exists (")[1:]
	if len(looks) < 12 {
		t.Fatalf("%d looks", len(looks))
	}
	f.exec(t, `set search_path = egisso; set enable_seqscan = off`)
	used := regexp.MustCompile(`Index (?:Only )?Scan using (\w+)`)
	for _, look := range looks {
		look, _, _ = strings.Cut(look, ") then '")
		plan := strings.Join(lines(t, f.conn, "explain (costs off) select exists ("+look+")"), "\n")
		index := used.FindStringSubmatch(plan)
		if index == nil || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%s\n%s", look, plan)
			continue
		}
		f.want(t, `select indpred is not null from pg_index where indexrelid = 'egisso.`+index[1]+`'::regclass`, "true")
	}
}
