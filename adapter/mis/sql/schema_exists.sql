-- Whether the source has the schema of the contract.
select exists (select from pg_catalog.pg_namespace where nspname = $1)
