package store_test

import (
	"testing"

	"egissogw/adapter/egisso"
)

// TestRegistersAreNamedAlike: the texts of the database are those of the program.
func TestRegistersAreNamedAlike(t *testing.T) {
	f := open(t)
	for _, register := range append(egisso.Registers(), egisso.RequestKMSZ) {
		if got := f.text(t, `select egisso.register_text($1)`, string(register)); got != register.Title() {
			t.Errorf("%s: %q in the database, %q in the program", register, got, register.Title())
		}
	}
	if got := f.text(t, `select egisso.register_text('unheard')`); got != "unheard" {
		t.Errorf("an unknown register is shown as %q", got)
	}
}

// TestRegistersOfTables: every register has its place, nothing else has one, and
// only a request for the classifier is a package without records.
func TestRegistersOfTables(t *testing.T) {
	f := open(t)
	insert := `insert into egisso.package (id, register, format, format_version, provider, record_count) values (gen_random_uuid(), $1, 'x', '1', '0042.000001', $2)`
	for _, register := range egisso.Registers() {
		for _, statement := range []string{
			`insert into egisso.source_row (register, row_key, record_no, changed_at) values ($1, '1', '1', now())`,
			`insert into egisso.source_cursor (register, position) values ($1, '1')`,
			`insert into egisso.register_rest (register, provider, until, failures, reason) values ($1, '', now(), 1, '')`,
		} {
			if _, err := f.conn.Exec(t.Context(), statement, register); err != nil {
				t.Errorf("%s: %v", register, err)
			}
		}
		if _, err := f.conn.Exec(t.Context(), insert, register, 1); err != nil {
			t.Errorf("%s: %v", register, err)
		}
		if _, err := f.conn.Exec(t.Context(), insert, register, 0); err == nil {
			t.Errorf("%s: a package without records was taken", register)
		}
	}
	if _, err := f.conn.Exec(t.Context(), `insert into egisso.package (id, register, format, format_version, provider, record_count, classifier)
		values (gen_random_uuid(), 'kmsz', '10.02.I', '1.0.3', '0042.000001', 0, '010')`); err != nil {
		t.Errorf("a request for the classifier: %v", err)
	}
	if _, err := f.conn.Exec(t.Context(), insert, "unheard", 1); err == nil {
		t.Error("a package of an unknown register was taken")
	}
}
