package mis_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

func TestRowsPrintMasked(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key, receiver_family_name, content) values ('50001', '"+secret+"', '"+secret+"')")
	rows, _ := collect(t, s, mis.Cursor{})
	row := only(t, rows, "50001")
	if row.Record.(*egisso.Fact).Receiver.FamilyName != secret {
		t.Fatal("the test is about nothing")
	}
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("row", "row", row)
		log.Info("row", "row", &row)
		log.Info("row", slog.Group("in a group", "row", row))
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", row)
		fmt.Fprintf(&out, verb+"\n", &row)
		fmt.Fprintf(&out, verb+"\n", []mis.Row{row})
	}
	text := out.String()
	if n := strings.Count(text, "row 50001 ***"); n != 6+3*7 {
		t.Errorf("the row was printed %d times:\n%s", n, text)
	}
	for _, hidden := range []string{secret, fmt.Sprintf("%x", secret), row.Record.(*egisso.Fact).Receiver.SNILS, row.Record.(*egisso.Fact).Receiver.FirstName} {
		if strings.Contains(text, hidden) {
			t.Errorf("a value of the record is shown:\n%s", text)
		}
	}
}
