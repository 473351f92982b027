package mis

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

// tables are the fields of each register.
var tables = map[egisso.Register][]field{
	egisso.RegisterParticipant: participantFields, egisso.RegisterMeasure: measureFields, egisso.RegisterPoint: pointFields,
	egisso.RegisterOrganization: organizationFields, egisso.RegisterFact: factFields,
}

// TestEveryFieldIsInTheTables: no column, and no field of a JSON value, can be
// added without saying where it comes from, where it goes and what may be wrong
// with it.
func TestEveryFieldIsInTheTables(t *testing.T) {
	for _, v := range views {
		listed := map[string]bool{}
		for _, f := range append(slices.Clone(technicalFields), tables[v.register]...) {
			listed[f.path] = true
		}
		known := map[string]bool{"": true}
		for _, c := range v.columns {
			known[c.Name] = true // a list as a whole may be listed too
			for _, leaf := range leaves(c.Name, c.shape) {
				known[leaf.path] = true
				if !listed[leaf.path] {
					t.Errorf("view %s: %s is not in the table", v.name, leaf.path)
				}
			}
		}
		for path := range listed {
			if !known[path] {
				t.Errorf("view %s: %s is in the table and not in the contract", v.name, path)
			}
		}
	}
}

// leaf is a field of the contract by its path.
type leaf struct {
	path   string
	kindOf reflect.Type // of a value inside JSON
}

// leaves returns the fields of a JSON value, the column itself for any other one.
// Identifiers are the gateway's to give.
func leaves(path string, t reflect.Type) (list []leaf) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[uuid.UUID]():
	case t == nil || isScalar(t):
		return []leaf{{path, t}}
	case t.Kind() == reflect.Slice:
		return leaves(path+"[]", t.Elem())
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			list = append(list, leaves(path+"."+name, t.Field(i).Type)...)
		}
	default:
		return []leaf{{path, t}}
	}
	return list
}

// TestBadInput puts every bad value the tables know into a record that is right
// else: each gives a finding that names the field, says in Russian what kind of
// value it is and never the value, and keeps the record from being sent.
func TestBadInput(t *testing.T) {
	cases := 0
	for _, v := range views {
		t.Run(v.name, func(t *testing.T) {
			if found := judge(t, v, record(v, nil)); len(found) > 0 {
				t.Fatalf("the good record: %v", found)
			}
			for _, f := range append(slices.Clone(technicalFields), tables[v.register]...) {
				for _, w := range f.wrong {
					cases++
					t.Run(f.path+" "+w.class, func(t *testing.T) { expect(t, v, &f, w) })
				}
				for _, value := range f.right {
					cases++
					if found := judge(t, v, set(t, record(v, f.in), f.path, value)); len(found) > 0 {
						t.Errorf("%s at its longest: %v", f.path, found)
					}
				}
			}
		})
	}
	t.Logf("%d cases", cases)
}

// TestBadJSON: whatever is wrong with the JSON of a column is reported for it.
func TestBadJSON(t *testing.T) {
	for _, v := range views {
		for _, c := range v.columns {
			if c.Type != JSON {
				continue
			}
			good := record(v, nil)[c.Name]
			other := "[]"
			if strings.HasPrefix(good, "[") {
				other = `{"a": 1}`
			}
			values := map[string][2]string{
				"cut off":        {good[:len(good)-1], "не разбирается как JSON"},
				"not JSON":       {"Тайнов", "не разбирается как JSON"},
				"text after it":  {good + " x", "не разбирается как JSON"},
				"another kind":   {strings.Replace(other, "[]", `["Тайнов"]`, 1), "не того вида"},
				"U+0000":         {strings.Replace(good, `": "`, `": "\u0000`, 1), `U\+0000`},
				"half a symbol":  {strings.Replace(good, `": "`, `": "\ud800`, 1), "суррогатной"},
				"not UTF-8":      {strings.Replace(good, `"`, "\"\xff", 1), "UTF-8"},
				"too deep":       {strings.Repeat("[", 20_000), "не разбирается как JSON"},
				"unknown field":  {strings.Replace(good, `{"`, `{"Тайнов": 1, "`, 1), "нет в контракте"},
				"name misspelt":  {inOtherLetters(good), "поля .* нет в контракте"},
				"field repeated": {repeated(good), "указано дважды"},
			}
			for class, value := range values {
				if value[0] == good {
					continue // a list of texts or numbers has no fields
				}
				t.Run(v.name+" "+c.Name+" "+class, func(t *testing.T) {
					expect(t, v, &field{path: c.Name}, wrong{value: value[0], text: value[1]})
				})
			}
		}
	}
}

var firstName = regexp.MustCompile(`\{"(\w+)": `)

