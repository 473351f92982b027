-- Prescriptions that are right and assign something, in an order that depends on
-- the seed $1 only; the first $2 of them.
select r.id
  from mis.recipe r
 where not r.is_deleted
   and r.status <> 4
   and not exists (select from mis.planted_defect d where d.recipe_id = r.id)
 order by md5(r.id::text || '/' || $1::text), r.id
 limit $2
