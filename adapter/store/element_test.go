package store_test

import (
	"testing"

	"egissogw/adapter/egisso/lifecycle"
)

// TestElementsShareContentWithTheirRows: what an element says is stored once, and stays what
// it was when the source says something else or nothing.
func TestElementsShareContentWithTheirRows(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"), row("3", "c"))
	f.follow(t, false, lifecycle.Ready)
	f.want(t, `select string_agg(row_key || coalesce(content::text, ''), ' ' order by row_key) from egisso.element`, "1 2 3")
	f.exec(t, `update egisso.element set measure_id = gen_random_uuid() where row_key <> '1'; update egisso.element set category_id = gen_random_uuid() where row_key = '3'`)
	f.form(t)
	for _, e := range f.sign(t).Elements {
		f.want(t, `select content = '`+string(e.Content)+`' from egisso.element_content where id = '`+e.ID.String()+`'`, "true")
	}
	f.saveRows(t, row("1", "corrected"), deleted("2"))
	const said = `select string_agg(r.row_key || ' ' || (e.content ->> 'content'), ', ' order by r.row_key) from egisso.record r join egisso.element_content e using (id)`
	f.want(t, said, "1 a, 2 b, 3 c")
	f.want(t, `select string_agg(r.row_key || (e.content ->> 'content'), ' ' order by r.row_key) from egisso.record r join egisso.element e using (id) where e.row_key is null`, "1a 2b")
	for _, statement := range []string{
		`update egisso.element set measure_id = gen_random_uuid() where row_key = '3'`,
		`update egisso.element set row_key = '1' where row_key = '3'`,
		`update egisso.element set content = '{"content": "x"}' where row_key is null`,
	} {
		if _, err := f.conn.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: not refused", statement)
		}
	}
	f.want(t, said, "1 a, 2 b, 3 c")
}
