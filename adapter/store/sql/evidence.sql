-- name: message_by_id
-- By its MessageID, or the last one of a package.
select m.id, m.package_id, m.state, m.created_at, m.envelope from egisso.message m
 where m.id = $1 or m.package_id = $1 order by m.created_at desc limit 1;

-- name: files_of_message
select file_name, content from egisso.attachment where message_id = $1 order by uuid;

-- name: answers_of_message
select id, received_at, verified, kind, egisso.answer_raw(raw, shared, shared_at) from egisso.answer where original_message_id = $1 order by received_at;

-- name: answer_by_id
-- An answer, or a message that came on its own.
select id, received_at, verified, kind, egisso.answer_raw(raw, shared, shared_at) from egisso.answer where id = $1
union all
select id, received_at, verified, kind, raw from egisso.incoming where id = $1;

-- name: note_viewing
select egisso.note_viewing($1, $2, $3, $4);

-- name: note_evidence
select egisso.note_evidence($1, $2, $3, $4, $5);

-- name: member_ids
select record_id from egisso.package_record where package_id = $1 and outcome is distinct from 'withdrawn' order by ordinal;

-- name: evidence_case
-- Packages that left or were exported, of a row ($1, $2) or one of them ($3), oldest first.
select coalesce(jsonb_agg(jsonb_build_object(
         'id', p.id, 'register', p.register, 'format', p.format, 'format_version', p.format_version, 'provider', p.provider, 'channel', p.channel,
         'record_count', p.record_count, 'state', p.state, 'result', p.result, 'formed_at', p.created_at, 'signed_at', p.signed_at,
         'queued_at', p.queued_at, 'closed_at', p.closed_at, 'released_at', p.released_at, 'pruned_at', p.pruned_at,
         'records', (select jsonb_agg(jsonb_build_object('id', r.id, 'row_key', r.row_key, 'kind', m.kind, 'ordinal', m.ordinal, 'outcome', m.outcome, 'late', m.late,
                            'sha256', encode(r.becomes_hash, 'hex'), 'content', e.content,
                            'said', (select jsonb_agg(jsonb_build_object('type', t.type, 'rule_code', t.rule_code, 'report', t.report) order by t.position)
                                       from egisso.record_message t where t.package_id = p.id and t.element_id = r.id)) order by m.ordinal)
                       from egisso.package_record m join egisso.record r on r.id = m.record_id left join egisso.element_content e on e.id = r.id
                      where m.package_id = p.id and m.outcome is distinct from 'withdrawn' and ($3::uuid is not null or r.register = $1 and r.row_key = $2)),
         'said_of_others', (select count(*) from egisso.record_message t
                             where t.package_id = p.id and t.record_id <> '' and $3::uuid is null
                               and not exists (select from egisso.record r where r.id = t.element_id and r.register = $1 and r.row_key = $2)),
         'messages', (select jsonb_agg(jsonb_build_object('id', m.id, 'made_at', m.created_at, 'delivered_at', m.delivered_at, 'state', m.state,
                             'certificate_sha256', encode(m.certificate, 'hex'),
                             'attempts', (select jsonb_agg(jsonb_build_object('started_at', t.started_at, 'finished_at', t.finished_at, 'outcome', t.outcome, 'fault', t.fault) order by t.id)
                                            from egisso.attempt t where t.message_id = m.id),
                             'files', (select jsonb_agg(jsonb_build_object('id', f.uuid, 'hash', encode(f.hash, 'hex'), 'uploaded_at', f.uploaded_at) order by f.uuid)
                                         from egisso.attachment f where f.message_id = m.id),
                             'answers', (select jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'received_at', a.received_at, 'acknowledged_at', a.acked_at,
                                                'applied_at', a.applied_at, 'sender', a.sender, 'note', a.applied_note) order by a.received_at, a.id)
                                           from egisso.answer a where a.original_message_id = m.id::text and a.verified)) order by m.created_at, m.id)
                        from egisso.message m where m.package_id = p.id),
         'exported', (select jsonb_build_object('file_name', f.file_name, 'at', f.created_at) from egisso.package_file f where f.package_id = p.id),
         'protocols', (select jsonb_agg(jsonb_build_object('id', f.id, 'imported_at', f.imported_at, 'imported_by', f.imported_by, 'outcome', f.outcome, 'applied_at', f.applied_at)
                                 order by f.imported_at, f.id) from egisso.protocol_file f where f.applied_to = p.id)
       ) order by p.created_at, p.id), '[]')::text
  from egisso.package p
 where (p.id = $3 or $3 is null and p.id in (select m.package_id from egisso.package_record m join egisso.record r on r.id = m.record_id
                                              where r.register = $1 and r.row_key = $2 and m.outcome is distinct from 'withdrawn'))
   and (exists (select from egisso.message m where m.package_id = p.id) or exists (select from egisso.package_file f where f.package_id = p.id));
