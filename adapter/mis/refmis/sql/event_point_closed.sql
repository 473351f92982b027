-- These places receive nobody any more.
update mis.reception
   set is_closed = true,
       upd_dt    = now()
 where id = any ($1::bigint[])
