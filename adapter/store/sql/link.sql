-- name: save_certificate
insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ($1, $2, $3)
on conflict (fingerprint) do update set seen_at = now();

-- name: certificates
select serial, ends_at from egisso.certificate_in_use order by ends_at, serial;

-- name: save_link
insert into egisso.link (name, down_since, failures, skew, uncertainty, measured_at) values ($1, now() - $2::interval, $3, $4, $5, now() - $6::interval)
on conflict (name) do update
   set down_since = excluded.down_since, failures = excluded.failures, updated_at = now(),
       skew = coalesce(excluded.skew, link.skew), uncertainty = coalesce(excluded.uncertainty, link.uncertainty),
       measured_at = coalesce(excluded.measured_at, link.measured_at);
