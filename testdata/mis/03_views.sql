-- Reference МИС: the source contract of the gateway, schema egisso_source.
--
-- Two views every site has, local measures and facts; those of the other
-- registers are in 05_register_views.sql. The gateway reads nothing else and
-- needs no other right than
--   grant usage on schema egisso_source to <gateway role>;
--   grant select on egisso_source.local_measure, egisso_source.fact, egisso_source.change_log to <gateway role>;
--
-- The first columns of each view say which row and when it changed:
--   row_key        stable key of the record for its whole life, unique in the view,
--                  at most 200 bytes, not personal data: journal and logs show it
--   record_no      number people know the record by; null means row_key
--   changed_at     when it changed last
--   changed_xid    transaction that changed it last (may be left out, see below)
--   deleted        true: gone, or not to be known to ЕГИССО; other columns may be null
--   provider_code  provider the record is sent for; null means the gateway's own
-- The rest is the record in the terms of ЕГИССО. Lists are jsonb with the field
-- names given in the comments. A value that is absent is null. A row that cannot
-- be understood stops only itself: the gateway shows it with the reason.
--
-- Without changed_xid the gateway rereads a window of changed_at every time and
-- relies on its nightly reconciliation; deletions must then leave a row behind too.

create schema egisso_source;

-- How far the log of changes was trimmed: a gateway that had not read so far compares
-- everything. A source that never trims needs no such view.
create view egisso_source.change_log as
select register, trimmed_xid from mis.egisso_trimmed;

-- Local measures (ЛМСЗ) -----------------------------------------------------

-- Every record, changed or not, and those that are gone but were not trimmed.
create view mis.egisso_local_measure_keys as
select row_key, row_key::bigint as id, changed_at, changed_xid
  from mis.egisso_newest
 where register = 'local_measure'
union all
select t.id::text, t.id, t.upd_dt, null
  from mis.measure t
 where (select true from mis.egisso_change c where c.register = 'local_measure' and c.row_key = t.id::text limit 1) is null;
create index measure_row_key on mis.measure ((id::text));

create view egisso_source.local_measure as
select c.row_key,
       c.row_key                          as record_no,
       c.changed_at,
       c.changed_xid,
       m.id is null or m.is_deleted       as deleted,
       -- One provider: the gateway's own. A МИС of several names it in every row.
       null::text                         as provider_code,
       m.code,
       m.title,
       m.beg_date                         as date_enact,
       m.end_date                         as date_expiration,
       m.periodicity                      as periodicity_code,
       m.part_code                        as part_kmsz,
       m.msz_code                         as msz,
       m.form_code                        as provision_form,
       m.npa_level                        as level_npa,
       (select jsonb_agg(jsonb_build_object(
                   'key',              k.id::text,
                   'code',             k.code,
                   'title',            k.title,
                   'codeCategoryKMSZ', k.kmsz_code,
                   'needsCriteria',    (select coalesce(jsonb_agg(jsonb_build_object(
                                                   'code',        n.code,
                                                   'date',        n.from_date,
                                                   'coefficient', n.coefficient)
                                               order by n.code), '[]')
                                          from mis.measure_criterion n
                                         where n.category_id = k.id))
               order by k.id)
          from mis.measure_category k
         where k.measure_id = m.id)       as categories,
       (select jsonb_agg(jsonb_build_object(
                   'codeFundingSource', f.source,
                   'quota',             f.share)
               order by f.source desc)
          from mis.measure_funding f
         where f.measure_id = m.id)       as cofinancing,
       m.sum_rules                        as estimation,
       (select jsonb_agg(t.oktmo order by t.oktmo)
          from mis.measure_territory t
         where t.measure_id = m.id)       as territories,
       (select jsonb_agg(jsonb_build_object(
                   'number',    a.num,
                   'date',      a.act_date,
                   'title',     a.title,
                   'authority', a.authority,
                   'url',       a.url)
               order by a.id)
          from mis.measure_act a
         where a.measure_id = m.id)       as reasons,
       m.kbk,
       m.frgu_code,
       m.frgu_purpose,
       m.reason_text                      as cases,
       m.condition_text                   as conditions,
       (select jsonb_agg(jsonb_build_object(
                   'method', w.method,
                   'url',    w.url)
               order by w.method)
          from mis.measure_method w
         where w.measure_id = m.id)       as methods,
       to_jsonb(m.request_forms)          as forms_request,
       to_jsonb(m.result_forms)           as forms_receive,
       (select jsonb_agg(jsonb_build_object(
                   'documentTypeName', d.name,
                   'documentOrigin',   d.origin,
                   'documentQ',        d.qty,
                   'documentNess',     d.required,
                   'documentComment',  d.note)
               order by d.id)
          from mis.measure_document d
         where d.measure_id = m.id)       as documents,
       (select jsonb_agg(jsonb_build_object(
                   'stepNumber', s.step_no,
                   'stepH',      s.heading,
                   'stepDescr',  s.descr)
               order by s.step_no)
          from mis.measure_step s
         where s.measure_id = m.id)       as steps,
       m.family_sign,
       m.keep_facts                       as inherit_facts,
       null::boolean                      as inherit_oszn_points,
       null::boolean                      as inherit_organization_points,
       null::smallint                     as basis_person_living,
       c.changed_at                       as last_changing
  from mis.egisso_local_measure_keys c
  left join mis.measure m on m.id = c.id;

