-- What is brought back from the archive (adapter/archive): recover.go.

-- name: recover_alone
select pg_try_advisory_lock(hashtextextended('egisso recover', 0));

-- name: recovered_alone
select pg_advisory_unlock(hashtextextended('egisso recover', 0));

-- name: lock_recovery
-- One at a time; and the plans are good for tables that were empty a moment ago.
select pg_advisory_xact_lock(hashtextextended('egisso recovery', 0)), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);

-- name: message_may_have_left
-- It is in the archive, so that it may have left after this copy of the database was made.
with doubted as (
    update egisso.message set state = 'in_doubt', attempts = greatest(attempts, 1) where id = $1 and state = 'pending' returning id)
insert into egisso.attempt (message_id, outcome, detail) select id, 'unknown', 'in the archive' from doubted;

-- name: empty_package_if_formed
-- It was formed when this copy of the database was made; what was signed of it says the archive.
with formed as materialized (select id from egisso.package where id = $1 and state = 'formed' for update),
gone as (update egisso.package_record m set outcome = 'withdrawn' from formed f where m.package_id = f.id and m.outcome is null)
select r.id from formed f join egisso.package_record m on m.package_id = f.id
 cross join lateral (select w.id, w.package_id, w.state from egisso.record w where w.id = m.record_id offset 0) r
 where r.package_id = f.id and r.state = 'packed';

-- name: bring_package
insert into egisso.package as p (id, register, format, format_version, provider, classifier, created_at, signed_at, state, record_count, info, channel, queued_at)
values ($1, $2, $3, $4, $5, nullif($6, ''), $7, case when $9 = 'signed' then $8::timestamptz end, $9, $10, 'Возвращён из архива, ожидает ответа ЕГИССО', $11, case when $9 = 'queued' then $8::timestamptz end)
on conflict (id) do update
   set state = excluded.state, signed_at = excluded.signed_at, queued_at = excluded.queued_at, record_count = excluded.record_count, info = excluded.info,
       held = false, review = null, epoch = p.epoch + 1, claimed_until = null
 where p.state = 'formed';

-- name: end_other_requests
-- Of one classifier one request at a time is open: an earlier one had its answer, of which
-- nothing is known, and one that was only formed is made again.
with over as (
    update egisso.package set state = case state when 'formed' then 'dissolved' else 'send_failed' end, faultless = true, info = 'Заменён запросом, возвращённым из архива'
     where classifier = $1 and egisso.package_open(state) and id <> $2 returning id)
update egisso.message m set state = 'refused', last_error = 'a later request is in the archive', claimed_until = null
  from over where m.package_id = over.id and egisso.message_open(m.state);

-- name: bring_classifier_asked
update egisso.classifier_request set package_id = $2, asked_at = $3 where classifier = $1 and (asked_at is null or asked_at < $3);

-- name: bring_message
insert into egisso.message (id, package_id, incoming_id, envelope, certificate, state, attempts, created_at, last_error)
values ($1, $2, $3, $4, $5, $6, 1, $7, case when $6 <> 'refused' then '' when $3::text is null then 'brought back from the archive: its package went on'
             else 'brought back from the archive: too old to be offered again' end);

-- name: bring_attempt
insert into egisso.attempt (message_id, started_at, outcome, detail) values ($1, $2, 'unknown', 'brought back from the archive');

-- name: end_other_replies
-- To a request one reply is open: an earlier one never left.
update egisso.message set state = 'refused', last_error = 'a later reply is in the archive', claimed_until = null
 where incoming_id = $1 and egisso.message_open(state);

-- name: bring_reply_state
-- What it answers is answered, and who asked has had the answer if it is old, $3.
update egisso.incoming
   set handled_at = coalesce(handled_at, $2), verdict = coalesce(verdict, 'rejected'), reply = case when $3 then 'delivered' else 'signed' end, claimed_until = null, epoch = epoch + 1
 where id = $1 and kind = 'request' and reply is distinct from case when $3 then 'delivered' else 'signed' end;

-- name: bring_rows
-- In the order in which everybody locks them. What rows say now that the database does not
-- know, or read last before the package was formed, the source will tell: of an older copy
-- that would be what they said before.
insert into egisso.source_row as s (register, row_key, record_no, changed_at, dirty, unread)
select $1, r.row_key, r.record_no, $4, false, true from unnest($2::text[], $3::text[]) as r(row_key, record_no)
 order by r.row_key
