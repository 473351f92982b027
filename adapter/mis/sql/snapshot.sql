-- What the pass sees: the oldest running transaction, the first one not yet
-- begun, and the source's clock. The old names of the functions work on every
-- server, also on one too old to have xid8.
select txid_snapshot_xmin(txid_current_snapshot())::text,
       txid_snapshot_xmax(txid_current_snapshot())::text,
       statement_timestamp()::text
