-- name: cursor
select position from egisso.source_cursor where register = $1;

-- name: save_cursor
insert into egisso.source_cursor (register, position) values ($1, $2)
on conflict (register) do update set position = excluded.position, updated_at = now();

-- name: save_rows
-- A row whose content did not change is left alone: no write, no decision.
insert into egisso.source_row
       (register, row_key, record_no, changed_at, deleted, content, content_hash, row_findings, measure_key)
select $1, r.row_key, r.record_no, r.changed_at, r.deleted, r.content::jsonb, r.content_hash, r.row_findings::jsonb, r.measure_key
  from unnest($2::text[], $3::text[], $4::timestamptz[], $5::boolean[], $6::text[], $7::bytea[], $8::text[], $9::text[])
       as r(row_key, record_no, changed_at, deleted, content, content_hash, row_findings, measure_key)
on conflict (register, row_key) do update
   set record_no = excluded.record_no, changed_at = excluded.changed_at, deleted = excluded.deleted,
       content = excluded.content, content_hash = excluded.content_hash, row_findings = excluded.row_findings,
       measure_key = coalesce(excluded.measure_key, source_row.measure_key), dirty = true, updated_at = now()
 where (source_row.deleted, source_row.content_hash, source_row.row_findings)
       is distinct from (excluded.deleted, excluded.content_hash, excluded.row_findings);
