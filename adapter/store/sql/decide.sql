-- name: lock_dirty
-- Rows in flight wait for their outcome; another process's rows are skipped.
select s.row_key, s.record_no, s.deleted, s.content, s.content_hash, s.row_findings, coalesce(s.measure_key, ''), coalesce(s.provider, ''), s.generation, s.events,
       s.accepted_id, s.accepted_event, s.accepted_hash, s.accepted_content
  from egisso.source_row s
 where s.register = $1 and s.dirty
   and not exists (select from egisso.record r
                    where r.register = s.register and r.row_key = s.row_key and r.state in ('packed', 'sent'))
 order by s.row_key
 limit $2
   for update of s skip locked;

-- name: lock_open
-- Whoever packs one of these records at this moment is waited for; afterwards
-- last_records sees it in flight.
select id from egisso.record
 where register = $1 and row_key = any($2) and state in ('ready', 'waiting', 'blocked')
 order by id
   for update;

-- name: last_records
-- The open record of each row, or else the one that was decided last.
select distinct on (row_key) row_key, id, kind, state, content_hash
  from egisso.record
 where register = $1 and row_key = any($2) and state <> 'dropped'
 order by row_key, state in ('ready', 'waiting', 'blocked', 'packed', 'sent') desc, state_at desc, created_at desc;

-- name: measures
-- The accepted version of each measure, and whether a newer one is under way.
select s.row_key, s.accepted_content, coalesce(s.provider, ''),
       exists (select from egisso.record r
                where r.register = 'lmsz' and r.row_key = s.row_key and r.state in ('ready', 'packed', 'sent'))
       or (s.dirty and not s.deleted and s.row_findings = '[]' and s.accepted_hash is distinct from s.content_hash)
  from egisso.source_row s
 where s.register = 'lmsz' and s.row_key = any($1);

-- name: drop_record
-- Also what ЕГИССО rejected, once the source does not say it any more.
update egisso.record set state = 'dropped', reason = $3
 where register = $1 and row_key = $2 and state in ('ready', 'waiting', 'blocked', 'rejected');

-- name: put_record
-- The same element again (corrected after a rejection, or decided anew) keeps its id.
insert into egisso.record (id, register, row_key, kind, content, content_hash, state, reason, findings, provider)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do update
   set kind = excluded.kind, content = excluded.content, content_hash = excluded.content_hash,
       state = excluded.state, reason = excluded.reason, findings = excluded.findings,
       provider = excluded.provider;

-- name: clear_dirty
update egisso.source_row set dirty = false where register = $1 and row_key = any($2);

-- name: touch_facts_of_keys
-- Facts not in flight look again at measures on which something was decided.
-- Rows another process holds are left: touch_waiting_in_vain finds them later.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where w.register = 'fact' and w.measure_key = any($1) and not w.dirty
        and exists (select from egisso.record f
                     where f.register = w.register and f.row_key = w.row_key and f.state in ('ready', 'waiting', 'blocked'))
      order by w.row_key
        for update skip locked);

-- name: touch_waiting_in_vain
-- A fact may begin to wait in the moment its measure stops being waited for;
-- nobody would wake it then. This looks at all that wait.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key
       from egisso.record f
       join egisso.source_row w on w.register = f.register and w.row_key = f.row_key
       join egisso.source_row m on m.register = 'lmsz' and m.row_key = w.measure_key
      where f.register = 'fact' and f.state = 'waiting' and not w.dirty
        and m.accepted_id is not null and not m.dirty
        and not exists (select from egisso.record r
                         where r.register = 'lmsz' and r.row_key = m.row_key and r.state in ('ready', 'packed', 'sent'))
      order by w.row_key
        for update of w skip locked);

-- name: touch_on_new_basis
with changed as (
    insert into egisso.check_basis (basis) values ($1)
    on conflict (id) do update set basis = excluded.basis where check_basis.basis <> excluded.basis
    returning 1)
update egisso.source_row s set dirty = true
  from egisso.record r
 where exists (select from changed) and r.state in ('blocked', 'ready', 'waiting')
   and s.register = r.register and s.row_key = r.row_key;
