-- name: time
select clock_timestamp();

-- name: service
select enabled, changed_at, changed_by, reason, exists (select from egisso.archive_loss where ended_at is null) from egisso.service_state;

-- name: set_service
select egisso.set_signing_service($1, $2);

-- name: job_started
insert into egisso.job (name, last_started_at) values ($1, now())
on conflict (name) do update set last_started_at = now();

-- name: job_finished
update egisso.job set last_success_at = case when $2 = '' then now() else last_success_at end,
       last_error_at = case when $2 = '' then last_error_at else now() end,
       last_error = $2, cause = $3, failures = case when $2 = '' then 0 else failures + 1 end,
       failing_since = case when $2 <> '' then coalesce(failing_since, now()) end
 where name = $1;

-- name: look_for_work
-- Without arguments: its plan is kept.
select coalesce((select version from egisso.schema_version), 0), array(select name from egisso.job where failures > 0), egisso.due();

-- name: jobs_succeeded
-- Of a neighbour's failure after that nothing is taken back. What is noted of a time to come was noted by a clock that
-- was set back since: it is no later than now, and would hide silence until then.
insert into egisso.job as j (name, last_started_at, last_success_at)
select n.name, now() - make_interval(secs => n.started), now() - make_interval(secs => n.succeeded)
  from unnest($1::text[], $2::float8[], $3::float8[]) as n(name, started, succeeded) order by n.name
on conflict (name) do update set last_started_at = greatest(least(j.last_started_at, now()), excluded.last_started_at),
       last_success_at = greatest(least(j.last_success_at, now()), excluded.last_success_at),
       last_error = case when j.last_error_at between excluded.last_success_at and now() + interval '1 minute' then j.last_error else '' end,
       cause = case when j.last_error_at between excluded.last_success_at and now() + interval '1 minute' then j.cause else '' end,
       failures = case when j.last_error_at between excluded.last_success_at and now() + interval '1 minute' then j.failures else 0 end,
       failing_since = case when j.last_error_at between excluded.last_success_at and now() + interval '1 minute' then j.failing_since end;

-- name: jobs
select name, last_started_at, last_success_at, last_error_at, last_error, failures from egisso.job order by name;
