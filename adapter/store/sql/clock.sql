-- The clock of the database's server was ahead for a while, and is right again: clock.go.

-- name: forget_future
-- What was done by the wrong clock lies in the future, and so does what it put off, later. Leases
-- are an hour at most (EGISSOGW_LEASE), and pauses that stand in their place half of that.
with wrong as materialized (
    select min(f.at) as since
      from (select created_at as at from egisso.package where created_at > now() + interval '1 minute'
            union all
            select a.started_at from (select started_at from egisso.attempt order by id desc limit 100) a where a.started_at > now() + interval '1 minute'
            union all
            select last_started_at from egisso.job where last_started_at > now() + interval '1 minute') f),
messages as (
    update egisso.message set next_attempt_at = least(next_attempt_at, now()), claimed_until = null
     where egisso.message_open(state) and (claimed_until > now() + interval '2 hours' or next_attempt_at >= (select since from wrong))
    returning id),
packages as (
    update egisso.package set claimed_until = null where state = 'formed' and claimed_until > now() + interval '2 hours' returning id),
files as (
    update egisso.received_file set next_attempt_at = least(next_attempt_at, now()), claimed_until = null
     where state = 'due' and (claimed_until > now() + interval '2 hours' or next_attempt_at >= (select since from wrong))
    returning id),
answers as (
    update egisso.answer set next_apply_at = now() where applied_at is null and verified and next_apply_at >= (select since from wrong) returning id),
incoming as (
    update egisso.incoming set next_handle_at = least(next_handle_at, now()), claimed_until = null
     where (handled_at is null and verified or reply = 'due') and (claimed_until > now() + interval '2 hours' or next_handle_at >= (select since from wrong))
    returning id)
select (select count(*) from messages) + (select count(*) from packages) + (select count(*) from files) + (select count(*) from answers) + (select count(*) from incoming);
