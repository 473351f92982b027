-- What people do: manual exchange through the provider's cabinet, and the
-- commands of an operator, each with who, when and why.

-- manual: written to a file that a person uploads, never signed or sent.
alter table egisso.package
    add channel     text    not null default 'smev' check (channel in ('smev', 'manual')),
    add held        boolean not null default false,   -- formed on command: waits for the command to send it
    add released_at timestamptz;                      -- an operator gave its records back

alter table egisso.source_row
    add again         boolean not null default false, -- an operator lets go again what ЕГИССО rejected
    add override_hash bytea;                          -- content whose warnings that block an operator overrode

-- The file of a manual package: what was written stays as it was.
create table egisso.package_file (
    package_id  uuid        primary key references egisso.package,
    file_name   text        not null unique,
    content     bytea       not null,
    created_at  timestamptz not null default now(),
    exported_at timestamptz                            -- first written to a directory
);

create function egisso.guard_package_file() returns trigger language plpgsql as $$
begin
    if (new.package_id, new.file_name, new.content) is distinct from (old.package_id, old.file_name, old.content) then
        raise exception 'file of package %: an exported file never changes', old.package_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_package_file before update on egisso.package_file
    for each row execute function egisso.guard_package_file();

-- Protocols brought as files. Nobody signed them: who brought each is kept.
create table egisso.protocol_file (
    id             text        primary key,            -- sha256: of the octets and of the package named
    package_id     uuid,                               -- named by who brought it; null: the protocol says it
    raw            bytea       not null,
    imported_at    timestamptz not null default now(),
    imported_by    text        not null,
    outcome        text        check (outcome in ('applied', 'refused')),
    applied_to     uuid        references egisso.package,
    applied_at     timestamptz,
    note           text        not null default '',    -- Russian
    apply_attempts integer     not null default 0,
    next_apply_at  timestamptz not null default now(),
    check ((outcome is null) = (applied_at is null))
);
create index protocol_file_unapplied on egisso.protocol_file (imported_at) where outcome is null;

-- Registers whose packages are formed on command only; each order once.
create table egisso.form_order (
    id           bigint      generated always as identity primary key,
    register     text        not null,
    records      integer     not null,                 -- ready when it was given
    requested_at timestamptz not null default now(),
    requested_by text        not null,
    done_at      timestamptz
);
create index form_order_open on egisso.form_order (register) where done_at is null;

-- Failures before this moment no longer make a register rest.
create table egisso.register_waiver (
    register text        primary key,
    at       timestamptz not null
);

create table egisso.audit (
    id         bigint      generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    who        text        not null,
    action     text        not null,
    register   text,
    row_key    text,
    package_id uuid,
    reason     text        not null default '',
    detail     text        not null default ''         -- Russian: what came of it
);
create index audit_row on egisso.audit (register, row_key) where row_key is not null;
create index audit_package on egisso.audit (package_id) where package_id is not null;

-- Who acts: the role of the session and, where a program says for whom it works, that person.
create function egisso.actor() returns text language sql stable as $$
    select session_user || coalesce(' (' || nullif(current_setting('egisso.actor', true), '') || ')', '')
$$;

create function egisso.note_action(action text, register text, row_key text, package_id uuid, reason text, detail text) returns void
language sql as $$
    insert into egisso.audit (who, action, register, row_key, package_id, reason, detail)
    values (egisso.actor(), action, register, row_key, package_id, coalesce(btrim(reason), ''), detail)
$$;

create function egisso.demand_reason(reason text) returns void language plpgsql as $$
begin
    if coalesce(btrim(reason), '') = '' then
        raise exception 'Укажите причину';
    end if;
end $$;

-- Moves that people bring about: a manual package goes without a signature, and a
-- record its protocol left in doubt is given back.
create or replace function egisso.guard_package_state() returns trigger language plpgsql as $$
begin
    if new.state = old.state then return new; end if;
    if not (old.state || '>' || new.state) = any (array[
        'formed>signed', 'formed>send_failed',
        'signed>queued', 'signed>send_failed', 'signed>answered',
        'queued>answered', 'queued>send_failed', 'queued>expired',
        'expired>answered', 'expired>send_failed'])
       and not (old.channel = 'manual' and old.state = 'formed' and new.state = 'queued') then
        raise exception 'package %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    if new.channel = 'manual' and new.state = 'signed' then
        raise exception 'package %: it is for manual upload and is never signed', old.id using errcode = 'check_violation';
    end if;
    if new.state in ('answered', 'send_failed', 'expired') then new.closed_at = clock_timestamp(); end if;
    return new;
end $$;

create or replace function egisso.guard_record_state() returns trigger language plpgsql as $$
begin
    -- What is in a package is what was or will be signed.
    if old.state in ('packed', 'sent') and (new.id, new.kind, new.content, new.provider)
        is distinct from (old.id, old.kind, old.content, old.provider) then
        raise exception 'record %: it is in a package and cannot change', old.id using errcode = 'check_violation';
    end if;
    if new.state = old.state then return new; end if;
    -- A record leaves its package without an outcome only when the package failed as a
    -- whole, or when an operator released it.
    if old.state in ('packed', 'sent') and new.state = 'ready' and not exists (
        select from egisso.package p where p.id = old.package_id and (p.state = 'send_failed' or p.returned))
       and not exists (select from egisso.package_record m
                        where m.package_id = old.package_id and m.record_id = old.id and m.outcome = 'released') then
        raise exception 'record %: its package % has not failed', old.id, old.package_id using errcode = 'check_violation';
    end if;
    if not (old.state || '>' || new.state) = any (array[
        'ready>waiting', 'ready>blocked', 'ready>packed', 'ready>dropped',
        'waiting>ready', 'waiting>blocked', 'waiting>dropped',
        'blocked>ready', 'blocked>waiting', 'blocked>dropped',
        'packed>sent', 'packed>ready',
        -- an answer may overtake the note that the message was sent
        'packed>accepted', 'packed>accepted_with_warnings', 'packed>rejected',
        'sent>accepted', 'sent>accepted_with_warnings', 'sent>rejected', 'sent>ready',
        -- corrected and sent again under the same id
        'rejected>ready', 'rejected>waiting', 'rejected>blocked', 'rejected>dropped',
        'dropped>ready', 'dropped>waiting', 'dropped>blocked']) then
        raise exception 'record %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    new.state_at = clock_timestamp();
    return new;
