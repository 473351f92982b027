-- Which columns refer to which table, for keys of one column.
select n.nspname::text,
       c.relname::text,
       a.attname::text,
       fn.nspname::text,
       fc.relname::text,
       fa.attname::text
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class fc on fc.oid = k.confrelid
  join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
  join pg_catalog.pg_attribute fa on fa.attrelid = fc.oid and fa.attnum = k.confkey[1]
 where k.contype = 'f' and array_length(k.conkey, 1) = 1
 order by 1, 2, a.attnum, 4, 5
