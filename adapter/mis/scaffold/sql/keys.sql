-- Sets of columns whose values do not repeat, the primary key first.
select n.nspname::text,
       c.relname::text,
       i.indisprimary,
       array(select a.attname::text
               from unnest(i.indkey::smallint[]) with ordinality as k(attnum, place)
               join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
              where k.place <= i.indnkeyatts
              order by k.place)
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
   and n.nspname <> 'information_schema'
   and n.nspname !~ '^pg_'
 order by n.nspname, c.relname, not i.indisprimary, 4
