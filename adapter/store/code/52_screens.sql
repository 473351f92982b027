-- Screens of the МИС, one view for each register: the columns its users know, but for those
-- about people, which the МИС has under the same row_key. Its journal is egisso.journal.
-- Every row is looked up apart, by offset 0, so that a page of a large register costs a page.

-- A day of canonical content; null for anything else.
create or replace function egisso.day_of(text text) returns date language sql immutable parallel safe as $$
    select case when text ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
                then make_date(substr(text, 1, 4)::integer, substr(text, 6, 2)::integer, substr(text, 9, 2)::integer) end
$$;

-- Who assigned a fact: the code of the organisation, or / and its key while the fact says no code.
create or replace function egisso.osz_of(content json) returns text language sql immutable parallel safe as $$
    select coalesce(nullif(btrim(content ->> 'oszCode'), ''), '/' || (content ->> 'oszKey'))
$$;

-- What the source says of a row, or else what ЕГИССО holds of it. Private, as egisso.held.
create or replace view egisso.said as
select s.register, s.row_key,
       coalesce((select c.content::jsonb from egisso.source_content c where c.register = s.register and c.row_key = s.row_key),
                s.accepted_content,
                (select coalesce(e.becomes, e.content) from egisso.element_content e where e.id = s.accepted_event and s.accepted_id is not null)) as content
  from egisso.source_row s;

create or replace view egisso.measure_list as
select s.row_key, s.record_no, s.accepted_id as id, d.content ->> 'code' as code, d.content ->> 'title' as title, w.status, w.state, w.reason,
       d.content ->> 'codeMSZ' as msz_code, egisso.day_of(d.content ->> 'dateEnact') as start_date, egisso.day_of(d.content ->> 'dateExpiration') as finish_date,
       w.package_id, s.deleted, w.updated_at
  from egisso.source_row s
  left join lateral (select d.content from egisso.said d where d.register = s.register and d.row_key = s.row_key offset 0) d on true
  left join lateral (select * from egisso.record_status r where r.register = s.register and r.row_key = s.row_key offset 0) w on true
 where s.register = 'lmsz';
comment on view egisso.measure_list is 'Экран «Реестр ЛМСЗ»: локальные меры социальной защиты';
comment on column egisso.measure_list.row_key is 'Ключ меры в МИС';
comment on column egisso.measure_list.record_no is 'Номер, по которому меру знают люди';
comment on column egisso.measure_list.id is 'Идентификатор: UUID версии меры, принятой ЕГИССО; пусто — её там нет';
comment on column egisso.measure_list.code is 'Код меры; пусто — не задан';
comment on column egisso.measure_list.title is 'Наименование меры';
comment on column egisso.measure_list.status is 'Статус словами, как в record_status.status';
comment on column egisso.measure_list.state is 'Статус для программ, как в record_status.state';
comment on column egisso.measure_list.reason is 'Почему мера ждёт, задержана или отклонена; пусто — нечего пояснять';
comment on column egisso.measure_list.msz_code is 'Код вида меры по КМСЗ, см. kmsz_measures.code';
comment on column egisso.measure_list.start_date is 'Начало действия';
comment on column egisso.measure_list.finish_date is 'Окончание действия; пусто — не задано';
comment on column egisso.measure_list.package_id is 'Последний пакет, см. journal.id';
comment on column egisso.measure_list.deleted is 'Мера удалена в МИС';
comment on column egisso.measure_list.updated_at is 'Когда статус изменился';

create or replace view egisso.participant_list as
select s.row_key, s.record_no, coalesce(s.participant_code, nullif(d.content ->> 'OSZCode', '')) as osz_code, d.content ->> 'title' as title,
       d.content ->> 'inn' as inn, d.content ->> 'kpp' as kpp, w.status, w.state, w.reason, w.package_id, s.deleted, w.updated_at
  from egisso.source_row s
  left join lateral (select d.content from egisso.said d where d.register = s.register and d.row_key = s.row_key offset 0) d on true
  left join lateral (select * from egisso.record_status r where r.register = s.register and r.row_key = s.row_key offset 0) w on true
 where s.register = 'onmsz';
