package mis_test

import (
	"fmt"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/crypto/hostiletest"
)

// sourceMemory is what reading the source may take whatever the rows, which are not
// part of the input.
const sourceMemory = 48 << 20

// TestHostileSource reads rows that are large in the database: the input is the
// statement that makes them, so that all they take is over what an empty one may.
func TestHostileSource(t *testing.T) {
	read := func(t testing.TB, input []byte) error {
		s, conn := source(t.(*testing.T))
		exec(t, conn, string(input))
		exec(t, conn, "insert into egisso_source.fact (row_key) values ('~ last')")
		findings, good := map[string]int{}, 0
		_, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(r mis.Row) error {
			for _, f := range r.Findings {
				findings[f.Text]++
			}
			if r.Record != nil {
				good++
			}
			return nil
		})
		if err != nil || good == 0 {
			return fmt.Errorf("%d good rows: %w", good, err)
		}
		for text, rows := range findings {
			return fmt.Errorf("%d rows: %s", rows, text)
		}
		return nil
	}
	statement := func(format string) func(int) []byte {
		return func(n int) []byte {
			return []byte(strings.ReplaceAll(format, "{n}", fmt.Sprint(n)))
		}
	}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "source row of one text", Read: read, Asks: sourceMemory, Cheap: true, Says: "1 rows: столбец comment",
			Input: statement("insert into egisso_source.fact (row_key, comment) values ('a', repeat('x', least({n}::bigint * 32, 128 << 20)::int))")},
		{Name: "source page of rows that fit", Read: read, Asks: sourceMemory,
			Input: statement("insert into egisso_source.fact (row_key, comment) select i::text, repeat('x', 1000000) from generate_series(1, least({n} / 5000, 600)) i")},
		{Name: "source row of jsonb", Read: read, Asks: sourceMemory, Cheap: true, Limit: 16 << 20, Says: "1 rows: столбец documents",
			Input: statement("insert into egisso_source.fact (row_key, documents) values ('a', jsonb_build_array(repeat('x', least({n}::bigint * 32, 128 << 20)::int)))")},
		{Name: "source row of a huge key", Read: read, Asks: sourceMemory, Cheap: true, Limit: 16 << 20, Says: "1 rows: столбец row_key",
			Input: statement("insert into egisso_source.fact (row_key) values (repeat('x', least({n}::bigint * 32, 128 << 20)::int))")},
	})
}
