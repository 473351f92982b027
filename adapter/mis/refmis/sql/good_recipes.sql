-- Prescriptions that are right and assign something to a patient nothing has
-- happened to, in an order that depends on the seed $1 only; the first $2 of them.
select r.id
  from mis.recipe r
  join mis.patient p           on p.id = r.patient_id
  join mis.patient_privilege b on b.id = r.privilege_id
 where not r.is_deleted
   and r.status <> 4
   and num_nonnulls(r.merged_into, p.death_date, p.left_date, b.refused_date, b.end_cause) = 0
   and not exists (select from mis.recipe k where k.merged_into = r.id)
   and not exists (select from mis.planted_defect d where d.recipe_id = r.id)
 order by md5(r.id::text || '/' || $1::text), r.id
 limit $2
