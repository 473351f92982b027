package mis_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// TestLargeRowStopsOnlyItself: a row may be larger than is let through (it is not
// fetched), or than is allowed; either way it is shown with the same finding.
func TestLargeRowStopsOnlyItself(t *testing.T) {
	const fits, fetched, refused = mis.DefaultRowBytes - 10_000, 2 * mis.DefaultRowBytes, 4 * mis.DefaultRowBytes
	for _, without := range []string{"", "changed_xid"} {
		t.Run("without "+without, func(t *testing.T) {
			s, conn := sourceWithout(t, without, mis.WithPage(10))
			large := map[string]bool{}
			for i := range 25 {
				key := fmt.Sprintf("%02d", i)
				values := "'x'"
				switch {
				case i%10 == 3:
					values, large[key] = fmt.Sprintf("repeat('x', %d)", refused), true
				case i%10 == 5, i == 10:
					values, large[key] = fmt.Sprintf("repeat('x', %d)", fetched), true
				case i == 20:
					values = fmt.Sprintf("repeat('x', %d)", fits)
				}
				exec(t, conn, "insert into egisso_source.fact (row_key, comment) values ('"+key+"', "+values+")")
			}
			for _, pass := range []string{"all", "changed"} {
				from := mis.Cursor{}
				if pass == "changed" {
					_, from = collect(t, s, from)
					exec(t, conn, "update egisso_source.fact set changed_at = now() + '1 second'"+map[bool]string{true: ", changed_xid = pg_current_xact_id()"}[without == ""])
				}
				rows, _ := collect(t, s, from)
				if len(rows) != 25 {
					t.Errorf("%s: %d rows", pass, len(rows))
				}
				for _, row := range rows {
					if !large[row.Key] {
						if row.Record == nil {
							t.Errorf("%s: row %s cannot be read: %v", pass, row.Key, row.Findings)
						}
						continue
					}
					if len(row.Findings) != 1 || row.Record != nil {
						t.Fatalf("%s: row %s: findings %v", pass, row.Key, row.Findings)
					}
					f := row.Findings[0]
					if f.Code != mis.CodeRow || f.Field != "comment" || f.Severity != egisso.Error || !strings.Contains(f.Text, "запись больше 1024 КиБ") {
						t.Errorf("%s: row %s: finding %+v", pass, row.Key, f)
					}
				}
			}
		})
	}
}

// TestLargeRowOfManyColumns: no column alone is too large.
func TestLargeRowOfManyColumns(t *testing.T) {
	s, conn := source(t)
	var names, values []string
	for _, c := range mis.Columns(egisso.RegisterFact) {
		if c.Type == mis.Text && c.Name != "row_key" {
			names, values = append(names, c.Name), append(values, "repeat('1', 400000)")
		}
	}
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('c')")
	exec(t, conn, "insert into egisso_source.fact (row_key, "+strings.Join(names, ", ")+") values ('b', "+strings.Join(values, ", ")+")")
	rows, _ := collect(t, s, mis.Cursor{})
	if f := only(t, rows, "b").Findings; len(rows) != 3 || len(f) != 1 || f[0].Field != "" || !strings.HasPrefix(f[0].Text, "запись больше 1024 КиБ") {
		t.Errorf("%d rows, findings %v", len(rows), f)
	}
	if only(t, rows, "c").Record == nil {
		t.Error("the row after it cannot be read")
	}
}

func TestLargeJSONAndDeletedRows(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `insert into egisso_source.fact (row_key, documents)
		select 'json', jsonb_agg(jsonb_build_object('title', repeat('x', 1000))) from generate_series(1, 4000)`)
	exec(t, conn, "insert into egisso_source.fact (row_key, deleted, comment) values ('deleted', true, repeat('x', 4000000))")
	exec(t, conn, "insert into egisso_source.fact (row_key, record_no) values ('number', repeat('7', 1500)), ('good', '1')")
	rows, _ := collect(t, s, mis.Cursor{})
	if f := only(t, rows, "json").Findings; len(f) != 1 || f[0].Field != "documents" || !strings.Contains(f[0].Text, "запись больше") {
		t.Errorf("json: %v", f)
	}
	if row := only(t, rows, "deleted"); !row.Deleted || len(row.Findings) != 0 {
		t.Errorf("deleted: %v, %v", row.Deleted, row.Findings)
	}
	if row := only(t, rows, "number"); row.RecordNo != "number" || len(row.Findings) != 1 || row.Findings[0].Field != "record_no" {
		t.Errorf("number %.20q: %v", row.RecordNo, row.Findings)
	}
	if only(t, rows, "good").Record == nil {
		t.Error("a good row cannot be read")
	}
}

// TestHugeKey: it is no place to go on from, and known by the same name however it
// was met.
func TestHugeKey(t *testing.T) {
	s, conn := source(t, mis.WithPage(2))
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('b'), ('b' || repeat('x', 5000)), ('b' || repeat('x', 4000000)), ('bb'), ('c'), ('z' || repeat('x', 4000000))")
	names := ""
	for range 2 {
		rows, next := collect(t, s, mis.Cursor{})
		if len(next.String()) > 100 {
			t.Fatalf("cursor %.100s", next)
		}
		seen := map[string]bool{}
		huge := 0
		for _, row := range rows {
			if seen[row.Key] {
				continue // a row may come twice
			}
			seen[row.Key] = true
			if !strings.HasPrefix(row.Key, "md5:") {
				if row.Record == nil {
					t.Errorf("row %.20s: %v", row.Key, row.Findings)
				}
				continue
			}
			huge++
			if len(row.Key) != 36 || len(row.Findings) != 1 || row.Findings[0].Field != "row_key" || !strings.Contains(row.Findings[0].Text, "длиннее 4096 байт") {
				t.Errorf("row %s: %v", row.Key, row.Findings)
			}
		}
		if huge != 3 || len(seen) != 7 {
			t.Errorf("%d rows of huge keys among %d", huge, len(seen))
		}
		found := strings.Join(slices.Sorted(maps.Keys(seen)), " ")
		if names == "" {
			names = found
			exec(t, conn, "delete from egisso_source.fact where length(row_key) > 3000000 and row_key like 'z%'; insert into egisso_source.fact (row_key) values ('z' || repeat('x', 4000000))")
		} else if names != found {
			t.Errorf("keys %s, then %s", names, found)
		}
	}
}

// TestLongNumbers: reading a number takes time with the square of its digits.
func TestLongNumbers(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key, amount) values ('a', repeat('9', 100000)::numeric)")
	exec(t, conn, "alter table egisso_source.local_measure alter cofinancing type json; insert into egisso_source.local_measure (row_key, cofinancing) values ('m', ('[{\"codeFundingSource\": \"0010\", \"quota\": ' || repeat('9', 500000) || '}]')::json)")
	rows, _ := collect(t, s, mis.Cursor{})
	if f := only(t, rows, "a").Findings; len(f) != 1 || !strings.Contains(f[0].Text, "число длиннее 30 знаков") {
		t.Errorf("findings %v", f)
	}
	var found []egisso.Finding
	if _, err := s.Changed(t.Context(), egisso.RegisterMeasure, mis.Cursor{}, func(r mis.Row) error { found = r.Findings; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Field != "cofinancing" || !strings.Contains(found[0].Text, "число длиннее 30 знаков") {
		t.Errorf("findings %v", found)
	}
}
