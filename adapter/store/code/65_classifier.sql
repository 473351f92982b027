create or replace view egisso.kmsz_versions as
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
comment on column egisso.kmsz_versions.version is 'Номер версии';
comment on column egisso.kmsz_versions.status is 'Проект, В процессе публикации, Опубликована, В процессе активации, Активна или Архив';
comment on column egisso.kmsz_versions.start_date is 'Начало действия';
comment on column egisso.kmsz_versions.finish_date is 'Окончание действия; пусто — не назначено';
comment on column egisso.kmsz_versions.document is 'Документ, которым утверждена';
comment on column egisso.kmsz_versions.note is 'Примечание ЕГИССО';
comment on column egisso.kmsz_versions.received_at is 'Когда получена';
comment on column egisso.kmsz_versions.measures is 'Сколько типовых мер';
comment on column egisso.kmsz_versions.parts is 'Сколько разделов';
comment on column egisso.kmsz_versions.categories is 'Сколько категорий';
comment on column egisso.kmsz_versions.levels is 'Сколько уровней регулирования';
comment on column egisso.kmsz_versions.funding is 'Сколько источников финансирования и их сумм';
comment on column egisso.kmsz_versions.forms is 'Сколько форм предоставления';
comment on column egisso.kmsz_versions.rules is 'Сколько правил';

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
            create or replace view egisso.%I as
            select p.version, v.status = 5 as active, p.code, p.name, nullif(p.parent, '') as parent_code
              from egisso.classifier_position p join egisso.classifier_version v on v.number = p.version
             where p.facet = %L $view$, f.view_name, f.facet);
        execute format('comment on view egisso.%I is %L', f.view_name, 'КМСЗ. ' || f.title || ' каждой версии; active — действующая версия');
    end loop;
end $$;

comment on column egisso.kmsz_measures.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_measures.active is 'Версия действует';
comment on column egisso.kmsz_measures.code is 'Код меры';
comment on column egisso.kmsz_measures.name is 'Наименование';
comment on column egisso.kmsz_measures.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_parts.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_parts.active is 'Версия действует';
comment on column egisso.kmsz_parts.code is 'Код раздела';
comment on column egisso.kmsz_parts.name is 'Наименование';
comment on column egisso.kmsz_parts.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_categories.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_categories.active is 'Версия действует';
comment on column egisso.kmsz_categories.code is 'Код категории';
comment on column egisso.kmsz_categories.name is 'Наименование';
comment on column egisso.kmsz_categories.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_levels.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_levels.active is 'Версия действует';
comment on column egisso.kmsz_levels.code is 'Код уровня';
comment on column egisso.kmsz_levels.name is 'Наименование';
comment on column egisso.kmsz_levels.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_funding.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_funding.active is 'Версия действует';
comment on column egisso.kmsz_funding.code is 'Код источника или суммы источников';
comment on column egisso.kmsz_funding.name is 'Наименование';
comment on column egisso.kmsz_funding.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_forms.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_forms.active is 'Версия действует';
comment on column egisso.kmsz_forms.code is 'Код формы';
comment on column egisso.kmsz_forms.name is 'Наименование';
comment on column egisso.kmsz_forms.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

create or replace view egisso.kmsz_rules as
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
comment on column egisso.kmsz_rules.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_rules.active is 'Версия действует';
comment on column egisso.kmsz_rules.measure_code is 'Код меры';
comment on column egisso.kmsz_rules.measure_name is 'Наименование меры';
comment on column egisso.kmsz_rules.category_code is 'Код категории';
comment on column egisso.kmsz_rules.category_name is 'Наименование категории';
comment on column egisso.kmsz_rules.level_code is 'Код уровня регулирования';
comment on column egisso.kmsz_rules.level_name is 'Наименование уровня';
comment on column egisso.kmsz_rules.funding_code is 'Код источника или суммы источников';
comment on column egisso.kmsz_rules.funding_name is 'Наименование источника';
comment on column egisso.kmsz_rules.form_code is 'Код формы предоставления';
comment on column egisso.kmsz_rules.form_name is 'Наименование формы';
comment on column egisso.kmsz_rules.part_code is 'Код раздела';
comment on column egisso.kmsz_rules.part_name is 'Наименование раздела';

create or replace view egisso.kmsz_periodicity as
select code, title, start_date, finish_date from egisso.classifier_periodicity;
comment on view egisso.kmsz_periodicity is 'Справочник 022: периодичность предоставления мер';
comment on column egisso.kmsz_periodicity.code is 'Код периодичности';
comment on column egisso.kmsz_periodicity.title is 'Наименование';
comment on column egisso.kmsz_periodicity.start_date is 'Начало действия';
comment on column egisso.kmsz_periodicity.finish_date is 'Окончание действия; пусто — действует';

create or replace view egisso.kmsz_units as
select code, title, nullif(short_title, '') as short_title, nullif(okei, '') as okei_code, start_date, finish_date
  from egisso.classifier_unit;
