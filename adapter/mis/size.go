package mis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"egissogw/adapter/egisso"
)

// LimitRows makes connections to the source refuse a message larger than the
// largest row by its announced length, before anything of it is read. The rows of
// a source in another encoding than UTF-8 may grow on the way.
func LimitRows(c *pgconn.Config, rowBytes int) {
	const growth, head = 3, 4 << 10
	c.MaxProtocolMessageBodyLen = growth*rowBytes + head
}

// cutOff tells whether reading ended because a row was larger than LimitRows lets
// through.
func cutOff(err error) bool {
	var long *pgproto3.ExceededMaxBodyLenErr
	return errors.As(err, &long)
}

// measure returns the function that refuses rows larger than the source may have;
// names are those of the columns of a result.
func (s *Source) measure(v *view, names []string) func(row *sourceRow, values [][]byte) {
	verdict := -1
	for i, name := range names {
		if name == oversize {
			verdict = i
		}
	}
	return func(row *sourceRow, values [][]byte) {
		if row.Deleted { // nothing else of it is looked at
			return
		}
		if verdict >= 0 && values[verdict] != nil {
			row.spoil(v.tooLarge(string(values[verdict]), s.rowBytes))
			return
		}
		total, largest := 0, 0
		for i, value := range values {
			if names[i] == "row_key" {
				continue // see identify
			}
			total += len(value)
			if len(value) > len(values[largest]) {
				largest = i
			}
		}
		if total > s.rowBytes {
			row.spoil(v.tooLarge(names[largest], s.rowBytes))
		}
	}
}

// tooLarge is what is wrong with a row that is too large, most of it in the column.
func (v *view) tooLarge(name string, limit int) egisso.Finding {
	what := fmt.Sprintf("запись больше %d КиБ: таких записей ЕГИССО не принимает, исправьте её данные в МИС или представление", limit>>10)
	for _, c := range v.columns {
		if c.Name == name {
			return finding(name, "столбец "+name+" ("+c.Title+"): "+what)
		}
	}
	return finding("", what)
}

// oversize is the column of a bounded selection that names, for a row that is too
// large, the column with most of it ("" if there is none); null for other rows.
const oversize = "oversize"

// bounded is a selection of the view's rows in which a row of more bytes than the
// limit comes without its content. Each value is computed once: offset 0 keeps the
// subqueries apart.
func (v *view) bounded(selection string, limit int) string {
	head := []string{"row_key", "changed_at", "position", "deleted"}
	content := []string{"record_no", "provider_code"}
	for _, c := range v.columns[len(technical):] {
		content = append(content, c.Name)
	}
	if v.knows() && strings.Contains(selection, knownColumns[1].Name) { // one of the site's own need not
		content = append(content, knownColumns[0].Name, knownColumns[1].Name)
	}
	var shown, lengths, largest strings.Builder
	for _, name := range content {
		quoted := pgx.Identifier{name}.Sanitize()
		fmt.Fprintf(&shown, ", case when r.bytes <= %d then r.%s end as %[2]s", limit, quoted)
		fmt.Fprintf(&lengths, " + coalesce(octet_length(s.%s), 0)", quoted)
		fmt.Fprintf(&largest, " when octet_length(r.%s) > %d then '%s'", quoted, limit/2, name)
	}
	return "select r." + strings.Join(head, ", r.") + shown.String() +
		fmt.Sprintf(", case when r.bytes > %d then case%s else '' end end as %s", limit, largest.String(), oversize) +
		" from (select s.*, 0" + lengths.String() + " as bytes from (" + selection + " offset 0) s offset 0) r"
}
