-- What people look at page by page: every statement reads a stretch of an index.

-- name: look
-- For the transaction: how long a statement may take, on one core.
select set_config('statement_timeout', $1, true), set_config('max_parallel_workers_per_gather', '0', true);

-- name: page_journal
-- Newest first, after a place. $2: only those that were closed and not accepted as a whole.
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''), coalesce(message_id::text, ''),
       unconfirmed, warned, register, format, channel, held, signed_at, queued_at, closed_at,
       coalesce(approval, '')
  from egisso.journal
 where ($1::text is null or register = $1)
   and (not $2::boolean or closed_at is not null and result is distinct from 'accepted')
   and created_at <= $3 and (created_at < $3 or id > $4)
 order by created_at desc, id limit $5;

-- name: page_journal_open
-- Those an outcome is to come of, in the same order. They are few: each is looked up.
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''), coalesce(message_id::text, ''),
       unconfirmed, warned, register, format, channel, held, signed_at, queued_at, closed_at,
       coalesce(approval, '')
  from egisso.journal
 where id = any(array(
           (select p.id from egisso.package p
             where egisso.package_open(p.state) and ($1::text is null or p.register = $1) and (p.created_at < $2 or p.created_at = $2 and p.id > $3)
             order by p.created_at desc, p.id limit $4)
           union all
           (select p.id from egisso.package p
             where p.state = 'expired' and p.closed_at is not null and p.result is distinct from 'accepted'
               and ($1::text is null or p.register = $1) and (p.created_at < $2 or p.created_at = $2 and p.id > $3)
             order by p.created_at desc, p.id limit $4)))
 order by created_at desc, id limit $4;

-- name: page_package
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''), coalesce(message_id::text, ''),
       unconfirmed, warned, register, format, channel, held, signed_at, queued_at, closed_at,
       coalesce(approval, '')
  from egisso.journal where id = $1;

-- name: page_outcomes
-- What became of the records of a package; '' has no outcome yet.
select coalesce(outcome, ''), count(*) from egisso.package_record where package_id = $1 group by 1;

-- name: page_details
select position, record_no, comment, code, message_type, coalesce(conclusion, '')
  from egisso.journal_detail where package_id = $1 and position > $2 order by position limit $3;

-- name: page_warnings
-- Of the checks, with which records left.
select record_no, text, code, message_type from egisso.record_finding
 where package_id = $1 and origin = 'check' order by record_no, row_key, position limit $2;

-- name: page_rows
-- Every row of a register by its key, and whether ЕГИССО holds it.
select row_key, accepted_id is not null from egisso.source_row where register = $1 and row_key > $2 order by row_key limit $3;

-- name: page_new
select row_key from egisso.due_row where register = $1 and row_key > $2 order by row_key limit $3;

-- name: page_waiting
select row_key from egisso.record where register = $1 and state = 'waiting' and row_key > $2 order by row_key limit $3;

-- name: page_remarked
-- $4: the state.
select row_key from egisso.record where register = $1 and egisso.record_remarked(state) and state = $4 and row_key > $2 order by row_key limit $3;

-- name: page_blocked
select row_key from (
    (select row_key from egisso.record where register = $1 and state = 'blocked' and row_key > $2 order by row_key limit $3)
    union
    (select row_key from egisso.source_row where register = $1 and row_findings <> '[]' and row_key > $2 order by row_key limit $3)
    union
    (select row_key from egisso.source_row where register = $1 and review_code <> '' and row_key > $2 order by row_key limit $3)) b
 order by row_key limit $3;

-- name: page_ready
-- As they will be taken, after the place $2 (package_limit), $3 (created_at), $4 (id).
select row_key, package_limit, created_at, id from (
    (select row_key, package_limit, created_at, id from egisso.record
      where register = $1 and state = 'ready' and package_limit = $2 and (created_at, id) > ($3, $4)
      order by created_at, id limit $5)
    union all
    (select row_key, package_limit, created_at, id from egisso.record
      where register = $1 and state = 'ready' and package_limit < $2
      order by package_limit desc, created_at, id limit $5)) r
 order by package_limit desc, created_at, id limit $5;

-- name: page_records
-- Each looked up apart, by offset 0, so that the plan is good for tables nobody analysed.
select s.register, s.row_key, s.record_no, s.state, s.status, s.reason, s.record_id, s.package_id, s.deleted, s.accepted_at, s.updated_at,
       s.rule_codes, s.unconfirmed
  from unnest($2::text[]) with ordinality as k(key, n)
 cross join lateral (select * from egisso.record_status r where r.register = $1 and r.row_key = k.key offset 0) s
 order by k.n;

-- name: page_find
-- By the number people know the record by, by the key, or by an id of its elements.
(select s.register, s.row_key from egisso.source_row s where s.record_no = $1 and s.record_no <> s.row_key limit $3)
union
select s.register, s.row_key from egisso.source_row s where s.row_key = $1 and s.register = any($4::text[])
union
select r.register, r.row_key from egisso.record r where r.id = $2::uuid
 order by 1, 2 limit $3;

-- name: daily_sent
-- Records by the day ($1 is the zone) their package left, from $2 on.
select (queued_at at time zone $1)::date, sum(record_count)::int8 from egisso.package where queued_at >= $2 group by 1;

-- name: daily_outcomes
select (p.closed_at at time zone $1)::date, count(*) filter (where egisso.record_accepted(m.outcome)), count(*) filter (where m.outcome = 'rejected')
  from egisso.package p join egisso.package_record m on m.package_id = p.id
 where p.closed_at >= $2 group by 1;

-- name: daily_prepared
select (created_at at time zone $1)::date, count(*) from egisso.record where created_at >= $2 group by 1;

-- name: daily_finished
-- Records whose outcome is not to come any more.
select (state_at at time zone $1)::date, count(*) from egisso.record where state_at >= $2 and not egisso.record_open(state) group by 1;

-- name: unfinished_now
select count(*) from egisso.record where egisso.record_open(state);
