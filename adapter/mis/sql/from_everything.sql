-- A pass over the whole view, in the order of the keys: the first pass, and any
-- pass that cannot trust its cursor. $1 is the last key read, null at the start.
-- Rows without a key are read after the others, see keyless_everything.sql.
 where v.row_key > coalesce($1::text, '')
 order by v.row_key
