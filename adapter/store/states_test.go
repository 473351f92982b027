package store_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso/lifecycle"
)

// TestStatesAreWhatTheProgramKnows: the tables of states and moves, what checks of columns
// allow, and the constants of Go.
func TestStatesAreWhatTheProgramKnows(t *testing.T) {
	_, owner := installed(t)
	for subject, states := range moves {
		var names, table []string
		for name, to := range states {
			names = append(names, name)
			if to != "" {
				table = append(table, name+" > "+to)
			}
		}
		slices.Sort(names)
		slices.Sort(table)
		same(t, subject+": states", names, lines(t, owner, `select name from egisso.state where subject = '`+subject+`' order by name collate "C"`))
		same(t, subject+": moves", table, lines(t, owner, `select from_state || ' > ' || string_agg(to_state, ' ' order by to_state collate "C")
			from egisso.move where subject = '`+subject+`' group by from_state order by from_state collate "C"`))
		same(t, subject+": check of the column", names, lines(t, owner, `
			select m[1] from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1],
			       regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''::text', 'g') m
			 where k.contype = 'c' and cardinality(k.conkey) = 1 and k.conrelid = 'egisso.`+subject+`'::regclass and a.attname = 'state' order by m[1] collate "C"`))
	}
	same(t, "states no move leads away from", nil, lines(t, owner, `select s.subject || ' ' || s.name from egisso.state s
		where s.final <> not exists (select from egisso.move m where m.subject = s.subject and m.from_state = s.name)`))
	var known []string
	for _, name := range constants(t, "State") {
		known = append(known, fmt.Sprint(name, " ", lifecycle.State(name).Open()))
	}
	same(t, "constants of lifecycle.State, and whether they are open", known,
		lines(t, owner, `select name || ' ' || open from egisso.state where subject = 'record' order by name collate "C"`))
	same(t, "texts of the functions that differ from the table's", nil, lines(t, owner, `select subject || ' ' || name from egisso.state
		where text <> case subject when 'record' then egisso.record_state_text(name) when 'package' then egisso.package_state_text(name, null, false, false) else '' end`))
}

// TestReasonsAreWhatTheProgramKnows: the codes of Go are those of the table.
func TestReasonsAreWhatTheProgramKnows(t *testing.T) {
	_, owner := installed(t)
	same(t, "reasons", constants(t, "Reason"), lines(t, owner, `select code from egisso.reason order by code collate "C"`))
	same(t, "reasons without a text", nil, lines(t, owner, `select code from egisso.reason where text = ''`))
}

// stateSets say by the columns of egisso.state what each function of a set means.
var stateSets = map[string]string{
	"record_open":     "open",
	"record_unsent":   "open and not flying",
	"record_held":     "held",
	"record_underway": "open and not held",
	"record_accepted": "final",
	"record_answered": "final or remarked",
	"record_remarked": "remarked",
	"package_open":    "open",
	"package_flying":  "flying",
	"package_final":   "final",
	"message_open":    "open",
	"message_flying":  "flying",
}

// indexSets say the same of predicates of indexes; those that are not here name one state.
var indexSets = map[string]string{
	"record_one_open":         "open",
	"record_remark":           "remarked",
	"record_changed":          "final or remarked",
	"package_open":            "open",
	"package_classifier_open": "open",
	"message_due":             "open",
	"message_one_live":        "open or flying",
	"message_one_live_answer": "open or flying",
}

