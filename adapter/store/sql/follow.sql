-- A package that is not signed yet follows the source (../../../jobs/README.md#states).

-- name: take_out
-- The records of rows that are decided anew, out of packages locked by lock_unsigned.
update egisso.record set state = 'ready' where id = any($1) and state = 'packed';

-- name: withdraw_members
update egisso.package_record m set outcome = 'withdrawn'
  from unnest($1::uuid[], $2::uuid[]) as w(package_id, record_id)
 where m.package_id = w.package_id and m.record_id = w.record_id and m.outcome is null;

-- name: replace_members
-- In the place of one that was withdrawn; the lists of a package have no order inside.
insert into egisso.package_record (package_id, ordinal, record_id, kind)
select n.package_id, (select max(m.ordinal) from egisso.package_record m where m.package_id = n.package_id) + row_number() over (partition by n.package_id order by n.record_id),
       n.record_id, n.kind
  from unnest($1::uuid[], $2::uuid[], $3::text[]) as n(package_id, record_id, kind);

-- name: put_back
update egisso.record r set state = 'packed', package_id = d.package_id, reason_code = ''
  from unnest($1::uuid[], $2::uuid[]) as d(package_id, record_id)
 where r.id = d.record_id;

-- name: packages_followed
-- Whoever signs such a package has lost his claim. One that is empty is over.
update egisso.package p
   set epoch = p.epoch + 1, claimed_until = null, sign_failures = 0, review = null, withdrawn = n.withdrawn, followed = true,
       state = case when n.records = 0 then 'dissolved' else p.state end,
       record_count = case when n.records = 0 then p.record_count else n.records end,
       info = case when n.records = 0 then 'Расформирован: ни одной его записи больше не нужно отправлять в нём'
                   else coalesce(egisso.formed_info(p.id, p.channel, p.held, true, n.withdrawn::integer), p.info) end
  from (select m.package_id, count(*) filter (where m.outcome is null) as records, count(*) filter (where m.outcome = 'withdrawn') as withdrawn
          from egisso.package_record m where m.package_id = any($1) group by m.package_id) n
 where p.id = n.package_id and p.state = 'formed';
