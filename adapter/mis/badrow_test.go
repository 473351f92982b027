package mis_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

func number(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// secret is put wherever a bad value can hold text: no finding may show it.
const secret = "Тайнов"

func TestBadValueStopsOnlyItsRow(t *testing.T) {
	tests := []struct {
		name, column, value string
		field               string // of the finding; "" if the row is good
		text                string // part of it
	}{
		{"required text is null", "receiver_snils", "null", "receiver_snils", "СНИЛС получателя"},
		{"required text is blank", "receiver_family_name", "E' \\t\\u00a0'", "receiver_family_name", "не заполнено"},
		{"required date is null", "decision_date", "null", "decision_date", "не заполнено"},
		{"required number is null", "amount", "null", "amount", "не заполнено"},
		{"required flag is null", "needs_used", "null", "needs_used", "не заполнено"},
		{"optional text is null", "receiver_patronymic", "null", "", ""},
		{"optional date is null", "date_finish", "null", "", ""},
		{"endless date", "date_finish", "'infinity'", "date_finish", "календаре"},
		{"date before Christ", "receiver_birth_date", "'0044-03-15 BC'", "receiver_birth_date", "календаре"},
		{"date after the year 9999", "date_finish", "'12025-01-01'", "date_finish", "календаре"},
		{"not a number", "amount", "'NaN'", "amount", "не число"},
		{"endless number", "equivalent_amount", "'Infinity'", "equivalent_amount", "не число"},
		{"number too long", "amount", "repeat('9', 50)::numeric", "amount", "длиннее"},
		{"number too fine", "amount", "('0.' || repeat('0', 50) || '1')::numeric", "amount", "длиннее"},
		{"object in place of a list", "documents", `'{"title": "` + secret + `"}'`, "documents", "список"},
		{"list in place of an object", "receiver_identity_doc", `'["` + secret + `"]'`, "receiver_identity_doc", "объект"},
		{"field unknown to the contract", "documents", `'[{"titel": "` + secret + `"}]'`, "documents", "поля titel нет в контракте"},
		{"field name that may be a value", "documents", `'[{"` + secret + ` 1": 1}]'`, "documents", "есть поле, которого нет"},
		{"field of the wrong kind", "documents", `'[{"title": 5}]'`, "documents", "поле title не того вида"},
		{"date in a list that does not exist", "documents", `'[{"title": "` + secret + `", "issueDate": "2025-02-30"}]'`, "documents", "дата"},
		{"list of numbers in place of texts", "needs_codes", `'[1]'`, "needs_codes", "не того вида"},
		{"empty list", "documents", `'[]'`, "", ""},
		{"null in jsonb", "documents", `'null'`, "", ""},
		{"empty object", "receiver_identity_doc", `'{}'`, "", ""},
		{"deleted is null", "deleted", "null", "deleted", "не заполнено"},
		{"changed_at is null", "changed_at", "null", "changed_at", "не заполнено"},
		{"changed_at is endless", "changed_at", "'infinity'", "changed_at", "не заполнено"},
		{"provider of another form", "provider_code", "'" + secret + "'", "provider_code", "NNNN.NNNNNN"},
		{"key of a measure too long", "measure_key", "repeat('9', 201)", "measure_key", "длиннее 200 байт"},
		{"key of a category too long", "category_key", "repeat('я', 101)", "category_key", "длиннее 200 байт"},
	}
	s, conn := source(t)
	for _, tt := range tests {
		exec(t, conn, "insert into egisso_source.fact (row_key, "+tt.column+") values ('"+tt.name+"', "+tt.value+")")
	}
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('~ last')")
	rows, _ := collect(t, s, mis.Cursor{})
	if last := only(t, rows, "~ last"); last.Record == nil {
		t.Errorf("a good row cannot be read: %v", last.Findings)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := only(t, rows, tt.name)
			if tt.field == "" {
				if row.Record == nil {
					t.Errorf("a good row cannot be read: %v", row.Findings)
				}
				return
			}
			if row.Record != nil || row.Deleted {
				t.Error("the row is shown as readable")
			}
			if len(row.Findings) != 1 {
				t.Fatalf("findings %v", row.Findings)
			}
			f := row.Findings[0]
			if f.Code != mis.CodeRow || f.Severity != egisso.Error || f.Field != tt.field || !strings.Contains(f.Text, tt.text) {
				t.Errorf("finding %+v", f)
			}
			if strings.Contains(f.Text, secret) {
				t.Error("the finding shows a value")
			}
		})
	}
}