comment on view egisso.participant_list is 'Экран «Реестр ОНМСЗ»: организации, назначающие меры социальной защиты';
comment on column egisso.participant_list.row_key is 'Ключ организации в МИС';
comment on column egisso.participant_list.record_no is 'Номер, по которому организацию знают люди';
comment on column egisso.participant_list.osz_code is 'Код ЕГИССО; пусто, пока не присвоен';
comment on column egisso.participant_list.title is 'Наименование';
comment on column egisso.participant_list.inn is 'ИНН';
comment on column egisso.participant_list.kpp is 'КПП';
comment on column egisso.participant_list.status is 'Статус словами, как в record_status.status';
comment on column egisso.participant_list.state is 'Статус для программ, как в record_status.state';
comment on column egisso.participant_list.reason is 'Почему организация ждёт, задержана или отклонена; пусто — нечего пояснять';
comment on column egisso.participant_list.package_id is 'Последний пакет, см. journal.id';
comment on column egisso.participant_list.deleted is 'Организация удалена в МИС';
comment on column egisso.participant_list.updated_at is 'Когда статус изменился';

-- An entrepreneur is a person: his name and ИНН stay where they are.
create or replace view egisso.organization_list as
select s.row_key, s.record_no, s.accepted_id as id, d.content ? 'individualBusinessman' as entrepreneur,
       case when not d.content ? 'individualBusinessman' then d.content ->> 'title' end as title,
       d.content -> 'legalPerson' ->> 'inn' as inn, d.content -> 'legalPerson' ->> 'kpp' as kpp, w.status, w.state, w.reason, w.package_id, s.deleted, w.updated_at
  from egisso.source_row s
  left join lateral (select d.content from egisso.said d where d.register = s.register and d.row_key = s.row_key offset 0) d on true
  left join lateral (select * from egisso.record_status r where r.register = s.register and r.row_key = s.row_key offset 0) w on true
 where s.register = 'organization';
comment on view egisso.organization_list is 'Экран «Реестр организаций»: организации, предоставляющие меры социальной защиты';
comment on column egisso.organization_list.row_key is 'Ключ организации в МИС';
comment on column egisso.organization_list.record_no is 'Номер, по которому организацию знают люди';
comment on column egisso.organization_list.id is 'Идентификатор: UUID версии записи, принятой ЕГИССО; пусто — её там нет';
comment on column egisso.organization_list.entrepreneur is
    'Индивидуальный предприниматель: его наименование и ИНН — сведения о человеке, их показывает МИС по row_key';
comment on column egisso.organization_list.title is 'Наименование; у предпринимателя пусто';
comment on column egisso.organization_list.inn is 'ИНН; у предпринимателя пусто';
comment on column egisso.organization_list.kpp is 'КПП; у предпринимателя пусто';
comment on column egisso.organization_list.status is 'Статус словами, как в record_status.status';
comment on column egisso.organization_list.state is 'Статус для программ, как в record_status.state';
comment on column egisso.organization_list.reason is 'Почему организация ждёт, задержана или отклонена; пусто — нечего пояснять';
comment on column egisso.organization_list.package_id is 'Последний пакет, см. journal.id';
comment on column egisso.organization_list.deleted is 'Организация удалена в МИС';
comment on column egisso.organization_list.updated_at is 'Когда статус изменился';

create or replace view egisso.fact_list as
select s.row_key, s.record_no, s.accepted_id as id, coalesce(nullif(btrim(d.content ->> 'oszCode'), ''), o.participant_code) as osz_code, o.title as osz_title,
       m.content ->> 'code' as measure_code, m.content ->> 'title' as measure_title, egisso.day_of(d.content ->> 'decisionDate') as decision_date,
       w.status, w.state, w.reason, d.content ->> 'measureKey' as measure_key, d.content ->> 'oszKey' as osz_key, m.content ->> 'codeMSZ' as msz_code,
       egisso.day_of(d.content ->> 'dateStart') as start_date, egisso.day_of(d.content ->> 'dateFinish') as finish_date,
       w.package_id, s.deleted, w.updated_at
  from egisso.source_row s
  left join lateral (select d.content from egisso.said d where d.register = s.register and d.row_key = s.row_key offset 0) d on true
  left join lateral (select m.content from egisso.said m where m.register = 'lmsz' and m.row_key = d.content ->> 'measureKey' offset 0) m on true
  left join lateral (select p.participant_code, (select t.content ->> 'title' from egisso.said t where t.register = p.register and t.row_key = p.row_key) as title
                       from egisso.source_row p
                      where p.register = 'onmsz'
                        and p.row_key = coalesce((select q.row_key from egisso.source_row q
                                                   where q.register = 'onmsz' and q.participant_code = btrim(d.content ->> 'oszCode') order by q.row_key limit 1),
                                                 d.content ->> 'oszKey') offset 0) o on true
  left join lateral (select * from egisso.record_status r where r.register = s.register and r.row_key = s.row_key offset 0) w on true
 where s.register = 'fact';
