-- What was found on the rows of the source and on what was sent of them: by whom, whether
-- before it left or after, and whether it is of what record_status shows now. Findings
-- with which a record left stay with its package: decided anew, the record has others.
create or replace view egisso.record_finding as
select f.register,
       f.row_key,
       s.record_no,
       f.record_id,
       f.package_id,
       f.state,
       f.origin,
       f.found,
       f.position,
       f.code,
       f.severity,
       f.field,
       f.text,
       case f.severity when 'error' then 'Ошибка' else 'Предупреждение' end       as message_type,
       case f.found when 'before' then 'До отправки' else 'После отправки' end     as found_text,
       -- The record that record_status shows.
       f.of_now and (f.record_id is null or f.origin = 'classifier' or f.record_id = s.record_id) as current
from (
    select w.register, w.row_key, null::uuid as record_id, null::uuid as package_id, null::text as state, 'row' as origin, 'before' as found,
           o.n::integer as position, o.e ->> 'code' as code, o.e ->> 'severity' as severity, o.e ->> 'field' as field, o.e ->> 'text' as text,
           true as of_now
      from egisso.source_row w cross join lateral jsonb_array_elements(w.row_findings) with ordinality as o(e, n)
     where w.row_findings <> '[]'
    union all
    select w.register, w.row_key, null, null, null, 'decision', 'before', 1, e.rule, 'error', '', e.text, not w.dirty
      from egisso.source_row w join egisso.reason e on e.code = w.review_code
     where w.review_code <> ''
    union all
    select r.register, r.row_key, r.id, null, r.state, 'check', 'before',
           o.n::integer, o.e ->> 'code', o.e ->> 'severity', o.e ->> 'field', o.e ->> 'text', egisso.record_unsent(r.state)
      from egisso.record r cross join lateral jsonb_array_elements(r.findings) with ordinality as o(e, n)
     where r.findings <> '[]' and (egisso.record_unsent(r.state) or r.state = 'dropped' and r.package_id is null)
    union all
    select r.register, r.row_key, r.id, m.package_id, r.state, 'check', 'before',
           o.n::integer, o.e ->> 'code', o.e ->> 'severity', o.e ->> 'field', o.e ->> 'text',
           m.package_id = r.package_id and not egisso.record_unsent(r.state)
      from egisso.package_record m
      join egisso.record r on r.id = m.record_id
     cross join lateral jsonb_array_elements(m.findings) with ordinality as o(e, n)
     where m.findings is not null
    union all
    select r.register, r.row_key, r.id, d.package_id, r.state, 'protocol', 'after',
           d.position, d.rule_code, case d.type when 1 then 'error' else 'warning' end, '', d.report,
           d.package_id = r.package_id and not egisso.record_unsent(r.state)
      from egisso.record_message d
      join egisso.package_record m on m.record_id = d.element_id and m.package_id = d.package_id
      join egisso.record r on r.id = m.record_id
    union all
    select w.register, w.row_key, w.accepted_id, null, null, 'classifier', 'after',
           c.position, c.code, c.severity, c.field, c.text, true
      from egisso.classifier_finding c
      join egisso.classifier_version v on v.number = c.version and v.status = 5
      join egisso.source_row w on w.register = 'lmsz' and w.row_key = c.row_key
     where w.accepted_id is not null) f
join egisso.source_row s on s.register = f.register and s.row_key = f.row_key;
comment on view egisso.record_finding is 'Что найдено в записях: проверками до отправки, ЕГИССО и новой версией КМСЗ после неё; также предупреждения отправленных записей';
comment on column egisso.record_finding.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_finding.row_key is 'Ключ записи в МИС';
comment on column egisso.record_finding.record_no is 'Номер, по которому запись знают люди';
comment on column egisso.record_finding.record_id is 'UUID записи или события, в которых найдено; пусто — строка источника не читается или по ней нечего передать';
comment on column egisso.record_finding.package_id is 'Пакет, в котором запись ушла с этим или в протоколе которого это сказано; пусто — не уходила; см. journal.id';
comment on column egisso.record_finding.state is
    'Состояние элемента record_id теперь, как в record_status.state: ready, waiting, blocked, packed, accepted, accepted_with_warnings, rejected или dropped (снят с отправки); пусто — не об элементе';
