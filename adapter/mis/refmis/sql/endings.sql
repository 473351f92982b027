-- How the assignments of these patients ended.
select f.row_key, f.ending_reason
  from egisso_source.fact f
 where not f.deleted
   and f.ending_reason is not null
   and f.row_key in (select r.id::text from mis.recipe r where r.patient_id = any ($1::bigint[]))