end $$;

create or replace view egisso.journal as
select p.id,
       p.created_at,
       egisso.register_text(p.register)   as package_type,
       nullif(p.record_count, 0)          as record_count,
       case when p.released_at is not null then 'Ошибка отправки'
            when p.channel = 'manual' and p.state = 'queued' and p.egisso_status is null then 'Выгружен в файл'
            else egisso.package_state_text(p.state, p.egisso_status,
                     exists (select from egisso.message m where m.package_id = p.id and m.state = 'in_doubt'),
                     p.queued_at is not null) end as status,
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
       p.provider,
       p.channel,
       p.held,
       (select f.file_name from egisso.package_file f where f.package_id = p.id) as file_name
from egisso.package p;

-- What became of protocols brought as files.
create view egisso.protocol_import as
select f.id,
       f.imported_at,
       f.imported_by,
       coalesce(f.applied_to, f.package_id) as package_id,
       case f.outcome when 'applied' then 'Применён' when 'refused' then 'Отклонён' else 'Ожидает разбора' end as status,
       f.note,
       f.outcome,
       f.applied_at
from egisso.protocol_file f;
comment on view egisso.protocol_import is 'Протоколы, загруженные из файлов, и что с ними стало';

create view egisso.operation_log as
select a.id, a.at, a.who, a.action, a.register, a.row_key, a.package_id, a.reason, a.detail
from egisso.audit a;
comment on view egisso.operation_log is 'Действия операторов: кто, когда, что и почему';

-- Everything that happened to a row of the source, for `egissogw record`. what is a
-- closed set of words, text is for people.
create view egisso.record_history as
select s.register, s.row_key, s.changed_at as at, 'source' as what,
       case when s.deleted then 'Удалена в источнике' else 'Изменена в источнике' end as text,
       null::uuid as record_id, null::uuid as package_id
  from egisso.source_row s
union all
select r.register, r.row_key, r.created_at, 'record', 'Подготовлена к отправке: ' || r.kind, r.id, null
  from egisso.record r
union all
select r.register, r.row_key, r.state_at, 'state',
       egisso.record_state_text(r.state) || coalesce(': ' || nullif(r.reason, ''), '')
       || coalesce((select ': ' || string_agg((f ->> 'code') || ' ' || (f ->> 'text'), '; ')
                      from jsonb_array_elements(r.findings) f where r.state in ('blocked', 'waiting')), ''), r.id, r.package_id
  from egisso.record r
union all
select r.register, r.row_key, e.at, 'package', e.text || coalesce(e.note, ''), r.id, p.id
  from egisso.record r
  join egisso.package_record m on m.record_id = r.id
  join egisso.package p on p.id = m.package_id
 cross join lateral (values
       (p.created_at, 'Включена в пакет', null),
       (p.signed_at, 'Пакет подписан', null),
       (p.queued_at, case p.channel when 'manual' then 'Пакет выгружен в файл' else 'Пакет принят СМЭВ' end, null),
       (p.closed_at, case p.state when 'answered' then 'Протокол пакета применён' when 'expired' then 'Истёк срок ожидания ответа'
                                  else 'Пакет не отправлен' end,
        ': ' || p.info || case m.outcome when 'released' then ' (запись возвращена к отправке)' else '' end)) as e(at, text, note)
 where e.at is not null
union all
select r.register, r.row_key, a.started_at, 'attempt',
       'Попытка отправки: ' || case a.outcome when 'delivered' then 'принято СМЭВ' when 'refused' then 'отказ СМЭВ'
            when 'retry' then 'не отправлено, будет повтор' when 'unknown' then 'исход неизвестен, будет повтор' else 'идёт' end
       || coalesce(' (' || nullif(a.fault, '') || ')', ''), r.id, g.package_id
  from egisso.record r
  join egisso.package_record m on m.record_id = r.id
  join egisso.message g on g.package_id = m.package_id
  join egisso.attempt a on a.message_id = g.id
union all
select r.register, r.row_key, coalesce(p.closed_at, p.created_at), 'protocol',
       case d.type when 1 then 'Ошибка ЕГИССО: ' else 'Предупреждение ЕГИССО: ' end || ltrim(d.rule_code || ' ') || d.report, r.id, p.id
  from egisso.record r
  join egisso.record_message d on d.element_id = r.id
  join egisso.package p on p.id = d.package_id
union all
select s.register, s.row_key, s.accepted_at, 'accepted', 'Принята ЕГИССО', s.accepted_event, null
  from egisso.source_row s where s.accepted_at is not null
union all
select a.register, a.row_key, a.at, 'operator', a.who || ': ' || a.reason || ': ' || a.detail, null, a.package_id
  from egisso.audit a where a.row_key is not null;
comment on view egisso.record_history is 'История каждой записи источника: что, когда и почему с ней было';
