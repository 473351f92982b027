package mis

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/testdata"
)

// FuzzColumns feeds one value to every column: whatever it is, it is read or
// reported, and what was read can be hashed.
func FuzzColumns(f *testing.F) {
	for _, seed := range []string{
		"", "text", "2025-02-01", "infinity", "1.50", "NaN", "1e400", "true", "[]", "null", "{}", `[{"title": "т", "issueDate": "2025-02-01"}]`,
		`[{"key": "1", "needsCriteria": [{"code": "1", "date": "2020-01-01", "coefficient": 1e-300}]}]`, `[{"codeFundingSource": "0100", "quota": "1e99"}]`,
		"2025-03-01 10:00:00.5+00", "\xff\xfe", `{"oksmCode": "643"}`, `[1, 2]`, `{"type": "PassportRF", "issueDate": ""}`, "[[[[", `[{}]`, `"x"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, c := range factColumns {
			fact := new(egisso.Fact)
			if c.decode(fact, value) == "" {
				fact.ContentHash()
			}
		}
		for _, c := range measureColumns {
			measure, row := new(egisso.LocalMeasure), new(Row)
			if c.decode(measure, value) != "" {
				continue
			}
			if finishMeasure(measure, row); len(row.Findings) == 0 {
				measure.ContentHash()
			}
		}
		for _, c := range organizationColumns {
			o, row := new(organizationRow), new(Row)
			if c.decode(o, value) != "" {
				continue
			}
			if finishOrganization(o, row); len(row.Findings) == 0 {
				o.ContentHash()
			}
		}
		for _, c := range pointColumns {
			point, row := new(pointRow), new(Row)
			if c.decode(point, value) != "" {
				continue
			}
			if finishPoint(point, row); len(row.Findings) == 0 {
				point.ContentHash()
			}
		}
		for _, c := range participantColumns {
			if p := new(egisso.Participant); c.decode(p, value) == "" {
				p.ContentHash()
			}
		}
	})
}

// TestOneContract: the queries, the columns the program knows and the example a
// vendor reads are the same list, and every column of the example is explained.
func TestOneContract(t *testing.T) {
	comment := regexp.MustCompile(`comment on column egisso_source\.(\w+)\.(\w+) is\n    '(.+)';`)
	explained := map[string][]string{}
	for _, file := range []string{obligatoryExample, optionalExample} {
		example, err := testdata.MIS.ReadFile(strings.TrimPrefix(file, "testdata/"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range comment.FindAllStringSubmatch(string(example), -1) {
			explained[m[1]] = append(explained[m[1]], m[2])
		}
	}
	selected := regexp.MustCompile(`v\.(\w+)::text`)
	for _, v := range views {
		var known []string
		for _, c := range v.columns {
			known = append(known, c.Name)
			if c.Title == "" {
				t.Errorf("%s.%s has no title", v.name, c.Name)
			}
		}
		if !slices.Equal(explained[v.name], known) {
			t.Errorf("view %s: the example explains %v, the program knows %v", v.name, explained[v.name], known)
		}
		text, err := os.ReadFile("sql/" + v.name + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		var queried []string
		for _, m := range selected.FindAllStringSubmatch(string(text), -1) {
			queried = append(queried, m[1])
		}
		// changed_xid is {position} in the query.
		known = slices.DeleteFunc(known, func(name string) bool { return name == "changed_xid" })
		if !slices.Equal(queried, known) {
			t.Errorf("view %s: the query reads %v, the program knows %v", v.name, queried, known)
		}
	}
}

func TestQueriesNameTheirColumns(t *testing.T) {
	files, err := os.ReadDir("sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile("sql/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "-- ") {
			t.Errorf("%s does not begin with a comment", file.Name())
		}
		if strings.Contains(fill(string(text), nil), "*") {
			t.Errorf("%s selects *", file.Name())
		}
	}
}