on conflict (register, row_key) do update set unread = true, dirty = false, row_newer = true where not s.deleted and s.updated_at < $4;

-- name: lock_brought_rows
-- Each row is looked up apart, by offset 0: in the order of an index all rows of the register would be read.
select from (select k.row_key from unnest($2::text[]) as k(row_key) order by k.row_key) k
 cross join lateral (select from egisso.source_row s where s.register = $1 and s.row_key = k.row_key offset 0 for update) s;

-- name: overtaken
-- Records whose row has gone on since, in a later package that left or may have left.
select l.id from unnest($2::text[], $3::uuid[]) as l(row_key, id)
 where exists (select from egisso.record r where r.id = l.id and egisso.record_accepted(r.state) offset 0)
    or exists (select from egisso.record r join egisso.package p on p.id = r.package_id
                where r.register = $1 and r.row_key = l.row_key and p.id <> $4 and p.created_at > $5 and (egisso.package_flying(p.state) or p.state = 'answered') offset 0);

-- name: leave_for_brought
-- That a row went on says what became of what was in flight: ЕГИССО holds it, $4, or
-- nobody knows. What is not signed leaves its package.
-- Each row's record is looked up apart, by offset 0.
with gone as materialized (
    select r.id, r.package_id, l.event from unnest($2::text[], $3::uuid[], $4::uuid[]) as l(row_key, id, event)
     cross join lateral (select o.id, o.package_id from egisso.record o where o.register = $1 and o.row_key = l.row_key and o.state = 'packed' offset 0) r)
update egisso.package_record m
   set outcome = case when egisso.package_unsigned(m.package_id) then 'withdrawn' when g.event = g.id then 'accepted' else 'released' end
  from gone g
 where m.package_id = g.package_id and m.record_id = g.id and m.outcome is null
returning m.package_id, m.record_id, m.outcome;

-- name: left_accepted
update egisso.record set state = 'accepted' where id = any($1) and state = 'packed';

-- name: give_way
-- What was to be sent of the rows and is not what was. Each row's record is looked up apart.
update egisso.record r set state = 'dropped', reason_code = 'replaced'
  from (select o.id from unnest($2::text[]) as l(row_key)
         cross join lateral (select n.id from egisso.record n
                              where n.register = $1 and n.row_key = l.row_key and egisso.record_unsent(n.state) and not n.id = any($3) offset 0) o) g
 where r.id = g.id;

-- name: make_ready
update egisso.record set state = 'ready' where id = any($1) and not egisso.record_underway(state) and not egisso.record_accepted(state);

-- name: bring_held
-- What ЕГИССО held of the rows when the records were sent, some of it adopted. The register comes with each
-- row, so that nobody reads all rows of it.
update egisso.source_row s
   set generation = h.generation, events = h.events, accepted_id = h.id, accepted_event = h.event, accepted_hash = h.hash,
       accepted_content = case when h.id is not null and not exists (
           select from egisso.element_content e where e.id = h.event and coalesce(e.becomes, e.content) = h.content::jsonb offset 0) then h.content::jsonb end,
       accepted_provider = h.provider, accepted_at = case when h.id is not null then coalesce(s.accepted_at, $10) end,
       adopt_id = case when h.id is null or exists (select from egisso.record r where r.id = h.id offset 0) then s.adopt_id else h.id end,
       participant_code = h.code, dirty = not s.unread, settled_hash = null
  from (select $1::text as register, u.*
          from unnest($2::text[], $3::integer[], $4::integer[], $5::uuid[], $6::uuid[], $7::bytea[], $8::text[], $9::text[], $11::text[])
               as u(row_key, generation, events, id, event, hash, provider, code, content) offset 0) h
 where s.register = h.register and s.row_key = h.row_key;

-- name: bring_records
insert into egisso.record as r (register, package_id, created_at, state_at, state, id, row_key, kind, bytes, becomes_hash, provider, settles, change)
select $1, $2, $3, $3, 'packed', d.id, d.row_key, d.kind, d.bytes, d.becomes_hash, d.provider, d.settles, d.change
  from unnest($4::uuid[], $5::text[], $6::text[], $7::integer[], $8::bytea[], $9::text[], $10::boolean[], $11::text[])
       as d(id, row_key, kind, bytes, becomes_hash, provider, settles, change)
