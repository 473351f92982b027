-- name: formable
-- Registers something of which is ready, or which rest; most of the time there are none.
select r.register from unnest($1::text[]) as r(register)
 where exists (select from egisso.record o where o.register = r.register and o.state = 'ready' offset 0)
    or exists (select from egisso.register_rest t where t.register = r.register offset 0);

-- name: recent_failures
-- Of each provider: packages of the register that failed as a whole since the last one that
-- passed. Suspects are expected to fail: sixteen of them in a row say as much as another
-- package. How many failed, how many of them ЕГИССО itself refused, when the last did, what
-- was said, and which package, formed later, is on its way to try whether it goes again. One closed
-- in the future, when the clock was wrong, puts nothing off: it failed when it was formed.
select f.*, (select o.id from egisso.package o
              where o.register = $1 and o.provider = f.provider and o.channel = 'smev' and egisso.package_open(o.state) and o.created_at > f.last
              order by o.created_at limit 1)
  from (select p.provider, (count(*) filter (where not p.suspect) + count(*) filter (where p.suspect) / 16)::integer as failures,
               count(*) filter (where p.returned) as returned, max(p.closed_at) as last, now(), (array_agg(p.info order by p.closed_at desc))[1]
          from (select o.provider, o.register, o.channel, o.state, o.released_at, o.faultless, o.suspect, o.returned, o.info,
                       case when o.closed_at <= now() + interval '1 minute' then o.closed_at
                            when o.created_at <= now() then o.created_at else now() - interval '1 day' end as closed_at
                  from egisso.package o where o.register = $1 and o.closed_at is not null) p
         where p.register = $1 and p.channel = 'smev' and (p.state = 'send_failed' and p.released_at is null and not p.faultless or p.returned)
           and p.closed_at > coalesce((select w.at from egisso.register_waiver w where w.register = $1), '-infinity')
           and not exists (select from egisso.package o
                            where o.register = p.register and o.provider = p.provider and o.state = 'answered' and not o.returned
                              and o.channel = 'smev' and o.closed_at > p.closed_at)
         group by p.provider) f
 where f.failures > 0
 order by f.provider;

-- name: rest
-- Whoever would form a package that tries waits here for who does.
insert into egisso.register_rest (register, provider, until, failures, reason, trial) values ($1, $2, $3, $4, $5, $6)
on conflict (register, provider) do update
   set until = excluded.until, failures = excluded.failures, reason = excluded.reason, trial = excluded.trial;

-- name: note_trial
update egisso.register_rest set trial = $3 where register = $1 and provider = $2;

-- name: end_rest
delete from egisso.register_rest where register = $1 and not provider = any($2);

-- name: next_ready
-- Whose record is first in a stable order, those first whose package never failed, then the least suspected; and how many
-- it may go with. A row whose source changed meanwhile is decided anew first; offset 0 keeps that look apart. $2 keeps
-- facts back that were decided upon later than that day; events on accepted facts have no such day. Providers $3 rest,
-- and so does for a while what failed alone. Of export $6 is only what was decided by then.
select r.provider, r.package_limit
  from egisso.record r
 where r.register = $1 and r.state = 'ready'
   and ($2::text is null or (select coalesce(e.content ->> 'decisionDate', e.content -> 'fact' ->> 'decisionDate', '') from egisso.element_content e where e.id = r.id) <= $2)
   and not r.provider = any($3)
   and (r.failed_alone = 0 or r.state_at <= now() - egisso.pause(r.failed_alone, $4, $5))
   and ($6::bigint is null or egisso.leaves_with($6, r.created_at, r.package_id))
   and (r.as_sent or not exists (select from egisso.source_row s
                                  where s.register = r.register and s.row_key = r.row_key and s.dirty offset 0))
 order by r.package_limit desc, r.created_at, r.id
 limit 1;

-- name: lock_ready
-- Of that provider, and as much suspected.
with locked as materialized (
    select r.id, r.kind, r.created_at, r.bytes, nullif(r.findings, '[]')::text as findings
      from egisso.record r
     where r.register = $1 and r.state = 'ready' and r.provider = $5 and r.package_limit = $6
       and ($4::text is null or (select coalesce(e.content ->> 'decisionDate', e.content -> 'fact' ->> 'decisionDate', '') from egisso.element_content e where e.id = r.id) <= $4)
       and (r.failed_alone = 0 or r.state_at <= now() - egisso.pause(r.failed_alone, $7, $8))
       and ($9::bigint is null or egisso.leaves_with($9, r.created_at, r.package_id))
       and (r.as_sent or not exists (select from egisso.source_row s
                                      where s.register = r.register and s.row_key = r.row_key and s.dirty offset 0))
     order by r.created_at, r.id
     limit $2
       for update skip locked)
select id, kind, bytes, findings from locked
 order by array_position($3::text[], kind), created_at, id;

-- name: insert_package
insert into egisso.package (id, register, format, format_version, provider, record_count, info, channel, held, suspect, export_id, created_at)
values ($1, $2, $3, $4, $5, $6, egisso.approval_info(null, $7, $8), $7, $8, $9, $10, clock_timestamp());

-- name: insert_package_records
-- What was found on a record stays with the package it leaves in.
insert into egisso.package_record (package_id, ordinal, record_id, kind, findings)
select $1, m.ordinal, m.record_id, m.kind, m.findings::jsonb
  from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as m(record_id, kind, findings, ordinal);

-- name: pack_records
update egisso.record set state = 'packed', state_at = clock_timestamp(), package_id = $1, reason_code = '' where id = any($2);

-- name: claim_formed
-- What changed in the source is decided upon first, and what people have to approve waits for them.
-- Both are asked of one package after the other, of the oldest first, until one may go.
update egisso.package set claimed_until = now() + $1::interval, epoch = epoch + 1
 where id = (select c.id
               from (select p.id from egisso.package p
                      where p.state = 'formed' and p.channel = $2 and not p.held and coalesce(p.claimed_until, '-infinity') < now()
                        and not exists (select from egisso.package_file f where f.package_id = p.id)
                      order by coalesce(p.claimed_until, p.created_at)
                        for update skip locked) c
              where not egisso.package_stale(c.id)
                and (not exists (select from egisso.approval_rule) or egisso.package_approved(c.id))
              limit 1)
returning id, register, format, format_version, provider, created_at, epoch, coalesce(classifier, '');

-- name: package_content
-- As in egisso.element_content: the content of an element, or of its row, and the ids it adds.
select r.id, pr.kind, case when not r.said then (select e.content from egisso.element e where e.id = r.id) end,
       case when r.said then (select c.content from egisso.source_content c where c.register = r.register and c.row_key = r.row_key) end, r.measure_id, r.category_id
  from egisso.package_record pr join egisso.record r on r.id = pr.record_id
 where pr.package_id = $1 and pr.outcome is null
 order by pr.ordinal;

-- name: mark_signed
update egisso.package set state = 'signed', signed_at = now(), claimed_until = null, info = $3, review = null
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
