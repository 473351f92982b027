-- These pharmacies have another name.
update mis.pharmacy
   set name   = name || ' (переименована)',
       upd_dt = now()
 where id = any ($1::bigint[])
