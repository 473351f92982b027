-- name: claim_message
-- $2: also one with files that are not in the storage yet. The last column: an attempt ended without a word of the bus,
-- so the message may have arrived.
update egisso.message m set claimed_until = now() + $1::interval, epoch = m.epoch + 1
 where m.id = (select id from egisso.message
                where egisso.message_open(state) and next_attempt_at <= now()
                  and coalesce(claimed_until, '-infinity') < now()
                  and ($2 or not exists (select from egisso.attachment t where t.message_id = message.id and t.uploaded_at is null))
                order by next_attempt_at limit 1
                  for update skip locked)
returning m.id, coalesce(m.package_id, '00000000-0000-0000-0000-000000000000'), coalesce(m.incoming_id, ''), m.envelope, m.certificate, m.attempts, m.epoch,
          exists (select from egisso.attempt a
                   where a.message_id = m.id and coalesce(a.outcome, 'unknown') = 'unknown');

-- name: attachments_to_upload
select uuid, file_name, content from egisso.attachment
 where message_id = $1 and uploaded_at is null order by uuid;

-- name: mark_uploaded
update egisso.attachment a set uploaded_at = now()
  from egisso.message m
 where a.uuid = $1 and m.id = a.message_id and m.epoch = $2;

-- name: begin_attempt
with held as (
    update egisso.message set state = 'in_doubt', attempts = attempts + 1, claimed_until = now() + $3::interval
     where id = $1 and epoch = $2 and egisso.message_open(state)
    returning id)
insert into egisso.attempt (message_id) select id from held returning id;

-- name: finish_attempt
update egisso.attempt set finished_at = now(), outcome = $2, fault = $3, detail = $4 where id = $1;

-- name: message_delivered
update egisso.message set state = 'delivered', delivered_at = now(), claimed_until = null, last_error = ''
 where id = $1 and state = 'in_doubt';

-- name: package_queued
-- Whatever kept it from being sent is over.
update egisso.package set state = 'queued', queued_at = now(), info = $2, review = null
 where id = $1 and state = 'signed';

-- name: message_retry
update egisso.message set next_attempt_at = now() + $3::interval, claimed_until = null, last_error = $4
 where id = $1 and epoch = $2 and egisso.message_open(state);

-- name: package_info
update egisso.package set info = $2 where id = $1 and info is distinct from $2;

-- name: release_message
update egisso.message set claimed_until = null where id = $1 and epoch = $2;

-- name: message_refused
update egisso.message set state = 'refused', claimed_until = null, last_error = $2
 where id = $1 and epoch = $3 and egisso.message_open(state);

-- name: package_review
update egisso.package set review = $2, review_of_records = false where id = $1 and review is distinct from $2;

-- name: failed_review
update egisso.package set review = $2, review_of_records = $3 where id = $1;

-- name: end_reviews
-- That a package was refused as a whole is nothing to look at any more once each of its records
-- has an end, in another package or because the source took it back. Each member's record is
-- looked up apart, by offset 0, and one that is open is enough.
with over as (
    select p.id from egisso.package p
     where p.review is not null and p.reviewed_at is null and p.review_of_records
       and exists (select from egisso.package_record m where m.package_id = p.id)
       and not exists (select from egisso.package_record m
                        cross join lateral (select r.state from egisso.record r where r.id = m.record_id offset 0) r
                        where m.package_id = p.id and egisso.record_open(r.state))
     order by p.id
       for update skip locked)
update egisso.package p
   set review = null, review_of_records = false,
       info = concat_ws('; ', nullif(p.info, ''), 'исход всех записей пакета с тех пор известен')
  from over where p.id = over.id;

-- name: package_send_failed
-- Also one that only a file had answered.
update egisso.package p set state = 'send_failed', info = $2, faultless = $3, result = null, egisso_status = null
 where p.id = $1 and (not egisso.package_final(p.state)
    or p.state = 'answered' and exists (select from egisso.unconfirmed_outcome u where u.package_id = p.id)
       and not exists (select from egisso.package_record m
                        where m.package_id = p.id and m.outcome <> 'released' and m.outcome <> 'withdrawn'
                          and not exists (select from egisso.unconfirmed_outcome u where u.package_id = p.id and u.record_id = m.record_id and u.settled = 'released')));

-- name: release_records
-- All records of a package that failed are "not sent" again and go into another one. A
-- record is the cause that fails alone and again alone, while others pass.
update egisso.record r
   set package_limit = case when $2 then r.package_limit else least(r.package_limit, (p.record_count + 1) / 2) end,
       failed_alone = r.failed_alone + (not $2 and p.record_count = 1)::integer,
       state = case when not $2 and p.record_count = 1 and r.failed_alone > 0 and exists (
                         select from egisso.package o
                          where o.register = p.register and o.provider = p.provider and o.state = 'answered' and not o.returned
                            and o.channel = p.channel
                            and o.closed_at > (select max(b.created_at) from egisso.package_record m join egisso.package b on b.id = m.package_id
                                                where m.record_id = r.id and b.id <> p.id and b.record_count = 1))
                    then 'rejected' else 'ready' end
  from egisso.package p
 where p.id = $1 and r.package_id = $1 and r.state = 'packed'
   and r.id = any(array(select m.record_id from egisso.package_record m where m.package_id = $1));

-- name: release_members
update egisso.package_record m set outcome = case r.state when 'rejected' then 'rejected' else 'released' end
  from egisso.record r
 where m.package_id = $1 and m.outcome is null and r.id = m.record_id;

-- name: explain_refused
-- Why its record is rejected, where ЕГИССО said nothing of it by its name.
insert into egisso.record_message (package_id, position, record_id, element_id, type, report)
select p.id, (select coalesce(max(position), 0) + 1 from egisso.record_message where package_id = p.id), r.id::text, r.id, 1,
       'Пакет с одной этой записью не принят дважды, а другие пакеты приняты. ' || p.info
  from egisso.package p join egisso.record r on r.package_id = p.id
 where p.id = $1 and p.record_count = 1 and r.state = 'rejected' and r.failed_alone > 1
   and r.id = any(array(select m.record_id from egisso.package_record m where m.package_id = $1));

-- name: touch_rows
-- Whose record was not accepted is decided again: the rules, or what the record needs, may
-- have changed while it was in flight.
update egisso.source_row s set dirty = true
  from egisso.package_record pr join egisso.record r on r.id = pr.record_id
 where pr.package_id = $1 and pr.outcome is distinct from 'withdrawn' and not coalesce(egisso.record_accepted(pr.outcome), false)
   and not egisso.record_accepted(r.state)
   and s.register = r.register and s.row_key = r.row_key and not s.dirty;

-- name: expire_packages
update egisso.package set state = 'expired',
       info = case channel when 'manual' then 'Протокол не загружен в установленный срок' else 'Ответ ЕГИССО не получен в установленный срок' end
 where state = 'queued' and queued_at <= now() - $1::interval and egisso.awaited_sender(id) is null
returning id;

-- name: expired_packages
select id from egisso.package where state = 'expired' order by created_at, id;

-- name: resend_package
select egisso.resend_package($1, $2);

-- name: doubt
select (select max(a.started_at) from egisso.attempt a
         where a.message_id = $1 and a.id <> $2 and coalesce(a.outcome, 'unknown') = 'unknown'),
       coalesce(bool_or(not said.absent), false), coalesce(bool_or(said.absent), false)
  from (select kind = 'async_status'
               and coalesce(convert_from(content, 'UTF8')::jsonb ->> 'category', '') = 'doesNotExist' as absent
          from egisso.answer where original_message_id = $1::uuid::text and verified and held_at is null) said;
