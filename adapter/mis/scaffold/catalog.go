package scaffold

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var queries embed.FS

// Catalog is what the database of a МИС says of its tables. No row of them is read.
type Catalog struct {
	tables []*table // by schema and name
	types  map[uint32]*dataType
}

type table struct {
	schema, name string
	kind         string // of pg_class: r, p, v, m, f
	columns      []*column
	primary      []string
	unique       [][]string // the primary key first
	references   []reference
	indexed      map[string]bool // columns
}

type column struct {
	name    string
	notNull bool
	of      dataType
}

// reference is a column that refers to one of another table.
type reference struct {
	column string
	to     *table
	target string
}

// dataType is a type with its domains taken off.
type dataType struct {
	schema, name string // of pg_type: int4, bpchar, …
	kind         string // b, e, d, c …
	labels       []string
	element      *dataType // of an array
	length       int       // of bit(n) and char(n), 0 if unknown
	domain       bool

	base, elem uint32
	mod        int32
}

// Querier is a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// ReadCatalog reads the catalogue, without the tables of the schemas named. It is to be called in
// a transaction: names come in UTF-8, whatever the session and the database have.
func ReadCatalog(ctx context.Context, db Querier, without ...string) (*Catalog, error) {
	c := &Catalog{types: map[uint32]*dataType{}}
	for _, part := range []struct {
		query string
		read  func(pgx.Rows) error
		args  []any
	}{
		{"encoding", discard, nil}, {"types", c.readTypes, nil}, {"columns", c.readColumns, []any{append([]string{}, without...)}},
		{"keys", c.readKeys, nil}, {"references", c.readReferences, nil}, {"indexes", c.readIndexes, nil},
	} {
		text, err := queries.ReadFile("sql/" + part.query + ".sql")
		if err != nil {
			return nil, err
		}
		rows, err := db.Query(ctx, string(text), append([]any{pgx.QueryExecModeExec}, part.args...)...)
		if err != nil {
			return nil, fmt.Errorf("read the catalogue (%s): %w", part.query, err)
		}
		if err := part.read(rows); err != nil {
			return nil, fmt.Errorf("read the catalogue (%s): %w", part.query, err)
		}
	}
	return c, nil
}

func discard(rows pgx.Rows) error {
	rows.Close()
	return rows.Err()
}

func (c *Catalog) readTypes(rows pgx.Rows) error {
	var oid, base, elem int64
	var t dataType
	_, err := pgx.ForEachRow(rows, []any{&oid, &t.schema, &t.name, &t.kind, &base, &t.mod, &elem, &t.labels}, func() error {
		one := t
		one.labels = slices.Clone(t.labels)
		one.base, one.elem = uint32(base), uint32(elem)
		c.types[uint32(oid)] = &one
		return nil
	})
	return err
}

func (c *Catalog) readColumns(rows pgx.Rows) error {
	var schema, name, kind, attribute string
	var notNull bool
	var oid int64
	var mod int32
	_, err := pgx.ForEachRow(rows, []any{&schema, &name, &kind, &attribute, &notNull, &oid, &mod}, func() error {
		last := len(c.tables) - 1
		if last < 0 || c.tables[last].schema != schema || c.tables[last].name != name {
			c.tables = append(c.tables, &table{schema: schema, name: name, kind: kind, indexed: map[string]bool{}})
			last++
		}
		c.tables[last].columns = append(c.tables[last].columns, &column{attribute, notNull, c.resolve(uint32(oid), mod)})
		return nil
	})
	return err
}

// resolve takes the domains off a type.
func (c *Catalog) resolve(oid uint32, mod int32) dataType {
	t := c.types[oid]
	domain := false
	for t != nil && t.kind == "d" {
		domain, mod = true, t.mod
		t = c.types[t.base]
	}
	if t == nil {
		return dataType{}
	}
	resolved := *t
	resolved.domain = domain
	switch {
	case mod > 0 && t.name == "bit":
		resolved.length = int(mod)
	case mod > 4 && t.name == "bpchar":
		resolved.length = int(mod) - 4
	}
	if t.elem != 0 {
		element := c.resolve(t.elem, -1)
		resolved.element = &element
	}
	return resolved
}

func (c *Catalog) readKeys(rows pgx.Rows) error {
	var schema, name string
	var primary bool
	var columns []string
	_, err := pgx.ForEachRow(rows, []any{&schema, &name, &primary, &columns}, func() error {
		if t := c.table(schema, name); t != nil && len(columns) > 0 {
			t.unique = append(t.unique, slices.Clone(columns))
			if primary {
				t.primary = slices.Clone(columns)
			}
		}
		return nil
	})
	return err
}

func (c *Catalog) readReferences(rows pgx.Rows) error {
	var schema, name, own, toSchema, toName, target string
	_, err := pgx.ForEachRow(rows, []any{&schema, &name, &own, &toSchema, &toName, &target}, func() error {
		from, to := c.table(schema, name), c.table(toSchema, toName)
		if from != nil && to != nil {
			from.references = append(from.references, reference{own, to, target})
		}
		return nil
	})
	return err
}

func (c *Catalog) readIndexes(rows pgx.Rows) error {
	var schema, name, attribute string
	_, err := pgx.ForEachRow(rows, []any{&schema, &name, &attribute}, func() error {
		if t := c.table(schema, name); t != nil {
			t.indexed[attribute] = true
		}
		return nil
	})
	return err
}

func (c *Catalog) table(schema, name string) *table {
	i, ok := slices.BinarySearchFunc(c.tables, [2]string{schema, name}, func(t *table, key [2]string) int {
		if order := strings.Compare(t.schema, key[0]); order != 0 {
			return order
		}
		return strings.Compare(t.name, key[1])
	})
	if !ok {
		return nil
	}
	return c.tables[i]
}

func (t *table) column(name string) *column {
	for _, c := range t.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

// sql is the quoted name.
func (t *table) sql() string { return ident(t.schema, t.name) }

// shown is the name as an answer writes it.
func (t *table) shown() string { return word(t.schema) + "." + word(t.name) }

// oneFor reports whether at most one row has given values of the columns.
func (t *table) oneFor(columns []string) bool {
	return slices.ContainsFunc(t.unique, func(key []string) bool {
		return !slices.ContainsFunc(key, func(c string) bool { return !slices.Contains(columns, c) })
	})
}

// stored reports whether the table has rows of its own, on which triggers can be.
func (t *table) stored() bool { return t.kind == "r" || t.kind == "p" }

// ident is a quoted name of SQL.
func ident(parts ...string) string { return pgx.Identifier(parts).Sanitize() }

// literal is a text of SQL; standard_conforming_strings is on where it stands.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// word is a name as an answer writes it.
func word(name string) string {
	if list, err := tokens(name); err == nil && len(list) == 1 && list[0] == (token{'w', name}) && name != "-" && name != "format" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
