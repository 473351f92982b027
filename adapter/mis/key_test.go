package mis_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store/pgtest"
)

// substitute is the key a row with an impossible key is known under.
func substitute(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestKeyThatCannotBeKeptIsReplaced(t *testing.T) {
	long, cyrillic := strings.Repeat("k", 201), strings.Repeat("ключ", 26)
	longest := strings.Repeat("я", 100)
	s, conn := source(t, mis.WithPage(2), mis.WithSnapshot(0))
	for _, key := range []string{"a", long, cyrillic, longest, "я after"} {
		exec(t, conn, "insert into egisso_source.fact (row_key) values ('"+key+"')")
	}
	exec(t, conn, "insert into egisso_source.fact (row_key, deleted) values ('"+long+"!', true)")
	for _, from := range []string{"", "xid/1"} {
		rows, cursor := collect(t, s, cursorAt(t, from))
		if len(rows) != 6 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, key := range []string{"a", longest, "я after"} {
			if row := only(t, rows, key); row.Record == nil {
				t.Errorf("a good row cannot be read: %v", row.Findings)
			}
		}
		for _, key := range []string{long, cyrillic} {
			row := only(t, rows, substitute(key))
			if row.Record != nil || len(row.Findings) != 1 || row.RecordNo != row.Key {
				t.Fatalf("number %q, findings %v", row.RecordNo, row.Findings)
			}
			f := row.Findings[0]
			if f.Code != mis.CodeRow || f.Severity != egisso.Error || f.Field != "row_key" || !strings.Contains(f.Text, "длиннее 200 байт") {
				t.Errorf("finding %+v", f)
			}
		}
		if row := only(t, rows, substitute(long+"!")); !row.Deleted || len(row.Findings) != 0 {
			t.Errorf("a deleted row: deleted %v, findings %v", row.Deleted, row.Findings)
		}
		if rows, _ := collect(t, s, cursor); len(rows) != 0 {
			t.Errorf("seen already: %q", keys(rows))
		}
	}
}

// TestTextThatIsNoTextStopsOnlyItsRow: what the types of PostgreSQL let through
// and the gateway's database would not take.
func TestTextThatIsNoTextStopsOnlyItsRow(t *testing.T) {
	const people = `[{"title": "т", "authority": "о", "series": "%s"}]`
	tests := []struct{ name, series, text string }{
		{"zero", `\u0000`, "U+0000"},
		{"zero behind a pair", `\ud83d\ude00\u0000`, "U+0000"},
		{"zero behind a backslash", `\\\u0000`, "U+0000"},
		{"backslash before the same letters", `\\u0000`, ""},
		{"pair", `\ud83d\ude00 \u0416`, ""},
		{"first half", `\ud83d`, "половина"},
		{"second half", `\ude00`, "половина"},
		{"halves apart", `\ud83d \ude00`, "половина"},
		{"halves in the wrong order", `\ude00\ud83d`, "половина"},
		{"quotation mark", `\" \/ \n`, ""},
	}
	s, conn := source(t)
	exec(t, conn, "alter table egisso_source.fact alter documents type json")
	for _, tt := range tests {
		exec(t, conn, fmt.Sprintf("insert into egisso_source.fact (row_key, documents) values ('%s', '"+people+"')", tt.name, tt.series))
	}
	exec(t, conn, `insert into egisso_source.fact (row_key, documents) values ('name of a field', '[{"\u0000": 1}]')`)
	rows, _ := collect(t, s, mis.Cursor{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := only(t, rows, tt.name)
			if tt.text == "" {
				if row.Record == nil {
					t.Errorf("a good row cannot be read: %v", row.Findings)
				}
				return
			}
			if row.Record != nil || len(row.Findings) != 1 || row.Findings[0].Code != mis.CodeRow ||
				row.Findings[0].Field != "documents" || !strings.Contains(row.Findings[0].Text, tt.text) {
				t.Errorf("findings %v", row.Findings)
			}
		})
	}
	if row := only(t, rows, "name of a field"); row.Record != nil {
		t.Error("a field whose name is no text was taken")
	}
}

