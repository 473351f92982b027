-- name: confirm_delivery
-- An answer proves that the request arrived, whatever we heard of it.
update egisso.message set state = 'delivered', delivered_at = now(), claimed_until = null
 where id = $1 and state = 'in_doubt';

-- name: queued_by_answer
update egisso.package set state = 'queued', queued_at = now(), review = null where id = $1 and state = 'signed';

-- name: package_progress
update egisso.package set egisso_status = $2, info = $3
 where id = $1 and egisso.package_flying(state) and coalesce(egisso_status, 0) <= $2;

-- name: package_answered
update egisso.package set state = 'answered', result = $2, egisso_status = 3, info = $3, review = $4, review_of_records = false
 where id = $1;

-- name: package_returned
update egisso.package set state = 'answered', result = 'rejected', returned = true, egisso_status = 3, info = $2, review = $3, review_of_records = $4
 where id = $1;

-- name: documents_again
-- What was removed because its term was over has documents again, which go in their turn.
update egisso.package set pruned_at = null where id = $1 and pruned_at is not null;

-- name: save_protocol
insert into egisso.package_protocol (package_id, content) values ($1, $2)
on conflict (package_id) do update set content = excluded.content, applied_at = now();

-- name: lock_rows_of_package
select egisso.lock_rows_of_package($1);

-- name: member_outcomes
update egisso.package_record pr set outcome = o.outcome
  from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
 where pr.package_id = $1 and pr.record_id = o.record_id;

-- name: record_outcomes
-- Records that are still on their way get their outcome, and what ЕГИССО accepted
-- is what it holds from now on. An event on a fact leaves the fact its id; a
-- participant is known by its code, $4, and its applications are counted,
-- decided either way. What settles its row is not decided again, unless the row changed
-- meanwhile; everything else is. The package is locked: nobody else moves what is in it. Rows
-- come before their records, and in the order of their keys, so that who updates them all need not lock
-- them first.
with decided as materialized (
    select r.id, r.register, r.row_key, r.kind, r.provider, r.becomes_hash, o.outcome as state,
           r.settles, r.becomes_hash is null as removal, r.register = 'fact' and r.kind <> 'fact' as event
      from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
     cross join lateral (select * from egisso.record w where w.id = o.record_id and w.package_id = $1 and w.state = 'packed' offset 0) r
     order by r.register, r.row_key),
refused as (
    update egisso.source_row s set events = s.events + 1
      from decided d
     where d.register = 'onmsz' and d.state = 'rejected' and s.register = d.register and s.row_key = d.row_key),
accepted as (
    update egisso.source_row s
     set accepted_id = case when d.removal then null when d.event then s.accepted_id else d.id end,
         accepted_event = d.id,
         accepted_hash = d.becomes_hash,
         accepted_content = null,
         accepted_provider = case when d.removal then null when d.event then s.accepted_provider else d.provider end,
         accepted_at = case when not d.removal then now() end,
         participant_code = case when not d.removal then coalesce(nullif($4, ''), s.participant_code) end,
         events = case when d.register = 'onmsz' then s.events + 1 when d.removal then 0 when d.event then s.events + 1
                       when d.id = s.unknown_id then s.events else 0 end,
         -- What is accepted is known again. A whole fact or version says all of the content.
         concluded = 0,
         unconfirmed = s.unconfirmed and d.event and not d.removal and d.kind <> 'alterationBasedOnPreviousErrors',
         resend = s.resend and d.event and not d.removal and d.kind <> 'alterationBasedOnPreviousErrors',
         unknown_id = case when not d.event then s.unknown_id end,
         adoption = '',
         generation = s.generation + d.removal::integer,
         settled_hash = case when d.settles and not s.dirty then s.content_hash else s.settled_hash end,
         dirty = s.dirty or not d.settles
    from decided d
   where egisso.record_accepted(d.state) and s.register = d.register and s.row_key = d.row_key
    returning d.id, d.state)
update egisso.record r set state = o.state, state_at = clock_timestamp()
  from (select * from accepted union all select d.id, d.state from decided d where not egisso.record_accepted(d.state)) o
 where r.id = o.id;

