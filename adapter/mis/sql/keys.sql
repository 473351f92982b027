-- Only the keys of a pass: used when the view fails on one of the rows, to find
-- out which. {view} is the name of the view.
select v.row_key::text,
       {position}::text as position
  from {schema}.{view} v
