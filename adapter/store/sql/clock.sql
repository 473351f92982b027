-- The clock of the database's server was ahead for a while, and is right again: clock.go.

-- name: forget_future
-- Leases are an hour at most (EGISSOGW_LEASE), and pauses that stand in their place half of that;
-- what was tried last in the future was put off by the wrong clock.
with messages as (
    update egisso.message m set next_attempt_at = least(m.next_attempt_at, now()), claimed_until = null
     where egisso.message_open(m.state)
       and (m.claimed_until > now() + interval '2 hours'
            or m.next_attempt_at > now() and exists (select from egisso.attempt a where a.message_id = m.id and a.started_at > now() + interval '1 minute' offset 0))
    returning m.id),
packages as (
    update egisso.package set claimed_until = null where state = 'formed' and claimed_until > now() + interval '2 hours' returning id),
files as (
    update egisso.received_file set claimed_until = null where state = 'due' and claimed_until > now() + interval '2 hours' returning id),
incoming as (
    update egisso.incoming set claimed_until = null where (handled_at is null and verified or reply = 'due') and claimed_until > now() + interval '2 hours' returning id)
select (select count(*) from messages) + (select count(*) from packages) + (select count(*) from files) + (select count(*) from incoming);
