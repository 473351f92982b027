-- name: sender_standing
select coalesce((select s.standing from egisso.sender s where s.part = $1 and s.mnemonic = $2), ''),
       exists (select from egisso.sender s where s.part = $1 and s.standing = 'confirmed');

-- name: remember_sender
select egisso.remember_sender($1);

-- name: forget_remembered_sender
select egisso.forget_remembered_sender() where exists (select from egisso.sender where standing = 'remembered');

-- name: own_message
-- A message of ours by the id an answer names, and whether it is a request that may
-- have reached the bus.
select package_id is not null and state <> 'pending' from egisso.message where id = $1;

-- name: note_sender
update egisso.answer set part = $2, sender = $3, about = $4, held_at = case when $5 then now() end where id = $1;

-- name: package_held
update egisso.package p
   set info = 'Пришёл ответ отправителя «' || egisso.sender_text($2) || '», которого никто не подтвердил: он сохранён и не применён, см. egissogw status'
  from egisso.message m
 where m.id = $1 and p.id = m.package_id and egisso.package_flying(p.state);

-- name: answer_is_held
select held_at is not null from egisso.answer where id = $1;

-- name: release_listed_answers
update egisso.answer set held_at = null
 where held_at is not null and (part = 'egisso' and sender = any($1) or part = 'bus' and sender = any($2));

-- name: release_listed_incoming
update egisso.incoming set held_at = null, review = null where held_at is not null and sender = any($1);

-- name: incoming_held
update egisso.incoming set held_at = now(), claimed_until = null, note = $3, review = nullif($4, '')
 where id = $1 and epoch = $2 and handled_at is null;

-- name: request_is_others
-- A cancellation withdraws the request of its own sender only.
select exists (select from egisso.incoming r where r.id = $1 and r.kind = 'request' and r.verified and (r.sender <> $2 or r.sender = ''));

-- name: hint_classifier
-- The pause after requests without an answer holds all the same.
update egisso.classifier_request
   set wanted_at = now(), wanted_by = session_user, reason = $2, hint_at = now()
 where classifier = $1 and wanted_at is null and (hint_at is null or hint_at <= now() - interval '1 day');

-- name: senders
select part, mnemonic, standing, since, decided_by, reason, held from egisso.sender_list
 order by standing = 'unknown' desc, part, since, mnemonic;

-- name: confirm_sender
select egisso.confirm_sender($1, $2, $3);

-- name: refuse_sender
select egisso.refuse_sender($1, $2, $3);