func TestSetsOfStates(t *testing.T) {
	_, owner := installed(t)
	same(t, "functions of sets", keys(stateSets), lines(t, owner, `
		select p.proname::text from pg_proc p where p.pronamespace = 'egisso'::regnamespace and p.prorettype = 'boolean'::regtype
		   and p.proname ~ '^(record|package|message)_' and p.proargtypes = '25'::oidvector order by p.proname collate "C"`))
	of := func(subject, predicate string) []string {
		return lines(t, owner, fmt.Sprintf(`select s.name from egisso.state s where s.subject = '%s' and (%s) order by s.name collate "C"`, subject, predicate))
	}
	for name, columns := range stateSets {
		subject, _, _ := strings.Cut(name, "_")
		same(t, name, of(subject, columns), of(subject, "egisso."+name+"(s.name)"))
	}
	rows, err := owner.Query(t.Context(), `
		select i.indexrelid::regclass::text, r.relname::text, pg_get_expr(i.indpred, i.indrelid)
		  from pg_index i join pg_class r on r.oid = i.indrelid
		 where r.relnamespace = 'egisso'::regnamespace and r.relname in ('record', 'package', 'message')
		   and pg_get_expr(i.indpred, i.indrelid) ~ '\mstate\M'`)
	if err != nil {
		t.Fatal(err)
	}
	indexes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i [3]string, err error) { return i, row.Scan(&i[0], &i[1], &i[2]) })
	if err != nil {
		t.Fatal(err)
	}
	left := keys(indexSets)
	for _, i := range indexes {
		name, subject := strings.TrimPrefix(i[0], "egisso."), i[1]
		// Whatever else the predicate asks for holds.
		got := lines(t, owner, fmt.Sprintf(`
			select distinct s.name collate "C" from egisso.state s cross join egisso.reason
			 cross join lateral (select s.name as state, reason.code as reason_code, gen_random_uuid()::text as incoming_id,
			        null::timestamptz as released_at, false as faultless, false as returned) of_table
			 where s.subject = '%s' and (%s) order by 1`, subject, i[2]))
		if columns, ok := indexSets[name]; ok {
			same(t, "index "+name, of(subject, columns), got)
			left = slices.DeleteFunc(left, func(n string) bool { return n == name })
		} else if len(got) != 1 {
			t.Errorf("index %s is of states %q: say in indexSets what they are", name, got)
		}
	}
	same(t, "indexes there are not", nil, left)
}

// TestSetsAreInlined: a partial index is used where a statement asks for its set by name.
func TestSetsAreInlined(t *testing.T) {
	f := open(t)
	f.exec(t, `set enable_seqscan = off`)
	for statement, index := range map[string]string{
		`select from egisso.record where egisso.record_open(state)`:                                                         "record_one_open",
		`select from egisso.record where egisso.record_open(state) and state <> 'blocked'`:                                  "record_one_open",
		`select from egisso.record where register = 'fact' and row_key = 'a' and egisso.record_unsent(state)`:               "record_",
		`select from egisso.record where state = 'waiting' and reason_code = 'confirm_people'`:                              "record_held",
		`select from egisso.record where egisso.record_answered(state) order by state_at desc limit 1`:                      "record_changed",
		`select from egisso.package where egisso.package_open(state)`:                                                       "package_",
		`select from egisso.package where classifier = '010' and egisso.package_open(state)`:                                "package_classifier_open",
		`select from egisso.message where egisso.message_open(state) and next_attempt_at <= now() order by next_attempt_at`: "message_due",
	} {
		plan := strings.Join(lines(t, f.conn, "explain (costs off) "+statement), "\n")
		if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "_open(") || strings.Contains(plan, "_unsent(") {
			t.Errorf("%s:\n%s", statement, plan)
		}
	}
}

var namesInList = regexp.MustCompile(`(?i)(?:\bin\s*\(|\barray\s*\[)\s*('\w+'(?:\s*,\s*'\w+')+)\s*[)\]]`)

// TestNoListsOfStates: a set of states has a name.
func TestNoListsOfStates(t *testing.T) {
	files := slices.Concat(glob(t, "sql/*.sql"), glob(t, "code/*.sql"))
	for _, file := range files {
		if file == "code/05_states.sql" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range namesInList.FindAllStringSubmatch(string(text), -1) {
			names := regexp.MustCompile(`\w+`).FindAllString(found[1], -1)
			for subject, states := range moves {
				if !slices.ContainsFunc(names, func(name string) bool { _, ok := states[name]; return !ok }) {
					t.Errorf("%s lists states of a %s, give the set a name in code/05_states.sql: %s", file, subject, found[0])
				}
			}
		}
	}
}

// constants are the values of the constants of a type of package lifecycle, sorted.
func constants(t *testing.T, kind string) (values []string) {
	t.Helper()
	for _, file := range glob(t, "../egisso/lifecycle/*.go") {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == kind {
				for _, value := range spec.Values {
					if literal, ok := value.(*ast.BasicLit); ok {
						text, err := strconv.Unquote(literal.Value)
						if err != nil {
							t.Fatal(err)
						}
						values = append(values, text)
					}
				}
			}
			return true
		})
	}
	slices.Sort(values)
	return values
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return files
}

func keys(m map[string]string) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}