// TestServerWithoutAnEncodingStopsOnlyRowsThatAreNotUTF8: texts in an old
// encoding, also in the key and the number.
func TestServerWithoutAnEncodingStopsOnlyRowsThatAreNotUTF8(t *testing.T) {
	c := pgtest.Cluster(t)
	const name = "without_encoding"
	if err := c.Exec(t.Context(), "create database "+name+" template template0 encoding 'SQL_ASCII' locale 'C'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	url := c.URL(name)
	conn := connect(t, url)
	exec(t, conn, schema(""))
	exec(t, conn, `set client_encoding to 'SQL_ASCII';
		insert into egisso_source.fact (row_key) values ('a'), ('я'), (E'\xd2'), (E'\xd3');
		insert into egisso_source.fact (row_key, content) values ('content', E'\xd2\xe0\xe9\xed\xee\xe2');
		insert into egisso_source.fact (row_key, record_no) values ('number', E'\xd2');
		insert into egisso_source.fact (row_key, documents) values ('documents', E'[{"title": "\xd2"}]')`)

	said := func() (n int) {
		t.Helper()
		problems, err := open(t, url).Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if strings.Contains(p.Text, "SQL_ASCII") && strings.Contains(p.Text, "(fact)") && !p.Advice {
				n++
			}
		}
		return n
	}
	if n := said(); n != 1 {
		t.Errorf("said %d times that texts are not UTF-8", n)
	}
	for _, page := range []int{1, 2, 1000} {
		s := open(t, url, mis.WithPage(page), mis.WithSnapshot(0))
		rows, cursor := collect(t, s, mis.Cursor{})
		if len(rows) != 7 {
			t.Fatalf("page %d: %d rows", page, len(rows))
		}
		for _, key := range []string{"a", "я"} {
			if row := only(t, rows, key); row.Record == nil {
				t.Errorf("a good row cannot be read: %v", row.Findings)
			}
		}
		wrong := map[string]string{"content": "content", "number": "record_no", "documents": "documents",
			substitute("\xd2"): "row_key", substitute("\xd3"): "row_key"}
		for key, field := range wrong {
			row := only(t, rows, key)
			if row.Record != nil || len(row.Findings) != 1 || row.Findings[0].Field != field || !strings.Contains(row.Findings[0].Text, "UTF-8") {
				t.Errorf("row %s: %v", key, row.Findings)
			}
		}
		if rows, _ := collect(t, s, throughText(t, cursor)); len(rows) != 0 {
			t.Errorf("seen already: %q", keys(rows))
		}
	}
	exec(t, conn, `delete from egisso_source.fact where row_key not in ('a', 'я')`)
	if n := said(); n != 0 {
		t.Errorf("said %d times of a database in UTF-8", n)
	}
}

// TestRowsWithoutAPlaceEndNoPass: pages of rows from which no page can be asked
// for, in a view that fails on one of its rows and in one that does not.
func TestRowsWithoutAPlaceEndNoPass(t *testing.T) {
	for _, from := range []string{"", "xid/1"} {
		for _, fails := range []string{"false", "row_key = 'c'"} {
			s, conn := source(t, mis.WithPage(2), mis.WithSnapshot(0))
			exec(t, conn, `
				alter table egisso_source.fact rename to fact_table;
				insert into egisso_source.fact_table (row_key) values (''), (''), (''), (''), ('a'), ('b'), ('c'), (null), (null), (null), (null), (null)`)
			exec(t, conn, viewOver("fact_table", map[string]string{"amount": "1 / case when " + fails + " then 0 else 1 end"}))
			rows, _ := collect(t, s, cursorAt(t, from))
			counts := map[string]int{}
			for _, row := range rows {
				counts[row.Key]++
			}
			if counts[""] != 9 || counts["a"] != 1 || counts["b"] != 1 || counts["c"] != 1 {
				t.Errorf("from %q, failing where %s: %v", from, fails, counts)
			}
		}
	}
}

func TestProviderIsReadFromEveryRow(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, `insert into egisso_source.fact (row_key, provider_code, deleted, amount) values
		('own', null, false, 1), ('blank', ' ', false, 1), ('other', '0077.000012', false, 1), ('letters', 'AB7Z.000001', false, 1),
		('gone', '0077.000012', true, 1), ('gone, not said', null, true, 1), ('unreadable', '0077.000012', false, null)`)
	want := map[string]string{"other": "0077.000012", "letters": "AB7Z.000001", "gone": "0077.000012", "unreadable": "0077.000012"}
	rows, _ := collect(t, s, mis.Cursor{})
	for _, row := range rows {
		if row.Provider != want[row.Key] {
			t.Errorf("row %s: provider %q, want %q", row.Key, row.Provider, want[row.Key])
		}
		if row.Record == nil && !row.Deleted && row.Key != "unreadable" {
			t.Errorf("row %s: %v", row.Key, row.Findings)
		}
	}
}
