-- Another drug, which costs something else.
update mis.recipe
   set drug_id   = drug_id % 50 + 1,
       price     = price + 23.10,
       sum_total = sum_total + 23.10,
       upd_dt    = now()
 where id = any ($1::bigint[])