on conflict (id) do update
   set state = 'packed', package_id = excluded.package_id, kind = excluded.kind, bytes = excluded.bytes, becomes_hash = excluded.becomes_hash,
       provider = excluded.provider, settles = excluded.settles, change = excluded.change, reason_code = '', findings = '[]',
       said = false, measure_id = null, category_id = null;

-- name: bring_overtaken
insert into egisso.record (register, package_id, created_at, state_at, state, reason_code, id, row_key, kind, bytes, becomes_hash, provider, settles, change)
select $1, $2, $3, $3, 'dropped', 'replaced', d.id, d.row_key, d.kind, d.bytes, d.becomes_hash, d.provider, d.settles, d.change
  from unnest($4::uuid[], $5::text[], $6::text[], $7::integer[], $8::bytea[], $9::text[], $10::boolean[], $11::text[])
       as d(id, row_key, kind, bytes, becomes_hash, provider, settles, change)
on conflict (id) do nothing;

-- name: bring_overtaken_elements
insert into egisso.element (id, content, becomes)
select d.id, d.content::jsonb, d.becomes::jsonb from unnest($1::uuid[], $2::text[], $3::text[]) as d(id, content, becomes)
on conflict (id) do nothing;

-- name: bring_members
insert into egisso.package_record (package_id, ordinal, record_id, kind)
select $1, (select coalesce(max(m.ordinal), 0) from egisso.package_record m where m.package_id = $1) + d.n, d.id, d.kind
  from unnest($2::uuid[], $3::text[]) with ordinality as d(id, kind, n)
on conflict (record_id, package_id) do update set outcome = null;

-- name: end_left_messages
-- The records of these packages have gone on: the messages had arrived, or never will.
update egisso.message set state = 'refused', last_error = 'its records went on in later messages of the archive', claimed_until = null
 where package_id = any($1) and egisso.message_open(state);

-- name: queue_left
update egisso.package set state = 'queued', queued_at = coalesce(queued_at, signed_at) where id = any($1) and state = 'signed';

-- name: end_left
-- A package some of whose records have gone on waits for its answer, or for a person.
update egisso.package p
   set state = case when n.open > 0 then 'expired' when n.accepted + n.rejected = 0 then 'send_failed' else 'answered' end,
       result = case when n.open > 0 or n.accepted + n.rejected = 0 then null when n.accepted = n.members then 'accepted' when n.rejected = n.members then 'rejected' else 'partial' end,
       faultless = true, info = 'Ответа нет ни в базе, ни в архиве; судьба записей известна по тем, что ушли позже'
  from (select m.package_id, count(*) as members, count(*) filter (where m.outcome is null) as open,
               count(*) filter (where egisso.record_accepted(m.outcome)) as accepted, count(*) filter (where m.outcome = 'rejected') as rejected
          from egisso.package_record m where m.package_id = any($1) and m.outcome is distinct from 'withdrawn' group by m.package_id) n
 where p.id = n.package_id and egisso.package_flying(p.state) and p.state <> 'signed';

-- name: bring_file
insert into egisso.package_file (package_id, file_name, content, created_at, exported_at) values ($1, $2, $3, $4, $4);

-- name: bring_protocol
select egisso.bring_protocol($1, $2, $3, $4, $5, $6);

-- name: bring_reply
insert into egisso.raw_reply (operation, key, message_id, content_type, raw, complete, size, sha256, state, problem, received_at)
values ($1, $2, $2, $3, $4, $5, octet_length($4::bytea), sha256($4::bytea), 'unread', $6, $7)
on conflict do nothing;

-- name: answer_astray
select exists (select from egisso.answer where id = $1 and verified and about is null);

-- name: judge_again
-- An answer that came while the database did not know the message it is about.
update egisso.answer a set applied_at = null, applied_note = '', review = null, next_apply_at = now(), about = m.id, content = $2, body = $3
  from egisso.message m
 where a.id = $1 and a.verified and a.about is null and m.id = $4;
