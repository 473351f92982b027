-- ЕГИССО gave organisation $1 the code $2.
update mis.onmsz
   set code   = $2,
       upd_dt = now()
 where id = $1
