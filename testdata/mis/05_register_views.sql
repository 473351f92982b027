-- Reference МИС: the source contract for the registers a site may do without. A view
-- that does not exist means that the register is not kept; one that exists is
-- read, and needs the right
--   grant select on egisso_source.onmsz, egisso_source.organization, egisso_source.presence_point to <gateway role>;
--
-- The first columns and the log of changes are those of 03_views.sql.

-- Organisations that grant measures (ОНМСЗ) -------------------------------------

-- A row without osz_code asks ЕГИССО for one: an application to include it, which
-- must be complete. A row with osz_code is in the register of participants already;
-- changes of it become applications to change it, its deletion one to exclude it.
-- Every record, changed or not, and those that are gone but were not trimmed.
create view mis.egisso_onmsz_keys as
select row_key, row_key::bigint as id, changed_at, changed_xid
  from mis.egisso_newest
 where register = 'onmsz'
union all
select t.id::text, t.id, t.upd_dt, null
  from mis.onmsz t
 where (select true from mis.egisso_change c where c.register = 'onmsz' and c.row_key = t.id::text limit 1) is null;
create index onmsz_row_key on mis.onmsz ((id::text));

create view egisso_source.onmsz as
select c.row_key,
       c.row_key                          as record_no,
       c.changed_at,
       c.changed_xid,
       o.id is null or o.is_deleted       as deleted,
       null::text                         as provider_code,
       o.code                             as osz_code,
       o.name                             as title,
       o.short_name                       as short_title,
       o.inn,
       o.kpp,
       o.ogrn,
       o.legal_address,
       o.address,
       o.email,
       o.site                             as site_url,
       to_jsonb(o.oktmo)                  as territories,
       o.basis_num                        as basis_number,
       o.basis_date,
       o.basis_name
  from mis.egisso_onmsz_keys c
  left join mis.onmsz o on o.id = c.id;

-- Organisations that provide measures: pharmacies -------------------------------

-- Every record, changed or not, and those that are gone but were not trimmed.
create view mis.egisso_organization_keys as
select row_key, row_key::bigint as id, changed_at, changed_xid
  from mis.egisso_newest
 where register = 'organization'
union all
select t.id::text, t.id, t.upd_dt, null
  from mis.pharmacy t
 where (select true from mis.egisso_change c where c.register = 'organization' and c.row_key = t.id::text limit 1) is null;
create index pharmacy_row_key on mis.pharmacy ((id::text));

create view egisso_source.organization as
select c.row_key,
       c.row_key                          as record_no,
       c.changed_at,
       c.changed_xid,
       f.id is null or f.is_deleted       as deleted,
       null::text                         as provider_code,
       f.name                             as title,
       f.site                             as site_url,
       f.address,
       f.email,
       f.phone                            as contacts,
       f.is_person                        as entrepreneur,
       f.inn,
       f.kpp,
       f.ogrn,
       f.reg_grn                          as registration_grn,
       f.reg_date                         as registration_date,
       f.reg_issuer                       as registration_authority,
       f.cert_series                      as registration_series,
       f.cert_number                      as registration_number,
       (select jsonb_agg(jsonb_build_object(
                   'title',    p.name,
                   'address',  p.address,
                   'email',    p.email,
                   'contacts', p.phone,
                   'note',     p.note,
                   'schedule', p.schedule,
                   -- Both coordinates or none.
                   'point',    case when p.latitude + p.longitude is not null
                                    then jsonb_build_object('latitude', p.latitude, 'longitude', p.longitude)
                               end,
                   'pointMsz', (select jsonb_agg(jsonb_build_object(
                                           'measureKey', w.measure_id::text,
                                           'beginDate',  w.beg_date,
                                           'endDate',    w.end_date)
                                       order by w.measure_id, w.beg_date)
                                  from mis.pharmacy_measure w
                                 where w.point_id = p.id))
               order by p.id)
          from mis.pharmacy_point p
         where p.pharmacy_id = f.id)      as points,
       (select jsonb_agg(jsonb_build_object(
                   'title',      d.title,
                   'number',     d.num,
                   'contractor', d.contractor)
               order by d.id)
          from mis.pharmacy_contract d
         where d.pharmacy_id = f.id)      as documents,
       c.changed_at                       as last_changing
  from mis.egisso_organization_keys c
  left join mis.pharmacy f on f.id = c.id;

