-- name: message_by_id
-- By its MessageID, or the last one of a package.
select m.id, m.package_id, m.state, m.created_at, m.envelope from egisso.message m
 where m.id = $1 or m.package_id = $1 order by m.created_at desc limit 1;

-- name: files_of_message
select file_name, content from egisso.attachment where message_id = $1 order by uuid;

-- name: answers_of_message
select id, received_at, verified, kind, raw from egisso.answer where original_message_id = $1 order by received_at;

-- name: answer_by_id
-- An answer, or a message that came on its own.
select id, received_at, verified, kind, raw from egisso.answer where id = $1
union all
select id, received_at, verified, kind, raw from egisso.incoming where id = $1;

-- name: note_viewing
select egisso.note_viewing($1, $2, $3, $4);
