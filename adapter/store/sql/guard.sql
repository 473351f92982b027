-- name: note_guard
insert into egisso.change_guard (register, change, provider) values ($1, $2, $3) on conflict do nothing;

-- name: lock_guard
-- Whoever decides on such changes counts alone. What came while a mass change was announced is
-- not counted once that is over.
select held_since is not null,
       greatest(counts_from, now() - $4::interval,
                (select max(e.until) from egisso.expected_change e where e.register = $1 and e.change = $2 and e.until <= now()))
  from egisso.change_guard where register = $1 and change = $2 and provider = $3 for update;

-- name: count_changes
select count(*) from egisso.record
 where register = $1 and change = $2 and provider = $3 and created_at > $4 and change <> ''
   and state <> 'dropped' and not passed and not id = any($5);

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
      from unsigned u
     where r.package_id = u.id and r.state = 'packed' and r.change = $2 and r.change <> '' and r.created_at > $4 and not r.passed
       and egisso.package_unsigned(u.id)
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
