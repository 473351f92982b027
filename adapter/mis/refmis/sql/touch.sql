-- A change of something no fact shows: the last day of the benefit.
update mis.patient_privilege
   set end_date = coalesce(end_date, date '2035-12-31') + 1,
       upd_dt   = now()
 where id in (select r.privilege_id from mis.recipe r where r.id = any ($1::bigint[]))
