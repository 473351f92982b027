-- What was wrong about the benefits of these prescriptions is put right.
update mis.patient_privilege b
   set doc_list          = null,
       doc_issuer        = case when length(b.doc_issuer) > 500 then 'Бюро медико-социальной экспертизы № 3' else b.doc_issuer end,
       privilege_type_id = case when b.privilege_type_id > 90 then 1 else b.privilege_type_id end,
       upd_dt            = now()
  from mis.recipe r
 where r.id = any ($1::bigint[])
   and b.id = r.privilege_id
