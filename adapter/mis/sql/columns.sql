-- The columns of the contract's views as they are in the source. A view that is
-- missing has no rows; one the role may not read has allowed = false.
select c.relname::text,
       a.attname::text,
       format_type(a.atttypid, null),
       has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as allowed
  from pg_catalog.pg_namespace n
  join pg_catalog.pg_class c on c.relnamespace = n.oid
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where n.nspname = $1
   and c.relname = any ($2::text[])
   and c.relkind in ('v', 'm', 'r', 'p', 'f')
 order by c.relname, a.attnum
