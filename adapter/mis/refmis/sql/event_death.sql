-- The patients of these prescriptions died while they could be dispensed.
update mis.patient p
   set death_date = r.issue_date + r.valid_days / 2,
       upd_dt     = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and p.id = r.patient_id
