-- The classifier of measures (КМСЗ) and the dictionaries of periodicity (022) and
-- units (023), adapter/egisso/SPEC.md#classifier: private tables classifier_*, public views kmsz_*.

create table egisso.classifier_version (
    number       integer     primary key check (number > 0),
    status       smallint    not null check (status between 1 and 6),  -- adapter/egisso/SPEC.md#version-status
    start_date   timestamptz not null,
    finish_date  timestamptz,
    document     text        not null,
    note         text        not null default '',
    hash         bytea       not null,                 -- of the content, whatever the status
    source       text        not null check (source in ('10.02.I', '10.01.O', 'file')),
    body         bytea       not null,                 -- the document it came in
    received_at  timestamptz not null default now(),   -- this content
    activated_at timestamptz                           -- when the gateway learnt that it is active
);
create unique index classifier_version_active on egisso.classifier_version (status) where status = 5;

-- Items of the facets but the rules, in the order of the document.
create table egisso.classifier_position (
    version  integer not null references egisso.classifier_version,
    facet    text    not null check (facet in ('reestrMSZ', 'partsKMSZ', 'listCategories', 'levelsNPA', 'fundingSources', 'provisionForms')),
    ordinal  integer not null,
    code     text    not null,
    name     text    not null,
    parent   text    not null default '',
    repeated boolean not null,                         -- the facet names the code earlier; the schema does not forbid it
    primary key (version, facet, ordinal)
);
create unique index classifier_position_code on egisso.classifier_position (version, facet, code) where not repeated;

-- Legal acts of the rules of a version, each once.
create table egisso.classifier_act (
    version   integer not null references egisso.classifier_version,
    ordinal   integer not null,
    number    text    not null,
    title     text    not null,
    date      date    not null,
    authority text    not null,
    primary key (version, ordinal)
);

create table egisso.classifier_rule (
    version  integer   not null references egisso.classifier_version,
    ordinal  integer   not null,
    msz      text      not null,
    category text      not null,
    level    text      not null,
    source   text      not null,
    form     text      not null,
    part     text      not null,
    acts     integer[] not null,                       -- ordinals of classifier_act
    code     text      not null generated always as
             (msz || '.' || category || '.' || level || '.' || source || '.' || form || '.' || part) stored,  -- adapter/egisso/SPEC.md#classifier-structure
    primary key (version, ordinal)
);
create index classifier_rule_code on egisso.classifier_rule (version, code);

create table egisso.classifier_periodicity (
    ordinal     integer     primary key,
    code        text        not null,
    title       text        not null,
    start_date  timestamptz not null,
    finish_date timestamptz
);

create table egisso.classifier_unit (
    ordinal     integer     primary key,
    code        text        not null,
    title       text        not null,
    short_title text        not null default '',
    okei        text        not null default '',
    start_date  timestamptz not null,
    finish_date timestamptz
);

-- What the copies in memory and the findings below were made from.
create table egisso.classifier_state (
    id               boolean primary key default true check (id),
    revision         bigint  not null default 0,       -- grows with every change of the classifier
    units            bigint  not null default 0,       -- revision of the last change of the units
    checked_revision bigint  not null default 0,       -- records were checked again by this one
    checked_basis    text    not null default ''       -- this and the local measures it was compared with
);
insert into egisso.classifier_state default values;

-- What is to be asked by 10.02.I, and when it was.
create table egisso.classifier_request (
    classifier  text primary key check (classifier in ('010', '022', '023')),
    wanted_at   timestamptz,                           -- null: nobody wants it
    wanted_by   text        not null default '',
    reason      text        not null default '',       -- Russian
    package_id  uuid        references egisso.package, -- the last request
    asked_at    timestamptz,                           -- when it was formed
    tries       integer     not null default 0,        -- requests since the last answer
    next_at     timestamptz not null default now(),
    received_at timestamptz                            -- last answer that could be used
);
insert into egisso.classifier_request (classifier) values ('010'), ('022'), ('023');

-- What came of messages about the classifier, for people.
create table egisso.classifier_note (
    id     bigint generated always as identity primary key,
    at     timestamptz not null default now(),
    source text        not null,
    note   text        not null                        -- Russian
);

-- Local measures that do not pass a version that is or will be in force.
create table egisso.classifier_finding (
    version  integer not null references egisso.classifier_version,
    row_key  text    not null,
    position integer not null,
    code     text    not null,
    severity text    not null check (severity in ('error', 'warning')),
    field    text    not null,
    text     text    not null,
    primary key (version, row_key, position)
);