-- Presence points of organisations that grant measures -----------------------------

-- Every record, changed or not, and those that are gone but were not trimmed.
create view mis.egisso_presence_point_keys as
select row_key, row_key::bigint as id, changed_at, changed_xid
  from mis.egisso_newest
 where register = 'presence_point'
union all
select t.id::text, t.id, t.upd_dt, null
  from mis.reception t
 where (select true from mis.egisso_change c where c.register = 'presence_point' and c.row_key = t.id::text limit 1) is null;
create index reception_row_key on mis.reception ((id::text));

create view egisso_source.presence_point as
select c.row_key,
       c.row_key                          as record_no,
       c.changed_at,
       c.changed_xid,
       -- A place that is closed for good is removed from the register.
       p.id is null or p.is_closed        as deleted,
       null::text                         as provider_code,
       o.code                             as onmsz_code,
       o.id::text                         as onmsz_key,
       p.name                             as title,
       p.address,
       p.oktmo,
       p.email,
       p.phone                            as contacts,
       p.schedule,
       p.rules,
       p.latitude,
       p.longitude,
       (select jsonb_agg(w.measure_id::text order by w.measure_id)
          from mis.reception_measure w
         where w.reception_id = p.id)     as measure_keys,
       c.changed_at                       as last_changing
  from mis.egisso_presence_point_keys c
  left join mis.reception p on p.id = c.id
  left join mis.onmsz o     on o.id = p.onmsz_id;

-- What every column means ----------------------------------------------------------

comment on column egisso_source.onmsz.row_key is
    'Stable key of the record, unique in the view, at most 200 bytes, not personal data';
comment on column egisso_source.onmsz.record_no is
    'Number people know the record by; null means row_key';
comment on column egisso_source.onmsz.changed_at is
    'When the record changed last';
comment on column egisso_source.onmsz.changed_xid is
    'Transaction that changed the record last, pg_current_xact_id()';
comment on column egisso_source.onmsz.deleted is
    'True when the record is gone; the other columns may then be null';
comment on column egisso_source.onmsz.provider_code is
    'Code in ЕГИССО of the provider the record is sent for, NNNN.NNNNNN; null means the gateway''s own';
comment on column egisso_source.onmsz.osz_code is
    'Code in ЕГИССО, NNNN.NNNNNN; null until ЕГИССО has given it';
comment on column egisso_source.onmsz.title is
    'Name, up to 500 characters';
comment on column egisso_source.onmsz.short_title is
    'Short name, up to 100 characters';
comment on column egisso_source.onmsz.inn is
    'ИНН, 10 digits; this and the rest may be null if osz_code is given';
comment on column egisso_source.onmsz.kpp is
    'КПП, 9 digits';
comment on column egisso_source.onmsz.ogrn is
    'ОГРН, 13 digits';
comment on column egisso_source.onmsz.legal_address is
    'Legal address, up to 500 characters';
comment on column egisso_source.onmsz.address is
    'Actual address, up to 500 characters';
comment on column egisso_source.onmsz.email is
    'One e-mail address';
comment on column egisso_source.onmsz.site_url is
    'Web site, up to 1000 characters';
comment on column egisso_source.onmsz.territories is
    'List of ОКТМО codes, strings of 8 digits';
comment on column egisso_source.onmsz.basis_number is
    'Number of the document the next application rests on, up to 20 characters';
comment on column egisso_source.onmsz.basis_date is
    'Its date';
comment on column egisso_source.onmsz.basis_name is
    'Its name, up to 200 characters; a change of the document alone is nothing to apply for';

comment on column egisso_source.organization.row_key is
    'Stable key of the record, unique in the view, at most 200 bytes, not personal data';
comment on column egisso_source.organization.record_no is
    'Number people know the record by; null means row_key';
comment on column egisso_source.organization.changed_at is
    'When the record changed last';
comment on column egisso_source.organization.changed_xid is
    'Transaction that changed the record last, pg_current_xact_id()';
comment on column egisso_source.organization.deleted is
    'True when the record is gone; the other columns may then be null';
