-- name: time
select clock_timestamp();

-- name: service
select enabled, changed_at, changed_by, reason, exists (select from egisso.archive_loss where ended_at is null) from egisso.service_state;

-- name: set_service
select egisso.set_signing_service($1, $2);

-- name: job_started
insert into egisso.job (name, last_started_at) values ($1, now())
on conflict (name) do update set last_started_at = now()
returning coalesce((select version from egisso.schema_version), 0);

-- name: job_finished
update egisso.job set last_success_at = case when $2 = '' then now() else last_success_at end,
       last_error_at = case when $2 = '' then last_error_at else now() end,
       last_error = $2, failures = case when $2 = '' then 0 else failures + 1 end,
       failing_since = case when $2 <> '' then coalesce(failing_since, now()) end
 where name = $1;

-- name: jobs
select name, last_started_at, last_success_at, last_error_at, last_error, failures from egisso.job order by name;
