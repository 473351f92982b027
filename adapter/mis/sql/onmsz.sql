-- Organisations that grant measures (ОНМСЗ) of the source contract, as text.
--
-- The gateway replaces {schema} with the configured schema and {position} with
-- the column the pass is ordered by, and appends one of the from_*.sql files.
-- Every column is read as text and parsed by the gateway, so that a value it
-- cannot represent stops one row and not the whole pass. A replacement must
-- return the same column names; their order is free.
select v.row_key::text,
       v.record_no::text,
       v.changed_at::text,
       {position}::text as position,
       v.deleted::text,
       v.provider_code::text,
       v.osz_code::text,
       v.title::text,
       v.short_title::text,
       v.inn::text,
       v.kpp::text,
       v.ogrn::text,
       v.legal_address::text,
       v.address::text,
       v.email::text,
       v.site_url::text,
       v.territories::text,
       v.basis_number::text,
       v.basis_date::text,
       v.basis_name::text
  from {schema}.onmsz v
