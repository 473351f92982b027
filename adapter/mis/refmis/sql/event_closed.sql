-- The benefits of these prescriptions ended: the right was lost.
update mis.patient_privilege b
   set end_date  = r.issue_date + r.valid_days / 2,
       end_cause = 1,
       upd_dt    = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and b.id = r.privilege_id
