-- name: recent_failures
-- Packages of the register that failed as a whole since the last one that did
-- not: how many, how many of them ЕГИССО itself refused, when the last closed,
-- what it said, and whether one is on its way to try whether it goes again.
select count(*), count(*) filter (where p.returned), coalesce(max(p.closed_at), now()), now(),
       coalesce((array_agg(p.info order by p.closed_at desc))[1], ''),
       exists (select from egisso.package o where o.register = $1 and o.channel = 'smev' and egisso.package_open(o.state))
  from egisso.package p
 where p.register = $1 and p.channel = 'smev' and (p.state = 'send_failed' and p.released_at is null and not p.faultless or p.returned)
   and p.closed_at > coalesce((select w.at from egisso.register_waiver w where w.register = $1), '-infinity')
   and p.closed_at > coalesce((select max(o.closed_at) from egisso.package o
                                where o.register = $1 and o.channel = 'smev' and o.state = 'answered' and not o.returned), '-infinity');

-- name: rest
insert into egisso.register_rest (register, until, failures, reason) values ($1, $2, $3, $4)
on conflict (register) do update set until = excluded.until, failures = excluded.failures, reason = excluded.reason;

-- name: end_rest
delete from egisso.register_rest where register = $1;

-- name: lock_ready
-- Of the provider whose record is first, in a stable order, those first whose package never failed. A row whose source
-- changed meanwhile is decided anew first; offset 0 keeps that look apart, one for each record that is taken. $4 keeps
-- facts back that were decided upon later than that day; events on accepted facts have no such day.
with locked as materialized (
    select r.id, r.kind, r.provider, r.releases, r.created_at, r.bytes
      from egisso.record r
     where r.register = $1 and r.state = 'ready'
       and ($4::text is null or (select coalesce(e.content ->> 'decisionDate', e.content -> 'fact' ->> 'decisionDate', '') from egisso.element e where e.id = r.id) <= $4)
       and r.provider = (select o.provider from egisso.record o
                          where o.register = $1 and o.state = 'ready'
                            and ($4::text is null or (select coalesce(e.content ->> 'decisionDate', e.content -> 'fact' ->> 'decisionDate', '') from egisso.element e where e.id = o.id) <= $4)
                          order by o.releases, o.created_at, o.id limit 1)
       and not exists (select from egisso.source_row s
                        where s.register = r.register and s.row_key = r.row_key and s.dirty offset 0)
     order by r.releases, r.created_at, r.id
     limit $2
       for update skip locked)
select id, kind, provider, bytes from locked
 order by array_position($3::text[], kind), releases, created_at, id;

-- name: insert_package
insert into egisso.package (id, register, format, format_version, provider, record_count, info, channel, held)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: insert_package_records
-- What was found on a record stays with the package it leaves in. Each record is looked up
-- by its id, whatever is known of the tables.
insert into egisso.package_record (package_id, ordinal, record_id, kind, findings)
select $1, m.ordinal, m.record_id, m.kind, (select nullif(r.findings, '[]') from egisso.record r where r.id = m.record_id)
  from unnest($2::uuid[], $3::text[]) with ordinality as m(record_id, kind, ordinal);

-- name: pack_records
update egisso.record set state = 'packed', package_id = $1, reason_code = '' where id = any($2);

-- name: claim_formed
-- What changed in the source is decided upon first.
update egisso.package set claimed_until = now() + $1::interval, epoch = epoch + 1
 where id = (select id from egisso.package
              where state = 'formed' and channel = $2 and not held and coalesce(claimed_until, '-infinity') < now()
                and not exists (select from egisso.package_file f where f.package_id = package.id)
                and not egisso.package_stale(id)
              order by coalesce(claimed_until, created_at) limit 1
                for update skip locked)
returning id, register, format, format_version, provider, created_at, epoch, coalesce(classifier, '');

-- name: package_content
select e.id, pr.kind, e.content
  from egisso.package_record pr join egisso.element e on e.id = pr.record_id
 where pr.package_id = $1 and pr.outcome is null
 order by pr.ordinal;

-- name: mark_signed
update egisso.package set state = 'signed', signed_at = now(), claimed_until = null, info = $3
 where id = $1 and epoch = $2 and state = 'formed' and not egisso.package_stale(id);

-- name: insert_message
insert into egisso.message (id, package_id, envelope, certificate) values ($1, $2, $3, $4);

-- name: insert_attachment
insert into egisso.attachment (uuid, message_id, file_name, mime_type, content, hash, signature)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: release_claim
update egisso.package set claimed_until = null where id = $1 and epoch = $2 and state = 'formed';

-- name: sign_failed
-- The others go first, and after a few failures a person is asked.
update egisso.package
   set sign_failures = sign_failures + 1, info = $3,
       claimed_until = now() + $4::interval * least(sign_failures + 1, 60),
       review = case when sign_failures >= 2 then $3 else review end
 where id = $1 and epoch = $2 and state = 'formed';
