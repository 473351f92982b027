-- Local measures are compared with the classifier when either changes; an accepted
-- measure that does not pass says so.

alter table egisso.classifier_state add checked_active integer not null default 0; -- version that was active then

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
                 where c.row_key = w.row_key) end)    as reason,
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

-- Who asked is kept like every order of a person.
create or replace function egisso.request_kmsz_update() returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    -- What is on its way already is not asked twice.
    update egisso.classifier_request r
       set wanted_at = coalesce(r.wanted_at, clock_timestamp()), wanted_by = egisso.actor(),
           reason = 'Запрошено пользователем', tries = 0, next_at = clock_timestamp()
     where not exists (select from egisso.package p
                        where p.classifier = r.classifier and p.state in ('formed', 'signed', 'queued'));
    perform egisso.note_action('request_kmsz_update', null, null, null, '', 'Запрошены обновления КМСЗ');
end $$;
