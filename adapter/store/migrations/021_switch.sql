-- The switch of the signing service as events that are only added: nobody holds a row
-- that another one waits for. Off wins: an "on" has an effect only if it saw every
-- "off" that is there, so that one begun before an "off", or before somebody who
-- switched off had committed, switches nothing on.

alter table egisso.service_log
    add offs_seen    bigint not null default 0,  -- of an "on": how many "off" were there when it was given
    add session_role text,
    add stated       text;
create index service_log_off on egisso.service_log (id) where not enabled;

-- What stands now becomes the first event after all that were.
alter table egisso.service_log disable trigger never_rewritten;
update egisso.service_log l set offs_seen = (select count(*) from egisso.service_log f where not f.enabled and f.id < l.id) where l.enabled;
alter table egisso.service_log enable trigger never_rewritten;
insert into egisso.service_log (enabled, changed_at, changed_by, reason, offs_seen)
select s.enabled, s.changed_at, egisso.cleaned(s.changed_by, 2000), egisso.cleaned(s.reason, 2000), (select count(*) from egisso.service_log f where not f.enabled)
  from egisso.service s
 where s.enabled is distinct from (select l.enabled from egisso.service_log l order by l.id desc limit 1);

alter table egisso.service_log
    add constraint service_log_plain check (egisso.plain_text(changed_by || reason) and length(reason) <= 2000) not valid;

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

drop table egisso.service;
-- For functions that ask about the switch under its old name.
create view egisso.service as select enabled, changed_at, changed_by, reason from egisso.service_state;

create or replace function egisso.notify_service() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    perform pg_notify('egisso_service', case when new.enabled then 'on' else 'off' end);
    return null;
end $$;
create trigger notify_service after insert on egisso.service_log
    for each row execute function egisso.notify_service();

-- Who locks the switch, in Russian. When a session began its transaction only its own
-- role and pg_read_all_stats may know.
create function egisso.switch_holders() returns text language sql stable set search_path = egisso, pg_temp as $$
    select coalesce(string_agg(case when l.pid is null then 'подготовленная транзакция ' || coalesce(quote_literal(x.gid) || ' (' || x.owner || ') с ' || to_char(x.prepared, 'DD.MM.YYYY HH24:MI:SS'), '')
                                    else 'процесс ' || l.pid || ', пользователь ' || coalesce(a.usename, '?') || ', программа ' || coalesce(quote_literal(egisso.cleaned(a.application_name, 64)), '?')
                                         || ', с ' || coalesce(to_char(a.xact_start, 'DD.MM.YYYY HH24:MI:SS'), 'времени, которое не видно владельцу схемы') end, '; '), 'кто именно, не видно')
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
