-- Public contract for other systems: columns are only ever added.
-- Texts: spec egisso.md (h) journal and (g.6) record states.

create function egisso.register_text(register text) returns text language sql immutable as $$
    select case register
        when 'lmsz' then 'Реестр локальных мер социальной защиты'
        when 'fact' then 'Реестр фактов назначений мер социальной защиты'
        else register end
$$;

create function egisso.package_state_text(state text, egisso_status smallint, doubt boolean) returns text
language sql immutable as $$
    select case state
        when 'formed'      then 'Сформирован'
        when 'signed'      then case when doubt then 'Отправляется' else 'Подписан' end
        when 'queued'      then case egisso_status
                                    when 1 then 'Принят ЕГИССО'
                                    when 2 then 'Обрабатывается'
                                    else 'Поставлен в очередь СМЭВ' end
        when 'answered'    then 'Завершена обработка ответа'
        when 'send_failed' then 'Ошибка отправки'
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
           exists (select from egisso.message m where m.package_id = p.id and m.state = 'in_doubt')) as status,
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
       p.closed_at
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
select s.register,
       s.row_key,
       s.record_no,
       coalesce(r.id, s.accepted_id)                 as record_id,
       r.kind,
       case when r.id is null and s.dirty then 'new'
            when r.id is null and s.accepted_id is not null then 'accepted'
            when r.id is null and s.row_findings <> '[]' then 'blocked'
            when r.id is null then 'nothing_to_send'
            else r.state end                          as state,
       case when r.id is null and s.accepted_id is not null and not s.dirty then egisso.record_state_text('accepted')
            when r.id is null and s.dirty then 'Новый'
            when r.id is null and s.row_findings <> '[]' then egisso.record_state_text('blocked')
            when r.id is null then 'Не подлежит отправке'
            else egisso.record_state_text(r.state) end as status,
       coalesce(nullif(r.reason, ''),
                (select string_agg(m.rule_code || ' ' || m.report, '; ' order by m.position)
                   from egisso.record_message m
                  where m.package_id = r.package_id and m.element_id = r.id
                    and r.state in ('accepted_with_warnings', 'rejected')),
                (select string_agg((f ->> 'code') || ' ' || (f ->> 'text'), '; ')
                   from jsonb_array_elements(coalesce(nullif(r.findings, '[]'), s.row_findings)) f
                  where r.state is null or r.state in ('ready', 'waiting', 'blocked')),
                '')                                   as reason,
       r.package_id,
       s.deleted,
       s.accepted_id,
       s.accepted_at,
       s.dirty                                        as decision_due,
       greatest(s.updated_at, r.state_at)             as updated_at
from egisso.source_row s
left join lateral (
    select * from egisso.record r
     where r.register = s.register and r.row_key = s.row_key and r.state <> 'dropped'
     order by r.state in ('ready', 'waiting', 'blocked', 'packed', 'sent') desc, r.state_at desc, r.created_at desc
     limit 1) r on true;

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
