-- What was wrong about the patients of these prescriptions is put right; $2 are
-- СНИЛС that no other patient has, one for each.
update mis.patient p
   set snils      = case when d.kind in ('snils_missing', 'snils_checksum') then c.snils else p.snils end,
       surname    = translate(p.surname, 'ABCEHKMOPTXaceopxy', 'АВСЕНКМОРТХасеорху'),
       birth_date = case when d.kind = 'birth_after_decision' then r.issue_date - 40 * 365 else p.birth_date end,
       upd_dt     = now()
  from unnest($1::bigint[], $2::text[]) as c (recipe_id, snils)
  join mis.recipe r on r.id = c.recipe_id
  join mis.planted_defect d on d.recipe_id = c.recipe_id
 where p.id = r.patient_id
