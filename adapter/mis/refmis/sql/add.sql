-- New prescriptions: these once more, for the patient's next visit.
insert into mis.recipe (id, lpu_id, patient_id, privilege_id, series, num, issue_date, valid_days, drug_id,
                        pack_qty, discount, price, sum_total, status)
select m.id + row_number() over (order by r.id), r.lpu_id, r.patient_id, r.privilege_id, '57-26',
       lpad((m.id + row_number() over (order by r.id))::text, 10, '0'), r.issue_date + 1, r.valid_days, r.drug_id,
       r.pack_qty, r.discount, r.price, r.sum_total, 1
  from mis.recipe r, (select max(id) as id from mis.recipe) m
 where r.id = any ($1::bigint[])