comment on column egisso_source.organization.provider_code is
    'Code in ЕГИССО of the provider the record is sent for, NNNN.NNNNNN; null means the gateway''s own';
comment on column egisso_source.organization.title is
    'Name, up to 1000 characters';
comment on column egisso_source.organization.site_url is
    'Web site, up to 1000 characters';
comment on column egisso_source.organization.address is
    'Actual address, up to 500 characters';
comment on column egisso_source.organization.email is
    'One e-mail address';
comment on column egisso_source.organization.contacts is
    'Telephones, up to 500 characters';
comment on column egisso_source.organization.entrepreneur is
    'True for an entrepreneur, false for a legal person';
comment on column egisso_source.organization.inn is
    'ИНН: 10 digits, of an entrepreneur 12';
comment on column egisso_source.organization.kpp is
    'КПП, 9 digits; null for an entrepreneur';
comment on column egisso_source.organization.ogrn is
    'ОГРН, 13 digits; ОГРНИП of an entrepreneur, 15';
comment on column egisso_source.organization.registration_grn is
    'Number of the entry about the registration: ГРН, 13 characters; ГРНИП of an entrepreneur, 15';
comment on column egisso_source.organization.registration_date is
    'Date of the entry or of the certificate';
comment on column egisso_source.organization.registration_authority is
    'Authority that made it, up to 500 characters';
comment on column egisso_source.organization.registration_series is
    'Series of a certificate on paper, 1 or 2 characters; null if there is only the entry';
comment on column egisso_source.organization.registration_number is
    'Number of a certificate on paper, 1 to 9 characters';
comment on column egisso_source.organization.points is
    'Where measures are provided: list of {title, address, email, contacts, note, schedule, point: {latitude, longitude}, pointMsz: [{measureKey, beginDate, endDate}]}; measureKey is a row_key of local_measure';
comment on column egisso_source.organization.documents is
    'Contracts: list of {title, number, contractor: the authority that concluded it}';
comment on column egisso_source.organization.last_changing is
    'When the organisation changed last at the provider; null means changed_at';

comment on column egisso_source.presence_point.row_key is
    'Stable key of the record, unique in the view, at most 200 bytes, not personal data';
comment on column egisso_source.presence_point.record_no is
    'Number people know the record by; null means row_key';
comment on column egisso_source.presence_point.changed_at is
    'When the record changed last';
comment on column egisso_source.presence_point.changed_xid is
    'Transaction that changed the record last, pg_current_xact_id()';
comment on column egisso_source.presence_point.deleted is
    'True when the record is gone; the other columns may then be null';
comment on column egisso_source.presence_point.provider_code is
    'Code in ЕГИССО of the provider the record is sent for, NNNN.NNNNNN; null means the gateway''s own';
comment on column egisso_source.presence_point.onmsz_code is
    'Code in ЕГИССО of the organisation that receives people here, NNNN.NNNNNN; null if the МИС does not know it yet';
comment on column egisso_source.presence_point.onmsz_key is
    'row_key of that organisation in the view onmsz: while onmsz_code is null, the point waits for the code ЕГИССО gives';
comment on column egisso_source.presence_point.title is
    'Name, up to 500 characters';
comment on column egisso_source.presence_point.address is
    'Region, district, settlement, street and house exactly, up to 500 characters: it is shown on a map';
comment on column egisso_source.presence_point.oktmo is
    'ОКТМО, 8 digits';
comment on column egisso_source.presence_point.email is
    'One e-mail address';
comment on column egisso_source.presence_point.contacts is
    'Telephones, up to 500 characters';
comment on column egisso_source.presence_point.schedule is
    'Opening hours, up to 500 characters';
comment on column egisso_source.presence_point.rules is
    'Rules for visitors, up to 1000 characters';
comment on column egisso_source.presence_point.latitude is
    'Degrees, -90 to 90';
comment on column egisso_source.presence_point.longitude is
    'Degrees, -180 to 180';
comment on column egisso_source.presence_point.measure_keys is
    'List of row_key of local_measure, strings: the measures one can apply for here';
comment on column egisso_source.presence_point.last_changing is
    'When the point changed last at the provider; null means changed_at';
