-- Every type: what it is based on, what its elements are, and the values of an enum.
select t.oid::bigint,
       n.nspname::text,
       t.typname::text,
       t.typtype::text,
       t.typbasetype::bigint,
       t.typtypmod,
       case when t.typcategory = 'A' then t.typelem::bigint else 0 end,
       array(select e.enumlabel::text from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
