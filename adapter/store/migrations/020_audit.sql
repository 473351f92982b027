-- Nobody rewrites what was done: lines of the log of operations are written by
-- functions of the owner alone, with the role of the session and, marked as stated,
-- the person a program says it works for. Rights: grants.sql.

-- What people write is shown to other people: no control characters, line ends or
-- characters that change the direction of writing, none that are invisible.
create function egisso.plain_text(text text) returns boolean language sql immutable as $$
    select text !~ '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f]'
$$;

create function egisso.cleaned(text text, most integer) returns text language sql immutable as $$
    select btrim(left(btrim(regexp_replace(text,
        '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f]+', ' ', 'g')), most))
$$;

-- The person a program says it works for; nobody has checked it.
create function egisso.stated_person() returns text language sql stable set search_path = egisso, pg_temp as $$
    select nullif(egisso.cleaned(current_setting('egisso.actor', true), 200), '')
$$;

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

alter table egisso.audit
    add session_role text,  -- as PostgreSQL knows it
    add stated       text,  -- the person, as a program says
    add constraint audit_plain check (egisso.plain_text(who || reason || detail) and length(reason) <= 2000 and length(detail) <= 2000) not valid;

create or replace view egisso.operation_log as
select a.id, a.at, a.who, a.action, a.register, a.row_key, a.package_id, a.reason, a.detail, a.session_role, a.stated
from egisso.audit a;
comment on column egisso.operation_log.who is 'Роль сеанса и, со слов программы, человек';
comment on column egisso.operation_log.session_role is 'Роль сеанса PostgreSQL: её подделать нельзя';
comment on column egisso.operation_log.stated is 'Человек со слов программы (egisso.actor): никем не проверен';

-- For functions of the owner only: nobody else may call it.
create or replace function egisso.note_action(action text, register text, row_key text, package_id uuid, reason text, detail text) returns void
language sql security definer set search_path = egisso, pg_temp as $$
    insert into egisso.audit (who, action, register, row_key, package_id, reason, detail, session_role, stated)
    values (egisso.actor(), action, register, row_key, package_id, coalesce(egisso.cleaned(reason, 2000), ''), coalesce(egisso.cleaned(detail, 2000), ''),
            session_user, egisso.stated_person())
$$;
revoke all on function egisso.note_action(text, text, text, uuid, text, text) from public;

-- Who looks at people's data is written down before it is shown.
create function egisso.note_viewing(action text, register text, package_id uuid, detail text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if action is null or action <> 'export' and action !~ '^view_[a-z]{1,30}$' then
        raise exception 'Это не просмотр данных: %', action;
    end if;
    perform egisso.note_action(action, register, null, package_id, '', detail);
end $$;
revoke all on function egisso.note_viewing(text, text, uuid, text) from public;
comment on function egisso.note_viewing(text, text, uuid, text) is
    'Записать в operation_log, что сейчас будут показаны или выгружены персональные данные';

create function egisso.refuse_rewriting() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception 'Журнал % только дополняют', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger never_rewritten before update or delete or truncate on egisso.audit
    for each statement execute function egisso.refuse_rewriting();
create trigger never_rewritten before update or delete or truncate on egisso.service_log
    for each statement execute function egisso.refuse_rewriting();

-- What came is evidence, once its signature was found good.
create function egisso.refuse_other_bytes() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception '% %: what came never changes', tg_table_name, old.id using errcode = 'check_violation';
end $$;
create trigger never_rewritten before update of raw on egisso.answer
    for each row when (old.verified and new.raw is distinct from old.raw) execute function egisso.refuse_other_bytes();
create trigger never_rewritten before update of raw on egisso.incoming
    for each row when (old.verified and new.raw is distinct from old.raw) execute function egisso.refuse_other_bytes();
create trigger never_rewritten before update of raw on egisso.protocol_file
    for each row when (new.raw is distinct from old.raw) execute function egisso.refuse_other_bytes();

-- Protocols brought as files: stored by a function, under the name of the session.
alter table egisso.protocol_file add reason text not null default '';

create function egisso.keep_protocol(octets bytea, package_id uuid, reason text, out id text, out fresh boolean)
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if coalesce(btrim(reason), '') <> '' then
        perform egisso.demand_reason(reason);
    end if;
    if coalesce(octet_length(octets), 0) = 0 then
        raise exception 'Файл протокола пуст';
    end if;
    if octet_length(octets) > 67108864 then
        raise exception 'Файл протокола больше 64 МиБ';
    end if;
    id := 'sha256:' || encode(sha256(octets || convert_to(coalesce(package_id::text, ''), 'UTF8')), 'hex');
    -- One that was refused may be brought again: what it names may exist now.
    insert into egisso.protocol_file as f (id, package_id, raw, imported_by, reason)
    values (keep_protocol.id, keep_protocol.package_id, octets, egisso.actor(), coalesce(btrim(keep_protocol.reason), ''))
    on conflict on constraint protocol_file_pkey do update set outcome = null, applied_at = null, note = '', next_apply_at = now(),
           imported_at = now(), imported_by = excluded.imported_by, reason = excluded.reason
     where f.outcome = 'refused';
    fresh := found;
    if fresh then
        perform egisso.note_action('import_protocol', null, null, keep_protocol.package_id, keep_protocol.reason, id);
    end if;
end $$;
revoke all on function egisso.keep_protocol(bytea, uuid, text) from public;

-- A text from a screen is already decoded: what it says about its encoding no longer holds.
drop function egisso.import_protocol(text, uuid);
create function egisso.import_protocol(xml text, package_id uuid default null, reason text default null) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    file text;
begin
    select k.id into file
      from egisso.keep_protocol(convert_to(regexp_replace(ltrim(xml, E'\ufeff \t\r\n'), '^<\?xml[^>]*\?>', ''), 'UTF8'), package_id, reason) k;
    perform egisso.wake('import');
    return file;
end $$;
revoke all on function egisso.import_protocol(text, uuid, text) from public;
comment on function egisso.import_protocol(text, uuid, text) is
    'Загрузить файл протокола обработки; пакет указывают, если протокол его не называет; причина обязательна, если пакет отправлен по СМЭВ; итог — в представлении protocol_import';

-- Who looked at what needed attention.
create or replace function egisso.mark_reviewed(package_id uuid) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.package p set reviewed_at = clock_timestamp(), reviewed_by = egisso.actor()
     where p.id = mark_reviewed.package_id and p.review is not null;
    if not found then
        raise exception 'Пакета % нет или он не требует внимания', mark_reviewed.package_id;
    end if;
end $$;

create or replace function egisso.mark_incoming_reviewed(id text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.incoming i set reviewed_at = clock_timestamp(), reviewed_by = egisso.actor()
     where i.id = mark_incoming_reviewed.id and i.review is not null;
    if not found then
        raise exception 'Входящего сообщения % нет или оно не требует внимания', mark_incoming_reviewed.id;
    end if;
end $$;