-- name: insert_messages
-- After those of an earlier protocol of the same package. Errors of records have a kind.
with said as (
    select * from unnest($2::text[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[])
         with ordinality as m(record_id, element_id, type, rule_code, report, kind_rule, kind_text, suspect, position)),
kinds as (
    insert into egisso.refusal_kind as k (rule, text, suspect)
    select m.kind_rule, m.kind_text, bool_or(m.suspect) from said m where m.kind_text <> '' group by m.kind_rule, m.kind_text order by m.kind_rule, m.kind_text
    on conflict (rule, text) do update set suspect = k.suspect or excluded.suspect
    returning k.id, k.rule, k.text)
insert into egisso.record_message (package_id, position, record_id, element_id, type, rule_code, report, kind)
select $1, m.position + (select coalesce(max(position), 0) from egisso.record_message where package_id = $1), m.record_id, m.element_id, m.type, m.rule_code, m.report, k.id
  from said m left join kinds k on k.rule = m.kind_rule and k.text = m.kind_text;

-- name: touch_dependants_of_package
-- Rows of which nothing is signed look again at what this package decided.
with decided as materialized (
    select array(select r.register || '/' || r.row_key
                   from egisso.package_record pr
                  cross join lateral (select w.register, w.row_key from egisso.record w where w.id = pr.record_id offset 0) r
                  where pr.package_id = $1 and r.register in ('lmsz', 'onmsz')) as needs)
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key from egisso.source_row w
      where (select p.register in ('lmsz', 'onmsz') from egisso.package p where p.id = $1) and not w.dirty
        and (w.register = 'fact' and w.needs[1] = any((select needs from decided)::text[])
             or (w.register <> 'fact' or cardinality(w.needs) > 1) and w.needs && (select needs from decided))
        and exists (select from egisso.record f
                     where f.register = w.register and f.row_key = w.row_key and egisso.record_unsigned(f.state, f.package_id))
      order by egisso.lock_order(w.register), w.row_key
        for update);

-- name: late_outcomes
-- The word of the bus takes the place of that of a file. What waits to go word for word need
-- not: its row is decided.
with said as (
    update egisso.record r set as_sent = false
     where r.id = any($2) and r.as_sent and egisso.record_unsent(r.state)),
-- What a refusal had said of it is confirmed, if ЕГИССО holds the same words.
confirmed as (
    update egisso.source_row s set unconfirmed = false, resend = false
      from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
      join egisso.package_record m on m.package_id = $1 and m.record_id = o.record_id
      join egisso.record r on r.id = o.record_id
     where $4::text is null and egisso.record_accepted(o.outcome)
       and s.register = r.register and s.row_key = r.row_key and s.unconfirmed and s.accepted_event = r.id and s.accepted_hash = m.sent_hash)
update egisso.package_record m set late = o.outcome, late_file = $4
  from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
 where m.package_id = $1 and m.record_id = o.record_id and m.outcome = 'released' and (m.late is null or m.late_file is not null or $4::text is null);

-- name: late_versions
-- Versions of the package's rows that were replaced here before it was known that ЕГИССО has
-- them. Their ids prove what it has: what replaced one and has not left, or was rejected for it, is decided
-- anew, on top of it; what has left keeps its place.
with known as materialized (
    select r.id, r.register, r.row_key, r.created_at,
           exists (select from egisso.record n
                    where n.register = r.register and n.row_key = r.row_key and n.created_at > r.created_at and n.becomes_hash is not null
                      and (n.state = 'packed' or egisso.record_accepted(n.state))) as followed
      from egisso.package_record m join egisso.record x on x.id = m.record_id
      join egisso.record r on r.register = x.register and r.row_key = x.row_key
     where m.package_id = $1 and r.state = 'dropped' and r.reason_code in ('replaced', 'accepted_late')
       and exists (select from egisso.package_record o where o.record_id = r.id and egisso.record_accepted(o.late))
       and not exists (select from egisso.source_row s where s.register = r.register and s.row_key = r.row_key and s.accepted_event = r.id)),
anew as (
    update egisso.record n set state = 'dropped', reason_code = 'replaced'
      from known k
     where not k.followed and n.register = k.register and n.row_key = k.row_key and n.created_at > k.created_at
       and (egisso.record_unsent(n.state) or n.state = 'rejected'))
update egisso.record r set reason_code = case when k.followed then 'accepted_late' else 'replaced' end
  from known k
 where r.id = k.id;

-- name: package_late
-- What ЕГИССО accepted and is replaced here by something else, or dropped, is for a person.
update egisso.package p
   set info = $2, review_of_records = false,
       review = nullif(concat_ws('; ', $3::text, case when c.n > 0 then
                'ЕГИССО приняла записи, которые шлюз с тех пор заменил другими или снял: ' || c.n || '; сверьте их в кабинете поставщика' end), '')
  from (select count(*) as n
          from egisso.package_record m join egisso.record r on r.id = m.record_id join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
         where m.package_id = $1 and egisso.record_accepted(m.late) and r.state = 'dropped'
           and r.reason_code not in ('held_before', 'removed_before', 'goes_again', 'accepted_late') -- known to be there when its row went on
           and not (egisso.accepted_unneeded(r) and not exists (
               select from egisso.record n where n.register = r.register and n.row_key = r.row_key and n.state <> 'dropped'
                  and (egisso.record_open(n.state) or n.state_at > r.state_at))) -- its row is decided again
           and s.accepted_id is distinct from r.id and s.accepted_event is distinct from r.id) c
 where p.id = $1;
