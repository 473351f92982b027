-- name: package_provider
select provider, created_at from egisso.package where id = $1;

-- name: register_counts
select (select count(*) from egisso.due_row d where d.register = $1),
       count(*) filter (where r.state = 'ready'), count(*) filter (where r.state = 'waiting'),
       (select count(*) from egisso.source_row s
         where s.register = $1 and s.row_findings @> '[{"severity": "error"}]' and not s.dirty
           and not exists (select from egisso.record o where o.register = s.register and o.row_key = s.row_key
                              and (o.state = 'blocked' or o.state = 'packed')))
       + count(*) filter (where r.state = 'blocked'),
       (select count(*) from egisso.source_row s where s.register = $1 and s.adoption = 'said'),
       (select count(*) from egisso.source_row s where s.register = $1 and s.adoption = 'said' and s.unconfirmed)
  from egisso.record r where r.register = $1 and egisso.record_unsent(r.state);

-- name: register_findings
-- Of the checks of records, and of rows that cannot be read.
select f.code, f.severity, count(distinct f.row_key), min(f.record_no) from (
    select r.row_key, s.record_no, e ->> 'code' as code, e ->> 'severity' as severity
      from egisso.record r
      join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
     cross join lateral jsonb_array_elements(r.findings) e
     where r.register = $1 and egisso.record_unsent(r.state)
    union all
    select s.row_key, s.record_no, e ->> 'code', e ->> 'severity'
      from egisso.source_row s cross join lateral jsonb_array_elements(s.row_findings) e
     where s.register = $1 and s.row_findings <> '[]') f
 group by f.code, f.severity order by f.severity, f.code;
