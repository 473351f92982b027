-- How many prescriptions after $1 mean which local measure.
select f.measure_key, count(*)
  from mis.recipe r
  join egisso_source.fact f on f.row_key = r.id::text
 where r.id > $1
 group by 1