comment on view egisso.fact_list is
    'Экран «Реестр фактов назначений»: без сведений о людях, их МИС берёт у себя по row_key; своим медицинским организациям — workplace_fact_list';

-- The workplace of one organisation: facts it assigned, and nobody else's, whoever asks in
-- whatever way. Who asks is current_user, which settings cannot change and a view does not;
-- conditions of his own are tried after the rule (security_barrier). Sorted before anything is
-- looked up, for whoever reads only the beginning.
-- The register is asked for in a way no index serves: by the primary key, also in the order wanted,
-- everybody's facts would be gone through.
create or replace view egisso.workplace_fact_list with (security_barrier) as
select k.row_key, f.record_no, f.id, f.osz_code, f.osz_title, f.measure_code, f.measure_title, f.decision_date, f.status, f.state, f.reason,
       f.measure_key, f.osz_key, f.msz_code, f.start_date, f.finish_date, f.package_id, f.deleted, f.updated_at
  from (select u.row_key
          from ((select c.row_key
                   from egisso.source_content c
                  where c.register || '' = 'fact' and egisso.osz_of(c.content) = (select w.osz_code from egisso.workplace w where w.role = current_user::text)
                  order by c.row_key)
                union all
                (select c.row_key
                   from egisso.source_content c
                  where c.register || '' = 'fact'
                    and egisso.osz_of(c.content) = (select '/' || p.row_key from egisso.workplace w join egisso.source_row p on p.participant_code = w.osz_code
                                                     where w.role = current_user::text and p.register = 'onmsz' and p.accepted_id is not null
                                                     order by p.row_key limit 1)
                  order by c.row_key)) u
         order by u.row_key) k
 cross join lateral (select * from egisso.fact_list l where l.row_key = k.row_key offset 0) f
 order by k.row_key;
comment on view egisso.workplace_fact_list is
    'Экран «Реестр фактов назначений» рабочего места медицинской организации: столбцы fact_list, строки только той организации, за которой закреплена роль (bind_workplace)';

-- A page of it, with the rights and the rows of whoever calls. The plan of a view is made for all
-- its rows; for the next few, the index is read from their place on, in its order.
create or replace function egisso.workplace_page(after text default '', at_most integer default 50) returns setof egisso.workplace_fact_list
language plpgsql stable set search_path = egisso, pg_temp set plan_cache_mode = force_custom_plan
    set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
begin
    return query select * from egisso.workplace_fact_list l where l.row_key > workplace_page.after order by l.row_key limit at_most;
end $$;
comment on function egisso.workplace_page(text, integer) is
    'Страница рабочего места организации: строки workplace_fact_list после ключа, по порядку ключей; row_key последней строки предыдущей страницы, сколько самое большее. Не просматривает всех';

-- The same columns, the same words.
do $$
declare
    view text;
begin
    foreach view in array array['fact_list', 'workplace_fact_list'] loop
        execute format($c$
            comment on column egisso.%1$s.row_key is 'Ключ факта в МИС: по нему она добавляет ФИО и СНИЛС';
            comment on column egisso.%1$s.record_no is 'Номер, по которому факт знают люди';
            comment on column egisso.%1$s.id is 'Идентификатор: UUID факта в ЕГИССО; пусто — его там нет';
            comment on column egisso.%1$s.osz_code is 'Код ЕГИССО организации, назначившей меру; пусто, пока не присвоен';
            comment on column egisso.%1$s.osz_title is 'Её наименование; пусто — её нет в реестре ОНМСЗ источника';
            comment on column egisso.%1$s.measure_code is 'Код меры';
            comment on column egisso.%1$s.measure_title is 'Наименование меры; пусто — её нет в реестре ЛМСЗ источника';
            comment on column egisso.%1$s.decision_date is 'Дата решения о назначении';
            comment on column egisso.%1$s.status is 'Статус словами, как в record_status.status';
            comment on column egisso.%1$s.state is 'Статус для программ, как в record_status.state';
            comment on column egisso.%1$s.reason is 'Почему факт ждёт, задержан или отклонён; пусто — нечего пояснять';
            comment on column egisso.%1$s.measure_key is 'Ключ меры в МИС, см. measure_list.row_key';
            comment on column egisso.%1$s.osz_key is 'Ключ организации в МИС, см. participant_list.row_key; пусто — не задан';
            comment on column egisso.%1$s.msz_code is 'Код вида меры по КМСЗ, см. kmsz_measures.code';
            comment on column egisso.%1$s.start_date is 'Начало действия';
            comment on column egisso.%1$s.finish_date is 'Окончание действия; пусто — не задано';
            comment on column egisso.%1$s.package_id is 'Последний пакет, см. journal.id';
            comment on column egisso.%1$s.deleted is 'Факт удалён в МИС';
            comment on column egisso.%1$s.updated_at is 'Когда статус изменился';
        $c$, view);
    end loop;