comment on view egisso.kmsz_units is 'Справочник 023: единицы измерения ЕГИССО и их коды ОКЕИ';
comment on column egisso.kmsz_units.code is 'Код единицы ЕГИССО';
comment on column egisso.kmsz_units.title is 'Наименование';
comment on column egisso.kmsz_units.short_title is 'Краткое наименование';
comment on column egisso.kmsz_units.okei_code is 'Код ОКЕИ; пусто — нет';
comment on column egisso.kmsz_units.start_date is 'Начало действия';
comment on column egisso.kmsz_units.finish_date is 'Окончание действия; пусто — действует';

create or replace view egisso.kmsz_invalid as
select f.version,
       egisso.classifier_status_text(v.status) as version_status,
       v.status = 5                            as active,
       v.start_date,
       f.row_key,
       s.record_no,
       coalesce(h.content, c.content::jsonb) ->> 'title' as title,
       f.code,
       case f.severity when 'error' then 'Ошибка' else 'Предупреждение' end as finding_type,
       f.text                                  as comment
  from egisso.classifier_finding f
  join egisso.classifier_version v on v.number = f.version
  left join egisso.source_row s on s.register = 'lmsz' and s.row_key = f.row_key
  left join egisso.held h on h.register = 'lmsz' and h.row_key = f.row_key
  left join egisso.source_content c on c.register = 'lmsz' and c.row_key = f.row_key;
comment on view egisso.kmsz_invalid is
    'Наши ЛМСЗ, которые не соответствуют действующей версии КМСЗ или опубликованной, которая вступит в силу позже';
comment on column egisso.kmsz_invalid.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_invalid.version_status is 'Статус версии словами';
comment on column egisso.kmsz_invalid.active is 'Версия действует; false — вступит в силу позже';
comment on column egisso.kmsz_invalid.start_date is 'Начало действия версии';
comment on column egisso.kmsz_invalid.row_key is 'Ключ ЛМСЗ в МИС';
comment on column egisso.kmsz_invalid.record_no is 'Номер ЛМСЗ, по которому её знают люди';
comment on column egisso.kmsz_invalid.title is 'Наименование ЛМСЗ';
comment on column egisso.kmsz_invalid.code is 'Код правила, например 002';
comment on column egisso.kmsz_invalid.finding_type is 'Ошибка или Предупреждение';
comment on column egisso.kmsz_invalid.comment is 'Чего нет в классификаторе';

create or replace view egisso.kmsz_requests as
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
comment on column egisso.kmsz_requests.classifier is '010 — КМСЗ, 022 — периодичность, 023 — единицы измерения';
comment on column egisso.kmsz_requests.title is 'То же словами';
comment on column egisso.kmsz_requests.requested is 'Запрос нужен и ещё не исполнен';
comment on column egisso.kmsz_requests.requested_at is 'С какого времени нужен';
comment on column egisso.kmsz_requests.reason is 'Почему запрошено';
comment on column egisso.kmsz_requests.asked_at is 'Когда запрос уходил в последний раз';
comment on column egisso.kmsz_requests.received_at is 'Когда получен последний ответ';
comment on column egisso.kmsz_requests.package_id is 'Пакет последнего запроса, см. journal.id';

-- Why a dictionary is to be asked for beside КМСЗ, Russian; '' if it need not be: it has never
-- come, or КМСЗ is another one since, a record says a code it has not, or it is old. Both
-- come at about the same time when they are asked for together.
create or replace function egisso.dictionary_needed(classifier text) returns text
language sql stable set search_path = egisso, pg_temp as $$
    select case when r.received_at is null then 'Ещё не получен'
                when exists (select from egisso.classifier_version v where v.received_at > r.received_at + interval '1 hour') then 'КМСЗ обновился'
                when exists (select from egisso.record f
                              where f.state = 'blocked' and f.state_at > r.received_at
                                and f.findings @> jsonb_build_array(jsonb_build_object('code', case r.classifier when '022' then '008' else 'L-UNIT' end)))
                     then 'В записях есть код, которого в справочнике нет'
                when r.received_at < now() - interval '30 days' then 'Получен больше 30 дней назад'
                else '' end
      from egisso.classifier_request r where r.classifier = dictionary_needed.classifier
$$;

-- Who asked is kept like every order of a person.
create or replace function egisso.request_kmsz_update() returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    -- What is on its way already is not asked twice.
    update egisso.classifier_request r
       set wanted_at = coalesce(r.wanted_at, clock_timestamp()), wanted_by = egisso.actor(),
           reason = 'Запрошено пользователем', tries = 0, next_at = clock_timestamp()
     where (r.classifier = '010' or egisso.dictionary_needed(r.classifier) <> '')
       and not exists (select from egisso.package p
                        where p.classifier = r.classifier and egisso.package_open(p.state));
    perform egisso.note_action('request_kmsz_update', null, null, null, '', 'Запрошены обновления КМСЗ');
end $$;
comment on function egisso.request_kmsz_update() is
    'Запросить обновления КМСЗ: действующую версию и те справочники периодичности и единиц измерения, которые нужно обновить';

create or replace function egisso.notify_classifier() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_kmsz', tg_argv[0]);
    return null;
end $$;

create or replace trigger notify_classifier after update of revision on egisso.classifier_state
    for each row execute function egisso.notify_classifier('changed');

create or replace trigger notify_classifier after update of wanted_at on egisso.classifier_request
    for each row when (new.wanted_at is not null) execute function egisso.notify_classifier('requested');
