-- Facts of assignment of the source contract, as text.
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
       v.receiver_snils::text,
       v.receiver_family_name::text,
       v.receiver_first_name::text,
       v.receiver_patronymic::text,
       v.receiver_maiden_family_name::text,
       v.receiver_gender::text,
       v.receiver_birth_date::text,
       v.receiver_birth_place::text,
       v.receiver_phone_number::text,
       v.receiver_citizenship::text,
       v.receiver_identity_doc::text,
       v.receiver_permanent_residence::text,
       v.receiver_temporary_residence::text,
       v.receiver_actual_residence::text,
       v.receiver_residence_permit_info::text,
       v.reason_persons::text,
       v.measure_key::text,
       v.measure_provider_code::text,
       v.category_key::text,
       v.decision_date::text,
       v.date_start::text,
       v.date_finish::text,
       v.documents::text,
       v.needs_used::text,
       v.needs_codes::text,
       v.form::text,
       v.amount::text,
       v.measure_code::text,
       v.okei_code::text,
       v.monetization::text,
       v.content::text,
       v.comment::text,
       v.equivalent_amount::text
  from {schema}.fact v
