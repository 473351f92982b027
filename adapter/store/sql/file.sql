-- name: store_file
-- A message that came again may bring a fresh login.
insert into egisso.received_file (answer_id, name, inline, user_name, password, file_name, hash, mime_type, namespace_uri, signature, content)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (answer_id, name) do update
   set user_name = excluded.user_name, password = excluded.password, next_attempt_at = now()
 where received_file.state = 'due'
   and (received_file.user_name, received_file.password) is distinct from (excluded.user_name, excluded.password);

-- name: files_due
select exists (select from egisso.received_file where answer_id = $1 and state = 'due');

-- name: claim_file
update egisso.received_file f set claimed_until = now() + $1::interval, epoch = f.epoch + 1
 where f.id = (select id from egisso.received_file
                where state = 'due' and next_attempt_at <= now() and coalesce(claimed_until, '-infinity') < now()
                  and not exists (select from egisso.reading g where g.what = 'file' and g.id = received_file.id::text and g.set_aside_at is not null)
                order by next_attempt_at, id limit 1
                  for update skip locked)
returning f.id, f.answer_id, f.name, f.inline, f.user_name, f.password, f.file_name, f.hash, f.mime_type, f.namespace_uri, f.signature, f.content,
          f.attempts, f.damaged, f.epoch, extract(epoch from now() - f.created_at)::float8;

-- name: file_checked
update egisso.received_file
   set state = 'checked', content = $3, problem = '', user_name = '', password = '', claimed_until = null, settled_at = now()
 where id = $1 and epoch = $2 and state = 'due';

-- name: file_refused
update egisso.received_file
   set state = 'refused', problem = $3, user_name = '', password = '', claimed_until = null, settled_at = now()
 where id = $1 and epoch = $2 and state = 'due';

-- name: file_retry
update egisso.received_file
   set attempts = attempts + 1, damaged = damaged + $5::boolean::integer, problem = $3, claimed_until = null, next_attempt_at = now() + $4::interval
 where id = $1 and epoch = $2 and state = 'due';

-- name: release_file
update egisso.received_file set claimed_until = null where id = $1 and epoch = $2;

-- name: files_of_answer
select name, mime_type, state, problem, content from egisso.received_file where answer_id = $1 order by id;
