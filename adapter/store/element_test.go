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
	f.want(t, `select (select count(*) from egisso.record where said) || ' ' || (select count(*) from egisso.element)`, "3 0")
	f.exec(t, `update egisso.record set measure_id = gen_random_uuid() where row_key <> '1'; update egisso.record set category_id = gen_random_uuid() where row_key = '3'`)
	f.form(t)
	for _, e := range f.sign(t).Elements {
		f.want(t, `select content = '`+string(e.Content)+`' from egisso.element_content where id = '`+e.ID.String()+`'`, "true")
	}
	f.saveRows(t, row("1", "corrected"), deleted("2"))
	const said = `select string_agg(r.row_key || ' ' || (e.content ->> 'content'), ', ' order by r.row_key) from egisso.record r join egisso.element_content e using (id)`
	f.want(t, said, "1 a, 2 b, 3 c")
	f.want(t, `select string_agg(r.row_key || (e.content ->> 'content'), ' ' order by r.row_key) from egisso.record r join egisso.element e using (id) where not r.said`, "1a 2b")
	for _, statement := range []string{
		`update egisso.record set measure_id = gen_random_uuid() where row_key = '3'`,
		`update egisso.record set row_key = '1' where row_key = '3'`,
		`update egisso.record set said = false, measure_id = null, category_id = null where row_key = '3'`,
		`insert into egisso.element (id, content) select id, '{"content": "x"}' from egisso.record where row_key = '3';
		 update egisso.record set said = false, measure_id = null, category_id = null where row_key = '3'`,
		`update egisso.record set said = true where row_key = '1'`,
		`update egisso.element set content = '{"content": "x"}'`,
	} {
		if _, err := f.conn.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: not refused", statement)
		}
	}
	f.want(t, said, "1 a, 2 b, 3 c")
}
