-- How long evidence is kept: keeping.go.

-- name: closed_packages
-- Those closed before a moment, behind a place, and why each is kept.
select p.id, p.closed_at, egisso.package_kept(p.id, $1)
  from egisso.package p
 where p.pruned_at is null and p.closed_at is not null and p.closed_at < $1 and (p.closed_at, p.id) > ($2::timestamptz, $3::uuid)
 order by p.closed_at, p.id limit $4;

-- name: settled_documents
select kind, id from egisso.settled_document where at < $1 order by at, kind, id limit $2;

-- name: signed_documents
-- Of a package.
select 'sent' as kind, m.id::text, m.envelope as raw from egisso.message m where m.package_id = $1
union all
select 'answer', a.id, egisso.answer_raw(a.raw, a.shared, a.shared_at) from egisso.message m join egisso.answer a on a.original_message_id = m.id::text and a.verified where m.package_id = $1;

-- name: settled_signed
-- Of one that belongs to no package.
select 'incoming' as kind, n.id, n.raw from egisso.incoming n where $1 = 'incoming' and n.id = $2
union all
select 'sent', m.id::text, m.envelope from egisso.message m where $1 = 'incoming' and m.incoming_id = $2
union all
select 'answer', a.id, egisso.answer_raw(a.raw, a.shared, a.shared_at) from egisso.answer a where $1 = 'answer' and a.id = $2;

-- name: prune_package
select egisso.prune_package($1, $2, $3::text::jsonb);

-- name: prune_document
select egisso.prune_document($1, $2, $3, $4::text::jsonb);

-- name: prune_dropped
select egisso.prune_dropped($1, $2);

-- name: note_pruning
select egisso.note_pruning($1);

-- name: dispute_record
select egisso.dispute_record($1, $2, $3, $4);

-- name: archive_may_forget
-- Whether everything that was archived between two moments is pruned.
select not exists (select from egisso.archived a
                    where a.at >= $1 and a.at < $2 and not exists (select from egisso.pruned k where k.kind = a.kind and k.id = a.id)
                      and not exists (select from egisso.pruned k join egisso.raw_reply r on k.kind = 'reply' and k.id = r.id::text where r.message_id = a.id));

-- name: not_pruned
select i.kind, i.id from unnest($1::text[], $2::text[]) as i(kind, id)
 where not exists (select from egisso.pruned k where k.kind = i.kind and k.id = i.id)
   and not exists (select from egisso.pruned k join egisso.raw_reply r on k.kind = 'reply' and k.id = r.id::text where r.message_id = i.id);

-- name: archive_forgot
update egisso.pruned k set forgotten_at = now()
  from unnest($1::text[], $2::text[]) as i(kind, id)
 where k.kind = i.kind and k.id = i.id and k.forgotten_at is null;

-- name: pruned_of
select kind, id, at, sha256, size, signatures::text, files::text, archived_at, forgotten_at from egisso.pruned where kind = $1 and id = $2;
