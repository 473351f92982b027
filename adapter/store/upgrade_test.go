package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// TestRowsOfTheFirstVersionsAreKept: a gateway that knew measures and facts only is
// brought to the present version; what ЕГИССО accepted of an altered fact becomes
// the fact itself.
func TestRowsOfTheFirstVersionsAreKept(t *testing.T) {
	url := pgtest.Empty(t)
	conn := connect(t, url)
	exec := func(statement string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec(`create schema egisso; create table egisso.schema_version (version int4 not null)`)
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	const before = 9
	for _, file := range files[:before] {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		exec(string(text))
	}
	exec(fmt.Sprintf(`insert into egisso.schema_version values (%d)`, before))
	exec(`
		insert into egisso.source_row (register, row_key, record_no, changed_at, measure_key, content, content_hash, accepted_id, accepted_event, accepted_hash, accepted_content)
		values ('lmsz', '7', '7', now(), null, '{}', 'm', null, null, null, null),
		       ('fact', 'new', '1', now(), '7', '{}', 'h', null, null, null, null),
		       ('fact', 'altered', '2', now(), '7', '{}', 'h', '10060000-0000-4000-8000-000000000001', '10060000-0000-4000-8000-000000000002', 'h',
		        '{"uuid": "10060000-0000-4000-8000-000000000002", "assignmentFactUuid": "10060000-0000-4000-8000-000000000001", "fact": {"oszCode": "0042.000001"}}');
		insert into egisso.record (id, register, row_key, kind, provider, content, content_hash, state)
		values ('10060000-0000-4000-8000-000000000002', 'fact', 'altered', 'alterationBasedOnPreviousErrors', '0042.000001', '{"fact": {"oszCode": "0042.000001"}}', 'h', 'accepted')`)
	if _, _, err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := opened(t, url)
	f := fixture{s, url, conn}
	f.want(t, `select string_agg(row_key || ' ' || needs::text, ', ' order by row_key) from egisso.source_row`, "7 {}, altered {lmsz/7}, new {lmsz/7}")
	f.want(t, `select accepted_content::text || ' ' || accepted_provider from egisso.source_row where row_key = 'altered'`, `{"oszCode": "0042.000001"} 0042.000001`)
	f.want(t, `select becomes::text || ' ' || convert_from(becomes_hash, 'UTF8') from egisso.record`, `{"oszCode": "0042.000001"} h`)
	f.want(t, `select string_agg(state, ', ' order by row_key) from egisso.record_status`, "new, accepted, new")
}
