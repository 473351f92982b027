-- name: record_counts
select register, state, count(*) from egisso.record_status group by register, state order by register, state;

-- name: package_counts
select register, state, coalesce(result, ''), count(*) from egisso.package
 group by register, state, result order by register, state, result;

-- name: backlog
select count(*) filter (where s.dirty),
       (select count(*) from egisso.record where state in ('ready', 'waiting', 'packed', 'sent')),
       (select min(state_at) from egisso.record where state in ('ready', 'waiting', 'packed', 'sent')),
       (select count(*) from egisso.answer where applied_at is null),
       (select count(*) from egisso.answer where not verified),
       (select count(*) from egisso.package where review is not null)
  from egisso.source_row s;

-- name: journal
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''),
       coalesce(message_id::text, '')
  from egisso.journal order by created_at desc, id limit $1;

-- name: journal_one
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''),
       coalesce(message_id::text, '')
  from egisso.journal where id = $1;

-- name: journal_detail
select record_no, comment, code, message_type from egisso.journal_detail
 where package_id = $1 order by position;

-- name: blocked_reasons
select s.register, f ->> 'code', count(distinct s.row_key)
  from egisso.source_row s
  left join egisso.record r on r.register = s.register and r.row_key = s.row_key and r.state = 'blocked'
  cross join lateral jsonb_array_elements(coalesce(nullif(r.findings, '[]'), s.row_findings)) f
 where f ->> 'severity' = 'error' and (r.id is not null or s.row_findings <> '[]')
 group by 1, 2 order by 1, 2;

-- name: rejected_reasons
select r.register, m.rule_code, count(distinct r.id)
  from egisso.record r join egisso.record_message m on m.package_id = r.package_id and m.element_id = r.id
 where r.state = 'rejected' and m.type = 1
 group by 1, 2 order by 1, 2;
