-- The oldest transaction still running, before whose end nothing newer is read, and
-- whose it is as far as this role may see. Nothing if none runs, or nothing newer has ended.
select s.xmin, coalesce(h.kind, ''), coalesce(h.database, ''), coalesce(h.name, ''), coalesce(h.pid, 0), coalesce(extract(epoch from statement_timestamp() - h.since), 0)::bigint
  from (select txid_snapshot_xmin(txid_current_snapshot()) as xmin, txid_snapshot_xmax(txid_current_snapshot()) as xmax) s
  left join lateral (
       select 'prepared' as kind, p.database::text as database, p.gid::text as name, null::integer as pid, p.prepared as since
         from pg_prepared_xacts p where p.transaction::text::bigint = s.xmin % 4294967296
       union all
       select 'session', a.datname::text, a.application_name, a.pid, a.xact_start
         from pg_stat_activity a where a.backend_xid::text::bigint = s.xmin % 4294967296
       limit 1) h on true
 where s.xmin < s.xmax
