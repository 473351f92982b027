-- The last prescription of each of $2 patients to whom nothing has happened yet, in
-- an order that depends on the seed $1 only. Each patient has another one under
-- the same benefit.
select l.id, l.patient_id
  from (select distinct on (r.patient_id) r.id, r.patient_id, r.privilege_id, r.status, r.valid_days
          from mis.recipe r
         where not r.is_deleted
           and r.status <> 4
           and r.merged_into is null
           and not exists (select from mis.planted_defect d where d.recipe_id = r.id)
         order by r.patient_id, r.issue_date desc, r.id) l
  join mis.patient p           on p.id = l.patient_id
  join mis.patient_privilege b on b.id = l.privilege_id
 where l.status in (1, 2)
   and num_nonnulls(p.death_date, p.left_date, b.refused_date, b.end_cause) = 0
   and exists (select from mis.recipe k where k.privilege_id = l.privilege_id and k.id <> l.id and k.merged_into is null)
   and not exists (select from mis.recipe k where k.merged_into = l.id)
 order by md5(l.id::text || '/' || $1::text), l.id
 limit $2
