package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/mis"
)

// uncast says why a type does not become another one, and what to do about it.
type uncast struct{ what, advice string }

// target is what a value has to become.
type target struct {
	kind   mis.Type
	digits int  // of a code that has so many, 0 for any other text
	snils  bool // dashes and blanks come off
	key    bool // of a row of another view, as that writes it
}

// keysOf are columns and fields that name a row of another view.
var keysOf = []string{"osz_key", "onmsz_key", "measure_key", "measure_keys", "measureKey", "category_key", "key"}

// digitsOf are codes with a fixed number of digits, by the name of the column or field: a МИС that
// keeps one as a number has lost the zeros in front.
var digitsOf = map[string]int{
	"receiver_snils": 11, "snils": 11, "kpp": 9, "kbk": 20, "oktmo": 8, "territories": 8, "periodicity_code": 2,
	"part_kmsz": 6, "msz": 4, "provision_form": 2, "form": 2, "level_npa": 2, "codeCategoryKMSZ": 8, "codeFundingSource": 4,
	"measure_code": 2, "method": 2, "receiver_citizenship": 3, "oksmCode": 3, "postIndex": 6, "kinshipTypeCode": 7, "needs_codes": 6,
}

func targetOf(s mis.Shape) target {
	return target{s.Type, digitsOf[s.Name], s.Name == "receiver_snils" || s.Name == "snils", slices.Contains(keysOf, s.Name)}
}

// Types by what they are, under the names of pg_type.
var (
	integers = []string{"int2", "int4", "int8"}
	exact    = append(slices.Clone(integers), "numeric")
	floats   = []string{"float4", "float8"}
	texts    = []string{"text", "varchar", "bpchar", "citext", "name"}
	moments  = []string{"timestamp", "timestamptz"}
	jsons    = []string{"json", "jsonb"}
	asText   = []string{"uuid", "inet", "cidr", "macaddr"}
	ordered  = slices.Concat(exact, floats, texts, moments, asText, []string{"bool", "date", "time", "timetz", "interval", "money", "bytea", "bit", "varbit", "jsonb", "xid8"})
)

func (t dataType) is(names ...string) bool {
	if t.kind == "e" || t.element != nil {
		return false
	}
	own := t.schema == "pg_catalog" || t.name == "citext" // an extension, in a schema of the site's choice
	return own && slices.Contains(names, t.name)
}

// shown is the type as people write it.
func (t dataType) shown() string {
	names := map[string]string{"int2": "smallint", "int4": "integer", "int8": "bigint", "bpchar": "character", "varchar": "character varying",
		"timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone", "bool": "boolean", "float4": "real", "float8": "double precision"}
	switch {
	case t.name == "":
		return "неизвестный"
	case t.element != nil:
		return t.element.shown() + "[]"
	case t.kind == "e":
		return "enum " + t.schema + "." + t.name
	case names[t.name] != "":
		return names[t.name]
	}
	return t.name
}

// site is what casts depend on beside types.
type site struct{ zone, encoding string }

// cast writes an expression of a type as one of another.
func (s site) cast(expr string, t dataType, to target) (string, *uncast) {
	var sql string
	switch to.kind {
	case mis.Text:
		sql = s.text(expr, t, to)
	case mis.Date:
		sql = s.date(expr, t)
	case mis.Timestamp:
		sql = s.timestamp(expr, t)
	case mis.Number:
		sql = number(expr, t)
	case mis.Integer:
		sql = integer(expr, t)
	case mis.Boolean:
		sql = boolean(expr, t)
	case mis.UUID:
		sql = asUUID(expr, t)
	case mis.Transaction:
		sql = transaction(expr, t)
	}
	if sql != "" {
		return sql, nil
	}
	advice := adviceFor[to.kind]
	if t.is(texts...) && to.kind == mis.Date {
		advice = "назовите формат: " + "имя format 'DD.MM.YYYY'"
	}
	return "", &uncast{fmt.Sprintf("тип %s не приводится к %s", t.shown(), to.kind), advice}
}

var adviceFor = map[mis.Type]string{
	mis.Text:        "назовите столбец с текстом, числом, enum или uuid, или соответствие значений {…=…}",
	mis.Date:        "назовите столбец с датой или временем",
	mis.Timestamp:   "назовите столбец с датой или временем",
	mis.Number:      "назовите столбец с числом или суммой",
	mis.Integer:     "назовите столбец с целым числом или соответствие значений {…=…}",
	mis.Boolean:     "назовите столбец boolean, bit(1) или с числом, или соответствие значений {…=true, *=false}",
	mis.UUID:        "назовите столбец uuid или с его текстом",
	mis.Transaction: "назовите столбец xid8 или с его номером",
	mis.JSON:        "назовите столбец jsonb или перечислите поля, каждое своим ответом",
}

