set client_encoding = 'UTF8';
-- Представления для шлюза ЕГИССО: написано командой egissogw scaffold по ответам и каталогу базы МИС.
-- Выполняет администратор МИС под ролью, которой принадлежат таблицы:
--   psql -v ON_ERROR_STOP=1 -f ЭТОТ_ФАЙЛ база_мис
-- Повторное выполнение ничего не меняет, данные МИС не меняются. Пока создаются индексы и триггеры, запись в их
-- таблицы ждёт: на больших таблицах выполняйте вне часов приёма. Нужен PostgreSQL 14 или новее.

begin;
set local search_path = pg_catalog, pg_temp;
set local standard_conforming_strings = on;

create schema if not exists "egisso_source";
-- Внимание: строка 30, local_measure.title: столбец naim — bytea: читается как текст в UTF8; другую кодировку называет ответ bytea_encoding
-- Внимание: fact.join.chelovek: нет индекса: при каждом изменении registr.chelovek таблица lgota.naznachenie читается целиком; если таблица велика: create index on "lgota"."naznachenie" ("chelovek")
-- Внимание: fact.join.org: нет индекса: при каждом изменении lgota.organizaciya таблица lgota.naznachenie читается целиком; если таблица велика: create index on "lgota"."naznachenie" ("organizaciya")

-- Журнал изменений: строка на каждое изменение записи или того, что показывает её представление. Триггеры
-- только добавляют строки, и транзакции МИС не ждут на нём друг друга.

create schema if not exists "egisso_log";

create table if not exists "egisso_log".change (
    id          bigint generated always as identity,
    register    text not null,
    row_key     text not null,
    changed_at  timestamptz not null default now(),
    changed_xid xid8 not null default pg_current_xact_id(),
    primary key (register, row_key, changed_xid, id)
);
create index if not exists change_poll on "egisso_log".change (register, changed_xid, row_key);

-- С какого времени журнал ведётся: время изменения записей, о которых в нём ничего нет.
create table if not exists "egisso_log".started (
    at timestamptz not null default now()
);
insert into "egisso_log".started select now() where not exists (select from "egisso_log".started);

-- До какой транзакции убраны последние строки ключей: кто не прочёл их раньше, мог пропустить удаления.
create table if not exists "egisso_log".trimmed (
    register    text primary key,
    trimmed_xid xid8 not null,
    trimmed_at  timestamptz not null default now()
);
create or replace view "egisso_source".change_log as
select register, trimmed_xid from "egisso_log".trimmed;

-- Последнее изменение каждого ключа.
create or replace view "egisso_log".newest as
select c.register, c.row_key, c.changed_at, c.changed_xid
  from "egisso_log".change c
 where c.id = (select n.id from "egisso_log".change n
                where n.register = c.register and n.row_key = c.row_key
                order by n.changed_xid desc, n.id desc limit 1);

-- Чистка, раз в сутки от имени владельца: select "egisso_log".trim_changes();
-- Убирает строки, у которых есть более новая с тем же ключом, и последние, если они старше срока.
create or replace function "egisso_log".trim_changes(keep interval default '30 days') returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $egisso$
    with old as (
        select c.register, c.row_key, c.changed_xid, c.id,
               c.id = (select n.id from "egisso_log".change n
                        where n.register = c.register and n.row_key = c.row_key
                        order by n.changed_xid desc, n.id desc limit 1) as newest
          from "egisso_log".change c
         where c.changed_xid < pg_snapshot_xmin(pg_current_snapshot())),
    gone as (
        delete from "egisso_log".change c using old
         where (c.register, c.row_key, c.changed_xid, c.id) = (old.register, old.row_key, old.changed_xid, old.id)
           and (not old.newest or c.changed_at < now() - keep)
        returning c.register, c.changed_xid, old.newest),
    noted as (
        insert into "egisso_log".trimmed as t (register, trimmed_xid)
        select register, max(changed_xid::text::numeric)::text::xid8 from gone where newest group by register
        on conflict (register) do update
           set trimmed_xid = excluded.trimmed_xid, trimmed_at = excluded.trimmed_at
         where t.trimmed_xid < excluded.trimmed_xid)
    select count(*) from gone;
$egisso$;
revoke execute on function "egisso_log".trim_changes(interval) from public;

-- Реестр ОНМСЗ: запись — строка lgota.organizaciya.

create or replace view "egisso_log"."onmsz_keys" as
select n.row_key, n.row_key::"public"."citext" as id, n.changed_at, n.changed_xid
  from "egisso_log".newest n
 where n.register = 'onmsz'