end $$;

-- Which roles see one organisation's facts only. Only the owner says so; the role is a member
-- of egisso_workplace, by its administrator's grant, and of no role that sees more.
create or replace function egisso.bind_workplace(role text, osz_code text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from pg_roles r where r.rolname = bind_workplace.role) then
        raise exception 'Нет роли %', role;
    elsif osz_code is null or osz_code !~ '^[A-HJ-NP-Z0-9]{4}\.\d{6}$' then
        raise exception 'Ожидается код ЕГИССО организации вида 0000.000000';
    elsif has_table_privilege(role, 'egisso.record_status', 'select') then
        raise exception 'Роль % видит записи всех организаций: закрепите ту, которой не выданы egisso_reader, egisso_operator и подобные', role;
    end if;
    insert into egisso.workplace as w (role, osz_code, bound_by) values (bind_workplace.role, bind_workplace.osz_code, egisso.actor())
    on conflict on constraint workplace_pkey do update set osz_code = excluded.osz_code, bound_at = now(), bound_by = excluded.bound_by;
    perform egisso.note_action('bind_workplace', 'fact', null, null, '', bind_workplace.role || ' = ' || bind_workplace.osz_code);
    -- Only who has such workplaces pays for it. It is of all registers and analysed, or it would not
    -- be known how many facts an organisation has.
    if to_regclass('egisso.source_content_osz') is null then
        create index source_content_osz on egisso.source_content (egisso.osz_of(content), row_key);
        analyze egisso.source_content;
    end if;
    return case when exists (select from pg_roles r where r.rolname = 'egisso_workplace' and pg_has_role(bind_workplace.role, r.oid, 'usage'))
                then 'Роль видит в egisso.workplace_fact_list факты организации ' || osz_code
                else 'Закреплено; чтобы роль могла читать egisso.workplace_fact_list: grant egisso_workplace to ' || quote_ident(role) end;
end $$;
comment on function egisso.bind_workplace(text, text) is
    'Закрепить за ролью рабочего места медицинскую организацию: роль, код ЕГИССО; только владелец схемы. Первый вызов строит индекс, на время которого запись фактов ждёт';

create or replace function egisso.unbind_workplace(role text) returns boolean
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    delete from egisso.workplace w where w.role = unbind_workplace.role;
    if found then
        perform egisso.note_action('unbind_workplace', 'fact', null, null, '', unbind_workplace.role);
    end if;
    return found;
end $$;
comment on function egisso.unbind_workplace(text) is 'Открепить роль: она не видит фактов ни одной организации; только владелец схемы';

create or replace view egisso.workplace_list as
select w.role, w.osz_code, w.bound_at, w.bound_by, coalesce(has_table_privilege(r.oid, 'egisso.record_status', 'select'), false) as sees_all
  from egisso.workplace w left join pg_roles r on r.rolname = w.role;
comment on view egisso.workplace_list is 'Роли рабочих мест и организации, за ними закреплённые';
comment on column egisso.workplace_list.role is 'Роль PostgreSQL: своя при входе или принятая через SET ROLE';
comment on column egisso.workplace_list.osz_code is 'Код ЕГИССО организации, факты которой видны роли в workplace_fact_list';
comment on column egisso.workplace_list.bound_at is 'Когда закреплена';
comment on column egisso.workplace_list.bound_by is 'Кем';
comment on column egisso.workplace_list.sees_all is 'Роли с тех пор выдали и право читать записи всех организаций';
