package scaffold_test

import (
	"fmt"
	"strings"
	"testing"

	"egissogw/adapter/mis"
)

// casts are columns of a МИС, a value of each, and what the contract's column then holds; an empty
// text is null, one that begins with ! is why it does not go.
var casts = []struct {
	of, value, as string
	kind          mis.Type
	list          bool
	want          string
}{
	{of: "uuid", value: "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", kind: mis.Text, want: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	{of: "citext", value: "'Иванов'", kind: mis.Text, want: "Иванов"},
	{of: "proba.pol", value: "'м'", kind: mis.Text, want: "м"},
	{of: "proba.kod", value: "'0042.000001'", kind: mis.Text, want: "0042.000001"},
	{of: "char(10)", value: "'02'", kind: mis.Text, want: "02"},
	{of: "varchar(10)", value: "'02 '", kind: mis.Text, want: "02 "},
	{of: "integer", value: "30101", as: "part_kmsz", kind: mis.Text, want: "030101"},
	{of: "numeric(11)", value: "11223344595", as: "receiver_snils", kind: mis.Text, want: "11223344595"},
	{of: "bigint", value: "1223344595", as: "receiver_snils", kind: mis.Text, want: "01223344595"},
	{of: "bigint", value: "111223344595", as: "receiver_snils", kind: mis.Text, want: "###########"},
	{of: "text", value: "'112-233-445 95'", as: "receiver_snils", kind: mis.Text, want: "11223344595"},
	{of: "char(20)", value: "'112-233-445 95'", as: "snils", kind: mis.Text, want: "11223344595"},
	{of: "numeric(12,2)", value: "7.00", kind: mis.Text, want: "7"},
	{of: "bytea", value: `'\xcfe5f0ec'`, kind: mis.Text, want: "Перм"},
	{of: "bytea", value: `'\x00ff'`, as: "measure_key", kind: mis.Text, want: "00ff"},
	{of: "bit(3)", value: "B'101'", kind: mis.Text, want: "101"},
	{of: "date", value: "'2025-01-01'", kind: mis.Text, want: "!тип date не приводится к text; назовите столбец с текстом"},
	{of: "boolean", value: "true", kind: mis.Text, want: "!тип boolean не приводится к text"},
	{of: "double precision", value: "1.5", kind: mis.Text, want: "!тип double precision не приводится к text"},
	{of: "text[]", value: "'{а}'", kind: mis.Text, want: "!тип text[] не приводится к text"},
	{of: "jsonb", value: "'{}'", kind: mis.Text, want: "!тип jsonb не приводится к text"},

	{of: "date", value: "'2025-01-01'", kind: mis.Date, want: "2025-01-01"},
	{of: "timestamp", value: "'2025-01-01 23:30'", kind: mis.Date, want: "2025-01-01"},
	{of: "timestamptz", value: "'2025-01-01 23:30+00'", kind: mis.Date, want: "2025-01-02"},
	{of: "proba.den", value: "'2025-01-01'", kind: mis.Date, want: "2025-01-01"},
	{of: "text", value: "'01.01.2025'", kind: mis.Date, want: "!тип text не приводится к date; назовите формат: имя format 'DD.MM.YYYY'"},
	{of: "integer", value: "1", kind: mis.Date, want: "!тип integer не приводится к date; назовите столбец с датой"},

	{of: "timestamp", value: "'2025-01-01 10:00'", kind: mis.Timestamp, want: "2025-01-01 05:00:00+00"},
	{of: "timestamptz", value: "'2025-01-01 10:00+05'", kind: mis.Timestamp, want: "2025-01-01 05:00:00+00"},
	{of: "date", value: "'2025-01-01'", kind: mis.Timestamp, want: "2024-12-31 19:00:00+00"},
	{of: "text", value: "'2025-01-01'", kind: mis.Timestamp, want: "!тип text не приводится к timestamptz"},

	{of: "money", value: "'1234.50'::numeric::money", kind: mis.Number, want: "1234.50"},
	{of: "numeric(12,2)", value: "7.00", kind: mis.Number, want: "7.00"},
	{of: "proba.dolya", value: "20.5", kind: mis.Number, want: "20.50"},
	{of: "smallint", value: "7", kind: mis.Number, want: "7"},
	{of: "real", value: "0.5", kind: mis.Number, want: "0.5"},
	{of: "text", value: "'1 234,50'", kind: mis.Number, want: "1234.50"},
	{of: "text", value: "''", kind: mis.Number, want: ""},
	{of: "boolean", value: "true", kind: mis.Number, want: "!тип boolean не приводится к numeric"},
	{of: "bit(3)", value: "B'101'", kind: mis.Number, want: "!тип bit не приводится к numeric"},

	{of: "bit(3)", value: "B'101'", kind: mis.Integer, want: "5"},
	{of: "bit(40)", value: "repeat('1', 40)::bit(40)", kind: mis.Integer, want: "!тип bit не приводится к integer"},
	{of: "numeric(3)", value: "2", kind: mis.Integer, want: "2"},
	{of: "text", value: "' 2'", kind: mis.Integer, want: "2"},

	{of: "boolean", value: "false", kind: mis.Boolean, want: "false"},
	{of: "bit", value: "B'1'", kind: mis.Boolean, want: "true"},
	{of: "bit(2)", value: "B'01'", kind: mis.Boolean, want: "!тип bit не приводится к boolean"},
	{of: "smallint", value: "1", kind: mis.Boolean, want: "true"},
	{of: "char(1)", value: "'Д'", kind: mis.Boolean, want: "!тип character не приводится к boolean; назовите столбец boolean, bit(1) или с числом, или соответствие значений {…=true, *=false}"},

	{of: "uuid", value: "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", kind: mis.UUID, want: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	{of: "bytea", value: `'\xA0EEBC999C0B4EF8BB6D6BB9BD380A11'`, kind: mis.UUID, want: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	{of: "text", value: "''", kind: mis.UUID, want: ""},
	{of: "bigint", value: "77", kind: mis.Transaction, want: "77"},

	{of: "char(8)[]", value: "'{57701000,57702000}'", as: "territories", kind: mis.Text, list: true, want: `["57701000", "57702000"]`},
	{of: "integer[]", value: "'{7701000}'", as: "territories", kind: mis.Text, list: true, want: `["07701000"]`},
	{of: "proba.pol[]", value: "'{ж,м}'", kind: mis.Text, list: true, want: `["ж", "м"]`},
	{of: "numeric[]", value: "'{2,1}'", kind: mis.Integer, list: true, want: "[2, 1]"},
	{of: "text[]", value: "'{}'", kind: mis.Text, list: true, want: ""},
	{of: "text", value: "'000001'", kind: mis.Text, list: true, want: `["000001"]`},
	{of: "text", value: "null", kind: mis.Text, list: true, want: ""},
	{of: "date[]", value: "'{2025-01-01}'", kind: mis.Text, list: true, want: "!тип date не приводится к text"},
}

// TestCasts: a value of each type becomes what the contract wants, whatever the session is set to.
func TestCasts(t *testing.T) {
	conn := connect(t)
	var columns, values []string
	for i, c := range casts {
		columns = append(columns, fmt.Sprintf("c%d %s", i, c.of))
		values = append(values, c.value)
	}
	exec(t, conn, `create schema proba; create type proba.pol as enum ('м', 'ж'); create domain proba.kod as varchar(20);
		create domain proba.den0 as date; create domain proba.den as proba.den0; create domain proba.dolya as numeric(5,2);
		set datestyle = 'German, DMY'; set timezone = 'America/New_York'; create table proba.t (`+strings.Join(columns, ", ")+`)`)
	exec(t, conn, "insert into proba.t values ("+strings.Join(values, ", ")+")")
	exec(t, conn, "set timezone = 'UTC'; set datestyle = 'ISO'")
	c := catalog(t, conn)
	for i, one := range casts {
		sql, wrong := c.CastOf("proba", "t", fmt.Sprintf("c%d", i), one.as, one.kind, one.list)
		if wrong != "" || strings.HasPrefix(one.want, "!") {
			if !strings.HasPrefix("!"+wrong, one.want) || wrong == "" {
				t.Errorf("%s as %s: %q, want %q", one.of, one.kind, wrong, one.want)
			}
			continue
		}
		var have, kind string
		if err := conn.QueryRow(t.Context(), "select coalesce(("+sql+")::text, ''), pg_typeof("+sql+")::text from proba.t").Scan(&have, &kind); err != nil {
			t.Errorf("%s as %s: %s: %v", one.of, one.kind, sql, err)
			continue
		}
		if have != one.want {
			t.Errorf("%s as %s: %q, want %q (%s)", one.of, one.kind, have, one.want, sql)
		}
		if full := map[mis.Type]string{mis.Timestamp: "timestamp with time zone"}[one.kind]; !one.list && one.of != "varchar(10)" && kind != string(one.kind) && kind != full {
			t.Errorf("%s as %s gives the type %s", one.of, one.kind, kind)
		}
	}
}
