-- All registers of ЕГИССО; what ЕГИССО holds once it accepts a record, apart
-- from what is sent; records that depend on several others.

alter table egisso.source_row drop constraint source_row_register_check,
    add check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact'));
alter table egisso.source_cursor drop constraint source_cursor_register_check,
    add check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact'));
-- kmsz: a request for the classifier is a package without records.
alter table egisso.package drop constraint package_register_check, drop constraint package_record_count_check,
    add check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact', 'kmsz')),
    add check (record_count between 1 and 1000 or record_count = 0 and register = 'kmsz');
alter table egisso.register_rest drop constraint register_rest_register_check,
    add check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact', 'kmsz'));

create or replace function egisso.register_text(register text) returns text language sql immutable as $$
    select case register
        when 'lmsz'         then 'Реестр локальных мер социальной защиты'
        when 'fact'         then 'Реестр фактов назначений'
        when 'organization' then 'Реестр организаций'
        when 'onmsz'        then 'Реестр ОНМСЗ'
        when 'point'        then 'Реестр точек присутствия ОНМСЗ'
        when 'kmsz'         then 'Запрос обновлений КМСЗ'
        else register end
$$;

-- Rows a row has to wait for, as register/row_key: local measures, and the
-- participant whose code is not known to the source.
alter table egisso.source_row
    add needs             text[] not null default '{}',
    add accepted_provider text,                      -- participant code what ЕГИССО holds was sent under
    add participant_code  text,                      -- onmsz: the code ЕГИССО gave
    add released_hash     bytea,                     -- content whose change of people alone an operator let go
    add review            text   not null default '';  -- Russian: why a person has to act, nothing can be sent
update egisso.source_row set needs = array['lmsz/' || measure_key] where measure_key is not null;
alter table egisso.source_row drop column measure_key;
create index source_row_needs on egisso.source_row using gin (needs) where needs <> '{}';
create index source_row_participant on egisso.source_row (participant_code) where register = 'onmsz';

-- What ЕГИССО holds once it accepts the record: its hash, null for a removal,
-- and the content where it is not what is sent (events on facts, applications).
alter table egisso.record rename content_hash to becomes_hash;
alter table egisso.record add becomes jsonb;
update egisso.record set becomes = content -> 'fact' where kind = 'alterationBasedOnPreviousErrors';
update egisso.source_row set accepted_content = accepted_content -> 'fact'
 where register = 'fact' and accepted_content ? 'assignmentFactUuid';
update egisso.source_row s set accepted_provider = r.provider
  from egisso.record r where s.accepted_id is not null and r.id = s.accepted_event;
create index record_held on egisso.record (register, row_key) where state = 'waiting' and reason like 'L-PERSON %';

-- The protocol applied last, word for word: a later one is compared with it.
create table egisso.package_protocol (
    package_id uuid primary key references egisso.package,
    content    bytea       not null,
    applied_at timestamptz not null default now()
);

-- Where every source row is now, and why: also rows only a person can help.
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
       coalesce(nullif(w.held, ''),
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
                '')                                   as reason,
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

-- Changes of nothing but people wait for an operator (adapter/egisso/SPEC.md#changed-records): one
-- surname may touch many facts.
create function egisso.release_person_changes(reason text, row_key text default null) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    released integer;
begin
    perform egisso.demand_reason(reason);
    update egisso.source_row s set released_hash = s.content_hash, dirty = true
      from egisso.record r
     where r.register = s.register and r.row_key = s.row_key and r.state = 'waiting' and r.reason like 'L-PERSON %'
       and (release_person_changes.row_key is null or s.row_key = release_person_changes.row_key);
    get diagnostics released = row_count;
    if released = 0 and release_person_changes.row_key is not null then
        raise exception 'Запись % не ожидает подтверждения изменения сведений о людях', release_person_changes.row_key;
    end if;
    perform egisso.note_action('release_person_changes', 'fact', release_person_changes.row_key, null, reason, 'Записей: ' || released);
    perform egisso.wake('decide');
    return released;
end $$;
revoke all on function egisso.release_person_changes(text, text) from public;

comment on function egisso.release_person_changes(text, text) is
    'Отправить изменения, в которых изменились только сведения о людях: одной записи по ключу или всех; причина обязательна; возвращает число записей';
