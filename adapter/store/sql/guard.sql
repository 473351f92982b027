-- name: lock_guard
-- Whoever decides on such changes counts alone, and adds what it puts. What came while a mass change
-- was announced is not counted once that is over. A count from a later time on says nothing.
with locked as (
    insert into egisso.change_guard as g (register, change, provider) values ($1, $2, $3)
    on conflict (register, change, provider) do update set counted = g.counted + $5::integer
    returning g.held_since, g.counts_from, g.counted, g.counted_from)
select l.held_since is not null, f.since, case when l.counted_from <= f.since then l.counted end
  from locked l
 cross join lateral (
     select greatest(l.counts_from, now() - $4::interval,
                     (select max(e.until) from egisso.expected_change e where e.register = $1 and e.change = $2 and e.until <= now())) as since) f;

-- name: count_changes
-- Remembered is what may count, too, if a dropped record comes back, and what is put now.
with changed as (
    select count(*) filter (where state <> 'dropped' and not passed and not id = any($5)) as n, count(*) as most
      from egisso.record
     where register = $1 and change = $2 and provider = $3 and created_at > $4 and change <> ''),
remembered as (
    update egisso.change_guard g set counted = c.most + $6::integer, counted_from = $4
      from changed c where g.register = $1 and g.change = $2 and g.provider = $3)
select n from changed;

-- name: forget_counts
-- Records came by another way than a decision.
update egisso.change_guard set counted = null where register = $1 and counted is not null;

-- name: live_records
-- No more than matters for the limit.
select count(*) from (select from egisso.source_row where register = $1 and accepted_id is not null limit $2) l;

-- name: expected_changes
select coalesce(max(at_most), 0) from egisso.expected_change where register = $1 and change = $2 and until > now();

-- name: hold_changes
update egisso.change_guard set held_since = now() where register = $1 and change = $2 and provider = $3;

-- name: hold_packages
-- What was signed and has not left is taken apart.
with apart as (
    select p.id from egisso.package p
     where p.register = $1 and p.provider = $3 and p.channel = 'smev' and p.state = 'signed'
       and exists (select from egisso.package_record m join egisso.record r on r.id = m.record_id
                    where m.package_id = p.id and m.outcome is null and r.change = $2)
       and not exists (select from egisso.message m where m.package_id = p.id
                          and (m.state <> 'pending' or m.attempts > 0 or coalesce(m.claimed_until, '-infinity') > now()))
       for update of p skip locked),
refused as (
    update egisso.message m set state = 'refused', epoch = m.epoch + 1, claimed_until = null, last_error = 'held as a mass change'
      from apart where m.package_id = apart.id and egisso.message_open(m.state))
update egisso.package p set state = 'dissolved', epoch = p.epoch + 1, review = null, info = 'Расформирован: массовое изменение ждёт человека'
  from apart where p.id = apart.id
returning p.id;

-- name: withdraw_changes
-- They leave what is not signed yet. A package another process decides on is left to it: it
-- comes to this, too.
with unsigned as (
    select p.id from egisso.package p
     where p.register = $1 and p.provider = $3 and p.state = 'formed'
       for update of p skip locked),
ready as (
    update egisso.record r set state = 'ready'
     where r.id = any(array(select m.record_id from unsigned u join egisso.package_record m on m.package_id = u.id where egisso.package_unsigned(u.id)))
       and r.package_id in (select id from unsigned) and r.state = 'packed' and r.change = $2 and r.change <> '' and r.created_at > $4 and not r.passed
    returning r.id, r.package_id)
update egisso.package_record m set outcome = 'withdrawn'
  from ready where m.package_id = ready.package_id and m.record_id = ready.id and m.outcome is null
returning m.package_id;

-- name: hold_records
-- Those another process decides on at this moment it holds itself.
update egisso.record set state = 'waiting', reason_code = 'mass_change'
 where id in (select id from egisso.record
               where register = $1 and change = $2 and provider = $3 and change <> '' and created_at > $4 and state = 'ready' and not passed
               order by id for update skip locked);

-- name: end_guards
-- The source took back what was held: nothing is left to ask about.
update egisso.change_guard g set held_since = null
 where g.held_since is not null
   and not exists (select from egisso.record r where r.register = g.register and r.change = g.change and r.provider = g.provider
                      and r.state = 'waiting' and r.reason_code = 'mass_change');

-- name: release_held_changes
select egisso.release_held_changes($1, $2, $3, nullif($4, ''), nullif($5, ''));

-- name: drop_held_changes
select egisso.drop_held_changes($1, $2, $3, nullif($4, ''), nullif($5, ''));

-- name: expect_changes
select egisso.expect_changes($1, $2, $3, $4, $5);

-- name: held_changes
select register, change, provider, since, records, set from egisso.held_changes order by since, register, change, provider;