// TestRepeatedFieldsOfJSON: jsonb keeps the last of two fields of one name by
// itself, json hands on both.
func TestRepeatedFieldsOfJSON(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `alter table egisso_source.fact alter documents type json;
		insert into egisso_source.fact (row_key, documents) values ('a', '[{"title": "`+secret+`", "title": "Справка"}]')`)
	rows, _ := collect(t, s, mis.Cursor{})
	found := only(t, rows, "a").Findings
	if len(found) != 1 || found[0].Field != "documents" || !strings.Contains(found[0].Text, "поле title указано дважды") {
		t.Errorf("findings %v", found)
	}
}

func TestAllThatIsWrongWithARowIsReported(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key, receiver_snils, amount, documents) values ('a', null, 'NaN', '5')")
	rows, _ := collect(t, s, mis.Cursor{})
	if n := len(only(t, rows, "a").Findings); n != 3 {
		t.Errorf("%d findings, want 3", n)
	}
}

func TestDeletedRowNeedsNothingElse(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key, deleted, receiver_snils, amount, osz_code) values ('a', true, null, null, null)")
	rows, _ := collect(t, s, mis.Cursor{})
	if row := only(t, rows, "a"); !row.Deleted || row.Record != nil || len(row.Findings) != 0 {
		t.Errorf("got deleted %v, findings %v", row.Deleted, row.Findings)
	}
}

func TestRowsWithoutAKeyOrWithTheSameKey(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `insert into egisso_source.fact (row_key) values (null), ('twice'), ('a'), (null), ('twice'), ('thrice'), ('thrice'), ('thrice'), ('z')`)
	for _, c := range []mis.Cursor{{}, cursorAt(t, "xid/1")} {
		rows, _ := collect(t, s, c)
		for _, key := range []string{"a", "z"} {
			if row := only(t, rows, key); row.Record == nil {
				t.Errorf("row %s: %v", key, row.Findings)
			}
		}
		for _, key := range []string{"twice", "thrice"} {
			if row := only(t, rows, key); row.Record != nil || len(row.Findings) != 1 || row.Findings[0].Field != "row_key" {
				t.Errorf("row %s: %v", key, row.Findings)
			}
		}
		keyless := 0
		for _, row := range rows {
			if row.Key != "" {
				continue
			}
			if keyless++; row.Record != nil || len(row.Findings) != 1 || row.Findings[0].Field != "row_key" {
				t.Errorf("row without a key: %v", row.Findings)
			}
		}
		if keyless != 2 {
			t.Errorf("from %q: %d rows without a key, want 2", c, keyless)
		}
	}
}

func cursorAt(t *testing.T, text string) mis.Cursor {
	t.Helper()
	c, err := mis.ParseCursor(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRowTheViewFailsOnStopsNothing: the vendor's view itself cannot compute
// some rows. The errors differ, and one quotes the value it met.
func TestRowTheViewFailsOnStopsNothing(t *testing.T) {
	for _, page := range []int{1, 4, 1000} {
		s, conn := source(t, mis.WithPage(page))
		exec(t, conn, `
			alter table egisso_source.fact rename to fact_table;
			insert into egisso_source.fact_table (row_key, comment) select lpad(n::text, 3, '0'), n::text from generate_series(1, 40) n;
			update egisso_source.fact_table set comment = '0' where row_key in ('003', '017', '018');
			update egisso_source.fact_table set comment = '`+secret+`' where row_key = '040'`)
		exec(t, conn, viewOver("fact_table", map[string]string{"amount": "1000 / comment::int"}))
		for _, from := range []string{"", "xid/1"} {
			rows, cursor := collect(t, s, cursorAt(t, from))
			if len(rows) != 40 {
				t.Fatalf("page %d: %d rows", page, len(rows))
			}
			for _, row := range rows {
				bad := row.Key == "003" || row.Key == "017" || row.Key == "018" || row.Key == "040"
				if bad != (row.Record == nil) {
					t.Errorf("page %d, row %s: %v", page, row.Key, row.Findings)
				}
				for _, f := range row.Findings {
					if f.Code != mis.CodeRow || !strings.Contains(f.Text, "SQLSTATE 22") || strings.Contains(f.Text, secret) {
						t.Errorf("finding %v", f)
					}
				}
			}
			if rows, _ := collect(t, s, cursor); len(rows) != 0 {
				t.Errorf("page %d: again %q", page, keys(rows))
			}
		}
	}
}

// TestViewThatFailsAltogetherIsAnErrorWithoutValues: not even the keys can be
// read.
func TestViewThatFailsAltogetherIsAnErrorWithoutValues(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `
		alter table egisso_source.fact rename to fact_table;
		insert into egisso_source.fact_table (row_key, comment) values ('a', '`+secret+`')`)
	exec(t, conn, viewOver("fact_table", map[string]string{"row_key": "(comment::int)::text"}))
	_, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(mis.Row) error { return nil })
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "22P02") {
		t.Errorf("error %v", err)
	}
}