union all
select "t"."kod"::text, "t"."kod", s.at, null
  from "lgota"."organizaciya" "t" cross join "egisso_log".started s
 where (select true from "egisso_log".change c where c.register = 'onmsz' and c.row_key = "t"."kod"::text limit 1) is null;
create index if not exists "egisso_organizaciya_row_key" on "lgota"."organizaciya" (("kod"::text));

create or replace view "egisso_source"."onmsz" as
select c.row_key as row_key, -- ключ записи
       c.row_key as record_no, -- номер записи
       c.changed_at as changed_at, -- время изменения
       "t"."kod" is null or coalesce(("t"."zakryta" = B'1'), false) as deleted, -- признак удаления
       null::text as provider_code, -- код поставщика, от имени которого передаётся запись: нет данных
       "t"."kod_egisso"::text as osz_code, -- код ОНМСЗ в ЕГИССО; пусто, пока не присвоен
       "t"."naim"::text as title, -- наименование
       null::text as short_title, -- сокращённое наименование: нет данных
       trim_scale("t"."inn")::text as inn, -- ИНН
       to_char("t"."kpp", 'FM000000000') as kpp, -- КПП
       "t"."ogrn"::text as ogrn, -- ОГРН
       "t"."adres" as legal_address, -- юридический адрес
       "t"."adres" as address, -- фактический адрес
       "t"."pochta"::text as email, -- e-mail
       null::text as site_url, -- адрес сайта: нет данных
       (select jsonb_agg(e.value::text order by e.place) from unnest("t"."oktmo") with ordinality as e(value, place)) as territories, -- территории действия (ОКТМО)
       "t"."osnovanie" as basis_number, -- номер документа-основания заявки
       to_date(nullif(btrim("t"."data_osn"::text), ''), 'DD.MM.YYYY') as basis_date, -- дата документа-основания заявки
       'О передаче полномочий'::text as basis_name, -- наименование документа-основания заявки
       c.changed_xid as changed_xid -- транзакция изменения
  from "egisso_log"."onmsz_keys" c
  left join "lgota"."organizaciya" "t" on "t"."kod" operator("public".=) c.id;

create or replace function "egisso_log"."onmsz_t_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'onmsz', "t"."kod"::text
          from new_rows "t";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'onmsz', "t"."kod"::text
          from old_rows "t";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'onmsz', "t"."kod"::text
          from ((select "kod", "kod"::text as "kod (text)", "kod_egisso", "naim", "inn", "kpp", "ogrn", "adres", "pochta", "pochta"::text as "pochta (text)", "oktmo", "osnovanie", "data_osn", "zakryta" from new_rows except select "kod", "kod"::text as "kod (text)", "kod_egisso", "naim", "inn", "kpp", "ogrn", "adres", "pochta", "pochta"::text as "pochta (text)", "oktmo", "osnovanie", "data_osn", "zakryta" from old_rows)
               union all (select "kod", "kod"::text as "kod (text)", "kod_egisso", "naim", "inn", "kpp", "ogrn", "adres", "pochta", "pochta"::text as "pochta (text)", "oktmo", "osnovanie", "data_osn", "zakryta" from old_rows except select "kod", "kod"::text as "kod (text)", "kod_egisso", "naim", "inn", "kpp", "ogrn", "adres", "pochta", "pochta"::text as "pochta (text)", "oktmo", "osnovanie", "data_osn", "zakryta" from new_rows)) "t";
    else
        insert into "egisso_log".change (register, row_key)
        select distinct 'onmsz', "t"."kod"::text
          from "lgota"."organizaciya" "t";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_onmsz_t_inserted" after insert on "lgota"."organizaciya" referencing new table as new_rows
    for each statement execute function "egisso_log"."onmsz_t_changed"();
create or replace trigger "egisso_onmsz_t_updated" after update on "lgota"."organizaciya" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."onmsz_t_changed"();
create or replace trigger "egisso_onmsz_t_deleted" after delete on "lgota"."organizaciya" referencing old table as old_rows
    for each statement execute function "egisso_log"."onmsz_t_changed"();
create or replace trigger "egisso_onmsz_truncated" before truncate on "lgota"."organizaciya"
    for each statement execute function "egisso_log"."onmsz_t_changed"();

-- Реестр локальных мер социальной защиты: запись — строка lgota.mera.