-- Facts of assignment: one prescription, one fact -----------------------------

-- Every record, changed or not, and those that are gone but were not trimmed.
create view mis.egisso_fact_keys as
select row_key, row_key::bigint as id, changed_at, changed_xid
  from mis.egisso_newest
 where register = 'fact'
union all
select t.id::text, t.id, t.upd_dt, null
  from mis.recipe t
 where (select true from mis.egisso_change c where c.register = 'fact' and c.row_key = t.id::text limit 1) is null;
create index recipe_row_key on mis.recipe ((id::text));

create view egisso_source.fact as
select c.row_key,
       c.row_key                          as record_no,
       c.changed_at,
       c.changed_xid,
       -- A cancelled prescription assigns nothing. One that was entered twice and
       -- merged away stays a row, which says so in ending_reason.
       r.id is null or r.merged_into is null and (r.is_deleted or r.status = 4) as deleted,
       null::text                         as provider_code,
       z.code                             as osz_code,
       z.id::text                         as osz_key,
       p.snils::text                      as receiver_snils,
       p.surname                          as receiver_family_name,
       p.name                             as receiver_first_name,
       p.patronymic                       as receiver_patronymic,
       p.birth_surname                    as receiver_maiden_family_name,
       case p.sex when 1 then 'Male' when 2 then 'Female' end as receiver_gender,
       p.birth_date                       as receiver_birth_date,
       p.birth_place                      as receiver_birth_place,
       p.phone                            as receiver_phone_number,
       p.citizenship::text                as receiver_citizenship,
       -- An identity document is sent whole or not at all.
       case when num_nulls(p.doc_series, p.doc_number, p.doc_date, p.doc_issuer) = 0
                 and p.doc_type in (1, 3)
            then jsonb_build_object(
                   'type',      case p.doc_type when 1 then 'PassportRF' else 'BirthCertificate' end,
                   'series',    p.doc_series,
                   'number',    p.doc_number,
                   'issueDate', p.doc_date,
                   'issuer',    p.doc_issuer)
       end                                as receiver_identity_doc,
       a.residences -> '1'                as receiver_permanent_residence,
       a.residences -> '2'                as receiver_temporary_residence,
       a.residences -> '3'                as receiver_actual_residence,
       null::text                         as receiver_residence_permit_info,
       (select jsonb_agg(jsonb_build_object(
                   'person',          jsonb_build_object(
                                        'snils',      q.snils,
                                        'familyName', q.surname,
                                        'firstName',  q.name,
                                        'patronymic', q.patronymic,
                                        'gender',     case q.sex when 1 then 'Male' when 2 then 'Female' end,
                                        'birthDate',  q.birth_date),
                   'kinshipTypeCode', x.kinship)
               order by q.id)
          from mis.privilege_basis x
          join mis.patient q on q.id = x.patient_id
         where x.privilege_id = b.id)     as reason_persons,
       m.measure_id::text                 as measure_key,
       null::text                         as measure_provider_code,
       m.category_id::text                as category_key,
       r.issue_date                       as decision_date,
       r.issue_date                       as date_start,
       -- The last day the prescription can be dispensed.
       r.issue_date + r.valid_days - 1    as date_finish,
       coalesce(b.doc_list,
                case when num_nulls(b.doc_name, b.doc_date, b.doc_issuer) = 0
                     then jsonb_build_array(jsonb_build_object(
                            'title',     b.doc_name,
                            'series',    b.doc_series,
                            'number',    b.doc_number,
                            'issueDate', b.doc_date,
                            'authority', b.doc_issuer,
                            'startDate', b.beg_date))
                end)                      as documents,
       m.criterion_code is not null       as needs_used,
       case when m.criterion_code is not null
            then jsonb_build_array(m.criterion_code)
       end                                as needs_codes,
       m.form_code                        as form,
       -- Money: the sum paid. Otherwise the packages prescribed.
       case m.form_code when '01' then r.sum_total else r.pack_qty end as amount,
       case when m.form_code <> '01' then m.unit_code end as measure_code,
       null::text                         as okei_code,
       case when m.form_code = '03' then m.monetization end as monetization,
       case when m.form_code in ('02', '04')
            then concat_ws(' ', d.inn_name, '(' || d.trade_name || ')', d.form, d.dosage)
       end                                as content,
       null::text                         as comment,
       case when m.form_code <> '01' then r.sum_total end as equivalent_amount,
       -- Why and when the assignment stopped before date_finish, if it did.
       e.reason                           as ending_reason,
       e.last_day                         as ending_date,
       -- What was granted until then. Of one who died or moved it is told only if
       -- the sum is another one: nothing was dispensed.
       case when e.reason is null or e.reason = 'duplicate' then null
            when r.dispensed_date is null or r.dispensed_date > e.last_day then 0
            when e.reason not in ('death', 'moved') then r.sum_total
       end                                as ending_amount,
       case when e.reason is null or e.reason in ('death', 'moved', 'duplicate') or m.form_code = '01' then null
            when r.dispensed_date is null or r.dispensed_date > e.last_day then 0
            else r.pack_qty
       end                                as ending_quantity
  from mis.egisso_fact_keys c
  left join mis.recipe r            on r.id = c.id
  left join mis.patient p           on p.id = r.patient_id
  left join mis.patient_privilege b on b.id = r.privilege_id
  left join mis.drug d              on d.id = r.drug_id
  left join mis.egisso_onmsz o      on o.lpu_id = r.lpu_id
  left join mis.onmsz z             on z.id = o.onmsz_id
  left join mis.egisso_mapping m    on (m.privilege_type_id, m.discount) = (b.privilege_type_id, r.discount)
  -- An address is sent when it names a house, or not at all.
  left join lateral (
       select jsonb_object_agg(h.kind, jsonb_build_object(
                  'oksmCode',  h.country,
                  'postIndex', h.post_index,
                  'region',    h.region,
                  'district',  h.district,
                  'city',      h.city,
                  'street',    h.street,
                  'house',     h.house,
                  'housing',   h.housing,
                  'apartment', h.apartment)) as residences
         from mis.patient_address h
        where h.patient_id = p.id
          and num_nulls(h.region, h.city, h.house) = 0) a on true
  -- What came first of all that ends an assignment inside its period. A prescription
  -- nobody fetched ends on its last day, as announced: whether that is worth an
  -- event is a setting of the gateway.
  left join lateral (
       select x.reason, x.last_day
         from (values ('duplicate', case when r.merged_into is not null then r.issue_date end),
                      ('death',     p.death_date),
                      ('moved',     p.left_date),
                      ('refused',   b.refused_date),
                      (case b.end_cause when 2 then 'replaced' when 3 then 'ineligible' when 4 then 'term_over' else 'closed' end,
                                    b.end_date),
                      ('expired',   case when r.status = 5 then r.issue_date + r.valid_days - 1 end)
              ) as x (reason, last_day)
        where x.last_day < r.issue_date + r.valid_days - 1
           or x.reason in ('duplicate', 'expired') and x.last_day is not null
        order by x.reason = 'duplicate' desc, x.last_day
        limit 1) e on true;

