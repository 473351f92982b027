-- Which database this is, in a text without slashes: the cluster, its timeline, which
-- changes when it is restored to an earlier time or a standby takes its place, and
-- the database in it, which is another one after a dump was restored into a new one.
-- Transactions of another database have numbers of their own.
select format('%s:%s:%s', (select system_identifier from pg_control_system()),
              case when pg_is_in_recovery() then (select lpad(upper(to_hex(timeline_id)), 8, '0') from pg_control_checkpoint())
                   else left(pg_walfile_name(pg_current_wal_lsn()), 8) end,
              oid)
  from pg_database where datname = current_database()
