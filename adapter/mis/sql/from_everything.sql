-- A pass over the whole view, in the order of the keys: the first pass, and any
-- pass that cannot trust its cursor. $1 is the last key read, null at the start.
-- Rows without a key come last; they are shown as unreadable.
 where $1::text is null or v.row_key > $1::text
 order by v.row_key