create or replace view "egisso_log"."local_measure_keys" as
select n.row_key, decode(n.row_key, 'hex') as id, n.changed_at, n.changed_xid
  from "egisso_log".newest n
 where n.register = 'local_measure'
union all
select encode("t"."id", 'hex'), "t"."id", s.at, null
  from "lgota"."mera" "t" cross join "egisso_log".started s
 where (select true from "egisso_log".change c where c.register = 'local_measure' and c.row_key = encode("t"."id", 'hex') limit 1) is null;
create index if not exists "egisso_mera_row_key" on "lgota"."mera" ((encode("id", 'hex')));

create or replace view "egisso_source"."local_measure" as
select c.row_key as row_key, -- ключ записи
       "t"."kod"::text as record_no, -- номер записи
       c.changed_at as changed_at, -- время изменения
       "t"."id" is null or coalesce(case "t"."arhiv"::text when 'Д' then 'true'::boolean when 'Н' then 'false'::boolean end, false) as deleted, -- признак удаления
       null::text as provider_code, -- код поставщика, от имени которого передаётся запись: нет данных
       "t"."kod"::text as code, -- код ЛМСЗ
       convert_from("t"."naim", 'UTF8') as title, -- наименование
       "t"."data_nach" as date_enact, -- начало действия
       "t"."data_okonch" as date_expiration, -- окончание действия
       to_char("t"."periodichnost", 'FM00') as periodicity_code, -- периодичность
       to_char("t"."razdel", 'FM000000') as part_kmsz, -- раздел КМСЗ
       to_char("t"."tip", 'FM0000') as msz, -- типовая МСЗ
       "t"."forma"::text as provision_form, -- форма предоставления
       to_char("t"."uroven", 'FM00') as level_npa, -- уровень регулирования
       (select jsonb_agg(jsonb_build_object(
                  'key', "categories"."nomer"::text,
                  'title', "categories"."naim"::text,
                  'codeCategoryKMSZ', to_char("categories"."kmsz", 'FM00000000'),
                  'needsCriteria', (select jsonb_agg(jsonb_build_object(
                      'code', case "categories_needsCriteria"."kod"::text when '1' then '000001'::text when '2' then '000002'::text end,
                      'date', "categories_needsCriteria"."data"::date) order by "categories_needsCriteria"."mera", "categories_needsCriteria"."nomer", "categories_needsCriteria"."kod")
                  from "lgota"."mera_kriterii" "categories_needsCriteria"
                 where "categories_needsCriteria"."mera" = "t"."id" and "categories_needsCriteria"."nomer" = "categories"."nomer")) order by "categories"."mera", "categories"."nomer")
              from "lgota"."mera_kategoriya" "categories"
             where "categories"."mera" = "t"."id") as categories, -- категории получателей
       (select jsonb_agg(jsonb_build_object(
                  'codeFundingSource', to_char("cofinancing"."istochnik", 'FM0000'),
                  'quota', "cofinancing"."dolya"::numeric) order by "cofinancing"."mera", "cofinancing"."istochnik")
              from "lgota"."mera_finansy" "cofinancing"
             where "cofinancing"."mera" = "t"."id") as cofinancing, -- источники и доли финансирования
       null::text as estimation, -- расчётная сумма: нет данных
       (select jsonb_agg(to_char(e.value, 'FM00000000') order by e.place) from unnest("t"."oktmo") with ordinality as e(value, place)) as territories, -- территории действия (ОКТМО)
       (select jsonb_agg(jsonb_build_object(
                  'number', "reasons"."nomer",
                  'date', to_date(nullif(btrim("reasons"."data"::text), ''), 'DD.MM.YYYY'),
                  'title', "reasons"."naim",
                  'authority', "reasons"."organ",
                  'url', "reasons"."ssylka") order by "reasons"."mera", "reasons"."nomer")
              from "lgota"."akt" "reasons"
             where "reasons"."mera" = "t"."id") as reasons, -- нормативные правовые акты
       to_char("t"."kbk", 'FM00000000000000000000') as kbk, -- КБК
       null::text as frgu_code, -- код услуги в ФРГУ: нет данных
       null::text as frgu_purpose, -- код цели в ФРГУ: нет данных
       "t"."osnovanie" as cases, -- основание
       "t"."usloviya" as conditions, -- условия
       jsonb_build_array(jsonb_build_object(
                  'method', '01'::text)) as methods, -- способы обращения
       (select jsonb_agg(e.value::integer order by e.place) from unnest("t"."sposob") with ordinality as e(value, place)) as forms_request, -- формы обращения
       '[1]'::jsonb as forms_receive, -- формы получения результата
       (select jsonb_agg(jsonb_build_object(
                  'documentTypeName', "documents"."naim",
                  'documentOrigin', 'оригинал'::text,
                  'documentQ', "documents"."kolvo"::integer,
                  'documentNess', ("documents"."obyazatelen" <> 0)) order by "documents"."mera", "documents"."naim")
              from "lgota"."mera_dokument" "documents"
             where "documents"."mera" = "t"."id") as documents, -- перечень документов
       null::jsonb as steps, -- порядок получения: нет данных
       "t"."semeinaya"::integer as family_sign, -- признак семейной меры
       'true'::boolean as inherit_facts, -- факты прежней версии переходят к новой
       null::boolean as inherit_oszn_points, -- точки присутствия ОСЗН переходят к новой версии: нет данных
       null::boolean as inherit_organization_points, -- точки присутствия организаций переходят к новой версии: нет данных
       null::integer as basis_person_living, -- статус лица-основания: нет данных
       null::timestamptz as last_changing, -- дата последнего изменения: нет данных
       c.changed_xid as changed_xid -- транзакция изменения
  from "egisso_log"."local_measure_keys" c
  left join "lgota"."mera" "t" on "t"."id" = c.id;

