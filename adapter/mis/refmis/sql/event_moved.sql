-- The patients of these prescriptions moved to another region.
update mis.patient p
   set left_date = r.issue_date + r.valid_days / 2,
       upd_dt    = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and p.id = r.patient_id
