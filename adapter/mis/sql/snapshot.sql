-- What the pass sees: the oldest running transaction, the first one not yet
-- begun, and the source's clock.
select pg_snapshot_xmin(pg_current_snapshot())::text,
       pg_snapshot_xmax(pg_current_snapshot())::text,
       statement_timestamp()::text