comment on column egisso.record_finding.origin is
    'Кто нашёл: row — чтение строки источника, check — проверки записи, decision — решение, что нужен человек, protocol — протокол ЕГИССО, classifier — сравнение принятой ЛМСЗ с действующей версией КМСЗ';
comment on column egisso.record_finding.found is 'before — до отправки, after — после';
comment on column egisso.record_finding.position is 'Порядок внутри записи и пакета';
comment on column egisso.record_finding.code is 'Код правила, например 019 или L-DUP; пусто, если не назван';
comment on column egisso.record_finding.severity is 'error — ошибка, warning — предупреждение';
comment on column egisso.record_finding.field is 'Элемент вида сведений, например mszReceiver/SNILS; пусто — не об одном элементе';
comment on column egisso.record_finding.text is 'Что не так, словами; значений проверки не называют, текст ЕГИССО дан как есть';
comment on column egisso.record_finding.message_type is 'Ошибка или Предупреждение';
comment on column egisso.record_finding.found_text is 'До отправки или После отправки';
comment on column egisso.record_finding.current is 'Относится к тому, что показывает record_status; иначе — к тому, что с тех пор решено заново или заменено';

-- Rules by which something cannot be sent as it is, or was rejected; by which the checks warn
-- of what is ready, on its way, or in ЕГИССО; and by which ЕГИССО warns. What is current in
-- record_finding, without looking up what is known: an open record is the one its row is at,
-- and a record was in the package it names.
create or replace view egisso.rule_counts as
select f.list, f.register, f.code, count(distinct f.row_key) as records
  from (select case o.e ->> 'severity' when 'error' then 'blocked' else 'warned' end as list, s.register, o.e ->> 'code' as code, s.row_key
          from egisso.source_row s cross join lateral jsonb_array_elements(s.row_findings) as o(e)
         where s.row_findings <> '[]'
        union all
        select 'blocked', s.register, e.rule, s.row_key
          from egisso.source_row s join egisso.reason e on e.code = s.review_code
         where s.review_code <> '' and not s.dirty
        union all
        select case o.e ->> 'severity' when 'error' then 'blocked' else 'warned' end, r.register, o.e ->> 'code', r.row_key
          from egisso.record r cross join lateral jsonb_array_elements(r.findings) as o(e)
         where r.findings <> '[]' and egisso.record_unsent(r.state)
        union all
        select case o.e ->> 'severity' when 'error' then 'blocked' else 'warned' end, r.register, o.e ->> 'code', r.row_key
          from egisso.package_record m
          join egisso.record r on r.id = m.record_id and r.package_id = m.package_id
          join egisso.source_row s on s.register = r.register and s.row_key = r.row_key and s.record_id = r.id
         cross join lateral jsonb_array_elements(m.findings) as o(e)
         where m.findings is not null and not egisso.record_unsent(r.state)
        union all
        select case d.type when 1 then 'rejected' else 'remarked' end, r.register, d.rule_code, r.row_key
          from egisso.record r
          join egisso.source_row s on s.register = r.register and s.row_key = r.row_key and s.record_id = r.id
          join egisso.record_message d on d.element_id = r.id and d.package_id = r.package_id
         where egisso.record_remarked(r.state) and (d.type <> 1 or r.state = 'rejected')) f
 group by 1, 2, 3;
comment on view egisso.rule_counts is 'Сколько записей по каждому правилу: задержаны, отклонены или с предупреждениями сейчас, см. record_finding.current';
comment on column egisso.rule_counts.list is
    'blocked — правило проверок задержало запись, rejected — по нему отклонила ЕГИССО, warned — предупреждение проверок, remarked — предупреждение ЕГИССО';
comment on column egisso.rule_counts.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.rule_counts.code is 'Код правила, см. record_finding.code';
comment on column egisso.rule_counts.records is 'Сколько записей';
