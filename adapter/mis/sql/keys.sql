-- Only the keys of a pass: used when the view fails on one of the rows, or shows one
-- that is too large, to find out which. {view} is the name of the view. Of a key
-- longer than any the last column is a name instead.
select case when octet_length(v.row_key::text) <= 4096 then v.row_key::text end as row_key,
       {position}::text as position,
       case when octet_length(v.row_key::text) > 4096 then 'md5:' || md5(v.row_key::text) end as substitute
  from {schema}.{view} v