create or replace function "egisso_log"."local_measure_t_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from new_rows "t";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from old_rows "t";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from ((select "id", "kod", "naim", "data_nach", "data_okonch", "periodichnost", "razdel", "tip", "forma", "uroven", "kbk", "osnovanie", "usloviya", "oktmo", "sposob", "semeinaya", "arhiv" from new_rows except select "id", "kod", "naim", "data_nach", "data_okonch", "periodichnost", "razdel", "tip", "forma", "uroven", "kbk", "osnovanie", "usloviya", "oktmo", "sposob", "semeinaya", "arhiv" from old_rows)
               union all (select "id", "kod", "naim", "data_nach", "data_okonch", "periodichnost", "razdel", "tip", "forma", "uroven", "kbk", "osnovanie", "usloviya", "oktmo", "sposob", "semeinaya", "arhiv" from old_rows except select "id", "kod", "naim", "data_nach", "data_okonch", "periodichnost", "razdel", "tip", "forma", "uroven", "kbk", "osnovanie", "usloviya", "oktmo", "sposob", "semeinaya", "arhiv" from new_rows)) "t";
    else
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_t_inserted" after insert on "lgota"."mera" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_t_changed"();
create or replace trigger "egisso_local_measure_t_updated" after update on "lgota"."mera" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_t_changed"();
create or replace trigger "egisso_local_measure_t_deleted" after delete on "lgota"."mera" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_t_changed"();
create or replace trigger "egisso_local_measure_truncated" before truncate on "lgota"."mera"
    for each statement execute function "egisso_log"."local_measure_t_changed"();

create or replace function "egisso_log"."local_measure_categories_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join new_rows "categories" on "categories"."mera" = "t"."id";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join old_rows "categories" on "categories"."mera" = "t"."id";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join ((select "mera", "nomer", "naim", "naim"::text as "naim (text)", "kmsz" from new_rows except select "mera", "nomer", "naim", "naim"::text as "naim (text)", "kmsz" from old_rows)
               union all (select "mera", "nomer", "naim", "naim"::text as "naim (text)", "kmsz" from old_rows except select "mera", "nomer", "naim", "naim"::text as "naim (text)", "kmsz" from new_rows)) "categories" on "categories"."mera" = "t"."id";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_categories_inserted" after insert on "lgota"."mera_kategoriya" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_categories_changed"();
create or replace trigger "egisso_local_measure_categories_updated" after update on "lgota"."mera_kategoriya" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_categories_changed"();
create or replace trigger "egisso_local_measure_categories_deleted" after delete on "lgota"."mera_kategoriya" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_categories_changed"();

