-- Public contract for other systems: columns are only ever added.
-- Texts: adapter/egisso/SPEC.md#journal, jobs/README.md#states.

create function egisso.register_text(register text) returns text language sql immutable as $$
    select case register
        when 'lmsz' then 'Реестр локальных мер социальной защиты'
        when 'fact' then 'Реестр фактов назначений'
        else register end
$$;

create function egisso.package_state_text(state text, egisso_status smallint, doubt boolean, was_queued boolean) returns text
language sql immutable as $$
    select case state
        when 'formed'      then 'Сформирован'
        when 'signed'      then case when doubt then 'Отправляется' else 'Подписан' end
        when 'queued'      then case egisso_status
                                    when 1 then 'Принят ЕГИССО'
                                    when 2 then 'Обрабатывается'
                                    else 'Поставлен в очередь СМЭВ' end
        when 'answered'    then 'Завершена обработка ответа'
        when 'send_failed' then case when was_queued then 'Отклонён СМЭВ' else 'Ошибка отправки' end
        when 'expired'     then 'Истёк срок ожидания'
        else state end
$$;

create function egisso.record_state_text(state text) returns text language sql immutable as $$
    select case state
        when 'ready'                  then 'Готов к отправке'
        when 'waiting'                then 'Ожидает'
        when 'blocked'                then 'Требует исправления'
        when 'packed'                 then 'Отправляется'
        when 'sent'                   then 'Отправляется'
        when 'accepted'               then 'Передан успешно'
        when 'accepted_with_warnings' then 'Передан с предупреждениями'
        when 'rejected'               then 'Отклонён'
        when 'dropped'                then 'Снят с отправки'
        else 'Новый' end
$$;

-- Журнал запросов в ЕГИССО, newest first by created_at.
create view egisso.journal as
select p.id,
       p.created_at,
       egisso.register_text(p.register)   as package_type,
       p.record_count,
       egisso.package_state_text(p.state, p.egisso_status,
           exists (select from egisso.message m where m.package_id = p.id and m.state = 'in_doubt'),
           p.queued_at is not null) as status,
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
       p.provider
from egisso.package p;

comment on view egisso.journal is 'Журнал запросов в ЕГИССО: одна строка на пакет';

-- Детализация отправки пакета: record number, comment, code. The number stands
-- on the first row of its record only, as on the form of the МИС.
create view egisso.journal_detail as
select d.package_id,
       d.position,
       case when row_number() over (partition by d.package_id, d.record_id order by d.position) = 1
            then coalesce(s.record_no, d.record_id) else '' end as record_no,
       d.report                                                 as comment,
       d.rule_code                                              as code,
       case d.type when 1 then 'Ошибка' else 'Предупреждение' end as message_type,
       d.record_id,
       s.register,
       s.row_key
from egisso.record_message d
left join egisso.record r on r.id = d.element_id
left join egisso.source_row s on s.register = r.register and s.row_key = r.row_key;

comment on view egisso.journal_detail is 'Детализация отправки пакета: номер записи, комментарий, код ошибки';

-- Where every source row is now, and why.
create view egisso.record_status as
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
       w.updated_at
from (
    select s.register, s.row_key, s.record_no, s.deleted, s.accepted_id, s.accepted_at, s.dirty,
           coalesce(r.id, s.accepted_id)              as record_id,
           r.kind, r.package_id,
           -- What the source says now cannot be read: whatever was sent before.
           case when s.row_findings @> '[{"severity": "error"}]' and not s.dirty
                     and coalesce(r.state, '') not in ('packed', 'sent') then 'blocked'
                when r.id is not null then r.state
                when s.dirty then 'new'
                when s.accepted_id is not null then 'accepted'
                else 'nothing_to_send' end            as state,
           case when r.state = 'waiting' then r.reason else '' end as held,
           case when s.row_findings @> '[{"severity": "error"}]' then s.row_findings
                else coalesce(nullif(r.findings, '[]'), s.row_findings) end as findings,
           greatest(s.updated_at, r.state_at)         as updated_at
      from egisso.source_row s
      left join lateral (
          select * from egisso.record r
           where r.register = s.register and r.row_key = s.row_key and r.state <> 'dropped'
           order by r.state in ('ready', 'waiting', 'blocked', 'packed', 'sent') desc, r.state_at desc, r.created_at desc
           limit 1) r on true) w;

comment on view egisso.record_status is 'Состояние каждой записи источника и его причина';

-- Состояние сервиса подписи и отправки.
create view egisso.service_state as
select enabled,
       case when enabled then 'Включен' else 'Выключен' end as state,
       changed_at,
       changed_by,
       reason
from egisso.service;

comment on view egisso.service_state is 'Состояние сервиса подписи и отправки: Включен или Выключен';
