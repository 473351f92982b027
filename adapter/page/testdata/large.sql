-- What a region has after its first load: $rows facts in packages of 1000, three in a hundred
-- rejected, one in a hundred blocked, and as many packages of the years before as days.
set session_replication_role = replica;
insert into egisso.service_log (enabled, changed_by, reason) values (true, 'egisso_operator', 'проверка');
insert into egisso.job (name, last_started_at, last_success_at) select n, now(), now() from unnest(array['collect', 'send', 'receive', 'reconcile', 'links']) n;
insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, info, created_at, signed_at, queued_at, closed_at)
select md5('p' || n)::uuid, 'fact', '10.06.S', '1.1.0', '0042.000001', case when n > $rows / 1000 - 5 then 'queued' else 'answered' end,
       case when n <= $rows / 1000 - 5 then 'partial' end, 1000, 'Пакет принят частично. Принято записей: 970, отклонено: 30',
       at, at, at, case when n <= $rows / 1000 - 5 then at + interval '1 minute' end
  from generate_series(1, $rows / 1000) n, lateral (select now() - make_interval(mins => $rows / 1000 - n)) t(at);
insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, info, created_at, signed_at, queued_at, closed_at)
select md5('o' || n)::uuid, case n % 1000 when 0 then 'lmsz' else 'fact' end, '10.06.S', '1.1.0', '0042.000001', 'answered', 'accepted', 1, 'Пакет принят. Принято записей: 1', at, at, at, at
  from generate_series(1, $rows / 10) n, lateral (select now() - interval '2 days' - make_interval(mins => n * 10)) t(at);
insert into egisso.record (id, register, row_key, kind, provider, state, findings, package_id, created_at, state_at)
select md5('r' || n)::uuid, 'fact', 'k' || lpad(n::text, 8, '0'), 'fact', '0042.000001',
       case when n > $rows - 5000 then 'packed' when n % 100 = 0 then 'blocked' when n % 100 = 1 then 'ready' when n % 100 < 5 then 'rejected' when n % 1000 = 7 then 'accepted_with_warnings' else 'accepted' end,
       case when n % 100 = 0 then '[{"code": "L-SNILS", "severity": "error", "field": "mszReceiver/SNILS", "text": "Контрольное число СНИЛС не сходится"}]' else '[]' end::jsonb,
       case when n % 100 > 1 or n > $rows - 5000 then md5('p' || (n + 999) / 1000)::uuid end, now() - interval '1 hour', now()
  from generate_series(1, $rows) n;
insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, content_hash, accepted_id, accepted_hash, accepted_event, accepted_at, needs)
select 'fact', 'k' || lpad(n::text, 8, '0'), n::text, now(), false, sha256(n::text::bytea), case when a then md5('r' || n)::uuid end, case when a then sha256(n::text::bytea) end,
       case when a then md5('r' || n)::uuid end, case when a then now() end, array['lmsz/1']
  from generate_series(1, $rows) n, lateral (select n % 100 > 4 and n <= $rows - 5000) t(a);
insert into egisso.package_record (package_id, ordinal, record_id, kind, outcome)
select r.package_id, row_number() over (partition by r.package_id order by r.row_key), r.id, 'fact', case r.state when 'packed' then null else r.state end
  from egisso.record r where r.package_id is not null;
insert into egisso.record_message (package_id, position, record_id, element_id, type, rule_code, report)
select m.package_id, m.ordinal * 2 + n, m.record_id::text, m.record_id, 1, '019', 'Дата начала действия назначения 01-02-2019 не входит в период действия локальной МСЗ'
  from egisso.package_record m, generate_series(0, 1) n where m.outcome = 'rejected';
-- What the triggers would have said.
update egisso.source_row s set record_id = egisso.present_record(s.register, s.row_key);
insert into egisso.due_row select register, row_key, record_id is not null from egisso.source_row where dirty;
insert into egisso.row_total (register, rows) select register, count(*) from egisso.source_row group by register;
set session_replication_role = origin;
