-- name: store_protocol
select id, fresh from egisso.keep_protocol($1, $2, $3);

-- name: lock_protocol
-- Of one larger than any protocol, kept by an earlier version, nothing is fetched.
select id, package_id, case when octet_length(raw) <= 8388608 then raw else '' end, imported_by, reason from egisso.protocol_file
 where outcome is null and next_apply_at <= now() and ($1::text is null or id = $1)
   and not exists (select from egisso.reading g where g.what = 'protocol' and g.id = protocol_file.id and g.set_aside_at is not null)
 order by imported_at, id limit 1
   for update skip locked;

-- name: note_unconfirmed
select egisso.note_unconfirmed($1, $2, $3, $4);

-- name: settle_unconfirmed
select egisso.settle_unconfirmed($1, $2, $3, $4);

-- name: settle_all_released
-- The bus refused the message: ЕГИССО never had what a file called decided.
select egisso.settle_unconfirmed($1, array(select record_id from egisso.unconfirmed_outcome where package_id = $1 and settled_at is null),
       array(select 'released' from egisso.unconfirmed_outcome where package_id = $1 and settled_at is null), '');

-- name: package_by_id
-- With its last message, which may never have existed.
select p.id, p.register, p.state, p.result, p.record_count, p.channel, p.released_at is not null,
       (select m.id from egisso.message m where m.package_id = p.id order by m.created_at desc limit 1),
       exists (select from egisso.message m where m.package_id = p.id and (egisso.message_flying(m.state) or m.attempts > 0))
  from egisso.package p
 where p.id = $1
   for update of p;

-- name: protocol_done
update egisso.protocol_file set outcome = $2, applied_to = $3, applied_at = now(), note = $4 where id = $1;

-- name: protocol_failed
update egisso.protocol_file
   set apply_attempts = apply_attempts + 1, note = $2,
       next_apply_at = now() + egisso.pause(apply_attempts + 1, $3, $4)
 where id = $1;

-- name: protocol_outcome
select coalesce(p.outcome, case when g.id is not null then 'set_aside' else '' end), coalesce(p.applied_to, p.package_id), p.note
  from egisso.protocol_file p
  left join egisso.reading g on g.what = 'protocol' and g.id = p.id and g.set_aside_at is not null
 where p.id = $1;
