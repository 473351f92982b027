package store_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// What other systems may use: views that egisso_reader or egisso_workplace reads and functions that
// egisso_operator or egisso_approver calls, but for the texts of states, which everybody may. Each
// row is a view, one of its columns, or a function; what nobody described has no text.
const publicViews = `
select c.relname::text, '', '', coalesce(obj_description(c.oid, 'pg_class'), '')
  from pg_class c
 where c.relnamespace = 'egisso'::regnamespace and c.relkind in ('v', 'm')
   and (has_table_privilege('egisso_reader', c.oid, 'select') or has_table_privilege('egisso_workplace', c.oid, 'select'))
 order by c.relname`

const publicColumns = `
select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(col_description(c.oid, a.attnum), '')
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = 'egisso'::regnamespace and c.relkind in ('v', 'm')
   and (has_table_privilege('egisso_reader', c.oid, 'select') or has_table_privilege('egisso_workplace', c.oid, 'select'))
 order by c.relname, a.attnum`

const publicFunctions = `
select p.proname || '(' || pg_get_function_arguments(p.oid) || ')', '', pg_get_function_result(p.oid), coalesce(obj_description(p.oid, 'pg_proc'), '')
  from pg_proc p
 where p.pronamespace = 'egisso'::regnamespace and (has_function_privilege('egisso_operator', p.oid, 'execute') or has_function_privilege('egisso_approver', p.oid, 'execute')
        or has_function_privilege('egisso_workplace', p.oid, 'execute'))
   and not exists (select from aclexplode(p.proacl) a where a.grantee = 0)
 order by p.proname`

const (
	catalogueFile  = "README.md"
	catalogueBegin = "<!-- catalogue:begin -->\n"
	catalogueEnd   = "<!-- catalogue:end -->\n"
)

// described is one thing of the catalogue with its comment.
type described struct{ name, column, kind, text string }

func describe(t *testing.T, owner *pgx.Conn, query string) []described {
	t.Helper()
	rows, err := owner.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d described, err error) {
		err = row.Scan(&d.name, &d.column, &d.kind, &d.text)
		return d, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReadmeHoldsTheCatalogue: the public views and functions with the comments they
// have in the database, and every one of them has a comment.
func TestReadmeHoldsTheCatalogue(t *testing.T) {
	_, owner := installed(t)
	views, columns, functions := describe(t, owner, publicViews), describe(t, owner, publicColumns), describe(t, owner, publicFunctions)
	if len(views) == 0 || len(columns) == 0 || len(functions) == 0 {
		t.Fatalf("%d views, %d columns, %d functions", len(views), len(columns), len(functions))
	}
	for _, list := range [][]described{views, columns, functions} {
		for _, d := range list {
			if d.text == "" {
				t.Errorf("egisso.%s has no comment: write `comment on` in a migration", strings.TrimSuffix(d.name+"."+d.column, "."))
			}
		}
	}
	checkValues(t, owner, columns)
	checkContract(t, columns, functions)
	data, err := os.ReadFile(catalogueFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(data), catalogueBegin)
	have, after, ends := strings.Cut(rest, catalogueEnd)
	if !begins || !ends {
		t.Fatalf("%s has no lines %q and %q", catalogueFile, catalogueBegin, catalogueEnd)
	}
	want := catalogue(views, columns, functions)
	switch {
	case have == want:
	case !*update:
		t.Errorf("the catalogue in %s is out of date: go test ./adapter/store -run Catalogue -update", catalogueFile)
	default:
		if err := os.WriteFile(catalogueFile, []byte(before+catalogueBegin+want+catalogueEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// catalogue writes the tables, in Russian.
func catalogue(views, columns, functions []described) string {
	var b strings.Builder
	cell := strings.NewReplacer("|", `\|`, "\n", " ").Replace
	b.WriteString("\n## Представления\n")
	for _, v := range views {
		fmt.Fprintf(&b, "\n### `%s`\n\n%s.\n\n| Столбец | Тип | Что в нём |\n| --- | --- | --- |\n", v.name, v.text)
		for _, c := range columns {
			if c.name == v.name {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.column, c.kind, cell(c.text))
			}
		}
	}
	b.WriteString("\n## Функции\n\n| Функция | Возвращает | Что делает |\n| --- | --- | --- |\n")
	for _, f := range functions {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.name, f.kind, cell(f.text))
	}
	return b.String() + "\n"
}

// stated are columns of views that show a column of a table whose check lists its values.
var stated = map[string][2]string{
	"journal.state":            {"package", "state"},
	"journal.result":           {"package", "result"},
	"journal.register":         {"package", "register"},
	"journal.channel":          {"package", "channel"},
	"record_status.state":      {"record", "state"},
	"record_status.register":   {"source_row", "register"},
	"record_counts.register":   {"source_row", "register"},
	"incoming_journal.kind":    {"incoming", "kind"},
	"incoming_journal.verdict": {"incoming", "verdict"},
	"incoming_journal.reply":   {"incoming", "reply"},
	"protocol_import.outcome":  {"protocol_file", "outcome"},
	"sender_list.part":         {"sender", "part"},
	"sender_list.standing":     {"sender", "standing"},
	"kmsz_versions.source":     {"classifier_version", "source"},
	"kmsz_requests.classifier": {"classifier_request", "classifier"},
}

// checkValues sees that whoever shows such a column finds every value in its comment.
func checkValues(t *testing.T, owner *pgx.Conn, columns []described) {
	t.Helper()
	comments := map[string]string{}
	for _, c := range columns {
		comments[c.name+"."+c.column] = c.text
	}
	for column, from := range stated {
		values := lines(t, owner, fmt.Sprintf(`
			select distinct m[1] from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1],
			       regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''::text', 'g') m
			 where k.contype = 'c' and cardinality(k.conkey) = 1 and k.conrelid = 'egisso.%s'::regclass and a.attname = '%s'`, from[0], from[1]))
		if len(values) == 0 {
			t.Errorf("%s: egisso.%s.%s has no check of its values", column, from[0], from[1])
		}
		for _, value := range values {
			if !strings.Contains(comments[column], value) {
				t.Errorf("the comment of egisso.%s does not name %q", column, value)
			}
		}
	}
}