create or replace function "egisso_log"."local_measure_categories_needsCriteria_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join "lgota"."mera_kategoriya" "categories" on "categories"."mera" = "t"."id"
          join new_rows "categories_needsCriteria" on "categories_needsCriteria"."mera" = "t"."id" and "categories_needsCriteria"."nomer" = "categories"."nomer";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join "lgota"."mera_kategoriya" "categories" on "categories"."mera" = "t"."id"
          join old_rows "categories_needsCriteria" on "categories_needsCriteria"."mera" = "t"."id" and "categories_needsCriteria"."nomer" = "categories"."nomer";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join "lgota"."mera_kategoriya" "categories" on "categories"."mera" = "t"."id"
          join ((select "mera", "nomer", "kod", "data" from new_rows except select "mera", "nomer", "kod", "data" from old_rows)
               union all (select "mera", "nomer", "kod", "data" from old_rows except select "mera", "nomer", "kod", "data" from new_rows)) "categories_needsCriteria" on "categories_needsCriteria"."mera" = "t"."id" and "categories_needsCriteria"."nomer" = "categories"."nomer";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_categories_needsCriteria_inserted" after insert on "lgota"."mera_kriterii" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_categories_needsCriteria_changed"();
create or replace trigger "egisso_local_measure_categories_needsCriteria_updated" after update on "lgota"."mera_kriterii" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_categories_needsCriteria_changed"();
create or replace trigger "egisso_local_measure_categories_needsCriteria_deleted" after delete on "lgota"."mera_kriterii" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_categories_needsCriteria_changed"();

create or replace function "egisso_log"."local_measure_cofinancing_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join new_rows "cofinancing" on "cofinancing"."mera" = "t"."id";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join old_rows "cofinancing" on "cofinancing"."mera" = "t"."id";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join ((select "mera", "istochnik", "dolya" from new_rows except select "mera", "istochnik", "dolya" from old_rows)
               union all (select "mera", "istochnik", "dolya" from old_rows except select "mera", "istochnik", "dolya" from new_rows)) "cofinancing" on "cofinancing"."mera" = "t"."id";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_cofinancing_inserted" after insert on "lgota"."mera_finansy" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_cofinancing_changed"();
create or replace trigger "egisso_local_measure_cofinancing_updated" after update on "lgota"."mera_finansy" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_cofinancing_changed"();
create or replace trigger "egisso_local_measure_cofinancing_deleted" after delete on "lgota"."mera_finansy" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_cofinancing_changed"();

create or replace function "egisso_log"."local_measure_reasons_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join new_rows "reasons" on "reasons"."mera" = "t"."id";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join old_rows "reasons" on "reasons"."mera" = "t"."id";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join ((select "mera", "nomer", "data", "naim", "organ", "ssylka" from new_rows except select "mera", "nomer", "data", "naim", "organ", "ssylka" from old_rows)
               union all (select "mera", "nomer", "data", "naim", "organ", "ssylka" from old_rows except select "mera", "nomer", "data", "naim", "organ", "ssylka" from new_rows)) "reasons" on "reasons"."mera" = "t"."id";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_reasons_inserted" after insert on "lgota"."akt" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_reasons_changed"();
create or replace trigger "egisso_local_measure_reasons_updated" after update on "lgota"."akt" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_reasons_changed"();
create or replace trigger "egisso_local_measure_reasons_deleted" after delete on "lgota"."akt" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_reasons_changed"();

create or replace function "egisso_log"."local_measure_documents_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join new_rows "documents" on "documents"."mera" = "t"."id";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join old_rows "documents" on "documents"."mera" = "t"."id";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'local_measure', encode("t"."id", 'hex')
          from "lgota"."mera" "t"
          join ((select "mera", "naim", "kolvo", "obyazatelen" from new_rows except select "mera", "naim", "kolvo", "obyazatelen" from old_rows)
               union all (select "mera", "naim", "kolvo", "obyazatelen" from old_rows except select "mera", "naim", "kolvo", "obyazatelen" from new_rows)) "documents" on "documents"."mera" = "t"."id";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_local_measure_documents_inserted" after insert on "lgota"."mera_dokument" referencing new table as new_rows
    for each statement execute function "egisso_log"."local_measure_documents_changed"();
create or replace trigger "egisso_local_measure_documents_updated" after update on "lgota"."mera_dokument" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."local_measure_documents_changed"();
create or replace trigger "egisso_local_measure_documents_deleted" after delete on "lgota"."mera_dokument" referencing old table as old_rows
    for each statement execute function "egisso_log"."local_measure_documents_changed"();

-- Реестр фактов назначений: запись — строка lgota.naznachenie.

create or replace view "egisso_log"."fact_keys" as
select n.row_key, n.row_key::"pg_catalog"."uuid" as id, n.changed_at, n.changed_xid
  from "egisso_log".newest n
 where n.register = 'fact'
