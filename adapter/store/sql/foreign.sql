-- Answers to what other gateways of our mnemonic sent.

-- name: meet_foreign_answer
-- The owner takes it off the queue, and nobody hears of it again.
with old as (delete from egisso.foreign_answer where last_at < now() - interval '30 days'),
met as (
    insert into egisso.foreign_answer as f (id) values ($1)
    on conflict (id) do update set last_at = now(), seen = f.seen + 1
    returning f.since)
select met.since > now() - $2::interval and not exists (select from egisso.answer a where a.id = $1) from met;
