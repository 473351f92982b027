-- How many rows the planner thinks a table has.
select coalesce(max(c.reltuples), 0)::bigint
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $1
   and c.relname = $2
