-- These prescriptions were entered twice: they are merged into another one of the
-- same benefit.
update mis.recipe r
   set merged_into = (select min(k.id)
                        from mis.recipe k
                       where k.privilege_id = r.privilege_id
                         and k.id <> all ($1::bigint[])
                         and k.merged_into is null),
       upd_dt      = now()
 where r.id = any ($1::bigint[])
