-- Organisations that provide measures of the source contract, as text.
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
       v.title::text,
       v.site_url::text,
       v.address::text,
       v.email::text,
       v.contacts::text,
       v.entrepreneur::text,
       v.inn::text,
       v.kpp::text,
       v.ogrn::text,
       v.registration_grn::text,
       v.registration_date::text,
       v.registration_authority::text,
       v.registration_series::text,
       v.registration_number::text,
       v.points::text,
       v.documents::text,
       v.last_changing::text,
       {egisso_id}::text as egisso_id,
       {egisso_accepted}::text as egisso_accepted
  from {schema}.organization v
