package pgtest

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// screensDiffer finds what the gateway's database keeps for quick screens and what is not so
// when everything is looked through: the record every row shows, the numbers of rows in each
// state, and what changed last.
const screensDiffer = `
	select 'record of ' || s.register || '/' || s.row_key || ' is ' || coalesce(p.id::text, 'none') || ', not ' || coalesce(s.record_id::text, 'none')
	  from egisso.source_row s
	  left join lateral (
	      select r.id from egisso.record r
	       where r.register = s.register and r.row_key = s.row_key and r.state <> 'dropped'
	       order by egisso.record_open(r.state) desc, r.state_at desc, r.created_at desc limit 1) p on true
	 where s.record_id is distinct from p.id
	union all
	select 'records of ' || register || ' ' || state || ' are ' || coalesce(a.records, 0) || ', not ' || coalesce(c.records, 0)
	  from (select register, state, count(*) as records from egisso.record_status group by 1, 2) a
	  full join egisso.record_counts c using (register, state)
	 where a.records is distinct from c.records
	union all
	select 'newest are ' || a.at || ', not ' || b.at
	  from (select array_agg(updated_at)::text as at from (select updated_at from egisso.record_status order by 1 desc limit 5) l) a,
	       (select array_agg(updated_at)::text as at from (select updated_at from egisso.newest_records(5) order by 1 desc) l) b
	 where a.at <> b.at`

// ScreensDiffer says where the gateway's quick screens and a look at every row disagree;
// nothing if they agree.
func ScreensDiffer(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) ([]string, error) {
	rows, err := db.Query(ctx, screensDiffer)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