-- What every column means --------------------------------------------------

comment on column egisso_source.local_measure.row_key is
    'Stable key of the record, unique in the view, at most 200 bytes, not personal data';
comment on column egisso_source.local_measure.record_no is
    'Number people know the record by; null means row_key';
comment on column egisso_source.local_measure.changed_at is
    'When the record changed last';
comment on column egisso_source.local_measure.changed_xid is
    'Transaction that changed the record last, pg_current_xact_id()';
comment on column egisso_source.local_measure.deleted is
    'True when the record is gone; the other columns may then be null';
comment on column egisso_source.local_measure.provider_code is
    'Code in ЕГИССО of the provider the record is sent for, NNNN.NNNNNN; null means the gateway''s own';
comment on column egisso_source.local_measure.code is
    'Own code of the measure, up to 20 characters';
comment on column egisso_source.local_measure.title is
    'Name of the measure, up to 2000 characters';
comment on column egisso_source.local_measure.date_enact is
    'First day the measure is in force';
comment on column egisso_source.local_measure.date_expiration is
    'Last day, null for open-ended';
comment on column egisso_source.local_measure.periodicity_code is
    'Periodicity, 2 digits, dictionary 022';
comment on column egisso_source.local_measure.part_kmsz is
    'Section of КМСЗ, 6 digits';
