-- name: lock_dirty
-- Rows in flight wait for their outcome, which a package not signed yet is not; another
-- process's rows are skipped. Offset 0
-- keeps the looks at each row's record apart: joined or hashed, all records in flight
-- would be gone through for every batch. Only what stands in the row itself is asked for:
-- a row that changed since the statement began is locked as it is now, and other tables
-- are seen as they were then.
select s.row_key, s.record_no, s.changed_at, s.deleted, s.content_hash, s.row_findings, s.needs, coalesce(s.provider, ''),
       s.generation, s.events, s.accepted_id, s.accepted_event, s.accepted_hash, s.accepted_content,
       coalesce(s.accepted_provider, ''), coalesce(s.participant_code, ''), coalesce(s.released_hash = s.content_hash, false),
       case when s.identity_hash = s.content_hash then s.identity else '' end,
       coalesce(s.override_hash = s.content_hash, false), s.again, s.declined, extract(epoch from now() - s.updated_at)::bigint,
       s.concluded, s.unconfirmed, s.resend, s.unknown_id, s.adopt_id, s.adoption, s.known_id, s.known_hash, s.record_id is not null
  from egisso.due_row d
 cross join lateral (select * from egisso.source_row w
                      where w.register = d.register and w.row_key = d.row_key and w.dirty and not w.unread
                        and not exists (select from egisso.record r
                                         where r.register = w.register and r.row_key = w.row_key and egisso.record_underway(r.state)
                                           and (r.as_sent or r.state = 'packed' and not egisso.package_unsigned(r.package_id)) offset 0)
                     offset 0 for update skip locked) s
 where d.register = $1
 order by d.row_key
 limit $2;

-- name: any_dirty
-- Asked before one statement for each register. In the order of its index: no plan reads the table for it.
select (select row_key from egisso.due_row order by register, row_key limit 1) is not null;

-- name: dirty_contents
-- What the rows say, in their order, now that they are locked; what ЕГИССО holds of each;
-- and whether another fact says the same. Only facts have a twin_key. Every look is apart,
-- by offset 0, so that the plan is good for tables that were empty when it was made.
select (select c.content from egisso.source_content c
         where c.register = $1 and c.row_key = k.row_key and s.content_hash is not null),
       (select coalesce(h.becomes, h.content) from egisso.element_content h
         where h.id = s.accepted_event and s.accepted_id is not null and s.accepted_content is null),
       exists (select from egisso.source_row o
                where o.twin_key = s.twin_key and o.row_key <> s.row_key and not o.deleted
                  and not exists (select from egisso.source_content c
                                   where c.register = o.register and c.row_key = o.row_key and c.content -> 'ending' ->> 'reason' = 'duplicate' offset 0) offset 0),
       (select w.content from egisso.source_known w where w.register = $1 and w.row_key = k.row_key and s.known_hash is not null),
       case when s.known_id is not null then egisso.id_claimed(s.known_id, s.register, s.row_key) else false end
  from unnest($2::text[]) with ordinality as k(row_key, n)
 cross join lateral (select * from egisso.source_row r where r.register = $1 and r.row_key = k.row_key offset 0) s
 order by k.n;

-- name: lock_open
-- Whoever packs one of these records at this moment is waited for; afterwards
-- last_records sees it in flight.
select id from egisso.record
 where register = $1 and row_key = any($2) and egisso.record_unsent(state)
 order by id
   for update;

-- name: lock_unsigned
-- Whoever signs one of these packages at this moment is waited for; afterwards last_records
-- sees it in flight, or he finds that his claim is lost.
select from egisso.package p
 where p.state = 'formed'
   and p.id in (select r.package_id from egisso.record r where r.register = $1 and r.row_key = any($2) and r.state = 'packed')
 order by p.id
   for update;

-- name: last_records
-- The open record of each row, or else the one that was decided last, which may have been
-- taken off when a protocol came that says that ЕГИССО accepted it; the package it can still leave; of what ЕГИССО rejected, what that means, and what it was to hold; what a
-- protocol says that came when a package of it had been released.
with last as (
    select k.row_key, r.*
      from unnest($2::text[]) as k(row_key)
     cross join lateral (
         select r.id, r.kind, r.state, r.becomes_hash, r.passed, r.provider, r.package_id
           from egisso.record r
          where r.register = $1 and r.row_key = k.row_key and (r.state <> 'dropped' or egisso.accepted_unneeded(r))
          order by egisso.record_open(r.state) desc, r.state_at desc, r.created_at desc
          limit 1) r)
