-- Functions other systems call, and notifications that make a screen live.
-- Channels: egisso_package (package id), egisso_record (register),
-- egisso_service ('on' or 'off').

create function egisso.set_signing_service(enabled boolean, reason text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if coalesce(btrim(reason), '') = '' then
        raise exception 'Укажите причину включения или выключения сервиса подписи и отправки';
    end if;
    update egisso.service s
       set enabled = set_signing_service.enabled, changed_at = clock_timestamp(),
           changed_by = session_user, reason = btrim(set_signing_service.reason);
    insert into egisso.service_log (enabled, changed_by, reason)
    values (set_signing_service.enabled, session_user, btrim(set_signing_service.reason));
end $$;
revoke all on function egisso.set_signing_service(boolean, text) from public;

comment on function egisso.set_signing_service(boolean, text) is
    'Включить или выключить сервис подписи и отправки; причина обязательна и остаётся в журнале';

create function egisso.notify_package() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_package', new.id::text);
    return null;
end $$;
create trigger notify_package after insert or update of state, result, info on egisso.package
    for each row execute function egisso.notify_package();

create function egisso.notify_record() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_record', n.register) from (select distinct register from touched) n;
    return null;
end $$;
create trigger notify_record_insert after insert on egisso.record
    referencing new table as touched for each statement execute function egisso.notify_record();
create trigger notify_record_update after update on egisso.record
    referencing new table as touched for each statement execute function egisso.notify_record();

create function egisso.notify_service() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_service', case when new.enabled then 'on' else 'off' end);
    return null;
end $$;
create trigger notify_service after update on egisso.service
    for each row execute function egisso.notify_service();

create function egisso.mark_reviewed(package_id uuid) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.package p set reviewed_at = clock_timestamp(), reviewed_by = session_user
     where p.id = mark_reviewed.package_id and p.review is not null;
    if not found then
        raise exception 'Пакета % нет или он не требует внимания', mark_reviewed.package_id;
    end if;
end $$;
revoke all on function egisso.mark_reviewed(uuid) from public;

comment on function egisso.mark_reviewed(uuid) is
    'Отметить, что пакет, требовавший внимания, просмотрен';

-- A new reason to look asks again.
create function egisso.ask_review() returns trigger language plpgsql as $$
begin
    if new.review is distinct from old.review then
        new.reviewed_at = null;
        new.reviewed_by = null;
    end if;
    return new;
end $$;
create trigger ask_review before update of review on egisso.package
    for each row execute function egisso.ask_review();