comment on column egisso_source.local_measure.msz is
    'Typical measure of КМСЗ, 4 digits';
comment on column egisso_source.local_measure.provision_form is
    'Form of provision: 01 money, 02 natural, 03 exemption, 04 service';
comment on column egisso_source.local_measure.level_npa is
    'Level of regulation, 2 digits';
comment on column egisso_source.local_measure.categories is
    'List of {key, code, title, codeCategoryKMSZ, needsCriteria: [{code, date, coefficient}]}; key is what fact.category_key names';
comment on column egisso_source.local_measure.cofinancing is
    'List of {codeFundingSource: 4 digits, quota: percent}; the quotas make 100';
comment on column egisso_source.local_measure.estimation is
    'How the sum is calculated, up to 2000 characters';
comment on column egisso_source.local_measure.territories is
    'List of ОКТМО codes, strings of 8 digits';
comment on column egisso_source.local_measure.reasons is
    'Legal acts: list of {number, date, title, authority, url}';
comment on column egisso_source.local_measure.kbk is
    'Budget classification code, 20 characters';
comment on column egisso_source.local_measure.frgu_code is
    'Code of the service in ФРГУ';
comment on column egisso_source.local_measure.frgu_purpose is
    'Code of the purpose in ФРГУ';
comment on column egisso_source.local_measure.cases is
    'What the measure is granted on, up to 2000 characters';
comment on column egisso_source.local_measure.conditions is
    'Conditions, up to 2000 characters';
comment on column egisso_source.local_measure.methods is
    'Ways to apply: list of {method: 2 digits, url}';
comment on column egisso_source.local_measure.forms_request is
    'Forms of application: list of 1 paper, 2 electronic';
comment on column egisso_source.local_measure.forms_receive is
    'Forms of the result: list of 1 paper, 2 electronic, 3 decision';
comment on column egisso_source.local_measure.documents is
    'Documents to bring: list of {documentTypeName, documentOrigin, documentQ, documentNess, documentComment}';
comment on column egisso_source.local_measure.steps is
    'Steps of getting the measure: list of {stepNumber, stepH, stepDescr}';
comment on column egisso_source.local_measure.family_sign is
    '1 family measure, 2 by households, null neither';
comment on column egisso_source.local_measure.inherit_facts is
    'A new version takes over the facts of the one before';
comment on column egisso_source.local_measure.inherit_oszn_points is
    'A new version takes over the presence points of social protection bodies';
comment on column egisso_source.local_measure.inherit_organization_points is
    'A new version takes over the presence points of organisations';
comment on column egisso_source.local_measure.basis_person_living is
    'Person the right rests on: 0 must be alive, 1 may be dead, 2 must be dead';
comment on column egisso_source.local_measure.last_changing is
    'When the measure changed last at the provider; null means changed_at';

comment on column egisso_source.fact.row_key is
    'Stable key of the record, unique in the view, at most 200 bytes, not personal data';
comment on column egisso_source.fact.record_no is
    'Number people know the record by; null means row_key';
comment on column egisso_source.fact.changed_at is
    'When the record changed last';
comment on column egisso_source.fact.changed_xid is
    'Transaction that changed the record last, pg_current_xact_id()';
comment on column egisso_source.fact.deleted is
    'True when the record is gone; the other columns may then be null';
