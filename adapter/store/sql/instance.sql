-- Gateways that run.

-- name: save_instance
with old as (delete from egisso.instance where seen_at < now() - interval '1 day')
insert into egisso.instance (process, pid, version, started_at, settings, jobs, certificate) values ($1, $2, $3, now(), $4, $5, $6)
on conflict (process) do update set seen_at = now();

-- name: outdated_instance
update egisso.instance set outdated_at = now() where process = $1;

-- name: end_instance
-- The last sign of life: another that starts soon leaves no time in which nobody works.
with ended as (delete from egisso.instance where process = $1)
update egisso.job set last_started_at = now() where name = 'links';

-- name: failed_start
insert into egisso.failed_start (machine, version, problem, lasting) values ($1, $2, $3, $4)
on conflict (machine) do update set failed_at = now(), version = excluded.version, problem = excluded.problem, lasting = excluded.lasting;

-- name: started
delete from egisso.failed_start where machine = $1;