// viewOver is a view fact over a table with the same columns, some of them
// computed otherwise.
func viewOver(table string, instead map[string]string) string {
	var columns []string
	for _, c := range mis.Columns(egisso.RegisterFact) {
		if expression, ok := instead[c.Name]; ok {
			columns = append(columns, "("+expression+")::"+string(c.Type)+" as "+c.Name)
			continue
		}
		columns = append(columns, c.Name)
	}
	return "create view egisso_source.fact as select " + strings.Join(columns, ", ") + " from egisso_source." + table
}

func TestMeasureIsCheckedAsAWhole(t *testing.T) {
	s, conn := source(t)
	insert := func(key, categories, cofinancing string) {
		exec(t, conn, `insert into egisso_source.local_measure (row_key, changed_at, deleted, title, date_enact, periodicity_code,
			part_kmsz, msz, provision_form, level_npa, categories, cofinancing, territories, reasons, kbk, cases, conditions, methods,
			forms_request, forms_receive, documents) values ('`+key+`', now(), false, 'т', '2020-01-01', '05', '010101', '0101', '02',
			'01', '`+categories+`', '`+cofinancing+`', '["57701000"]', '[{"number": "1"}]', '0', 'к', 'у', '[{"method": "01"}]', '[1]', '[1]',
			'[{"documentTypeName": "д", "documentQ": 1, "documentNess": true}]')`)
	}
	const shares = `[{"codeFundingSource": "0100", "quota": 100}]`
	insert("good", `[{"key": "1", "id": "00000000-0000-4000-8000-000000000001"}, {"key": "2"}]`, shares)
	insert("no key", `[{"title": "т"}]`, shares)
	insert("same key", `[{"key": "1"}, {"key": "1"}]`, shares)
	insert("huge share", `[{"key": "1"}]`, `[{"codeFundingSource": "0100", "quota": "1e999999999"}]`)
	insert("huge coefficient", `[{"key": "1", "needsCriteria": [{"code": "1", "date": "2020-01-01", "coefficient": "1e-999999999"}]}]`, shares)
	insert("no categories", `[]`, shares)
	insert("long key", `[{"key": "`+strings.Repeat("к", 101)+`"}]`, shares)

	wrong := map[string]string{"no key": "categories", "same key": "categories", "huge share": "cofinancing",
		"huge coefficient": "categories", "no categories": "categories", "long key": "categories"}
	n := 0
	_, err := s.Changed(t.Context(), egisso.RegisterMeasure, mis.Cursor{}, func(r mis.Row) error {
		n++
		field, bad := wrong[r.Key]
		if bad != (r.Record == nil) || bad && (len(r.Findings) != 1 || r.Findings[0].Field != field) {
			t.Errorf("row %q: %v", r.Key, r.Findings)
		}
		if r.Record != nil && r.Record.(*egisso.LocalMeasure).Categories[0].ID != (egisso.LocalCategory{}).ID {
			t.Error("the source's identifier was taken over")
		}
		return nil
	})
	if err != nil || n != 7 {
		t.Errorf("%d rows, error %v", n, err)
	}
}
