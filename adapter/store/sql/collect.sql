-- name: cursor
select position from egisso.source_cursor where register = $1;

-- name: begin_reading_source
select nextval('egisso.source_reading');

-- name: no_holder
delete from egisso.source_holder;

-- name: note_holder
insert into egisso.source_holder as h (xid, who, ends, since) values ($1, $2, $3, now() - make_interval(secs => $4))
on conflict (id) do update
   set xid = excluded.xid, who = excluded.who, ends = excluded.ends,
       since = case when h.xid = excluded.xid then least(h.since, excluded.since) else excluded.since end,
       met_at = case when h.xid = excluded.xid then h.met_at else now() end,
       told = h.told and h.xid = excluded.xid
 where (h.xid, h.who, h.ends) is distinct from (excluded.xid, excluded.who, excluded.ends);

-- name: holder_told
-- Once for each, when it has lasted.
update egisso.source_holder set told = true where not told and since < now() - interval '10 minutes' returning true;

-- name: save_cursor
insert into egisso.source_cursor (register, position) values ($1, $2)
on conflict (register) do update set position = excluded.position, updated_at = now();

-- name: save_rows
-- A row whose content did not change is left alone: no write, no decision. Only
-- a new number for people is noted, which decides nothing either.
-- Rows are taken in the order of their keys: whoever locks several rows does so,
-- and nobody waits for anybody in a circle.
with given as materialized (
    select * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::boolean[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bigint[], $13::uuid[], $14::text[], $15::bytea[], $16::boolean[])
           as r(row_key, record_no, changed_at, deleted, content, content_hash, row_findings, needs, provider, twin_key, reading_no, known_id, known, known_hash, odd)),
saved as (
    insert into egisso.source_row as s
           (register, row_key, record_no, changed_at, deleted, content_hash, row_findings, needs, provider, twin_key, reading_no, known_id, known_hash)
    select $1, r.row_key, r.record_no, r.changed_at, r.deleted, r.content_hash, r.row_findings::jsonb,
           r.needs::text[], r.provider, r.twin_key, r.reading_no, r.known_id, r.known_hash
      from given r
     order by r.row_key
    on conflict (register, row_key) do update
       set record_no = excluded.record_no, changed_at = excluded.changed_at, deleted = excluded.deleted,
           content_hash = excluded.content_hash, row_findings = excluded.row_findings,
           twin_key = excluded.twin_key, reading_no = egisso.later_reading(s.reading_no, excluded.reading_no),
           -- A row without content need not say what it needs and whose it is.
           needs = case when excluded.content_hash is null then s.needs else excluded.needs end,
           provider = case when excluded.content_hash is null then coalesce(excluded.provider, s.provider) else excluded.provider end,
           known_id = case when excluded.content_hash is null then coalesce(excluded.known_id, s.known_id) else excluded.known_id end,
           known_hash = case when excluded.content_hash is null and excluded.known_id is null then s.known_hash else excluded.known_hash end,
           unread = false,
           dirty = s.dirty or s.unread or egisso.known_changed(excluded.content_hash, s.known_id, s.known_hash, excluded.known_id, excluded.known_hash)
                   or (s.deleted, s.content_hash, s.row_findings)
                              is distinct from (excluded.deleted, excluded.content_hash, excluded.row_findings)
                   or excluded.content_hash is not null and s.provider is distinct from excluded.provider,
           updated_at = case when (s.deleted, s.content_hash, s.row_findings)
                                  is distinct from (excluded.deleted, excluded.content_hash, excluded.row_findings)
                                  or excluded.content_hash is not null and s.provider is distinct from excluded.provider
                             then now() else s.updated_at end
     where (s.deleted, s.content_hash, s.row_findings, s.record_no)
           is distinct from (excluded.deleted, excluded.content_hash, excluded.row_findings, excluded.record_no)
        or s.unread or egisso.known_changed(excluded.content_hash, s.known_id, s.known_hash, excluded.known_id, excluded.known_hash)
        or excluded.content_hash is not null and s.provider is distinct from excluded.provider
    returning s.row_key, updated_at = now() as changed),
said as (
    insert into egisso.source_content as c (register, row_key, content)
    -- What jsonb takes, json takes, too, and more of what is odd.
    select $1, g.row_key, case when g.odd then g.content::jsonb::json else g.content::json end
      from given g join saved using (row_key) where g.content is not null
     order by g.row_key
    on conflict (register, row_key) do update set content = excluded.content),
known_said as (
    insert into egisso.source_known as k (register, row_key, content)
    select $1, g.row_key, g.known::jsonb from given g join saved using (row_key) where g.known is not null
     order by g.row_key
    on conflict (register, row_key) do update set content = excluded.content),
unsaid as (
    delete from egisso.source_content c using given g join saved using (row_key)
     where c.register = $1 and c.row_key = g.row_key and g.content is null)
select count(*) filter (where changed) from saved;

-- name: note_late
with old as (delete from egisso.late_change where at < now() - interval '30 days')
insert into egisso.late_change (register, records) values ($1, $2);

-- name: compact_row_totals
select egisso.compact_row_totals();
