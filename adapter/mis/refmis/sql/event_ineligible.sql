-- The benefits of these prescriptions ended: another benefit forbids them.
update mis.patient_privilege b
   set end_date  = r.issue_date + r.valid_days / 2,
       end_cause = 3,
       upd_dt    = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and b.id = r.privilege_id
