-- name: store_incoming
-- The first verified copy stays; an unverified one never hides a verified one.
-- Of those nobody can believe only so many, and so many bytes, are kept in a day; of those
-- whose sender nobody confirmed ($16) so many bytes.
insert into egisso.incoming (id, kind, namespace, root, sender, reply_to, cancels, test, sent_at, content, raw, verified, problem, stranger, trust)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12 and not $16, $17
 where case when $12 then $16 or egisso.strangers() + octet_length($11::bytea) <= $15
            else (select k.replies < $14 and k.bytes + octet_length($11::bytea) <= $15 from egisso.unbelieved() k) end
on conflict (id) do update
   set kind = excluded.kind, namespace = excluded.namespace, root = excluded.root, sender = excluded.sender,
       reply_to = excluded.reply_to, cancels = excluded.cancels, test = excluded.test, sent_at = excluded.sent_at,
       content = excluded.content, raw = excluded.raw, verified = excluded.verified, problem = excluded.problem, stranger = excluded.stranger, trust = excluded.trust,
       received_at = now(), acked_at = null, next_handle_at = now()
 where not incoming.verified and excluded.verified;

-- name: doubted_incoming
select id, raw from egisso.incoming
 where not verified and raw <> '' and (trust < $1 or trust > $1 or trust is null) order by received_at limit $2;

-- name: incoming_doubtful
update egisso.incoming set trust = $2 where id = $1 and not verified;

-- name: incoming_known
select exists (select from egisso.incoming where id = $1 and (verified or not $2));

-- name: mark_incoming_acked
update egisso.incoming set acked_at = now() where id = $1 and acked_at is null;

-- name: unacked_incoming
select id from egisso.incoming
 where acked_at is null and verified and next_ack_at <= now()
 order by next_ack_at limit $1;

-- name: incoming_ack_failed
update egisso.incoming
   set ack_attempts = ack_attempts + 1,
       next_ack_at = now() + egisso.pause(ack_attempts + 1, $2, $3)
 where id = $1;

-- name: claim_incoming
-- The last column: it was withdrawn, whichever of the two came first.
update egisso.incoming i set claimed_until = now() + $1::interval, epoch = i.epoch + 1
 where i.id = (select id from egisso.incoming
                where handled_at is null and verified and held_at is null and next_handle_at <= now()
                  and coalesce(claimed_until, '-infinity') < now()
                  and not exists (select from egisso.reading g where g.what = 'incoming' and g.id = incoming.id and g.set_aside_at is not null)
                order by received_at, id limit 1
                  for update skip locked)
returning i.id, i.kind, i.namespace, i.root, i.sender, i.reply_to, i.cancels, i.test, i.sent_at, i.content, i.attempts, i.received_at, i.epoch,
          exists (select from egisso.incoming c where c.kind = 'cancel' and c.verified and c.cancels = i.id and c.sender = i.sender and c.sender <> '');

-- name: incoming_handled
-- A request is answered only if it says where to.
update egisso.incoming
   set handled_at = now(), claimed_until = null, verdict = $3, note = $4, review = nullif($5, ''),
       refusal_code = $6, refusal_text = $7,
       reply = case when $6 <> '' and kind = 'request' and reply_to <> '' then 'due' end
 where id = $1 and epoch = $2 and handled_at is null;

-- name: withdraw_incoming
-- What has not been answered yet is not answered any more. Nobody withdraws the
-- request of somebody else.
update egisso.incoming
   set handled_at = coalesce(handled_at, now()), verdict = 'cancelled', reply = null, claimed_until = null, epoch = epoch + 1
 where id = $1 and sender = $2 and sender <> '' and kind = 'request' and (handled_at is null or reply = 'due');

-- name: incoming_failed
update egisso.incoming
   set attempts = attempts + 1, problem = $3, claimed_until = null, review = coalesce(nullif($4, ''), review),
       next_handle_at = now() + egisso.pause(attempts + 1, $5, $6)
 where id = $1 and epoch = $2;

-- name: release_incoming
update egisso.incoming set claimed_until = null where id = $1 and epoch = $2;

-- name: claim_reply
update egisso.incoming i set claimed_until = now() + $1::interval, epoch = i.epoch + 1
 where i.id = (select id from egisso.incoming
                where reply = 'due' and next_handle_at <= now() and coalesce(claimed_until, '-infinity') < now()
                order by received_at, id limit 1
                  for update skip locked)
returning i.id, i.reply_to, i.refusal_code, i.refusal_text, i.epoch;

-- name: reply_signed
update egisso.incoming set reply = 'signed', claimed_until = null where id = $1 and epoch = $2 and reply = 'due';

-- name: insert_reply
insert into egisso.message (id, incoming_id, envelope, certificate) values ($1, $2, $3, $4);

-- name: reply_delivered
update egisso.incoming set reply = 'delivered' where id = $1 and reply = 'signed';

-- name: reply_failed
update egisso.incoming set reply = 'failed', review = $2 where id = $1 and reply in ('signed', 'delivered');

-- name: reply_again
-- It never left: it is signed anew under a new id.
update egisso.incoming set reply = 'due' where id = $1 and reply = 'signed';

-- name: incoming_review
update egisso.incoming set review = $2 where id = $1 and review is distinct from $2;

-- name: reply_of_message
select incoming_id from egisso.message where id = $1 and incoming_id is not null;
