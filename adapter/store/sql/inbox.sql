-- name: store_answer
-- The first verified copy stays; an unverified one never hides a verified one.
insert into egisso.answer (id, original_message_id, kind, content, raw, verified, problem)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update
   set original_message_id = excluded.original_message_id, kind = excluded.kind, content = excluded.content,
       raw = excluded.raw, verified = excluded.verified, problem = excluded.problem,
       received_at = now(), acked_at = null, applied_at = null
 where not answer.verified and excluded.verified;

-- name: mark_acked
update egisso.answer set acked_at = now() where id = $1 and acked_at is null;

-- name: unacked
select id, verified from egisso.answer where acked_at is null and verified order by received_at limit $1;

-- name: lock_unapplied
select id, original_message_id, kind, content, raw, verified from egisso.answer
 where applied_at is null and verified
 order by received_at, id limit 1
   for update skip locked;

-- name: mark_applied
update egisso.answer set applied_at = now(), applied_note = $2 where id = $1;

-- name: awaiting_answers
select exists (select from egisso.package where state in ('queued', 'expired'))
    or exists (select from egisso.message where state = 'in_doubt')
    or exists (select from egisso.answer where acked_at is null and verified);

-- name: package_of_message
select p.id, p.register, p.state, p.result, p.record_count, m.state
  from egisso.message m join egisso.package p on p.id = m.package_id
 where m.id = $1
   for update of p;

-- name: members
select record_id, kind from egisso.package_record where package_id = $1 order by ordinal;