-- A request for the classifier is a package without records (adapter/egisso/SPEC.md#buttons).
alter table egisso.package
    drop constraint if exists package_register_check,
    drop constraint if exists package_record_count_check,
    add column classifier text check (classifier in ('010', '022', '023')),
    add constraint package_register_check check (register in ('lmsz', 'fact', 'organization', 'onmsz', 'point', 'kmsz')),
    add constraint package_record_count_check check (case register when 'kmsz' then record_count = 0 else record_count between 1 and 1000 end),
    add constraint package_asks check ((register = 'kmsz') = (classifier is not null));
create unique index package_classifier_open on egisso.package (classifier) where state in ('formed', 'signed', 'queued');

create or replace function egisso.register_text(register text) returns text language sql immutable as $$
    select case register
        when 'lmsz'         then 'Реестр локальных мер социальной защиты'
        when 'fact'         then 'Реестр фактов назначений'
        when 'organization' then 'Реестр организаций'
        when 'onmsz'        then 'Реестр ОНМСЗ'
        when 'point'        then 'Реестр точек присутствия ОНМСЗ'
        when 'kmsz'         then 'Запрос обновлений КМСЗ'
        else register end
$$;

create or replace view egisso.journal as
select p.id,
       p.created_at,
       egisso.register_text(p.register)   as package_type,
       nullif(p.record_count, 0)          as record_count,
       egisso.package_state_text(p.state, p.egisso_status,
           exists (select from egisso.message m where m.package_id = p.id and m.state = 'in_doubt'),
           p.queued_at is not null) as status,
       p.info,
       p.state,
       p.result,
       p.review,
       p.register,
       p.format || '-' || p.format_version as format,
       (select m.id from egisso.message m where m.package_id = p.id
         order by m.created_at desc limit 1) as message_id,
       p.signed_at,
       p.queued_at,
       p.closed_at,
       p.provider
from egisso.package p;

-- Public views.

create function egisso.classifier_text(code text) returns text language sql immutable as $$
    select case code when '010' then 'КМСЗ' when '022' then 'Периодичность предоставления' when '023' then 'Единицы измерения' else code end
$$;

create function egisso.classifier_status_text(status smallint) returns text language sql immutable as $$
    select (array['Проект', 'В процессе публикации', 'Опубликована', 'В процессе активации', 'Активна', 'Архив'])[status]
$$;

create view egisso.kmsz_versions as
select v.number                                  as version,
       egisso.classifier_status_text(v.status)   as status,
       v.status = 5                              as active,
       v.start_date, v.finish_date, v.document, v.note,
       v.source, v.received_at, v.activated_at,
       p.measures, p.parts, p.categories, p.levels, p.funding, p.forms,
       (select count(*) from egisso.classifier_rule r where r.version = v.number) as rules
  from egisso.classifier_version v
  left join lateral (
       select count(*) filter (where facet = 'reestrMSZ')      as measures,
              count(*) filter (where facet = 'partsKMSZ')      as parts,
              count(*) filter (where facet = 'listCategories') as categories,
              count(*) filter (where facet = 'levelsNPA')      as levels,
              count(*) filter (where facet = 'fundingSources') as funding,
              count(*) filter (where facet = 'provisionForms') as forms
         from egisso.classifier_position where version = v.number) p on true;
comment on view egisso.kmsz_versions is 'Версии классификатора мер социальной защиты (КМСЗ), известные шлюзу, и число позиций в них';
comment on column egisso.kmsz_versions.active is 'Действующая версия: такая одна';
comment on column egisso.kmsz_versions.source is 'Откуда получена: 10.02.I — по запросу, 10.01.O — рассылка ЕГИССО, file — загружена из файла';
comment on column egisso.kmsz_versions.activated_at is 'Когда шлюз узнал, что версия активна';

-- One view for each facet, of one shape.
do $$
declare
    f record;
begin
    for f in select * from (values
        ('kmsz_measures',   'reestrMSZ',      'Реестр МСЗ: типовые меры'),
        ('kmsz_parts',      'partsKMSZ',      'Структура КМСЗ: разделы'),
        ('kmsz_categories', 'listCategories', 'Категории получателей'),
        ('kmsz_levels',     'levelsNPA',      'Уровни регулирования'),
        ('kmsz_funding',    'fundingSources', 'Уровень финансирования: источники и их суммы'),
        ('kmsz_forms',      'provisionForms', 'Формы предоставления')) as t(view_name, facet, title) loop
        execute format($view$
            create view egisso.%I as
            select p.version, v.status = 5 as active, p.code, p.name, nullif(p.parent, '') as parent_code
              from egisso.classifier_position p join egisso.classifier_version v on v.number = p.version
             where p.facet = %L $view$, f.view_name, f.facet);
        execute format('comment on view egisso.%I is %L', f.view_name, 'КМСЗ. ' || f.title || ' каждой версии; active — действующая версия');
    end loop;
end $$;

create view egisso.kmsz_rules as
select r.version,
       v.status = 5 as active,
       r.code,
       r.msz      as measure_code,  m.name as measure_name,
       r.category as category_code, c.name as category_name,
       r.level    as level_code,    l.name as level_name,
       r.source   as funding_code,  s.name as funding_name,
       r.form     as form_code,     f.name as form_name,
       r.part     as part_code,     p.name as part_name,
       (select string_agg(a.title || ' от ' || to_char(a.date, 'DD.MM.YYYY') || ' № ' || a.number || ' (' || a.authority || ')', '; ' order by u.n)
          from unnest(r.acts) with ordinality u(act, n)
          join egisso.classifier_act a on a.version = r.version and a.ordinal = u.act) as acts
  from egisso.classifier_rule r
  join egisso.classifier_version v on v.number = r.version
  left join egisso.classifier_position m on m.version = r.version and m.facet = 'reestrMSZ'      and m.code = r.msz      and not m.repeated
  left join egisso.classifier_position c on c.version = r.version and c.facet = 'listCategories' and c.code = r.category and not c.repeated
  left join egisso.classifier_position l on l.version = r.version and l.facet = 'levelsNPA'      and l.code = r.level    and not l.repeated
  left join egisso.classifier_position s on s.version = r.version and s.facet = 'fundingSources' and s.code = r.source   and not s.repeated
  left join egisso.classifier_position f on f.version = r.version and f.facet = 'provisionForms' and f.code = r.form     and not f.repeated
  left join egisso.classifier_position p on p.version = r.version and p.facet = 'partsKMSZ'      and p.code = r.part     and not p.repeated;
comment on view egisso.kmsz_rules is 'КМСЗ. Правила: какие сочетания меры, категории, уровня, источника, формы и раздела допустимы';
comment on column egisso.kmsz_rules.code is 'Код правила: мера.категория.уровень.источник.форма.раздел';
comment on column egisso.kmsz_rules.acts is 'Нормативные правовые акты правила через точку с запятой';

create view egisso.kmsz_periodicity as
select code, title, start_date, finish_date from egisso.classifier_periodicity;
comment on view egisso.kmsz_periodicity is 'Справочник 022: периодичность предоставления мер';

create view egisso.kmsz_units as
select code, title, nullif(short_title, '') as short_title, nullif(okei, '') as okei_code, start_date, finish_date
  from egisso.classifier_unit;
comment on view egisso.kmsz_units is 'Справочник 023: единицы измерения ЕГИССО и их коды ОКЕИ';

create view egisso.kmsz_invalid as
select f.version,
       egisso.classifier_status_text(v.status) as version_status,
       v.status = 5                            as active,
       v.start_date,
       f.row_key,
       s.record_no,
       coalesce(s.accepted_content, s.content) ->> 'title' as title,
       f.code,
       case f.severity when 'error' then 'Ошибка' else 'Предупреждение' end as finding_type,
       f.text                                  as comment
  from egisso.classifier_finding f
  join egisso.classifier_version v on v.number = f.version
  left join egisso.source_row s on s.register = 'lmsz' and s.row_key = f.row_key;
comment on view egisso.kmsz_invalid is
    'Наши ЛМСЗ, которые не соответствуют действующей версии КМСЗ или опубликованной, которая вступит в силу позже';

create view egisso.kmsz_requests as
select r.classifier,
       egisso.classifier_text(r.classifier) as title,
       r.wanted_at is not null              as requested,
       r.wanted_at                          as requested_at,
       r.reason,
       r.asked_at,
       r.received_at,
       r.package_id
  from egisso.classifier_request r;
comment on view egisso.kmsz_requests is
    'Запросы КМСЗ (010) и справочников (022, 023): что запрошено, когда уходил запрос и когда получен последний ответ';

-- Functions and notifications. Channel egisso_kmsz: 'changed' or 'requested'.

create function egisso.request_kmsz_update() returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    -- What is on its way already is not asked twice.
    update egisso.classifier_request r
       set wanted_at = coalesce(r.wanted_at, clock_timestamp()), wanted_by = session_user,
           reason = 'Запрошено пользователем', tries = 0, next_at = clock_timestamp()
     where not exists (select from egisso.package p
                        where p.classifier = r.classifier and p.state in ('formed', 'signed', 'queued'));
end $$;
revoke all on function egisso.request_kmsz_update() from public;
comment on function egisso.request_kmsz_update() is
    'Запросить обновления КМСЗ: действующую версию и справочники периодичности и единиц измерения';

create function egisso.notify_classifier() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_kmsz', tg_argv[0]);
    return null;
end $$;
create trigger notify_classifier after update of revision on egisso.classifier_state
    for each row execute function egisso.notify_classifier('changed');
create trigger notify_classifier after update of wanted_at on egisso.classifier_request
    for each row when (new.wanted_at is not null) execute function egisso.notify_classifier('requested');