select l.row_key, l.id, l.kind, l.state, l.becomes_hash, l.passed, l.provider,
       case when l.state = 'packed' and egisso.package_unsigned(l.package_id) then l.package_id end,
       coalesce(r.loaded, false), coalesce(r.unknown, false), coalesce(r.suspect, false),
       case when r.loaded or w.accepted then (select coalesce(e.becomes, e.content) from egisso.element_content e where e.id = l.id) end,
       coalesce(r.loaded, false) and exists (select from egisso.package_record o
                                              where o.record_id = l.id and o.outcome = 'released' and o.sent_hash is distinct from l.becomes_hash),
       coalesce(w.accepted, false), coalesce(w.changed, false), coalesce(w.unsigned, false)
  from last l
  left join lateral (
      select bool_or(k.meaning = 'already_loaded') as loaded, bool_or(k.meaning = 'unknown_target') as unknown, bool_or(k.meaning = '' and k.suspect) as suspect
        from egisso.record_message m join egisso.refusal_kind k on k.id = m.kind
       where m.element_id = l.id and m.package_id = l.package_id and m.kind is not null offset 0) r on l.state = 'rejected'
  left join lateral (
      select bool_or(true) as accepted, bool_and(m.sent_hash is distinct from l.becomes_hash) as changed, bool_and(m.late_file is not null) as unsigned
        from egisso.package_record m
       where m.record_id = l.id and egisso.record_accepted(m.late) offset 0) w on not egisso.record_accepted(l.state);

-- name: measures
-- The accepted version of each measure, and whether a newer one is under way.
select s.row_key, h.content, coalesce(s.accepted_provider, s.provider, ''),
       exists (select from egisso.record r
                where r.register = 'lmsz' and r.row_key = s.row_key and egisso.record_underway(r.state))
       or (s.dirty and not s.deleted and s.row_findings = '[]' and s.accepted_hash is distinct from s.content_hash),
       s.deleted
  from egisso.source_row s left join egisso.held h using (register, row_key)
 where s.register = 'lmsz' and s.row_key = any($1);

-- name: measures_in_use
-- Facts of it live in ЕГИССО, or what names it is on its way.
select k.row_key from unnest($1::text[]) as k(row_key) where egisso.measure_used(k.row_key);

-- name: participants
-- The code ЕГИССО gave to each participant, '' while there is none.
select s.row_key, case when s.accepted_id is null then '' else coalesce(s.participant_code, '') end
  from egisso.source_row s
 where s.register = 'onmsz' and s.row_key = any($1);

-- name: participant_codes
select participant_code from egisso.source_row
 where register = 'onmsz' and participant_code is not null and accepted_id is not null;

-- name: drop_records
-- Also what ЕГИССО rejected, once the source does not say it any more. Each row's record is looked up apart.
update egisso.record r set state = 'dropped', state_at = clock_timestamp(), reason_code = d.reason_code
  from (select o.id, u.reason_code from unnest($2::text[], $3::text[]) as u(row_key, reason_code)
         cross join lateral (select n.id from egisso.record n
                              where n.register = $1 and n.row_key = u.row_key and (egisso.record_unsent(n.state) or n.state = 'rejected') offset 0) o) d
 where r.id = d.id;

-- name: put_records
-- The same element again (corrected after a rejection, or decided anew) keeps its id. No "on conflict":
-- it costs each row a lock and a record in the log. Nobody else puts records of rows that are locked; if
-- another row has the same id at this moment, one of the two is decided again.
with d as materialized (
    select u.*, exists (select from egisso.record o where o.id = u.id offset 0) as known
      from unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[], $12::text[],
                $13::boolean[], $14::uuid[], $15::uuid[])
           as u(id, row_key, kind, bytes, becomes_hash, state, reason_code, findings, provider, settles, change, said, measure_id, category_id)),
fresh as (
    insert into egisso.record (register, id, row_key, kind, bytes, becomes_hash, state, reason_code, findings, provider, settles, change, said, measure_id, category_id)
    select $1, d.id, d.row_key, d.kind, d.bytes, d.becomes_hash, d.state, d.reason_code, d.findings::jsonb, d.provider, d.settles, d.change, d.said, d.measure_id, d.category_id
      from d where not d.known)
