-- Which of some rows are there, and not as deleted.
select v.row_key::text from {schema}.{view} v where v.row_key = any ($1::text[]) and not coalesce(v.deleted, false)
