-- These prescriptions are right now.
delete from mis.planted_defect
 where recipe_id = any ($1::bigint[])