union all
select "t"."nomer_zapisi"::text, "t"."nomer_zapisi", coalesce(("t"."izmeneno" at time zone 'Asia/Yekaterinburg'), s.at), null
  from "lgota"."naznachenie" "t" cross join "egisso_log".started s
 where (select true from "egisso_log".change c where c.register = 'fact' and c.row_key = "t"."nomer_zapisi"::text limit 1) is null;
create index if not exists "egisso_naznachenie_row_key" on "lgota"."naznachenie" (("nomer_zapisi"::text));

create or replace view "egisso_source"."fact" as
select c.row_key as row_key, -- ключ записи
       "t"."nomer" as record_no, -- номер записи
       c.changed_at as changed_at, -- время изменения
       "t"."nomer_zapisi" is null or coalesce(case "t"."sostoyanie"::text when 'действует' then 'false'::boolean else 'true'::boolean end, false) as deleted, -- признак удаления
       null::text as provider_code, -- код поставщика, от имени которого передаётся запись: нет данных
       "org"."kod_egisso"::text as osz_code, -- код ОНМСЗ в ЕГИССО
       "org"."kod"::text as osz_key, -- ключ ОНМСЗ (строка представления onmsz): кода ещё нет
       translate("chelovek"."snils"::text, '- ', '') as receiver_snils, -- СНИЛС получателя
       "chelovek"."fam"::text as receiver_family_name, -- фамилия получателя
       "chelovek"."imya"::text as receiver_first_name, -- имя получателя
       "chelovek"."otch"::text as receiver_patronymic, -- отчество получателя
       null::text as receiver_maiden_family_name, -- фамилия получателя при рождении: нет данных
       case "chelovek"."pol"::text when 'м' then 'Male'::text when 'ж' then 'Female'::text end as receiver_gender, -- пол получателя
       "chelovek"."DataRozhd"::date as receiver_birth_date, -- дата рождения получателя
       null::text as receiver_birth_place, -- место рождения получателя: нет данных
       null::text as receiver_phone_number, -- телефон получателя: нет данных
       to_char("chelovek"."grazhdanstvo", 'FM000') as receiver_citizenship, -- гражданство получателя
       null::jsonb as receiver_identity_doc, -- документ, удостоверяющий личность получателя: нет данных
       null::jsonb as receiver_permanent_residence, -- адрес постоянного проживания получателя: нет данных
       null::jsonb as receiver_temporary_residence, -- адрес временного проживания получателя: нет данных
       null::jsonb as receiver_actual_residence, -- адрес фактического проживания получателя: нет данных
       null::text as receiver_residence_permit_info, -- сведения о виде на жительство получателя: нет данных
       (select jsonb_agg(jsonb_build_object(
                  'person', jsonb_build_object(
                      'snils', translate("rod"."snils"::text, '- ', ''),
                      'familyName', "rod"."fam"::text,
                      'firstName', "rod"."imya"::text,
                      'patronymic', "rod"."otch"::text,
                      'gender', case "rod"."pol"::text when 'м' then 'Male'::text when 'ж' then 'Female'::text end,
                      'birthDate', "rod"."DataRozhd"::date)) order by "reason_persons"."naznachenie", "reason_persons"."chelovek")
              from "lgota"."rodnya" "reason_persons"
              left join "registr"."chelovek" "rod" on "rod"."id" = "reason_persons"."chelovek"
             where "reason_persons"."naznachenie" = "t"."nomer_zapisi") as reason_persons, -- лица, являющиеся основанием
       encode("map"."mera", 'hex') as measure_key, -- ключ ЛМСЗ (строка представления local_measure)
       null::text as measure_provider_code, -- код поставщика, загрузившего ЛМСЗ: нет данных
       "map"."kategoriya"::text as category_key, -- ключ категории получателей этой ЛМСЗ
       to_date(nullif(btrim("t"."data_resh"::text), ''), 'DD.MM.YYYY') as decision_date, -- дата решения
       "t"."s_kakogo"::date as date_start, -- дата начала
       "t"."po_kakoe"::date as date_finish, -- дата окончания
       null::jsonb as documents, -- документы, дающие право: нет данных
       case "map"."vid"::text when 'малоимущий' then 'true'::boolean else 'false'::boolean end as needs_used, -- признак использования критериев нуждаемости
       (select jsonb_agg(to_char(e.value, 'FM000000') order by e.place) from unnest("map"."kriterii") with ordinality as e(value, place)) as needs_codes, -- коды критериев нуждаемости
       to_char("map"."forma", 'FM00') as form, -- форма предоставления
       coalesce(case when "map"."forma"::text in ('1') then "t"."summa"::numeric end, "t"."kolvo") as amount, -- сумма или количество
       to_char("map"."edinica", 'FM00') as measure_code, -- единица измерения ЕГИССО
       null::text as okei_code, -- единица измерения ОКЕИ: нет данных
       null::boolean as monetization, -- признак монетизации: нет данных
       case when "map"."forma"::text in ('2') then nullif(concat_ws(' ', "t"."preparat"::text, "t"."doza"), '') end as content, -- содержание
       null::text as comment, -- комментарий: нет данных
       case when "map"."forma"::text in ('2') then "t"."summa"::numeric end as equivalent_amount, -- денежный эквивалент
       null::text as ending_reason, -- причина досрочного прекращения: нет данных
       null::date as ending_date, -- последний день прекращённого назначения: нет данных
       null::numeric as ending_amount, -- пересчитанная сумма в рублях: нет данных
       null::numeric as ending_quantity, -- фактически предоставленное количество: нет данных
       c.changed_xid as changed_xid -- транзакция изменения
  from "egisso_log"."fact_keys" c
  left join "lgota"."naznachenie" "t" on "t"."nomer_zapisi" = c.id
  left join "registr"."chelovek" "chelovek" on "chelovek"."id" = "t"."chelovek"
  left join "lgota"."organizaciya" "org" on "org"."kod" operator("public".=) "t"."organizaciya"
  left join "lgota"."sootvetstvie" "map" on "map"."vid" = "t"."vid";

