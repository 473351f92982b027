-- Local measures (ЛМСЗ) of the source contract, as text.
--
-- The gateway replaces {schema} with the configured schema and {position} with
-- the column the pass is ordered by, {egisso_id} and {egisso_accepted} with columns the view
-- may leave out, and appends one of the from_*.sql files.
-- Every column is read as text and parsed by the gateway, so that a value it
-- cannot represent stops one row and not the whole pass. A replacement must
-- return the same column names; their order is free.
select v.row_key::text,
       v.record_no::text,
       v.changed_at::text,
       {position}::text as position,
       v.deleted::text,
       v.provider_code::text,
       v.code::text,
       v.title::text,
       v.date_enact::text,
       v.date_expiration::text,
       v.periodicity_code::text,
       v.part_kmsz::text,
       v.msz::text,
       v.provision_form::text,
       v.level_npa::text,
       v.categories::text,
       v.cofinancing::text,
       v.estimation::text,
       v.territories::text,
       v.reasons::text,
       v.kbk::text,
       v.frgu_code::text,
       v.frgu_purpose::text,
       v.cases::text,
       v.conditions::text,
       v.methods::text,
       v.forms_request::text,
       v.forms_receive::text,
       v.documents::text,
       v.steps::text,
       v.family_sign::text,
       v.inherit_facts::text,
       v.inherit_oszn_points::text,
       v.inherit_organization_points::text,
       v.basis_person_living::text,
       v.last_changing::text,
       {egisso_id}::text as egisso_id,
       {egisso_accepted}::text as egisso_accepted
  from {schema}.local_measure v
