-- The rows without a key changed by transactions from $1 on and before $2.
 where v.changed_xid >= $1::text::xid8
   and v.changed_xid < $2::text::xid8
   and (v.row_key is null or v.row_key = '')