create or replace function "egisso_log"."fact_t_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from new_rows "t";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from old_rows "t";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from ((select "nomer_zapisi", "nomer", "chelovek", "organizaciya", "organizaciya"::text as "organizaciya (text)", "vid", "data_resh", "s_kakogo", "po_kakoe", "summa", "kolvo", "preparat", "doza", "sostoyanie", "izmeneno" from new_rows except select "nomer_zapisi", "nomer", "chelovek", "organizaciya", "organizaciya"::text as "organizaciya (text)", "vid", "data_resh", "s_kakogo", "po_kakoe", "summa", "kolvo", "preparat", "doza", "sostoyanie", "izmeneno" from old_rows)
               union all (select "nomer_zapisi", "nomer", "chelovek", "organizaciya", "organizaciya"::text as "organizaciya (text)", "vid", "data_resh", "s_kakogo", "po_kakoe", "summa", "kolvo", "preparat", "doza", "sostoyanie", "izmeneno" from old_rows except select "nomer_zapisi", "nomer", "chelovek", "organizaciya", "organizaciya"::text as "organizaciya (text)", "vid", "data_resh", "s_kakogo", "po_kakoe", "summa", "kolvo", "preparat", "doza", "sostoyanie", "izmeneno" from new_rows)) "t";
    else
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_t_inserted" after insert on "lgota"."naznachenie" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_t_changed"();
create or replace trigger "egisso_fact_t_updated" after update on "lgota"."naznachenie" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_t_changed"();
create or replace trigger "egisso_fact_t_deleted" after delete on "lgota"."naznachenie" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_t_changed"();
create or replace trigger "egisso_fact_truncated" before truncate on "lgota"."naznachenie"
    for each statement execute function "egisso_log"."fact_t_changed"();

create or replace function "egisso_log"."fact_chelovek_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join new_rows "chelovek" on "chelovek"."id" = "t"."chelovek";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join old_rows "chelovek" on "chelovek"."id" = "t"."chelovek";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join ((select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd", "grazhdanstvo" from new_rows except select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd", "grazhdanstvo" from old_rows)
               union all (select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd", "grazhdanstvo" from old_rows except select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd", "grazhdanstvo" from new_rows)) "chelovek" on "chelovek"."id" = "t"."chelovek";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_chelovek_inserted" after insert on "registr"."chelovek" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_chelovek_changed"();
create or replace trigger "egisso_fact_chelovek_updated" after update on "registr"."chelovek" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_chelovek_changed"();
create or replace trigger "egisso_fact_chelovek_deleted" after delete on "registr"."chelovek" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_chelovek_changed"();

