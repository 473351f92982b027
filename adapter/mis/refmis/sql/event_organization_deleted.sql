-- These pharmacies are gone.
update mis.pharmacy
   set is_deleted = true,
       upd_dt     = now()
 where id = any ($1::bigint[])
