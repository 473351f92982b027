-- Nobody rewrites what was done: lines of the log of operations are written by functions of
-- the owner alone, with the role of the session and, marked as stated, the person a program
-- says it works for. Rights: ../grants.sql.

-- The person a program says it works for; nobody has checked it.
create or replace function egisso.stated_person() returns text language sql stable set search_path = egisso, pg_temp as $$
    select nullif(egisso.cleaned(current_setting('egisso.actor', true), 200), '')
$$;

-- Who acts: the role of the session and, where a program says for whom it works, that person.
create or replace function egisso.actor() returns text language sql stable set search_path = egisso, pg_temp as $$
    select session_user || coalesce(' (со слов: ' || egisso.stated_person() || ')', '')
$$;
comment on function egisso.actor() is
    'Кто действует: роль сеанса, а со слов программы (set egisso.actor) — человек, которого никто не проверял';

-- The reason of whoever commands something.
create or replace function egisso.demand_reason(reason text) returns void language plpgsql set search_path = egisso, pg_temp as $$
begin
    if coalesce(btrim(reason), '') = '' then
        raise exception 'Укажите причину';
    elsif not egisso.plain_text(reason) then
        raise exception 'В причине есть управляющие или невидимые знаки (перевод строки, табуляция и другие): напишите её одной строкой обычным текстом';
    elsif length(btrim(reason)) > 2000 then
        raise exception 'Причина длиннее 2000 знаков (%): сократите её', length(btrim(reason));
    end if;
end $$;

-- For functions of the owner only: nobody else may call it.
create or replace function egisso.note_action(action text, register text, row_key text, package_id uuid, reason text, detail text) returns void
language sql security definer set search_path = egisso, pg_temp as $$
    insert into egisso.audit (who, action, register, row_key, package_id, reason, detail, session_role, stated)
    values (egisso.actor(), action, register, row_key, package_id, coalesce(egisso.cleaned(reason, 2000), ''), coalesce(egisso.cleaned(detail, 2000), ''),
            session_user, egisso.stated_person())
$$;

-- Who looks at people's data is written down before it is shown.
create or replace function egisso.note_viewing(action text, register text, package_id uuid, detail text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if action is null or action <> 'export' and action !~ '^view_[a-z]{1,30}$' then
        raise exception 'Это не просмотр данных: %', action;
    end if;
    perform egisso.note_action(action, register, null, package_id, '', detail);
end $$;
comment on function egisso.note_viewing(text, text, uuid, text) is
    'Записать в operation_log, что сейчас будут показаны или выгружены персональные данные';

create or replace view egisso.operation_log as
select a.id, a.at, a.who, a.action, a.register, a.row_key, a.package_id, a.reason, a.detail, a.session_role, a.stated
from egisso.audit a;
comment on view egisso.operation_log is 'Действия операторов: кто, когда, что и почему';
comment on column egisso.operation_log.who is 'Роль сеанса и, со слов программы, человек';
comment on column egisso.operation_log.session_role is 'Роль сеанса PostgreSQL: её подделать нельзя';
comment on column egisso.operation_log.stated is 'Человек со слов программы (egisso.actor): никем не проверен';
comment on column egisso.operation_log.id is 'Номер строки';
comment on column egisso.operation_log.at is 'Когда';
comment on column egisso.operation_log.action is
    'Что сделано: имя функции (retry_record, release_package, import_protocol …), export или view_… — показаны персональные данные';
comment on column egisso.operation_log.register is 'Реестр, если действие о записи или реестре';
comment on column egisso.operation_log.row_key is 'Ключ записи в МИС, если действие о записи';
comment on column egisso.operation_log.package_id is 'Пакет, если действие о пакете';
comment on column egisso.operation_log.reason is 'Причина, названная человеком; пусто у просмотра';
comment on column egisso.operation_log.detail is 'Что именно: идентификатор, имя файла, исход';
