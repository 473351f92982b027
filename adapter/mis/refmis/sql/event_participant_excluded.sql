-- These organisations grant measures no more.
update mis.onmsz
   set is_deleted = true,
       upd_dt     = now()
 where id = any ($1::bigint[])