create or replace function "egisso_log"."fact_org_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join new_rows "org" on "org"."kod" operator("public".=) "t"."organizaciya";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join old_rows "org" on "org"."kod" operator("public".=) "t"."organizaciya";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join ((select "kod", "kod"::text as "kod (text)", "kod_egisso" from new_rows except select "kod", "kod"::text as "kod (text)", "kod_egisso" from old_rows)
               union all (select "kod", "kod"::text as "kod (text)", "kod_egisso" from old_rows except select "kod", "kod"::text as "kod (text)", "kod_egisso" from new_rows)) "org" on "org"."kod" operator("public".=) "t"."organizaciya";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_org_inserted" after insert on "lgota"."organizaciya" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_org_changed"();
create or replace trigger "egisso_fact_org_updated" after update on "lgota"."organizaciya" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_org_changed"();
create or replace trigger "egisso_fact_org_deleted" after delete on "lgota"."organizaciya" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_org_changed"();

create or replace function "egisso_log"."fact_map_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join new_rows "map" on "map"."vid" = "t"."vid";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join old_rows "map" on "map"."vid" = "t"."vid";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join ((select "vid", "mera", "kategoriya", "forma", "edinica", "kriterii" from new_rows except select "vid", "mera", "kategoriya", "forma", "edinica", "kriterii" from old_rows)
               union all (select "vid", "mera", "kategoriya", "forma", "edinica", "kriterii" from old_rows except select "vid", "mera", "kategoriya", "forma", "edinica", "kriterii" from new_rows)) "map" on "map"."vid" = "t"."vid";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_map_inserted" after insert on "lgota"."sootvetstvie" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_map_changed"();
create or replace trigger "egisso_fact_map_updated" after update on "lgota"."sootvetstvie" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_map_changed"();
create or replace trigger "egisso_fact_map_deleted" after delete on "lgota"."sootvetstvie" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_map_changed"();

create or replace function "egisso_log"."fact_reason_persons_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join new_rows "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join old_rows "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join ((select "naznachenie", "chelovek" from new_rows except select "naznachenie", "chelovek" from old_rows)
               union all (select "naznachenie", "chelovek" from old_rows except select "naznachenie", "chelovek" from new_rows)) "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_reason_persons_inserted" after insert on "lgota"."rodnya" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_reason_persons_changed"();
create or replace trigger "egisso_fact_reason_persons_updated" after update on "lgota"."rodnya" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_reason_persons_changed"();
create or replace trigger "egisso_fact_reason_persons_deleted" after delete on "lgota"."rodnya" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_reason_persons_changed"();

create or replace function "egisso_log"."fact_rod_changed"() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $egisso$
begin
    if tg_op = 'INSERT' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join "lgota"."rodnya" "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi"
          join new_rows "rod" on "rod"."id" = "reason_persons"."chelovek";
    elsif tg_op = 'DELETE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join "lgota"."rodnya" "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi"
          join old_rows "rod" on "rod"."id" = "reason_persons"."chelovek";
    elsif tg_op = 'UPDATE' then
        insert into "egisso_log".change (register, row_key)
        select distinct 'fact', "t"."nomer_zapisi"::text
          from "lgota"."naznachenie" "t"
          join "lgota"."rodnya" "reason_persons" on "reason_persons"."naznachenie" = "t"."nomer_zapisi"
          join ((select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd" from new_rows except select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd" from old_rows)
               union all (select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd" from old_rows except select "id", "snils", "fam", "fam"::text as "fam (text)", "imya", "imya"::text as "imya (text)", "otch", "otch"::text as "otch (text)", "pol", "DataRozhd" from new_rows)) "rod" on "rod"."id" = "reason_persons"."chelovek";
    end if;
    return null;
end
$egisso$;
create or replace trigger "egisso_fact_rod_inserted" after insert on "registr"."chelovek" referencing new table as new_rows
    for each statement execute function "egisso_log"."fact_rod_changed"();
create or replace trigger "egisso_fact_rod_updated" after update on "registr"."chelovek" referencing old table as old_rows new table as new_rows
    for each statement execute function "egisso_log"."fact_rod_changed"();
create or replace trigger "egisso_fact_rod_deleted" after delete on "registr"."chelovek" referencing old table as old_rows
    for each statement execute function "egisso_log"."fact_rod_changed"();

-- Роль, под которой читает шлюз: ей видны только представления. Пароль задаёт администратор: \password
do $egisso$
begin
    if not exists (select from pg_roles where rolname = 'egissogw_source') then
        create role "egissogw_source" login;
    end if;
end
$egisso$;
grant usage on schema "egisso_source" to "egissogw_source";
grant select on "egisso_source"."onmsz",
                "egisso_source"."local_measure",
                "egisso_source"."fact",
                "egisso_source"."change_log" to "egissogw_source";

commit;
