-- What was wrong about these prescriptions themselves is put right.
update mis.recipe r
   set price      = coalesce(r.price, 412.40),
       pack_qty   = greatest(r.pack_qty, 1),
       sum_total  = case when r.sum_total > 0 then r.sum_total else 412.40 end,
       valid_days = abs(r.valid_days),
       drug_id    = case when r.drug_id > 900 then 1 else r.drug_id end,
       issue_date = case when r.issue_date < date '2019-01-01' then (r.issue_date + interval '7 years')::date else r.issue_date end,
       upd_dt     = now()
 where r.id = any ($1::bigint[])
