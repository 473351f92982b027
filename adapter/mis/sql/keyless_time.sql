-- The rows without a key changed since $1.
 where v.changed_at >= $1::text::timestamptz
   and (v.row_key is null or v.row_key = '')