// inOtherLetters writes the first field's name in capitals, which encoding/json
// alone would take for the same.
func inOtherLetters(s string) string {
	done := false
	return firstName.ReplaceAllStringFunc(s, func(m string) string {
		if done {
			return m
		}
		done = true
		return strings.ToUpper(m)
	})
}

// repeated names the first field twice.
func repeated(s string) string {
	at := firstName.FindStringSubmatchIndex(s)
	if at == nil {
		return s
	}
	return s[:at[0]] + `{"` + s[at[2]:at[3]] + `": null, ` + s[at[0]+1:]
}

// expect is one bad value.
func expect(t *testing.T, v *view, f *field, w wrong) {
	t.Helper()
	found := judge(t, v, set(t, record(v, f.in), f.path, w.value))
	column := f.column()
	text := regexp.MustCompile(w.text)
	var hit bool
	for _, finding := range found {
		place := itemNumber.ReplaceAllString(finding.Field, "")
		named := place == column || place != "" && (place == f.element || strings.HasPrefix(f.element, place+"/"))
		if named && text.MatchString(finding.Text) && (finding.Severity == egisso.Error) != w.warns {
			hit = true
		}
		if value, ok := w.value.(string); ok && personal(v.register) && len(value) > 3 && strings.Contains(finding.Text, value) {
			t.Errorf("the finding shows the value: %v", finding)
		}
	}
	if !hit {
		t.Errorf("no finding about %s or %s that says %q among %v", column, f.element, w.text, found)
	}
	if egisso.Blocks(found) == w.warns {
		t.Errorf("blocks: %v", !w.warns)
	}
}

// personal reports whether the register may hold data of people.
func personal(r egisso.Register) bool {
	return r == egisso.RegisterFact || r == egisso.RegisterOrganization
}

// record is a good record of the view with some other columns.
func record(v *view, other map[string]string) map[string]string {
	row := map[string]string{"row_key": "1", "record_no": "1", "position": "7", "changed_at": "2025-03-01 07:00:00+00", "deleted": "false"}
	maps.Copy(row, Good[v.register])
	if v.register == egisso.RegisterFact {
		maps.Copy(row, fullFact)
	}
	maps.Copy(row, other)
	return row
}

// set puts a value at the path: into a column, or into every item of a list
// inside it.
func set(t *testing.T, row map[string]string, path string, value any) map[string]string {
	t.Helper()
	row = maps.Clone(row)
	column, rest := path, ""
	if i := strings.IndexAny(path, ".["); i >= 0 {
		column, rest = path[:i], path[i:]
	}
	if rest == "" {
		switch value := value.(type) {
		case nil:
			delete(row, column)
		default:
			row[column] = fmt.Sprint(value)
		}
		return row
	}
	var content any
	if err := json.Unmarshal([]byte(row[column]), &content); err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	text, err := json.Marshal(place(t, content, rest, value))
	if err != nil {
		t.Fatal(err)
	}
	row[column] = string(text)
	return row
}

// place returns content with the value at the rest of a path.
func place(t *testing.T, content any, rest string, value any) any {
	t.Helper()
	if rest == "" {
		return value
	}
	if inside, ok := strings.CutPrefix(rest, "[]"); ok {
		list := content.([]any)
		list[0] = place(t, list[0], inside, value)
		return list
	}
	name := rest[1:]
	if i := strings.IndexAny(name, ".["); i >= 0 {
		name = name[:i]
	}
	object, ok := content.(map[string]any)
	if _, known := object[name]; !ok || !known {
		t.Fatalf("the good record has no %s", rest)
	}
	object[name] = place(t, object[name], rest[1+len(name):], value)
	return object
}

// judge reads the row as a pass does and checks the record as the gateway does.
func judge(t *testing.T, v *view, row map[string]string) []egisso.Finding {
	t.Helper()
	r := readRow(t, v, row)
	checker := check.Checker{Today: egisso.Date{Year: 2026, Month: time.March, Day: 1}}
	switch x := r.Record.(type) {
	case *egisso.LocalMeasure:
		return checker.Measure(*x)
	case *egisso.Organization:
		return checker.Organization(*x)
	case *egisso.Participant:
		return checker.ParticipantRow(*x)
	case *egisso.PresencePoint:
		return checker.Point(*x)
	case *egisso.Fact:
		x.MeasureID = uuid.NameSpaceOID // of a measure another provider loaded
		return checker.Fact(*x, nil)
	}
	return r.Findings
}

// readRow reads the values of columns as a pass reads those of a result.
func readRow(t *testing.T, v *view, row map[string]string) Row {
	t.Helper()
	names := slices.Sorted(maps.Keys(row))
	for _, c := range v.columns {
		if _, ok := row[c.Name]; !ok {
			names = append(names, c.Name)
		}
	}
	read, err := v.bind(names)
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]byte, len(names))
	for i, name := range names {
		if text, ok := row[name]; ok {
			values[i] = []byte(text)
		}
	}
	return read(values).Row
}
