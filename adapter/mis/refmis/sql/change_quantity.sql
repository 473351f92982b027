-- One package more.
update mis.recipe
   set pack_qty  = pack_qty + 1,
       sum_total = round(sum_total * (pack_qty + 1) / pack_qty, 2),
       upd_dt    = now()
 where id = any ($1::bigint[])