comment on column egisso_source.fact.provider_code is
    'Code in ЕГИССО of the provider the record is sent for, NNNN.NNNNNN; null means the gateway''s own';
comment on column egisso_source.fact.osz_code is
    'Code in ЕГИССО of the organisation that granted the measure, NNNN.NNNNNN; null if the МИС does not know it yet';
comment on column egisso_source.fact.osz_key is
    'row_key of that organisation in the view onmsz: while osz_code is null, the fact waits for the code ЕГИССО gives';
comment on column egisso_source.fact.receiver_snils is
    'СНИЛС of the recipient, 11 digits';
comment on column egisso_source.fact.receiver_family_name is
    'Surname, Cyrillic';
comment on column egisso_source.fact.receiver_first_name is
    'First name, Cyrillic';
comment on column egisso_source.fact.receiver_patronymic is
    'Patronymic, null if the person has none';
comment on column egisso_source.fact.receiver_maiden_family_name is
    'Surname at birth';
comment on column egisso_source.fact.receiver_gender is
    'Male or Female';
comment on column egisso_source.fact.receiver_birth_date is
    'Date of birth';
comment on column egisso_source.fact.receiver_birth_place is
    'Place of birth';
comment on column egisso_source.fact.receiver_phone_number is
    'Telephone, 10 digits';
comment on column egisso_source.fact.receiver_citizenship is
    'Citizenship, 3 digits, ОКСМ';
comment on column egisso_source.fact.receiver_identity_doc is
    'Identity document: {type: name in the XSD, series, number, issueDate, issuer}';
comment on column egisso_source.fact.receiver_permanent_residence is
    'Address: {oksmCode, postIndex, region, district, city, street, house, housing, apartment}';
comment on column egisso_source.fact.receiver_temporary_residence is
    'Address, as receiver_permanent_residence';
comment on column egisso_source.fact.receiver_actual_residence is
    'Address, as receiver_permanent_residence';
comment on column egisso_source.fact.receiver_residence_permit_info is
    'Residence permit, up to 100 characters';
comment on column egisso_source.fact.reason_persons is
    'Persons who are the reason for the right: list of {person: {snils, familyName, firstName, patronymic, gender, birthDate}, kinshipTypeCode}';
comment on column egisso_source.fact.measure_key is
    'row_key of the local measure';
comment on column egisso_source.fact.measure_provider_code is
    'Participant code, only if another provider loaded the measure';
comment on column egisso_source.fact.category_key is
    'key of the category of that measure';
comment on column egisso_source.fact.decision_date is
    'Date of the decision';
comment on column egisso_source.fact.date_start is
    'First day of the assignment';
comment on column egisso_source.fact.date_finish is
    'Last day, null for open-ended';
comment on column egisso_source.fact.documents is
    'Documents that give the right: list of {title, series, number, issueDate, authority, startDate, finishDate}';
comment on column egisso_source.fact.needs_used is
    'Whether needs criteria were applied';
comment on column egisso_source.fact.needs_codes is
    'List of codes of the needs criteria applied, strings';
comment on column egisso_source.fact.form is
    'Form of provision, as in the measure';
comment on column egisso_source.fact.amount is
    'Form 01: roubles; other forms: quantity';
comment on column egisso_source.fact.measure_code is
    'Unit, 2 digits, dictionary 023; not for form 01';
comment on column egisso_source.fact.okei_code is
    'Unit by ОКЕИ instead of measure_code; exactly one of the two';
comment on column egisso_source.fact.monetization is
    'May be replaced by money; form 03 only';
comment on column egisso_source.fact.content is
    'What is given, up to 200 characters; forms 02 and 04';
comment on column egisso_source.fact.comment is
    'Comment, up to 200 characters; not for form 01';
comment on column egisso_source.fact.equivalent_amount is
    'What it costs in roubles; not for form 01';
comment on column egisso_source.fact.ending_reason is
    'Why the assignment stopped early: death, moved, closed, refused, replaced, ineligible, term_over, expired, duplicate; null if it did not';
comment on column egisso_source.fact.ending_date is
    'Last day of an assignment that stopped early; date_finish stays what it was; not for duplicate';
comment on column egisso_source.fact.ending_amount is
    'Roubles granted until then; with death and moved: the recalculated sum, null if it is the same';
comment on column egisso_source.fact.ending_quantity is
    'Quantity granted until then; not for form 01, death, moved';
