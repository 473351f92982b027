-- name: begin_reconciliation
insert into egisso.reconciliation (register) values ($1) returning id, started_at;

-- name: forget_seen
delete from egisso.seen_row s
 where s.run = $1 or exists (select from egisso.reconciliation r where r.id = s.run and r.started_at < now() - interval '2 days');

-- name: compare_rows
-- Notes the keys and returns those whose row the gateway knows otherwise. What it
-- came to know since the beginning is newer than what is compared. Each row is looked up
-- apart, by offset 0: joined, all rows would be gone through for every batch.
with given as (
    select * from unnest($3::text[], $4::boolean[], $5::bytea[], $6::text[], $7::text[], $8::uuid[], $9::bytea[])
           as g(row_key, deleted, content_hash, row_findings, provider, known_id, known_hash)),
seen as (
    insert into egisso.seen_row (run, register, row_key) select $1, $2, g.row_key from given g on conflict do nothing)
select g.row_key from given g
  left join lateral (select * from egisso.source_row o where o.register = $2 and o.row_key = g.row_key offset 0) s on true
 where s.row_key is null
    or s.updated_at < (select r.started_at from egisso.reconciliation r where r.id = $1)
       and (s.unread
            or (s.deleted, s.content_hash, s.row_findings) is distinct from (g.deleted, g.content_hash, g.row_findings::jsonb)
            or egisso.known_changed(g.content_hash, s.known_id, s.known_hash, g.known_id, g.known_hash)
            or g.content_hash is not null and s.provider is distinct from g.provider);

-- name: unseen_rows
-- Known rows the reconciliation did not see, unless they came after its beginning. In the
-- order of the keys, see look_in_order, and each looked up apart, by offset 0: of no row
-- this is asked twice.
select s.row_key from egisso.source_row s
 where s.register = $2 and not s.deleted and s.row_key > $3
   and s.updated_at < (select r.started_at from egisso.reconciliation r where r.id = $1)
   and not exists (select from egisso.seen_row w where w.run = $1 and w.register = $2 and w.row_key = s.row_key offset 0)
 order by s.row_key limit $4;

-- name: count_unseen
select count(*) filter (where w.row_key is null), count(*)
  from egisso.source_row s
  left join egisso.seen_row w on w.run = $1 and w.register = $2 and w.row_key = s.row_key
 where s.register = $2 and not s.deleted
   and s.updated_at < (select r.started_at from egisso.reconciliation r where r.id = $1);

-- name: mark_gone
-- As a deletion the source tells; what ЕГИССО holds of it will be removed. The register
-- comes with each row, so that nobody reads all rows of it.
with gone as (
    update egisso.source_row s
       set deleted = true, content_hash = null, row_findings = '[]', unread = false, dirty = true, updated_at = now()
      from (select k.row_key from unnest($3::text[]) as k(row_key) order by k.row_key) k
     cross join lateral (
           select w.register, w.row_key from egisso.source_row w
            where w.register = $2 and w.row_key = k.row_key and not w.deleted
              and w.updated_at < (select r.started_at from egisso.reconciliation r where r.id = $1)
           offset 0 for update) w
     where s.register = w.register and s.row_key = w.row_key
    returning s.register, s.row_key),
unsaid as (
    delete from egisso.source_content c using gone where c.register = gone.register and c.row_key = gone.row_key)
select count(*) from gone;

-- name: touch_forgotten
-- Neither what ЕГИССО holds, nor on its way, nor waiting with a reason: it is
-- decided again.
update egisso.source_row s set dirty = true
 where s.register = $1 and s.row_key in (
     select w.row_key from egisso.source_row w
      where w.register = $1 and not w.dirty and not w.unread and w.review_code = ''
        and not w.row_findings @> '[{"severity": "error"}]'
        and case when w.deleted then w.accepted_id is not null else w.accepted_hash is distinct from w.content_hash
                                                                                 and w.settled_hash is distinct from w.content_hash end
        and not exists (select from egisso.record r
                         where r.register = w.register and r.row_key = w.row_key
                           and (egisso.record_open(r.state) or r.state = 'rejected' or r.state = 'dropped' and r.reason_code = 'not_actual'))
      order by w.row_key
        for update);

-- name: finish_reconciliation
with finished as (
    update egisso.reconciliation
       set finished_at = now(), seen = $2, changed = $3, gone = $4, forgotten = $5, problem = $6
     where id = $1 returning register, started_at, problem),
settled as (
    update egisso.source_cursor c set source_moved_at = null
      from finished f where c.register = f.register and c.source_moved_at < f.started_at and f.problem = ''
    returning c.register)
-- What refusals mean can be concluded now.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where w.register = (select register from settled) and w.review_code = 'source_moved' and not w.dirty
      order by w.row_key
        for update);

-- name: rewind_cursor
-- Never forward: only to where everything before was certainly read.
update egisso.source_cursor set position = $2, updated_at = now() where register = $1 and position <> $2;

-- name: reconciled_within
select exists (select from egisso.reconciliation r
                where r.register = $1 and r.finished_at > now() - $2::interval and r.problem = ''
                  and r.started_at >= coalesce((select c.reconcile_from from egisso.source_cursor c where c.register = $1), '-infinity'));

-- name: owe_reconciliation
update egisso.source_cursor set reconcile_from = now(), source_moved_at = case when $2 then now() else source_moved_at end where register = $1;

-- name: source_moved
select exists (select from egisso.source_cursor where register = $1 and source_moved_at is not null);

-- name: join_by_hash
-- The table of keys seen is filled and emptied between two looks of the planner at
-- it: it would take it for small and compare every key with every other.
select set_config('enable_nestloop', 'off', true);

-- name: look_in_order
-- Some of many are looked for in the order of an index, and nothing else is read.
select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true);

-- name: look_up_apart
-- What is joined with some hundred keys is looked up for each of them.
select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);
