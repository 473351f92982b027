-- Prescriptions that are wrong, in an order that depends on the seed $1 only; the
-- first $2 of them.
select d.recipe_id, d.kind
  from mis.planted_defect d
 order by md5(d.recipe_id::text || '/' || $1::text), d.recipe_id
 limit $2
