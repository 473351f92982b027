-- Columns that are in an index of the whole table.
select distinct n.nspname::text, c.relname::text, a.attname::text
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::smallint[]) and a.attnum > 0
 where i.indisvalid and i.indpred is null
   and n.nspname <> 'information_schema'
   and n.nspname !~ '^pg_'
