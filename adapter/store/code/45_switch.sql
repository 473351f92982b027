-- The switch of the signing service is events that are only added: nobody holds a row that
-- another one waits for. Off wins: an "on" has an effect only if it saw every "off" that is
-- there, so that one begun before an "off", or before somebody who switched off had
-- committed, switches nothing on.

-- The event that counts: the last "on" that saw every "off", otherwise the last "off".
create or replace view egisso.service_state as
select l.enabled,
       case when l.enabled then 'Включен' else 'Выключен' end as state,
       l.changed_at,
       l.changed_by,
       l.reason
from (select count(*) as offs from egisso.service_log where not enabled) f
cross join lateral (
    select * from (
        (select o.* from egisso.service_log o where o.enabled and o.offs_seen = f.offs order by o.id desc limit 1)
        union all
        (select o.* from egisso.service_log o where not o.enabled order by o.id desc limit 1)) both_
    order by enabled desc limit 1) l;
comment on view egisso.service_state is 'Состояние сервиса подписи и отправки: Включен или Выключен';
comment on column egisso.service_state.enabled is 'Сервис включён';
comment on column egisso.service_state.state is 'Включен или Выключен';
comment on column egisso.service_state.changed_at is 'Когда переключён';
comment on column egisso.service_state.changed_by is 'Кем: роль сеанса и, со слов программы, человек';
comment on column egisso.service_state.reason is 'Причина';

-- Who locks the switch, in Russian. When a session began its transaction only its own
-- role and pg_read_all_stats may know.
create or replace function egisso.switch_holders() returns text language sql stable set search_path = egisso, pg_temp as $$
    select coalesce(string_agg(case when l.pid is null then 'подготовленная транзакция ' || coalesce(quote_literal(x.gid) || ' (' || x.owner || ') с ' || to_char(x.prepared, 'DD.MM.YYYY HH24:MI:SS TZ'), '')
                                    else 'процесс ' || l.pid || ', пользователь ' || coalesce(a.usename, '?') || ', программа ' || coalesce(quote_literal(egisso.cleaned(a.application_name, 64)), '?')
                                         || ', с ' || coalesce(to_char(a.xact_start, 'DD.MM.YYYY HH24:MI:SS TZ'), 'времени, которое не видно владельцу схемы') end, '; '), 'кто именно, не видно')
      from pg_locks l
      left join pg_stat_activity a on a.pid = l.pid
      left join pg_prepared_xacts x on l.pid is null and l.virtualtransaction = '-1/' || x.transaction
     where l.locktype = 'relation' and l.relation = 'egisso.service_log'::regclass and l.granted
       and l.database = (select d.oid from pg_database d where d.datname = current_database())
       and l.pid is distinct from pg_backend_pid()
       and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
$$;

create or replace function egisso.set_signing_service(enabled boolean, reason text) returns void
language plpgsql security definer set search_path = egisso, pg_temp set lock_timeout = '900ms' as $$
begin
    if enabled is null then
        raise exception 'Укажите, включить или выключить сервис';
    end if;
    perform egisso.demand_reason(reason);
    insert into egisso.service_log (enabled, changed_at, changed_by, reason, offs_seen, session_role, stated)
    select set_signing_service.enabled, clock_timestamp(), egisso.actor(), btrim(set_signing_service.reason),
           case when set_signing_service.enabled then (select count(*) from egisso.service_log f where not f.enabled) else 0 end,
           session_user, egisso.stated_person();
exception when lock_not_available then
    raise exception 'Выключатель занят, за секунду переключить его не удалось. Его держит: %', egisso.switch_holders()
        using errcode = 'lock_not_available';
end $$;
comment on function egisso.set_signing_service(boolean, text) is
    'Включить или выключить сервис подписи и отправки; причина обязательна и остаётся в журнале';

create or replace function egisso.notify_service() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    perform pg_notify('egisso_service', case when new.enabled then 'on' else 'off' end);
    return null;
end $$;

create or replace trigger notify_service after insert on egisso.service_log
    for each row execute function egisso.notify_service();
