-- These places receive people at other hours.
update mis.reception
   set schedule = schedule || ', перерыв 13–14',
       upd_dt   = now()
 where id = any ($1::bigint[])
