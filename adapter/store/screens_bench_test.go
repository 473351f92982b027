package store_test

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// BenchmarkScreens is what a person waits for who looks at a gateway that has sent
// EGISSOGW_BENCH_ROWS facts (100,000), almost all of them accepted.
func BenchmarkScreens(b *testing.B) {
	rows, err := strconv.Atoi(cmp.Or(os.Getenv("EGISSOGW_BENCH_ROWS"), "100000"))
	if err != nil {
		b.Fatal(err)
	}
	f := benchStore(b)
	if f.conn, err = pgx.Connect(b.Context(), f.url); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.conn.Close(context.Background()) })
	fillAccepted(b, f.conn, rows)
	b.Run("status", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Status(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	if _, err := f.conn.Exec(b.Context(), `create role s_workplace`); err != nil {
		b.Fatal(err)
	}
	fillScreens(b, f.conn, rows)
	for name, query := range queries(b, screenFiles) {
		if strings.HasPrefix(name, "workplace_") {
			continue // another role's
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				result, err := f.conn.Query(b.Context(), query, screenArguments[name]...)
				if err == nil {
					_, err = pgx.CollectRows(result, pgx.RowToMap)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fillAccepted fills the tables with facts as they are when they were sent by the thousand: of
// each thousand one is rejected, one warned of, one blocked and one waits.
func fillAccepted(tb testing.TB, conn *pgx.Conn, rows int) {
	tb.Helper()
	for _, statement := range []string{
		`insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, created_at, signed_at, queued_at, closed_at)
		 select md5('package ' || n)::uuid, 'fact', '10.06.S', '1.1.0', '0042.000001', 'answered', 'partial', 1000, at, at, at, at
		   from generate_series(0, $1::int / 1000) n, lateral (select now() - n * interval '1 s' as at) t`,
		`insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, content_hash, needs, updated_at, twin_key,
		        record_id, row_newer, accepted_id, accepted_event, accepted_hash, accepted_at, settled_hash)
		 select 'fact', n::text, 'N' || n, now(), false, h, '{lmsz/1}', now() - n * interval '1 ms', h, id, false,
		        case when n % 1000 < 998 then id end, case when n % 1000 < 998 then id end, case when n % 1000 < 998 then h end, now(), h
		   from generate_series(1, $1::int) n, lateral (select md5('record ' || n)::uuid as id, sha256(n::text::bytea) as h) t`,
		`insert into egisso.record (id, register, row_key, kind, provider, state, becomes_hash, settles, package_id, state_at, reason_code, findings)
		 select md5('record ' || n)::uuid, 'fact', n::text, 'fact', '0042.000001',
		        case n % 1000 when 996 then 'rejected' when 997 then 'accepted_with_warnings' when 998 then 'blocked' when 999 then 'waiting' else 'accepted' end,
		        sha256(n::text::bytea), true, md5('package ' || n / 1000)::uuid, now() - n * interval '1 ms',
		        case n % 1000 when 999 then 'wait_measure' else '' end,
		        case n % 1000 when 998 then '[{"code": "L-DUP", "severity": "error", "text": "t"}]' else '[]' end::jsonb
		   from generate_series(1, $1::int) n`,
		`insert into egisso.package_record (package_id, ordinal, record_id, kind, outcome)
		 select md5('package ' || n / 1000)::uuid, n % 1000 + 1, md5('record ' || n)::uuid, 'fact', case n % 1000 when 996 then 'rejected' else 'accepted' end
		   from generate_series(1, $1::int) n where n % 1000 < 998`,
		`insert into egisso.record_message (package_id, position, record_id, element_id, type, rule_code, report)
		 select md5('package ' || n / 1000)::uuid, n % 1000, md5('record ' || n), md5('record ' || n)::uuid, case n % 1000 when 996 then 1 else 2 end, '019', 't'
		   from generate_series(1, $1::int) n where n % 1000 in (996, 997)`,
	} {
		if _, err := conn.Exec(tb.Context(), statement, rows); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := conn.Exec(tb.Context(), `analyze`); err != nil {
		tb.Fatal(err)
	}
}
