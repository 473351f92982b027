-- Whom the database was made for.

-- name: contour
select bus, test, source, source_hosts, provider, since from egisso.contour;

-- name: remember_contour
insert into egisso.contour (bus, test, source, source_hosts, provider) values ($1, $2, $3, $4, $5) on conflict do nothing;

-- name: note_refused_contour
update egisso.contour set refused_at = now(), refused = $1;

-- name: reset_contour
select egisso.reset_contour($1, $2, $3, $4, $5, $6, $7);