func (s site) text(expr string, t dataType, to target) string {
	switch {
	case to.digits > 0 && t.is(exact...):
		// More digits than there may be become #, which no check lets pass.
		return "to_char(" + expr + ", 'FM" + strings.Repeat("0", to.digits) + "')"
	case to.snils && t.is(texts...):
		return "translate(" + expr + "::text, '- ', '')"
	case t.is("numeric") && !to.key:
		return "trim_scale(" + expr + ")::text"
	case t.is("text"):
		return plain(expr, t, "text")
	case t.kind == "e", t.is(texts...), t.is(integers...), t.is(asText...), t.is("numeric", "bit", "varbit", "xid8"):
		return expr + "::text"
	case t.is("bytea") && to.key:
		return "encode(" + expr + ", 'hex')"
	case t.is("bytea"):
		return "convert_from(" + expr + ", " + literal(s.encoding) + ")"
	}
	return ""
}

// plain leaves an expression as it is, but for the name of its domain.
func plain(expr string, t dataType, name string) string {
	if t.domain {
		return expr + "::" + name
	}
	return expr
}

func (s site) date(expr string, t dataType) string {
	switch {
	case t.is("date"):
		return plain(expr, t, "date")
	case t.is("timestamp"):
		return expr + "::date"
	case t.is("timestamptz"):
		return "(" + expr + " at time zone " + literal(s.zone) + ")::date"
	}
	return ""
}

func (s site) timestamp(expr string, t dataType) string {
	switch {
	case t.is("timestamptz"):
		return plain(expr, t, "timestamptz")
	case t.is("timestamp"):
		return "(" + expr + " at time zone " + literal(s.zone) + ")"
	case t.is("date"):
		return "(" + expr + "::timestamp at time zone " + literal(s.zone) + ")"
	}
	return ""
}

func number(expr string, t dataType) string {
	switch {
	case t.is("numeric"):
		return plain(expr, t, "numeric")
	case t.is(integers...), t.is(floats...), t.is("money"):
		return expr + "::numeric"
	case t.is(texts...):
		// 1 234,50 as people write it
		return "nullif(translate(" + expr + "::text, ', ' || chr(160), '.'), '')::numeric"
	}
	return ""
}

func integer(expr string, t dataType) string {
	switch {
	case t.is("int4"):
		return plain(expr, t, "integer")
	case t.is(exact...), t.is("bit") && t.length > 0 && t.length <= 32:
		return expr + "::integer"
	case t.is(texts...):
		return "nullif(btrim(" + expr + "::text), '')::integer"
	}
	return ""
}

func boolean(expr string, t dataType) string {
	switch {
	case t.is("bool"):
		return plain(expr, t, "boolean")
	case t.is("bit") && t.length == 1:
		return "(" + expr + " = B'1')"
	case t.is(exact...):
		return "(" + expr + " <> 0)"
	}
	return ""
}

func asUUID(expr string, t dataType) string {
	switch {
	case t.is("uuid"):
		return plain(expr, t, "uuid")
	case t.is(texts...):
		return "nullif(btrim(" + expr + "::text), '')::uuid"
	case t.is("bytea"):
		return "encode(" + expr + ", 'hex')::uuid"
	}
	return ""
}

func transaction(expr string, t dataType) string {
	switch {
	case t.is("xid8"):
		return plain(expr, t, "xid8")
	case t.is(exact...), t.is(texts...):
		return expr + "::text::xid8"
	}
	return ""
}

// elements writes an array, or a single value, as a list of JSON.
func (s site) elements(expr string, t dataType, to target) (string, *uncast) {
	if t.element == nil {
		one, wrong := s.cast(expr, t, to)
		return "case when " + expr + " is not null then jsonb_build_array(" + one + ") end", wrong
	}
	one, wrong := s.cast("e.value", *t.element, to)
	return "(select jsonb_agg(" + one + " order by e.place) from unnest(" + expr + ") with ordinality as e(value, place))", wrong
}

// key writes the text of a key, and its way back to the type of the column.
func key(expr string, t dataType) (text, back string) {
	switch {
	case t.is("bytea"):
		return "encode(" + expr + ", 'hex')", "decode(%s, 'hex')"
	case t.is("uuid", "text", "varchar", "int2", "int4", "int8", "numeric", "bpchar"), t.is("citext"):
		return expr + "::text", "%s::" + t.quoted()
	}
	return "", ""
}

// quoted is the type's name in SQL: under its own name, whatever the length.
func (t dataType) quoted() string { return ident(t.schema, t.name) }

// equal compares two columns so that an index serves, whatever the search path is.
func equal(a string, x dataType, b string, y dataType) (string, bool) {
	same := x.schema == y.schema && x.name == y.name
	switch {
	case same && x.is("citext"):
		return a + " operator(" + ident(x.schema) + ".=) " + b, true
	case same && (x.kind == "e" || x.is(ordered...)), x.is(exact...) && y.is(exact...):
		return a + " = " + b, true
	case x.is(texts...) && (y.is(texts...) || y.kind == "e" || y.is(asText...)):
		return a + "::text = " + b + "::text", true
	case y.is(texts...) && (x.kind == "e" || x.is(asText...)):
		return a + "::text = " + b + "::text", true
	}
	return "", false
}
