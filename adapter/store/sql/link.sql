-- name: save_link
insert into egisso.link (name, down_since, failures, skew, uncertainty, measured_at) values ($1, $2, $3, $4, $5, $6)
on conflict (name) do update
   set down_since = excluded.down_since, failures = excluded.failures, updated_at = now(),
       skew = coalesce(excluded.skew, link.skew), uncertainty = coalesce(excluded.uncertainty, link.uncertainty),
       measured_at = coalesce(excluded.measured_at, link.measured_at);
