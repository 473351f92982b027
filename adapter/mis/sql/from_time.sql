-- Rows changed after key $2 of moment $1: for a source without transactions.
 where (v.changed_at, v.row_key) > ($1::text::timestamptz, $2::text)
   and v.row_key <> ''
 order by v.changed_at, v.row_key
