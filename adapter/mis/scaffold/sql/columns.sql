-- The columns of all tables of a database but PostgreSQL's own: numbers of their types, resolved
-- by types.sql, and what was given with the type (a length, say).
select n.nspname::text,
       c.relname::text,
       c.relkind::text,
       a.attname::text,
       a.attnotnull,
       a.atttypid::bigint,
       a.atttypmod
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
   and n.nspname <> 'information_schema'
   and n.nspname !~ '^pg_'
   and n.nspname <> all ($1::text[])
 order by n.nspname, c.relname, a.attnum