update egisso.record r
   set kind = d.kind, change = d.change,
       failed_alone = case when egisso.record_unsent(r.state) then r.failed_alone else 0 end,
       created_at = case when r.state = 'dropped' then now() else r.created_at end, passed = r.passed and r.state <> 'dropped', as_sent = false, bytes = d.bytes, becomes_hash = d.becomes_hash,
       state = d.state, state_at = case when r.state = d.state then r.state_at else clock_timestamp() end, reason_code = d.reason_code, findings = d.findings::jsonb,
       provider = d.provider, settles = d.settles, said = d.said, measure_id = d.measure_id, category_id = d.category_id
  from d
 where d.known and r.id = d.id;

-- name: put_elements
-- Of records that do not say what their rows do.
insert into egisso.element as e (id, content, becomes)
select d.id, d.content::jsonb, d.becomes::jsonb from unnest($1::uuid[], $2::text[], $3::text[]) as d(id, content, becomes)
on conflict (id) do update set content = excluded.content, becomes = excluded.becomes
 where (e.content, e.becomes) is distinct from (excluded.content, excluded.becomes);

-- name: adopt_row
-- ЕГИССО holds what the row says, though nothing was sent.
update egisso.source_row
   set accepted_id = $3, accepted_event = $3, adopt_id = $3, accepted_content = $4, accepted_hash = $5, accepted_provider = $6,
       participant_code = coalesce($7, participant_code), accepted_at = coalesce(accepted_at, now())
 where register = $1 and row_key = $2;

-- name: hold_rows
-- What ЕГИССО holds of rows because a refusal or a person says so, not because it accepted
-- something now. Without content it is what the element says.
update egisso.source_row s
   set accepted_id = h.id, accepted_event = coalesce(h.event, s.accepted_event), accepted_hash = h.hash,
       accepted_content = coalesce(h.content::jsonb, case when h.id = s.accepted_id and h.event = s.accepted_event then s.accepted_content end),
       accepted_provider = h.provider, accepted_at = case when h.id is not null then coalesce(s.accepted_at, now()) end,
       generation = h.generation, events = h.events, concluded = h.concluded, unconfirmed = h.unconfirmed, resend = h.resend and h.unconfirmed,
       unknown_id = h.unknown_id, adoption = h.adoption, adopt_id = case when h.adoption = 'said' then h.id else s.adopt_id end
  from (select $1::text as register, u.*
          from unnest($2::text[], $3::uuid[], $4::uuid[], $5::bytea[], $6::text[], $7::text[], $8::integer[], $9::integer[], $10::smallint[], $11::boolean[], $12::uuid[], $13::text[], $14::boolean[])
               as u(row_key, id, event, hash, content, provider, generation, events, concluded, unconfirmed, unknown_id, adoption, resend) offset 0) h
 where s.register = h.register and s.row_key = h.row_key;

-- name: no_longer_due
select egisso.no_longer_due($1, $2);

-- name: decided
-- First of what a decision writes: the record that is put is what the row shows then, and the
-- guards of records find it said already. The register comes with each row, so that each is looked up
-- by its key, see look_up_apart, and nobody reads all rows of it.
update egisso.source_row s set dirty = false, again = false, review_code = d.review_code, settled_hash = case when d.settled then s.content_hash end,
       record_id = coalesce(d.record_id, s.record_id), row_newer = d.record_id is null or d.record_id is not distinct from s.record_id or s.updated_at > now()
  from (select $1::text as register, u.*
          from unnest($2::text[], $3::text[], $4::boolean[], $5::uuid[]) as u(row_key, review_code, settled, record_id) offset 0) d
 where s.register = d.register and s.row_key = d.row_key;

-- name: allow_long_statements
-- The rest of the transaction touches as many rows as there are: all that waited for
-- one measure may be a million, and to break off and begin anew would never end.
set local statement_timeout = '20min';

