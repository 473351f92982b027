-- What a protocol from a file says of a package the bus has: nobody signed it, so that
-- its outcomes are marked until the bus's own answer confirms or replaces them. Files
-- of packages that never were on the bus are all there is to believe.

create table egisso.unconfirmed_outcome (
    package_id uuid        not null references egisso.package,
    record_id  uuid        not null references egisso.record,
    outcome    text        not null check (outcome in ('accepted', 'accepted_with_warnings', 'rejected')),
    file_id    text        not null references egisso.protocol_file,
    at         timestamptz not null default clock_timestamp(),
    sent       jsonb,       -- the record as it was sent; null once settled
    before     jsonb,       -- what the row held of ЕГИССО until then; null once settled
    settled_at timestamptz, -- when the bus had its say
    settled    text         check (settled in ('accepted', 'accepted_with_warnings', 'rejected', 'released')),
    primary key (package_id, record_id),
    check ((settled_at is null) = (settled is null) and (settled_at is null) = (sent is not null))
);
create index unconfirmed_outcome_open on egisso.unconfirmed_outcome (record_id) where settled_at is null;

create or replace function egisso.guard_package_state() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if new.state = old.state then return new; end if;
    if not (old.state || '>' || new.state) = any (array[
        'formed>signed', 'formed>send_failed',
        'signed>queued', 'signed>send_failed', 'signed>answered',
        'queued>answered', 'queued>send_failed', 'queued>expired',
        'expired>answered', 'expired>send_failed'])
       and not (old.channel = 'manual' and old.state = 'formed' and new.state = 'queued')
       -- The bus refuses what only a file had answered.
       and not (old.state = 'answered' and new.state = 'send_failed' and exists (
           select from egisso.unconfirmed_outcome u where u.package_id = old.id)) then
        raise exception 'package %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    if new.channel = 'manual' and new.state = 'signed' then
        raise exception 'package %: it is for manual upload and is never signed', old.id using errcode = 'check_violation';
    end if;
    if new.state in ('answered', 'send_failed', 'expired') then new.closed_at = clock_timestamp(); end if;
    return new;
end $$;

create or replace function egisso.guard_record_state() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
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
        'dropped>ready', 'dropped>waiting', 'dropped>blocked'])
       -- The word of the bus takes the place of an outcome from a file.
       and not (old.state not in ('packed', 'sent') and new.state in ('accepted', 'accepted_with_warnings', 'rejected', 'dropped') and exists (
           select from egisso.unconfirmed_outcome u where u.record_id = old.id and u.settled_at is null)) then
        raise exception 'record %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    new.state_at = clock_timestamp();
    return new;
end $$;

-- Remembers what a file is about to decide of records that are on their way.
create function egisso.note_unconfirmed(package_id uuid, file_id text, records uuid[], outcomes text[]) returns void
language sql security definer set search_path = egisso, pg_temp as $$
    insert into egisso.unconfirmed_outcome (package_id, record_id, outcome, file_id, sent, before)
    select note_unconfirmed.package_id, r.id, o.outcome, note_unconfirmed.file_id,
           jsonb_build_object('kind', r.kind, 'provider', r.provider, 'content', r.content, 'becomes', r.becomes, 'becomes_hash', r.becomes_hash),
           jsonb_build_object('accepted_id', s.accepted_id, 'accepted_event', s.accepted_event, 'accepted_hash', s.accepted_hash,
               'accepted_content', s.accepted_content, 'accepted_provider', s.accepted_provider, 'accepted_at', s.accepted_at,
               'participant_code', s.participant_code, 'events', s.events, 'generation', s.generation)
      from unnest(note_unconfirmed.records, note_unconfirmed.outcomes) as o(record_id, outcome)
      join egisso.record r on r.id = o.record_id and r.package_id = note_unconfirmed.package_id and r.state in ('packed', 'sent')
      join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
$$;
revoke all on function egisso.note_unconfirmed(uuid, text, uuid[], text[]) from public;

