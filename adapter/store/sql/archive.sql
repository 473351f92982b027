-- What goes into the archive outside the database (adapter/archive).

-- name: is_archived
-- And whether the database still has what the process put there before.
select exists (select from egisso.archived where kind = $1 and id = $2 and digest = $3),
       $4::text = '' or exists (select from egisso.archived where kind = $4 and id = $5)
       or exists (select from egisso.archive_loss where kind = $4 and id = $5 and ended_at is not null);

-- name: note_archived
insert into egisso.archived (kind, id, digest) values ($1, $2, $3)
on conflict (kind, id) do update set digest = excluded.digest, at = now() where archived.digest <> excluded.digest;

-- name: evidence_of_message
select jsonb_strip_nulls(jsonb_build_object(
         'message_id', m.id, 'made_at', m.created_at, 'certificate', encode(m.certificate, 'hex'), 'answers', m.incoming_id,
         'package_id', p.id, 'register', p.register, 'format', p.format, 'format_version', p.format_version, 'provider', p.provider,
         'classifier', p.classifier, 'formed_at', p.created_at,
         'files', (select jsonb_agg(jsonb_build_object('uuid', a.uuid, 'file_name', a.file_name, 'mime_type', a.mime_type, 'hash', encode(a.hash, 'hex')) order by a.uuid)
                     from egisso.attachment a where a.message_id = m.id)))::text
  from egisso.message m left join egisso.package p on p.id = m.package_id
 where m.id = $1;

-- name: evidence_of_files
select uuid, file_name, mime_type, content, hash, signature from egisso.attachment where message_id = $1 order by uuid;

-- name: evidence_of_package
select jsonb_build_object(
         'package_id', p.id, 'register', p.register, 'format', p.format, 'format_version', p.format_version, 'provider', p.provider,
         'formed_at', p.created_at, 'file_name', f.file_name)::text,
       f.content
  from egisso.package p join egisso.package_file f on f.package_id = p.id
 where p.id = $1;

-- name: evidence_of_elements
-- What a record is, and what ЕГИССО held of its row when it was sent: with these a lost
-- database knows which ids were used, and what became of what went before. Columns, and ids
-- apart from what the row says, as egisso.element_content would join them: one text of each
-- member took the server four times as long. Of most rows ЕГИССО held nothing.
select r.id, r.register, r.row_key, s.record_no, pr.kind, r.provider, r.becomes_hash, s.generation, s.events, r.change, r.settles,
       case when r.said then (select c.content from egisso.source_content c where c.register = r.register and c.row_key = r.row_key)
            else e.content::json end,
       r.said, r.measure_id, r.category_id, e.becomes,
       s.accepted_id, s.accepted_event, s.accepted_hash, s.accepted_provider, s.participant_code,
       case when s.accepted_id is not null
            then (select h.content from egisso.held h where h.register = s.register and h.row_key = s.row_key) end
  from egisso.package_record pr
  join egisso.record r on r.id = pr.record_id
  left join lateral (select w.content, w.becomes from egisso.element w where w.id = r.id and not r.said offset 0) e on true
  join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
 where pr.package_id = $1 and (r.said or e.content is not null)
 order by pr.ordinal;

-- name: evidence_of_answer
select jsonb_build_object('message_id', id, 'about', original_message_id, 'received_at', received_at, 'verified', verified, 'problem', problem)::text, egisso.answer_raw(raw, shared, shared_at)
  from egisso.answer where id = $1;

-- name: evidence_of_answer_files
select name, content from egisso.received_file where answer_id = $1 and content is not null order by id;

-- name: evidence_of_incoming
select jsonb_build_object('message_id', id, 'kind', kind, 'received_at', received_at, 'verified', verified, 'problem', problem)::text, raw
  from egisso.incoming where id = $1;

-- name: evidence_of_reply
-- What could not be read, and is acknowledged because a person ordered it.
select jsonb_build_object('message_id', message_id, 'operation', operation, 'received_at', received_at, 'content_type', content_type,
                          'complete', complete, 'problem', problem)::text, raw
  from egisso.raw_reply where operation = $1 and message_id = $2 order by id limit 1;

-- name: evidence_of_protocol
select jsonb_build_object('package_id', package_id, 'imported_at', imported_at, 'imported_by', imported_by, 'reason', reason)::text, raw
  from egisso.protocol_file where id = $1;

-- name: files_to_archive
-- Files of packages and protocols that people carry; the package is in the id of the first.
select kind, id from (
    select 'export' as kind, f.package_id::text as id, p.created_at as at
      from egisso.package_file f join egisso.package p on p.id = f.package_id where f.content <> ''
    union all
    select 'protocol', id, imported_at from egisso.protocol_file where raw <> '') f
 where not exists (select from egisso.archived a where a.kind = f.kind and a.id = f.id)
 order by at limit $1;

-- name: note_archive_trouble
with old as (delete from egisso.archive_trouble where last_at < now() - interval '1 day')
insert into egisso.archive_trouble (process, problem) values ($1, $2)
on conflict (process) do update set last_at = now(), problem = excluded.problem;

-- name: end_archive_trouble
delete from egisso.archive_trouble where process = $1;

-- name: unknown_evidence
-- Which of these entries of the archive are not in the database.
select i.kind, i.id
  from unnest($1::text[], $2::text[]) as i(kind, id)
 where not case i.kind
       when 'sent' then exists (select from egisso.message m where m.id = i.id::uuid)
       when 'answer' then exists (select from egisso.answer a where a.id = i.id) or exists (select from egisso.raw_reply r where r.message_id = i.id)
       when 'incoming' then exists (select from egisso.incoming n where n.id = i.id) or exists (select from egisso.raw_reply r where r.message_id = i.id)
       when 'export' then exists (select from egisso.package_file f where f.package_id = i.id::uuid)
       when 'protocol' then exists (select from egisso.protocol_file p where p.id = i.id)
       else false end;

-- name: note_loss
-- The newest entries of an archive that the database does not know, unless a person said
-- that they are not missed. One that was brought back and is lost again is a new loss.
insert into egisso.archive_loss as l (kind, id)
select i.kind, i.id from unnest($1::text[], $2::text[]) as i(kind, id)
on conflict (kind, id) do update set since = now(), ended_at = null, how = null where l.how = 'recovered';

-- name: not_accepted
select i.kind, i.id from unnest($1::text[], $2::text[]) as i(kind, id)
 where not exists (select from egisso.archive_loss l where l.kind = i.kind and l.id = i.id and l.how = 'accepted');

-- name: is_lost
select exists (select from egisso.archive_loss where ended_at is null);

-- name: open_losses
select kind, id from egisso.archive_loss where ended_at is null and kind <> 'recovery' order by since, kind, id;

-- name: losses_recovered
update egisso.archive_loss l set ended_at = now(), how = 'recovered'
  from unnest($1::text[], $2::text[]) as i(kind, id)
 where l.kind = i.kind and l.id = i.id and l.ended_at is null;

-- name: begin_recovery
select egisso.begin_recovery($1);

-- name: end_recovery
select egisso.end_recovery($1, $2);

-- name: accept_loss
select egisso.accept_loss($1);
