-- Nobody fetched what these prescriptions grant.
update mis.recipe
   set status         = 5,
       dispensed_date = null,
       upd_dt         = now()
 where id = any ($1::bigint[])