-- What the bus says of records whose outcome came from a file; released: ЕГИССО never
-- had them. Its word stands: an outcome that differs is taken back with what the row
-- held because of it, and the row is decided again. A record that goes again already
-- gets its outcome with that package. Returns how many differed.
create function egisso.settle_unconfirmed(package_id uuid, records uuid[], said text[], code text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    u record;
    r egisso.record;
    s egisso.source_row;
    b egisso.source_row; -- the row before the file
    t egisso.record;     -- the record as sent
    removal boolean;
    differ integer := 0;
begin
    for u in select w.*, o.now_said
               from unnest(settle_unconfirmed.records, settle_unconfirmed.said) as o(id, now_said)
               join egisso.unconfirmed_outcome w on w.package_id = settle_unconfirmed.package_id and w.record_id = o.id
              where w.settled_at is null loop
        select * into r from egisso.record w where w.id = u.record_id for update;
        select * into s from egisso.source_row w where w.register = r.register and w.row_key = r.row_key for update;
        b := jsonb_populate_record(null::egisso.source_row, u.before);
        t := jsonb_populate_record(null::egisso.record, u.sent);
        removal := t.becomes_hash is null;
        differ := differ + ((u.outcome <> 'rejected') is distinct from (u.now_said in ('accepted', 'accepted_with_warnings')) or u.now_said = 'released')::integer;
        case
        when u.outcome <> 'rejected' and u.now_said in ('accepted', 'accepted_with_warnings') then
            update egisso.record w set state = u.now_said where w.id = r.id and w.state in ('accepted', 'accepted_with_warnings');
            update egisso.source_row w set participant_code = coalesce(nullif(settle_unconfirmed.code, ''), w.participant_code)
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event = r.id and not removal;
        when u.outcome <> 'rejected' then
            update egisso.source_row w
               set accepted_id = b.accepted_id, accepted_event = b.accepted_event, accepted_hash = b.accepted_hash,
                   accepted_content = b.accepted_content, accepted_provider = b.accepted_provider, accepted_at = b.accepted_at,
                   participant_code = b.participant_code, generation = b.generation, settled_hash = null,
                   events = b.events + (w.register = 'onmsz' and u.now_said = 'rejected')::integer
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event = r.id;
            update egisso.record w set state = case u.now_said when 'rejected' then 'rejected' else 'dropped' end, reason = ''
             where w.id = r.id and w.state in ('accepted', 'accepted_with_warnings');
        when u.now_said in ('accepted', 'accepted_with_warnings') and r.state not in ('packed', 'sent') then
            update egisso.source_row w
               set accepted_id = case when removal then null when w.register = 'fact' and t.kind <> 'fact' then w.accepted_id else r.id end,
                   accepted_event = r.id, accepted_hash = t.becomes_hash,
                   accepted_content = case when not removal then coalesce(t.becomes, t.content) end,
                   accepted_provider = case when removal then null when w.register = 'fact' and t.kind <> 'fact' then w.accepted_provider else t.provider end,
                   accepted_at = case when not removal then now() end,
                   participant_code = case when not removal then coalesce(nullif(settle_unconfirmed.code, ''), w.participant_code) end,
                   events = case when w.register = 'onmsz' then w.events when not removal and w.register = 'fact' and t.kind <> 'fact' then w.events + 1 else 0 end,
                   generation = w.generation + removal::integer, settled_hash = null
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event is not distinct from b.accepted_event;
            update egisso.record w set state = u.now_said, package_id = u.package_id, kind = t.kind, provider = t.provider, content = t.content,
                   becomes = t.becomes, becomes_hash = t.becomes_hash, reason = '', findings = '[]'
             where w.id = r.id;
        when u.now_said = 'released' then
            update egisso.record w set state = 'dropped', reason = '' where w.id = r.id and w.state = 'rejected' and w.package_id = u.package_id;
        else
        end case;
        -- What the file said of it stays in the file.
        delete from egisso.record_message m where m.package_id = u.package_id and m.element_id = u.record_id;
        update egisso.package_record m set outcome = u.now_said where m.package_id = u.package_id and m.record_id = u.record_id;
        update egisso.unconfirmed_outcome w set settled_at = clock_timestamp(), settled = u.now_said, sent = null, before = null
         where w.package_id = u.package_id and w.record_id = u.record_id;
        update egisso.source_row w set dirty = true where w.register = r.register and w.row_key = r.row_key;
    end loop;
    return differ;
end $$;
revoke all on function egisso.settle_unconfirmed(uuid, uuid[], text[], text) from public;

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
       (select f.file_name from egisso.package_file f where f.package_id = p.id) as file_name,
       (select count(*) from egisso.unconfirmed_outcome u where u.package_id = p.id and u.settled_at is null) as unconfirmed
from egisso.package p;
comment on column egisso.journal.unconfirmed is 'Сколько исходов взято из файла и не подтверждено СМЭВ';

create or replace view egisso.record_status as
select w.register,
       w.row_key,
       w.record_no,
       w.record_id,
       w.kind,
       w.state,
       case w.state when 'new' then 'Новый'
                    when 'nothing_to_send' then 'Не подлежит отправке'
                    else egisso.record_state_text(w.state) end as status,
       concat_ws('; ', nullif(coalesce(nullif(w.held, ''),
                case when w.state = 'ready' then
                    (select 'Отправка реестра приостановлена до ' || to_char(t.until, 'DD.MM.YYYY HH24:MI:SS') || ': ' || t.reason
                       from egisso.register_rest t where t.register = w.register and t.until > now()) end,
                case when w.state in ('accepted_with_warnings', 'rejected') then
                    (select string_agg(m.rule_code || ' ' || m.report, '; ' order by m.position)
                       from egisso.record_message m
                      where m.package_id = w.package_id and m.element_id = w.record_id) end,
                case when w.state in ('ready', 'waiting', 'blocked') then
                    (select string_agg((f ->> 'code') || ' ' || (f ->> 'text'), '; ')
                       from jsonb_array_elements(w.findings) f) end,
                ''), ''),
           -- What ЕГИССО accepted stays accepted, and the classifier moved on.
           case when w.register = 'lmsz' and w.accepted_id is not null then
               (select 'Не соответствует действующей версии КМСЗ: ' || string_agg(c.code || ' ' || c.text, '; ' order by c.position)
                  from egisso.classifier_finding c
                  join egisso.classifier_version v on v.number = c.version and v.status = 5
                 where c.row_key = w.row_key) end,
           case when exists (select from egisso.unconfirmed_outcome u where u.record_id = w.record_id and u.settled_at is null) then
               'Исход взят из файла и не подтверждён СМЭВ' end) as reason,
       w.package_id,
       w.deleted,
       w.accepted_id,
       w.accepted_at,
       w.dirty                                        as decision_due,
       w.updated_at,
       w.participant_code
from (
    select s.register, s.row_key, s.record_no, s.deleted, s.accepted_id, s.accepted_at, s.dirty, s.participant_code,
           coalesce(r.id, s.accepted_id)              as record_id,
           r.kind, r.package_id,
           -- What the source says now cannot be read or sent: whatever was sent before.
           case when (s.row_findings @> '[{"severity": "error"}]' or s.review <> '') and not s.dirty
                     and coalesce(r.state, '') not in ('packed', 'sent') then 'blocked'
                when r.id is not null then r.state
                when s.dirty then 'new'
                when s.accepted_id is not null then 'accepted'
                else 'nothing_to_send' end            as state,
           case when s.review <> '' and not s.dirty and coalesce(r.state, '') not in ('packed', 'sent') then s.review
                when r.state = 'waiting' then r.reason else '' end as held,
           case when s.row_findings @> '[{"severity": "error"}]' then s.row_findings
                else coalesce(nullif(r.findings, '[]'), s.row_findings) end as findings,
           greatest(s.updated_at, r.state_at)         as updated_at
      from egisso.source_row s
      left join lateral (
          select * from egisso.record r
           where r.register = s.register and r.row_key = s.row_key and r.state <> 'dropped'
           order by r.state in ('ready', 'waiting', 'blocked', 'packed', 'sent') desc, r.state_at desc, r.created_at desc
           limit 1) r on true) w;
