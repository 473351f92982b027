-- A gateway that has worked for a month. «Петрашкявичюс», «ПЕТРАШКЯВИЧЮС», 112-233-445 95 and
-- 11223344595 stand in everything that others say.
set session_replication_role = replica;

select egisso.set_signing_service(true, 'проверка');
insert into egisso.job (name, last_started_at, last_success_at, last_error, failures, failing_since)
select n, now(), now() - interval '20 seconds', '', 0, null from unnest(array['collect', 'send', 'receive', 'reconcile', 'links']) n
union all select 'alert', now(), now() - interval '1 day', 'сервер отказал: Петрашкявичюс 112-233-445 95', 4, now() - interval '2 hours';
insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '01a7', now() + interval '20 days');

-- 30 days of facts, 12 packages a day; every seventh package has rejected records.
insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, info, review, created_at, signed_at, queued_at, closed_at)
select md5('p' || d || '.' || n)::uuid, case n when 1 then 'lmsz' when 2 then 'organization' else 'fact' end, '10.06.S', '1.1.0', '0042.000001',
       case when d = 0 and n > 9 then 'queued' when (d + n) % 29 = 0 then 'send_failed' when (d + n) % 31 = 0 then 'expired' else 'answered' end,
       case when d = 0 and n > 9 or (d + n) % 29 = 0 or (d + n) % 31 = 0 then null when n % 7 = 3 then 'partial' when n % 7 = 5 and d % 5 = 0 then 'rejected' else 'accepted' end,
       c,
       case when d = 0 and n > 9 then 'Пакет поставлен в очередь СМЭВ' when (d + n) % 29 = 0 then 'Ошибка отправки: СМЭВ отклонила сообщение (Петрашкявичюс, СНИЛС 112-233-445 95)'
            when (d + n) % 31 = 0 then '' when n % 7 = 3 then format('Пакет принят частично. Принято записей: %s, отклонено: 3', c - 3)
            when n % 7 = 5 and d % 5 = 0 then 'Пакет отклонен. Ошибка: Бизнес-данные не соответствуют схеме, получатель Петрашкявичюс' else 'Пакет принят. Принято записей: ' || c end,
       case when d = 1 and n = 4 then 'ЕГИССО не обработала пакет: Петрашкявичюс 11223344595' end,
       at, at + interval '3 seconds', at + interval '5 seconds', case when not (d = 0 and n > 9) then at + interval '90 seconds' end
  from generate_series(0, 29) d, generate_series(1, 12) n,
       lateral (select now() - (interval '1 hour' + make_interval(days => d, mins => n * 7)), 4 + (d * 7 + n * 13) % 8) t(at, c);
insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, classifier, created_at, queued_at, closed_at)
select md5('k' || d)::uuid, 'kmsz', '10.02.I', '1.0.3', '0042.000001', 'answered', 'accepted', 0, '010', now() - make_interval(days => d, hours => 7), now() - make_interval(days => d, hours => 7), now() - make_interval(days => d, hours => 7)
  from generate_series(0, 29) d;

-- Their members: each a row of the source with its record.
insert into egisso.package_record (package_id, ordinal, record_id, kind, outcome)
select p.id, o, md5(p.id::text || o)::uuid, 'fact',
       case when p.state <> 'answered' then null when p.result = 'rejected' or p.result = 'partial' and o <= 3 then 'rejected'
            when o = 9 then 'accepted_with_warnings' else 'accepted' end
  from egisso.package p, generate_series(1, p.record_count) o;
insert into egisso.record (id, register, row_key, kind, provider, state, package_id, created_at, state_at)
select m.record_id, p.register, 'k' || row_number() over (order by p.created_at, m.ordinal), m.kind, p.provider, coalesce(m.outcome, 'packed'), p.id, p.created_at, coalesce(p.closed_at, p.created_at)
  from egisso.package_record m join egisso.package p on p.id = m.package_id;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, accepted_id, accepted_hash, accepted_event, accepted_at)