-- name: touch_dependants
-- Rows of which nothing is signed look again at measures or participants on which something
-- was decided. Rows another process holds are left: touch_wrongly_waiting finds
-- them later.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where (w.register = 'fact' and w.needs[1] = any($1::text[])
             or (w.register <> 'fact' or cardinality(w.needs) > 1) and w.needs && $1::text[])
        and not w.dirty
        and exists (select from egisso.record f
                     where f.register = w.register and f.row_key = w.row_key and egisso.record_unsigned(f.state, f.package_id))
      order by w.register, w.row_key
        for update skip locked);

-- name: touch_blocked_by_participant
-- The register of participants changed: who was refused by it asks again.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
       join egisso.record f on f.register = w.register and f.row_key = w.row_key
      where f.state = 'blocked' and f.findings @> '[{"code": "L-OSZ"}]' and not w.dirty
      order by w.register, w.row_key
        for update of w skip locked);

-- name: touch_wrongly_waiting
-- A row may begin to wait in the moment what it needs stops being waited for;
-- nobody would wake it then. This looks at all that wait.
with needed as (
    select distinct n.need
      from egisso.record f
      join egisso.source_row w on w.register = f.register and w.row_key = f.row_key
     cross join unnest(w.needs) as n(need)
     where f.state = 'waiting' and egisso.waits_for_needs(f.reason_code) and not w.dirty),
looked as (
    select n.need, m.register = 'lmsz' and m.deleted as leaves, -- no new fact is sent of it
           case m.register
           when 'onmsz' then m.accepted_id is null or m.participant_code is null
           else m.accepted_id is null or m.dirty
                or exists (select from egisso.record r
                            where r.register = m.register and r.row_key = m.row_key and egisso.record_underway(r.state)) end as awaited
      from needed n
      left join egisso.source_row m
        on m.register = split_part(n.need, '/', 1) and m.row_key = substr(n.need, strpos(n.need, '/') + 1))
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key
       from egisso.record f
       join egisso.source_row w on w.register = f.register and w.row_key = f.row_key
      where f.state = 'waiting' and not w.dirty
        and case when not egisso.waits_for_needs(f.reason_code) then f.reason_code = 'measure_in_use' and not egisso.measure_used(w.row_key)
                 when w.register = 'fact' and w.accepted_id is null then not w.needs && array(select need from looked where awaited or leaves)
                 else not w.needs && array(select need from looked where awaited) end
      order by w.register, w.row_key
        for update of w skip locked);

-- name: any_waiting
select (select row_key from egisso.record where state = 'waiting' order by register, row_key limit 1) is not null,
       (select known_id from egisso.source_row where known_id is not null order by known_id limit 1) is not null;

-- name: touch_contested
-- Rows held back because another claimed their id, which it does no more.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
       join egisso.record f on f.register = w.register and f.row_key = w.row_key
      where f.state = 'blocked' and f.findings @> '[{"code": "L-KNOWN"}]' and not w.dirty
        and not (w.known_id is not null and egisso.id_claimed(w.known_id, w.register, w.row_key))
      order by w.register, w.row_key
        for update of w skip locked);

-- name: any_settling
select (select row_key from egisso.record where state = 'waiting' and reason_code = 'settling' order by register, row_key limit 1) is not null;

-- name: settling
-- Rows that have been gone for long enough, to be looked for in the source once more.
select w.row_key
  from egisso.record f join egisso.source_row w on w.register = f.register and w.row_key = f.row_key
 where f.register = $1 and f.state = 'waiting' and f.reason_code = 'settling' and not w.dirty and w.updated_at <= now() - $2::interval
   and w.row_key > $3
 order by w.row_key limit $4;

-- name: settled
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where w.register = $1 and w.row_key = any($2) and not w.dirty
      order by w.register, w.row_key
        for update skip locked);

-- name: touch_on_new_basis
with changed as (
    insert into egisso.check_basis (basis) values ($1)
    on conflict (id) do update set basis = excluded.basis where check_basis.basis <> excluded.basis
    returning 1)
-- Which event follows from an ending is a policy too.
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where exists (select from changed)
        and (w.register = 'fact' and exists (select from egisso.source_content c
                                              where c.register = w.register and c.row_key = w.row_key and c.content -> 'ending' is not null)
             or exists (select from egisso.record r
                         where r.register = w.register and r.row_key = w.row_key
                           and (egisso.record_unsigned(r.state, r.package_id) or r.state = 'dropped' and r.reason_code = 'not_actual')))
      order by egisso.lock_order(w.register), w.row_key
        for update);
