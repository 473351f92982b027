-- Another price.
update mis.recipe
   set price     = price + 11.30,
       sum_total = sum_total + 5.65,
       upd_dt    = now()
 where id = any ($1::bigint[])
