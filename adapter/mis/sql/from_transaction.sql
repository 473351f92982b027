-- Rows changed by transactions from $1 on, after key $2 of transaction $1, and
-- before $3, the oldest transaction still running: what it changes cannot be
-- seen yet, so nothing from there on is taken until it has ended.
 where (v.changed_xid, v.row_key) > ($1::text::xid8, $2::text)
   and v.changed_xid < $3::text::xid8
   and v.row_key <> ''
 order by v.changed_xid, v.row_key
