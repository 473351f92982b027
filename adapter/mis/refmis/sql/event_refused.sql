-- The patients of these prescriptions refused the benefit.
update mis.patient_privilege b
   set refused_date = r.issue_date + r.valid_days / 2,
       upd_dt       = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and b.id = r.privilege_id