select register, row_key, (58000 + row_number() over (order by created_at, row_key))::text, created_at, false,
       case when state like 'accepted%' then id end, case when state like 'accepted%' then '\x01'::bytea end, case when state like 'accepted%' then id end, case when state like 'accepted%' then state_at end
  from egisso.record;
insert into egisso.record_message (package_id, position, record_id, element_id, type, rule_code, report)
select m.package_id, m.ordinal * 2 + n, m.record_id::text, m.record_id, case m.outcome when 'rejected' then 1 else 2 end, case n when 0 then '019' else '026' end,
       case when n = 0 then 'Дата начала действия назначения 01-02-2019 не входит в период действия локальной МСЗ'
            when m.ordinal = 2 then 'Получатель Петрашкявичюс Вера, СНИЛС 112-233-445 95, не найден'
            else 'Форма предоставления факта назначения МСЗ не совпадает с формой предоставления ЛМСЗ.' end
  from egisso.package_record m, generate_series(0, 1) n where m.outcome in ('rejected', 'accepted_with_warnings') and (n = 0 or m.outcome = 'rejected');

-- What has not left: ready, waiting, blocked, new, nothing to send.
insert into egisso.record (id, register, row_key, kind, provider, state, reason_code, findings, package_limit)
select md5('w' || n)::uuid, 'fact', 'w' || lpad(n::text, 5, '0'), 'fact', '0042.000001', case when n <= 120 then 'ready' when n <= 180 then 'waiting' else 'blocked' end,
       case when n > 120 and n <= 180 then 'wait_measure' else '' end,
       case when n > 180 then '[{"code": "L-SNILS", "severity": "error", "field": "mszReceiver/SNILS", "text": "Контрольное число СНИЛС не сходится"}]' else '[]' end::jsonb,
       case when n % 9 = 0 then 500 else 1000 end
  from generate_series(1, 230) n;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty)
select 'fact', 'w' || lpad(n::text, 5, '0'), case n when 200 then 'Петрашкявичюс' when 201 then '112-233-445 95' else (90000 + n)::text end, now(), n > 230 and n <= 260 from generate_series(1, 280) n;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, row_findings)
values ('fact', 'x1', 'x1', now(), false, '[{"code": "L-FIELD", "severity": "error", "field": "decision_date", "text": "не дата"}]');
insert into egisso.audit (who, action, register, row_key, reason, detail, session_role) values ('egisso_operator, Петрашкявичюс', 'retry_record', 'fact', 'w00001', 'звонил Петрашкявичюс', '', 'egisso_operator');

-- The classifier: a measure of ours is wrong under the next version.
insert into egisso.classifier_version (number, status, start_date, document, source, received_at, hash, body)
values (41, 6, '2025-01-01', 'Протокол № 3 от 20.12.2024', '10.02.I', now() - interval '300 days', '\x01', ''), (42, 5, '2026-01-01', 'Протокол № 7 от 15.12.2025', '10.02.I', now() - interval '40 days', '\x02', ''),
       (43, 3, '2027-01-01', 'Протокол № 8 от 20.11.2026', '10.01.O', now() - interval '2 days', '\x03', '');
insert into egisso.classifier_position (version, facet, ordinal, code, name, repeated)
select v, f, n, lpad(n::text, 4, '0'), 'Позиция ' || n, false from unnest(array[41, 42, 43]) v, unnest(array['reestrMSZ', 'listCategories', 'provisionForms']) f, generate_series(1, 40) n;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, accepted_id, accepted_hash, accepted_content)
values ('lmsz', 'lm1', '17', now(), false, md5('lm1')::uuid, '\x01', '{"title": "Бесплатное обеспечение лекарственными препаратами"}');
insert into egisso.classifier_finding (version, row_key, position, code, severity, field, text)
values (43, 'lm1', 1, 'L-KMSZ', 'error', 'categoryID', 'Категории получателей нет в этой версии КМСЗ');
-- What the triggers would have said.
update egisso.source_row s set record_id = egisso.present_record(s.register, s.row_key);
insert into egisso.due_row select register, row_key, record_id is not null from egisso.source_row where dirty;
insert into egisso.row_total (register, rows) select register, count(*) from egisso.source_row group by register;
set session_replication_role = origin;
