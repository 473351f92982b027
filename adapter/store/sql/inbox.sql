-- name: store_answer
-- The first verified copy stays; an unverified one never hides a verified one.
-- Of those nobody can believe only so many, and so many bytes, are kept in a day.
insert into egisso.answer (id, original_message_id, kind, content, body, raw, verified, problem, trust, shared, shared_at, shared_size)
select $1, $2, $3, $4, $5, $6, $7, $8, $11, $12, $13, $14
 where $7 or (select k.replies < $9 and k.bytes + octet_length($6::bytea) <= $10 from egisso.unbelieved() k)
on conflict (id) do update
   set original_message_id = excluded.original_message_id, kind = excluded.kind, content = excluded.content, body = excluded.body,
       raw = excluded.raw, verified = excluded.verified, problem = excluded.problem, trust = excluded.trust,
       shared = excluded.shared, shared_at = excluded.shared_at, shared_size = excluded.shared_size,
       received_at = now(), acked_at = null, applied_at = null
 where not answer.verified and excluded.verified;

-- name: keep_shared
-- Whoever removes what no answer has waits for ours. An answer that is there already needs none:
-- its own may have been removed when its term was over.
insert into egisso.shared_content (sha256, content)
select $1, $2 where not exists (select from egisso.answer where id = $3 and verified)
on conflict (sha256) do update set kept_at = now();

-- name: doubted_answers
select id, raw from egisso.answer
 where not verified and raw <> '' and (trust < $1 or trust > $1 or trust is null) order by received_at limit $2;

-- name: answer_doubtful
update egisso.answer set trust = $2 where id = $1 and not verified;

-- name: answer_known
-- An unverified copy is as good as none when the verified one came.
select exists (select from egisso.answer where id = $1 and (verified or not $2));

-- name: answer_exceeds
-- Of strangers only so many bytes are kept in a day. The first of them to answer a message
-- of ours always is: a package waits for what a person says of it.
select egisso.strangers() > $2
  from egisso.answer a
 where a.id = $1 and (a.about is null or a.held_at is not null)
   and (a.about is null or exists (select from egisso.answer o where o.about = a.about and o.held_at is not null and o.id <> a.id));

-- name: mark_acked
update egisso.answer set acked_at = now() where id = $1 and acked_at is null;

-- name: unacked
-- Files are fetched first: their logins may end with the acknowledgement.
select id from egisso.answer a
 where acked_at is null and verified and next_ack_at <= now()
   and not exists (select from egisso.received_file f where f.answer_id = a.id and f.state = 'due')
 order by next_ack_at limit $1;

-- name: ack_failed
update egisso.answer
   set ack_attempts = ack_attempts + 1,
       next_ack_at = now() + egisso.pause(ack_attempts + 1, $2, $3)
 where id = $1;

-- name: lock_unapplied
select id, original_message_id, kind, content, body, verified from egisso.answer a
 where applied_at is null and verified and held_at is null and next_apply_at <= now()
   and not exists (select from egisso.received_file f where f.answer_id = a.id and f.state = 'due')
   and not exists (select from egisso.reading g where g.what = 'answer' and g.id = a.id and g.set_aside_at is not null)
 order by received_at, id limit 1
   for update skip locked;

-- name: mark_applied
-- The body stands in what came, word for word: a classifier would be kept twice for every request.
update egisso.answer set applied_at = now(), applied_note = $2, review = $3, named = nullif($4::uuid[], '{}'), body = null where id = $1;

-- name: apply_failed
-- One answer that cannot be applied does not stop the others.
update egisso.answer
   set apply_attempts = apply_attempts + 1, problem = $2,
       next_apply_at = now() + egisso.pause(apply_attempts + 1, $3, $4)
 where id = $1;

-- name: knows_record
select exists (select from egisso.record where id = any($1::uuid[]));

-- name: know_lost_packages
-- Records may come after the answer: a database that was brought back decides on its rows late.
update egisso.answer a set review = $1, named = null
 where a.id in (select n.id from egisso.answer n
                 where n.named is not null and exists (select from egisso.record r where r.id = any(n.named) offset 0)
                 order by n.id
                   for update skip locked);

-- name: package_of_message
select p.id, p.register, p.state, p.result, p.record_count, coalesce(p.classifier, ''), p.released_at is not null, m.state
  from egisso.message m join egisso.package p on p.id = m.package_id
 where m.id = $1
   for update of m for update of p;

-- name: last_protocol
-- Asked once the package is locked: whoever held it may have applied one.
select content from egisso.package_protocol where package_id = $1;

-- name: members
-- Each member's record is looked up apart, by offset 0: a plan that guesses how many there are would read all records.
select pr.record_id, r.state, r.package_id = pr.package_id, coalesce(pr.outcome, ''), coalesce(u.outcome, '')
  from egisso.package_record pr
 cross join lateral (select w.state, w.package_id from egisso.record w where w.id = pr.record_id offset 0) r
  left join egisso.unconfirmed_outcome u on u.package_id = pr.package_id and u.record_id = pr.record_id and u.settled_at is null
 where pr.package_id = $1 and pr.outcome is distinct from 'withdrawn'
 order by pr.ordinal;
