package mis

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

var update = flag.Bool("update", false, "write the tables of the contract into the documents")

// documents hold tables made of those of the fields.
var documents = []struct {
	file string
	make func() string
}{
	{"README.md", formTables},
	{"../../testdata/mis/README.md", columnTables},
}

const (
	contractBegin = "<!-- contract:begin -->\n"
	contractEnd   = "<!-- contract:end -->\n"
)

func TestDocumentsHoldTheContract(t *testing.T) {
	for _, d := range documents {
		data, err := os.ReadFile(d.file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, begins := strings.Cut(string(data), contractBegin)
		have, after, ends := strings.Cut(rest, contractEnd)
		if !begins || !ends {
			t.Fatalf("%s has no lines %q and %q", d.file, contractBegin, contractEnd)
		}
		want := "\n" + d.make() + "\n"
		switch {
		case have == want:
		case !*update:
			t.Errorf("the tables of %s are out of date: go test ./adapter/mis -run Contract -update", d.file)
		default:
			if err := os.WriteFile(d.file, []byte(before+contractBegin+want+contractEnd+after), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// destinations say what a row of the view becomes.
var destinations = map[egisso.Register]string{
	egisso.RegisterParticipant:  "заявка 10.11.I, `application/OSZinfo/insertion` или `modification`; основание — `application/document`",
	egisso.RegisterMeasure:      "10.05.I, `localMSZ`",
	egisso.RegisterPoint:        "10.15.I, `presencePoint`",
	egisso.RegisterOrganization: "10.07.I, `organization`",
	egisso.RegisterFact:         "10.06.S, `fact` и события",
}

// columnTables list every field of the contract by view.
func columnTables() string {
	var b strings.Builder
	b.WriteString("### В начале каждого представления\n\n")
	columnTable(&b, technical, technicalFields)
	for _, v := range views {
		fmt.Fprintf(&b, "\n### `%s` — %s: %s\n\n", v.name, v.register.Title(), destinations[v.register])
		columnTable(&b, v.columns[len(technical):], tables[v.register])
	}
	b.WriteString("\n### Чего может не быть: что уже есть в ЕГИССО (кроме `onmsz`)\n\n| Столбец | Что в нём | Тип |\n| --- | --- | --- |\n")
	for _, c := range knownColumns {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Title, c.Type)
	}
	return b.String()
}

func columnTable(b *strings.Builder, columns []Column, fields []field) {
	b.WriteString("| Столбец | Что в нём | Тип | Поле формы | Элемент |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range columns {
		leaves := leaves(c.Name, c.shape)
		whole := fieldsAt(fields, leaves[0].path)[0].like == "" || strings.Contains(leaves[0].path, "[]")
		if c.Type == JSON && whole && leaves[0].path != c.Name+"[]" {
			fmt.Fprintf(b, "| `%s` | %s | %s%s | | |\n", c.Name, c.Title, c.Type, demand(c.Required, false))
		}
		for _, leaf := range leaves {
			own := fieldsAt(fields, leaf.path)
			f := own[0]
			if f.like != "" {
				if strings.HasSuffix(f.path, ".oksmCode") {
					object, title := strings.TrimSuffix(f.path, ".oksmCode"), "поля — как у `"+f.like+"`"
					if object == c.Name {
						title = c.Title + "; " + title
					}
					fmt.Fprintf(b, "| `%s` | %s | jsonb | %s | `%s` |\n", object, title, f.form, strings.TrimSuffix(f.element, "/OKSMCode"))
				}
				continue
			}
			title, kind, must := c.Title, string(c.Type), c.Required
			switch {
			case leaf.path == c.Name+"[]":
				kind += ": " + leaf.kind()
			case leaf.path != c.Name:
				title, kind, must = "", leaf.kind(), f.obligatory()
			}
			fmt.Fprintf(b, "| `%s` | %s | %s%s | %s | %s |\n", leaf.path, title, kind, demand(must, f.obligatory()), f.form, destinationsOf(own))
		}
	}
}

// demand says whether a field must be given: always, or as its comment says.
func demand(always, sometimes bool) string {
	switch {
	case always:
		return ", обязателен"
	case sometimes:
		return ", по условию"
	}
	return ""
}

// fieldsAt returns what the table says of a path: more than one field if it goes
// to different elements.
func fieldsAt(fields []field, path string) (own []field) {
	for _, f := range fields {
		if f.path == path {
			own = append(own, f)
		}
	}
	return own
}

// kind is the kind of a value inside JSON.
func (l leaf) kind() string {
	t := l.kindOf
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[egisso.Date]():
		return "дата"
	case t == reflect.TypeFor[decimal.Decimal](), t == reflect.TypeFor[decimal.NullDecimal]():
		return "число"
	case t.Kind() == reflect.Bool:
		return "да или нет"
	case t.Kind() == reflect.Int:
		return "целое"
	}
	return "текст"
}

// obligatory reports whether the field may not be empty.
func (f *field) obligatory() bool {
	return slices.ContainsFunc(f.wrong, func(w wrong) bool { return w.class == "missing" })
}

// destination shows readers where the field goes.
func (f *field) destination() string {
	switch {
	case f.shown != "" && !strings.ContainsAny(f.shown, " :"):
		return "`" + f.shown + "`"
	case f.shown != "":
		return f.shown
	}
	return "`" + f.element + "`"
}

// formTables list the fields of the МИС manual's forms by register.
func formTables() string {
	var b strings.Builder
	for _, r := range []struct {
		register egisso.Register
		title    string
	}{
		{egisso.RegisterMeasure, "Реестр ЛМСЗ (4.3.1)"},
		{egisso.RegisterParticipant, "Реестр ОНМСЗ (4.3.2)"},
		{egisso.RegisterFact, "Реестр фактов назначений (4.3.3)"},
		{egisso.RegisterOrganization, "Реестр организаций (4.3.4)"},
	} {
		v, err := viewOf(r.register)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "**%s** — представление `%s`; %s\n\n", r.title, v.name, destinations[r.register])
		b.WriteString("| Поле формы | Столбец | Элемент |\n| --- | --- | --- |\n")
		fields := append([]field{technicalFields[0]}, tables[r.register]...)
		var forms []string
		for _, f := range fields {
			if f.form != "" && !slices.Contains(forms, f.form) {
				forms = append(forms, f.form)
			}
		}
		for _, form := range forms {
			formRow(&b, form, fields)
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// formRow is the row of one field of a form. Where it is several fields of one
// column, the object they are in is shown.
func formRow(b *strings.Builder, form string, fields []field) {
	var columns, elements []string
	for i := 0; i < len(fields); {
		own := []field{fields[i]}
		for i++; i < len(fields) && fields[i].column() == own[0].column(); i++ {
			own = append(own, fields[i])
		}
		own = slices.DeleteFunc(own, func(f field) bool { return f.form != form })
		if len(own) == 0 {
			continue
		}
		path, element := own[0].path, destinationsOf(own)
		if slices.ContainsFunc(own, func(f field) bool { return f.path != path }) {
			element = own[0].element
			for _, f := range own {
				path, element = common(path, f.path, "."), common(element, f.element, "/")
			}
			element = "`" + element + "`"
		}
		if path != "" {
			columns = append(columns, "`"+path+"`")
		}
		elements = append(elements, element)
	}
	if len(columns) == 0 {
		columns = []string{"—"}
	}
	fmt.Fprintf(b, "| %s | %s | %s |\n", form, strings.Join(columns, ", "), strings.Join(elements, ", "))
}

// destinationsOf shows readers where the fields of one path go.
func destinationsOf(fields []field) string {
	var list []string
	for _, f := range fields {
		if text := f.destination(); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// common returns the beginning two paths have in common.
func common(a, b, separator string) string {
	x, y := strings.Split(a, separator), strings.Split(b, separator)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return strings.Join(x[:n], separator)
}
