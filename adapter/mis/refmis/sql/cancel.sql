-- Cancelled by the doctor.
update mis.recipe
   set status = 4,
       upd_dt = now()
 where id = any ($1::bigint[])
