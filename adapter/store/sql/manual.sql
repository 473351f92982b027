-- name: store_package_file
-- The package is locked: whoever takes a record out of it at this moment is waited for.
with held as (
    select p.id from egisso.package p
     where p.id = $1 and p.epoch = $2 and p.state = 'formed' and p.channel = 'manual' and not egisso.package_stale(p.id) for update)
insert into egisso.package_file (package_id, file_name, content)
select id, $3, $4 from held
on conflict (package_id) do nothing
returning package_id;

-- name: end_claim
update egisso.package set claimed_until = null where id = $1 and epoch = $2;

-- name: files_to_export
-- Written to a directory never, or in an attempt that did not end.
select p.id, p.register, p.format, p.format_version, p.provider, p.record_count, p.created_at, f.file_name, f.exported_at, p.released_at is not null
  from egisso.package p join egisso.package_file f on f.package_id = p.id
 where p.state = 'formed' and p.register = any($1)
   and (not exists (select from egisso.approval_rule) or egisso.package_approved(p.id))
 order by p.created_at, p.id;

-- name: file_of_package
select p.id, p.register, p.format, p.format_version, p.provider, p.record_count, p.created_at, f.file_name, f.exported_at, p.released_at is not null
  from egisso.package p join egisso.package_file f on f.package_id = p.id
 where p.id = $1;

-- name: file_content
select content from egisso.package_file where package_id = $1;

-- name: file_exported
update egisso.package_file set exported_at = coalesce(exported_at, now()) where package_id = $1;

-- name: package_exported
update egisso.package set state = 'queued', queued_at = now(), claimed_until = null, info = $2
 where id = $1 and state = 'formed' and channel = 'manual';
