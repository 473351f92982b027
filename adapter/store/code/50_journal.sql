-- What ЕГИССО holds of each row: the content of the element accepted last, or what was
-- adopted. Private, as all that holds people's data.
create or replace view egisso.held as
select s.register, s.row_key, coalesce(s.accepted_content, e.becomes, e.content) as content
  from egisso.source_row s left join egisso.element_content e on e.id = s.accepted_event
 where s.accepted_id is not null;

-- Public contract for other systems: columns are only ever added, at the end.

-- Журнал запросов в ЕГИССО, newest first by created_at.
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
       (select count(*) from egisso.unconfirmed_outcome u where u.package_id = p.id and u.settled_at is null) as unconfirmed,
       (select count(*) from egisso.package_record m
         where m.package_id = p.id and m.findings is not null and m.outcome is distinct from 'withdrawn') as warned,
       p.withdrawn,
       p.export_id,
       p.pruned_at,
       coalesce((select l.stage from egisso.approval_list l where l.package_id = p.id),
                (select 'approved' from egisso.approval a where a.package_id = p.id and a.step = 'approve' and a.voided_at is null)) as approval,
       (select a.who from egisso.approval a where a.package_id = p.id and a.step = 'agree' and a.voided_at is null) as agreed_by,
       (select a.who from egisso.approval a where a.package_id = p.id and a.step = 'approve' and a.voided_at is null) as approved_by
from egisso.package p;
comment on view egisso.journal is 'Журнал запросов в ЕГИССО: одна строка на пакет';
comment on column egisso.journal.pruned_at is 'Когда по сроку хранения удалены документы пакета и содержание его записей; пусто — хранятся';
comment on column egisso.journal.approval is
    'agree — ждёт согласования, approve — ждёт утверждения, approved — утверждён, disapproved — не утверждён; пусто — утверждать не требуется';
comment on column egisso.journal.agreed_by is 'Роль того, кто согласовал; пусто — никто или состав с тех пор изменился';
comment on column egisso.journal.approved_by is 'Роль того, кто утвердил; пусто — никто или состав с тех пор изменился';
comment on column egisso.journal.export_id is 'Номер выгрузки; пусто у реестров, которые уходят по мере готовности';
comment on column egisso.journal.withdrawn is 'Сколько записей изъято до подписи, потому что решены заново: изменились источник, КМСЗ или правила';
comment on column egisso.journal.unconfirmed is 'Сколько исходов взято из файла и не подтверждено СМЭВ';
comment on column egisso.journal.warned is 'В скольких записях пакета проверки нашли предупреждения, с которыми они уходят; какие — в record_finding';
comment on column egisso.journal.id is 'Идентификатор пакета (packageId)';
comment on column egisso.journal.created_at is 'Когда пакет сформирован';
comment on column egisso.journal.package_type is 'Название реестра или «Запрос обновлений КМСЗ»';
comment on column egisso.journal.record_count is 'Сколько записей в пакете; пусто у запроса КМСЗ';
comment on column egisso.journal.status is
    'Статус словами: Сформирован, Подписан, Отправляется, Поставлен в очередь СМЭВ, Принят ЕГИССО, Обрабатывается, Завершена обработка ответа, Выгружен в файл, Ошибка отправки, Отклонён СМЭВ, Истёк срок ожидания, Расформирован';
comment on column egisso.journal.info is 'Информация: итог или причина словами';
comment on column egisso.journal.state is
    'formed — сформирован, signed — подписан, queued — передан, answered — ответ разобран, send_failed — не отправлен, записи возвращены, expired — ответа нет в срок, dissolved — расформирован до отправки, записи возвращены';
comment on column egisso.journal.result is
    'Итог ответа: accepted — принят, partial — принят частично, rejected — отклонён; пусто, пока ответа нет';
comment on column egisso.journal.review is 'Почему пакет требует внимания человека; пусто — не требует. Снимает egisso.mark_reviewed';
comment on column egisso.journal.register is 'onmsz, lmsz, point, organization, fact или kmsz (запрос классификатора)';
comment on column egisso.journal.format is 'Вид сведений и его версия, например 10.05.I-2.1.0';
comment on column egisso.journal.message_id is 'MessageID последнего сообщения пакета; пусто, пока не подписан';
comment on column egisso.journal.signed_at is 'Когда подписан';
comment on column egisso.journal.queued_at is 'Когда передан: СМЭВ приняла сообщение или файл выгружен';
comment on column egisso.journal.closed_at is 'Когда у пакета появился итог';
comment on column egisso.journal.provider is 'Код поставщика, от имени которого передаётся пакет; пусто — из настроек';
comment on column egisso.journal.channel is 'Как передаётся: smev — через СМЭВ, manual — файлом через кабинет поставщика';
comment on column egisso.journal.held is 'Ждёт команды отправить: egisso.send_package';
comment on column egisso.journal.file_name is 'Имя выгруженного файла; пусто, если выгрузки не было';

-- Детализация отправки пакета: record number, comment, code. The number stands
-- on the first row of its record only, as on the form of the МИС.
create or replace view egisso.journal_detail as
select d.package_id,
       d.position,
       case when row_number() over (partition by d.package_id, d.record_id order by d.position) = 1
            then coalesce(s.record_no, d.record_id) else '' end as record_no,
       d.report                                                 as comment,
       d.rule_code                                              as code,
       case d.type when 1 then 'Ошибка' else 'Предупреждение' end as message_type,
       d.record_id,
       s.register,
       s.row_key,
       case when d.kind is not null and r.package_id = d.package_id and r.state = 'dropped' then
           (select e.text from egisso.reason e where e.code = r.reason_code) end as conclusion
from egisso.record_message d
left join egisso.record r on r.id = d.element_id
left join egisso.source_row s on s.register = r.register and s.row_key = r.row_key;
comment on view egisso.journal_detail is 'Детализация отправки пакета: номер записи, комментарий, код ошибки';
comment on column egisso.journal_detail.package_id is 'Пакет, см. journal.id';
comment on column egisso.journal_detail.position is 'Порядок строк внутри пакета';
comment on column egisso.journal_detail.record_no is 'Номер записи в МИС; стоит только в первой строке своей записи';
comment on column egisso.journal_detail.comment is 'Текст ЕГИССО';
comment on column egisso.journal_detail.code is 'Код правила ЕГИССО, например 019; пусто, если не назван';
comment on column egisso.journal_detail.message_type is 'Ошибка или Предупреждение';
comment on column egisso.journal_detail.record_id is 'UUID записи, как его назвала ЕГИССО';
comment on column egisso.journal_detail.register is 'Реестр записи: onmsz, lmsz, point, organization, fact; пусто, если такой записи нет';
comment on column egisso.journal_detail.row_key is 'Ключ записи в МИС';
comment on column egisso.journal_detail.conclusion is 'Что шлюз заключил из отказа, например что запись в ЕГИССО уже есть; пусто — ничего';

-- Registers whose records do not go now because packages failed, and none passed since.
create or replace view egisso.resting_register as
select t.register, t.provider, t.until, t.failures, t.reason, o.id as trial,
       case when o.id is null then 'Отправка реестра приостановлена до ' || to_char(t.until, 'DD.MM.YYYY HH24:MI:SS TZ')
            else 'Отправка реестра ждёт исхода пробного пакета ' || o.id end || ': ' || t.reason as text
  from egisso.register_rest t
  left join egisso.package o on o.id = t.trial and egisso.package_open(o.state)
 where t.until > now() or o.id is not null;
comment on view egisso.resting_register is
    'Реестры, записи которых не уходят: пакеты не приняты целиком, и с тех пор ни один не принят';
comment on column egisso.resting_register.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.resting_register.provider is 'Код поставщика, записи которого ждут';
comment on column egisso.resting_register.until is 'До какого времени пауза';
comment on column egisso.resting_register.failures is 'Сколько пакетов подряд не принято';
comment on column egisso.resting_register.reason is 'Почему не принят последний';
comment on column egisso.resting_register.trial is 'Пробный пакет, исхода которого ждут остальные; пусто — его ещё нет';
comment on column egisso.resting_register.text is 'То же одной строкой';

-- Exports of registers with EGISSOGW_EXPORT_TIMES. What they are called while measures leave
-- and when something failed is from the regulation in use (adapter/egisso/SPEC.md#exports).
create or replace view egisso.exports as
select x.id, x.register, egisso.register_text(x.register) as title, x.kind, x.due_at, x.opened_at,
       p.records, p.accepted, p.rejected, p.packages,
       case when p.open > 0 then case x.register when 'lmsz' then 'Отправка мер социальной защиты'
                                                 when 'fact' then 'Отправка фактов назначений' else 'Отправка' end
            when p.failed > 0 then 'Ошибка отправки'
            when p.packages = 0 then case when x.id = (select max(o.id) from egisso.export o where o.register = x.register)
                                               and exists (select from egisso.record r where r.register = x.register and r.created_at <= x.opened_at
                                                              and egisso.record_underway(r.state)) then 'Формируется' else 'Нет изменений' end
            when p.rejected > 0 then 'Завершена, есть отклонённые записи'
            else 'Завершена' end as status,
       case when p.open = 0 then p.closed_at end as closed_at
  from egisso.export x
 cross join lateral (
       select count(*) as packages, coalesce(sum(k.record_count), 0) as records,
              count(*) filter (where egisso.package_open(k.state)) as open,
              -- Failed, and its records have not left since.
              count(*) filter (where (k.state = 'send_failed' or k.state = 'expired' or k.returned)
                                 and exists (select from egisso.package_record m
                                              cross join lateral (select r.package_id, r.state from egisso.record r where r.id = m.record_id offset 0) r
                                              where m.package_id = k.id and r.package_id = k.id and not egisso.record_accepted(r.state))) as failed,
              coalesce(sum((select count(*) from egisso.package_record m where m.package_id = k.id and egisso.record_accepted(m.outcome))), 0) as accepted,
              coalesce(sum((select count(*) from egisso.package_record m where m.package_id = k.id and m.outcome = 'rejected')), 0) as rejected,
              max(k.closed_at) as closed_at
         from egisso.package k where k.export_id = x.id) p;
comment on view egisso.exports is 'Выгрузки по расписанию EGISSOGW_EXPORT_TIMES: одна строка на выгрузку реестра';
comment on column egisso.exports.id is 'Номер выгрузки';
comment on column egisso.exports.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.exports.title is 'Название реестра';
comment on column egisso.exports.kind is 'first — первая выгрузка реестра, changes — выгрузка изменений';
comment on column egisso.exports.due_at is 'Время по расписанию';
comment on column egisso.exports.opened_at is 'Когда начата: уходит то, что решено к этому времени';
comment on column egisso.exports.records is 'Сколько записей в пакетах выгрузки; посланные повторно считаются снова';
comment on column egisso.exports.accepted is 'Сколько из них приняла ЕГИССО';
comment on column egisso.exports.rejected is 'Сколько отклонила';
comment on column egisso.exports.packages is 'Сколько пакетов';
comment on column egisso.exports.status is
    'Формируется, Отправка мер социальной защиты, Отправка фактов назначений, Отправка, Ошибка отправки, Нет изменений, Завершена, Завершена, есть отклонённые записи';
comment on column egisso.exports.closed_at is 'Когда закрыт последний пакет; пусто, пока есть открытые';

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
       concat_ws('; ', nullif(coalesce((select e.shown from egisso.reason e where e.code = w.reason_code),
                case when w.state = 'ready' then
                    (select t.text from egisso.resting_register t where t.register = w.register and t.provider = w.provider) end,
                case when w.state = 'ready' then
                    (select 'Ожидает выгрузки по расписанию, ближайшая ' || to_char(t.next_at, 'DD.MM.YYYY HH24:MI TZ')
                       from egisso.export_plan t
                      where t.register = w.register
                        and not exists (select from egisso.export x
                                         where x.id = (select o.id from egisso.export o where o.register = w.register order by o.due_at desc limit 1)
                                           and w.created_at <= x.opened_at -- egisso.leaves_with
                                           and not exists (select from egisso.package p
                                                            where p.id = w.package_id and p.export_id = x.id and p.state = 'answered' and not p.returned))) end,
                case when w.state = 'ready' and w.package_limit < 1000 then
                    (select case when w.failed_alone > 0 then 'Пакет с одной этой записью не принят, после паузы она уйдёт снова: '
                                 else 'Пакет с этой записью не принят целиком, она уйдёт снова среди не более ' || w.package_limit || ': ' end || p.info
                       from egisso.package p where p.id = w.package_id) end,
                case when w.state = 'packed' then
                    (select case when egisso.package_open(p.state) and p.state <> 'queued' and p.channel = 'smev' and not p.held
                                      and not (select e.enabled from egisso.service_state e)
                                 then 'Сервис подписи и отправки выключен: ' else '' end || coalesce(p.review, p.info)
                       from egisso.package p where p.id = w.package_id) end,
                case when egisso.record_remarked(w.state) then
                    (select string_agg(ltrim(m.rule_code || ' ' || m.report), '; ' order by m.position)
                       from egisso.record_message m
                      where m.package_id = w.package_id and m.element_id = w.record_id) end,
                case when egisso.record_unsent(w.state) then
                    (select string_agg((f ->> 'code') || ' ' || (f ->> 'text'), '; ')
                       from jsonb_array_elements(w.findings) f) end,
                ''), ''),
           -- What a person is asked about, in the words of ЕГИССО.
           case when w.record_state = 'rejected' and w.reason_code <> '' then
               (select string_agg(ltrim(m.rule_code || ' ' || m.report), '; ' order by m.position)
                  from egisso.record_message m
                 where m.package_id = w.package_id and m.element_id = w.record_id) end,
           case when w.state = 'nothing_to_send' then
               (select e.shown from egisso.record r join egisso.reason e on e.code = r.reason_code
                 where r.register = w.register and r.row_key = w.row_key and r.state = 'dropped'
                   and (r.reason_code in ('refused_gone', 'removed_before', 'unknown_gone') or r.reason_code = 'not_actual' and not w.deleted)
                 order by r.state_at desc limit 1) end,
           -- What ЕГИССО accepted stays accepted, and the classifier moved on.
           case when w.register = 'lmsz' and w.accepted_id is not null then
               (select 'Не соответствует действующей версии КМСЗ: ' || string_agg(c.code || ' ' || c.text, '; ' order by c.position)
                  from egisso.classifier_finding c
                  join egisso.classifier_version v on v.number = c.version and v.status = 5
                 where c.row_key = w.row_key) end,
           case when exists (select from egisso.unconfirmed_outcome u where u.record_id = w.record_id and u.settled_at is null) then
               'Исход взят из файла и не подтверждён СМЭВ' end,
           case when w.unconfirmed and not egisso.record_open(w.state) then
               'Есть в ЕГИССО, содержание не подтверждено' || case w.adoption when '' then '' when 'said' then ': со слов источника' else ': со слов человека' end end) as reason,
       w.package_id,
       w.deleted,
       w.accepted_id,
       w.accepted_at,
       w.dirty                                        as decision_due,
       w.updated_at,
       w.participant_code,
       array_remove(case
           when w.state = 'nothing_to_send' and not w.deleted then
               array(select e.rule from egisso.record r join egisso.reason e on e.code = r.reason_code
                      where r.register = w.register and r.row_key = w.row_key and r.state = 'dropped' and r.reason_code = 'not_actual' limit 1)
           when w.reason_code <> '' then array(select e.rule from egisso.reason e where e.code = w.reason_code)
           when egisso.record_remarked(w.state) then
               array(select m.rule_code from egisso.record_message m
                      where m.package_id = w.package_id and m.element_id = w.record_id order by m.position)
           when egisso.record_unsent(w.state) then
               array(select f ->> 'code' from jsonb_array_elements(w.findings) with ordinality as o(f, n) order by n)
           else '{}' end, '') as rule_codes,
       w.unconfirmed
from (
    select b.register, b.row_key, b.record_no, b.deleted, b.accepted_id, b.accepted_at, b.dirty, b.participant_code, b.unconfirmed, b.adoption,
           b.record_id, b.kind, b.package_id, b.created_at, b.provider, b.package_limit, b.failed_alone, b.state as record_state,
           case when egisso.row_held(b.row_findings, b.review_code, b.dirty, b.state) then 'blocked'
                else egisso.row_state(b.register, b.state, b.change, b.accepted_id, b.dirty) end as state,
           case when b.review_code <> '' and not b.dirty and coalesce(b.state, '') <> 'packed' then b.review_code
                when b.state = 'waiting' then b.reason_code else '' end as reason_code,
           case when b.row_findings @> '[{"severity": "error"}]' then b.row_findings
                else coalesce(nullif(b.findings, '[]'), b.row_findings) end as findings,
           greatest(b.updated_at, b.state_at)         as updated_at
      from ( -- Apart, so that an index finds either by record_id. That the ids agree follows from
             -- the keys of rows and records as good as always: asked for plainly, both together
             -- would be taken for so rare that whole tables are gone through in a loop.
          select s.register, s.row_key, s.record_no, s.deleted, s.accepted_id, s.accepted_at, s.dirty, s.participant_code, s.unconfirmed, s.adoption,
                 s.review_code, s.row_findings, s.updated_at, r.id as record_id,
                 r.kind, r.package_id, r.created_at, r.provider, r.package_limit, r.failed_alone, r.state, r.change, r.reason_code, r.findings, r.state_at
            from egisso.source_row s join egisso.record r on r.register = s.register and r.row_key = s.row_key and coalesce(r.id = s.record_id, false)
          union all
          select s.register, s.row_key, s.record_no, s.deleted, s.accepted_id, s.accepted_at, s.dirty, s.participant_code, s.unconfirmed, s.adoption,
                 s.review_code, s.row_findings, s.updated_at, s.bare_id,
                 null, null, null, null, null, null, null, null, null, null, null
            from egisso.source_row s where s.record_id is null) b) w;
comment on view egisso.record_status is 'Состояние каждой записи источника и его причина';
comment on column egisso.record_status.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_status.row_key is 'Ключ записи в МИС';
comment on column egisso.record_status.record_no is 'Номер, по которому запись знают люди';
comment on column egisso.record_status.record_id is 'UUID записи или события, о котором говорит состояние';
comment on column egisso.record_status.kind is 'Элемент, которым запись передаётся, например localMSZ, fact, errorsInvalidation';
comment on column egisso.record_status.state is
    'new — решения ещё нет, nothing_to_send — передавать нечего, ready — готова, waiting — ждёт другого, blocked — требует исправления, packed — в пакете (что с ним, говорит journal.state), accepted — принята, accepted_with_warnings — принята с предупреждениями, rejected — отклонена; dropped (снята с отправки) здесь не показывается';
comment on column egisso.record_status.status is
    'Состояние словами: Новый, Не подлежит отправке, Готов к отправке, Ожидает, Требует исправления, Отправляется, Передан успешно, Передан с предупреждениями, Отклонён';
comment on column egisso.record_status.reason is
    'Почему запись ждёт, задержана или отклонена: код правила и текст; пусто — нечего пояснять';
comment on column egisso.record_status.package_id is 'Последний пакет записи, см. journal.id';
comment on column egisso.record_status.deleted is 'Запись удалена в источнике';
comment on column egisso.record_status.accepted_id is 'UUID, под которым запись лежит в ЕГИССО; пусто — её там нет';
comment on column egisso.record_status.accepted_at is 'Когда ЕГИССО приняла то, что в ней лежит';
comment on column egisso.record_status.decision_due is 'Источник изменился, решения ещё нет';
comment on column egisso.record_status.updated_at is 'Когда состояние изменилось';
comment on column egisso.record_status.rule_codes is
    'Коды правил, по которым запись ждёт, задержана или отклонена, в порядке reason, например {L-SEQ} или {019,026}';
comment on column egisso.record_status.unconfirmed is
    'Запись есть в ЕГИССО, но под этим содержанием она её не принимала: так следует из отказа «уже загружено» или со слов человека';
comment on column egisso.record_status.participant_code is 'Код ЕГИССО, присвоенный организации (onmsz); иначе пусто';

-- The same counted, exactly, without a look at the many that were accepted: these are what
-- is left of all rows when everything else is taken away.
create or replace view egisso.record_counts as
with held as (
    select s.register, egisso.row_state(s.register, r.state, r.change, s.accepted_id, s.dirty) as otherwise, count(*) as records
      from (select register, row_key from egisso.source_row where row_findings <> '[]'
            union
            select register, row_key from egisso.source_row where review_code <> '') k
      join egisso.source_row s on s.register = k.register and s.row_key = k.row_key
      left join egisso.record r on r.id = s.record_id
     where egisso.row_held(s.row_findings, s.review_code, s.dirty, r.state)
     group by 1, 2),
other as (
    select register, state, count(*) as records from egisso.record where egisso.record_open(state) group by 1, 2
    union all
    select r.register, r.state, count(*)
      from (select id, register, row_key, state, change from egisso.record where state = 'rejected'
            union all
            select id, register, row_key, state, change from egisso.record where state = 'accepted_with_warnings') r
      join egisso.source_row s on s.register = r.register and s.row_key = r.row_key and s.record_id = r.id
     where not egisso.record_forsaken(r.register, r.state, r.change, s.accepted_id)
     group by 1, 2
    union all
    select register, 'new', count(*) from egisso.due_row where not restless group by 1
    union all
    select register, 'nothing_to_send', count(*) from egisso.source_row where idle group by 1
    union all
    select s.register, egisso.row_state(s.register, r.state, r.change, s.accepted_id, s.dirty), count(*)
      from egisso.source_row s join egisso.record r on r.id = s.record_id
     where s.emptied and egisso.record_forsaken(r.register, r.state, r.change, s.accepted_id)
     group by 1, 2)
select c.register, c.state, sum(c.records)::bigint as records
  from (select register, state, records from other
        union all
        select register, 'accepted', rows from egisso.row_total
        union all
        select register, 'accepted', -records from other
        union all
        select register, 'blocked', records from held
        union all
        select register, otherwise, -records from held) c
 group by c.register, c.state
having sum(c.records) <> 0;
comment on view egisso.record_counts is
    'Сколько записей в каждом состоянии: то же, что подсчёт по record_status, точно и сразу, сколько бы их ни было';
comment on column egisso.record_counts.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_counts.state is 'Состояние, как в record_status.state';
comment on column egisso.record_counts.records is 'Сколько записей';

-- A row changed last when its record did, or when the source or a decision without a record
-- changed it: few rows, which are kept apart (row_newer), and those that are not decided yet.
-- Records on their way and rows not decided are sorted, so that their many steps cost no
-- index. The plan is made for the number that is asked for: without it, for a tenth of all rows.
create or replace function egisso.newest_records(at_most integer default 50) returns setof egisso.record_status
language plpgsql stable security definer set search_path = egisso, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
    return query
    select v.*
      from ((select s.register, s.row_key
               from egisso.due_row d
              cross join lateral (select * from egisso.source_row w where w.register = d.register and w.row_key = d.row_key offset 0) s
              order by s.updated_at desc limit at_most)
            union
            (select s.register, s.row_key from egisso.source_row s where s.newer order by s.updated_at desc limit at_most)
            union
            (select r.register, r.row_key from egisso.record r where egisso.record_open(r.state) order by r.state_at desc limit at_most)
            union
            (select r.register, r.row_key from egisso.record r
              where egisso.record_answered(r.state)
                and exists (select from egisso.source_row s where s.register = r.register and s.row_key = r.row_key and s.record_id = r.id offset 0)
              order by r.state_at desc limit at_most)) k
     cross join lateral (select * from egisso.record_status w where w.register = k.register and w.row_key = k.row_key offset 0) v
     order by v.updated_at desc
     limit at_most;
end $$;
comment on function egisso.newest_records(integer) is
    'Записи, состояние которых изменилось последним, новые первыми: строки record_status; сколько самое большее. То же, что order by updated_at desc, но не просматривает всех';

-- Everything that happened to a row of the source, for `egissogw record`. what is a
-- closed set of words, text is for people.
create or replace view egisso.record_history as
select s.register, s.row_key, s.changed_at as at, 'source' as what,
       case when s.deleted then 'Удалена в источнике' else 'Изменена в источнике' end as text,
       null::uuid as record_id, null::uuid as package_id
  from egisso.source_row s
union all
select r.register, r.row_key, r.created_at, 'record', 'Подготовлена к отправке: ' || r.kind, r.id, null
  from egisso.record r
union all
select r.register, r.row_key, r.state_at, 'state',
       egisso.record_state_text(r.state) || coalesce((select ': ' || e.shown from egisso.reason e where e.code = r.reason_code), '')
       || coalesce((select ': ' || string_agg((f ->> 'code') || ' ' || (f ->> 'text'), '; ')
                      from jsonb_array_elements(r.findings) f where egisso.record_held(r.state)), ''), r.id, r.package_id
  from egisso.record r
union all
select r.register, r.row_key, e.at, 'package', e.text || coalesce(e.note, ''), r.id, p.id
  from egisso.record r
  join egisso.package_record m on m.record_id = r.id
  join egisso.package p on p.id = m.package_id
 cross join lateral (values
       (p.created_at, 'Включена в пакет', case m.outcome when 'withdrawn' then ' и изъята до подписи: решена заново' end),
       (p.signed_at, 'Пакет подписан', null),
       (p.queued_at, case p.channel when 'manual' then 'Пакет выгружен в файл' else 'Пакет принят СМЭВ' end, null),
       (p.closed_at, case p.state when 'answered' then 'Протокол пакета применён' when 'expired' then 'Истёк срок ожидания ответа'
                                  else 'Пакет не отправлен' end,
        ': ' || p.info || case m.outcome when 'released' then ' (запись возвращена к отправке)' else '' end)) as e(at, text, note)
 where e.at is not null and (m.outcome is distinct from 'withdrawn' or e.at = p.created_at)
union all
select r.register, r.row_key, a.started_at, 'attempt',
       'Попытка отправки: ' || case a.outcome when 'delivered' then 'принято СМЭВ' when 'refused' then 'отказ СМЭВ'
            when 'retry' then 'не отправлено, будет повтор' when 'unknown' then 'исход неизвестен, будет повтор' else 'идёт' end
       || coalesce(' (' || nullif(a.fault, '') || ')', ''), r.id, g.package_id
  from egisso.record r
  join egisso.package_record m on m.record_id = r.id and m.outcome is distinct from 'withdrawn'
  join egisso.message g on g.package_id = m.package_id
  join egisso.attempt a on a.message_id = g.id
union all
select r.register, r.row_key, coalesce(p.closed_at, p.created_at), 'protocol',
       case d.type when 1 then 'Ошибка ЕГИССО: ' else 'Предупреждение ЕГИССО: ' end || ltrim(d.rule_code || ' ') || d.report, r.id, p.id
  from egisso.record r
  join egisso.record_message d on d.element_id = r.id
  join egisso.package p on p.id = d.package_id
union all
select s.register, s.row_key, s.accepted_at, 'accepted', 'Принята ЕГИССО' || case when s.unconfirmed then ', содержание не подтверждено' else '' end, s.accepted_event, null
  from egisso.source_row s where s.accepted_at is not null
union all
select a.register, a.row_key, a.at, 'operator', a.who || ': ' || a.reason || ': ' || a.detail, null, a.package_id
  from egisso.audit a where a.row_key is not null;
comment on view egisso.record_history is 'История каждой записи источника: что, когда и почему с ней было';
comment on column egisso.record_history.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_history.row_key is 'Ключ записи в МИС';
comment on column egisso.record_history.at is 'Когда';
comment on column egisso.record_history.what is
    'source — изменение в источнике, record — подготовлена, state — состояние, package — ход пакета, attempt — попытка отправки, protocol — слова ЕГИССО, accepted — принята, operator — действие человека';
comment on column egisso.record_history.text is 'То же словами';
comment on column egisso.record_history.record_id is 'UUID записи или события';
comment on column egisso.record_history.package_id is 'Пакет, см. journal.id';

create or replace view egisso.incoming_journal as
select i.id,
       i.received_at,
       case i.kind when 'broadcast' then 'Рассылка' when 'request' then 'Запрос' when 'cancel' then 'Отзыв запроса' else 'Неизвестное' end as kind_text,
       egisso.incoming_state_text(i.verified, i.verdict, i.reply) as status,
       i.namespace,
       i.root,
       i.sender,
       i.refusal_text as info,
       i.review,
       i.reviewed_at,
       i.kind,
       i.verified,
       i.verdict,
       i.reply,
       i.acked_at,
       i.handled_at
from egisso.incoming i;
comment on view egisso.incoming_journal is 'Журнал входящих сообщений СМЭВ: рассылки и запросы, пришедшие сами';
comment on column egisso.incoming_journal.id is 'MessageId входящего сообщения';
comment on column egisso.incoming_journal.received_at is 'Когда получено';
comment on column egisso.incoming_journal.kind_text is 'Рассылка, Запрос, Отзыв запроса или Неизвестное';
comment on column egisso.incoming_journal.status is 'Что с ним стало, словами';
comment on column egisso.incoming_journal.namespace is 'Пространство имён содержания';
comment on column egisso.incoming_journal.root is 'Имя корневого элемента содержания';
comment on column egisso.incoming_journal.sender is 'Мнемоника отправителя, как её назвала СМЭВ';
comment on column egisso.incoming_journal.info is 'Текст нашего отказа; пусто, если его не было';
comment on column egisso.incoming_journal.review is
    'Почему требует внимания человека; пусто — не требует. Снимает egisso.mark_incoming_reviewed';
comment on column egisso.incoming_journal.reviewed_at is 'Когда человек отметил, что просмотрел';
comment on column egisso.incoming_journal.kind is 'broadcast — рассылка, request — запрос, cancel — отзыв запроса, unknown — неизвестное';
comment on column egisso.incoming_journal.verified is 'Подпись СМЭВ сошлась';
comment on column egisso.incoming_journal.verdict is
    'handled — обработано, rejected — отклонено, cancelled — отозвано отправителем, unhandled — не обработано; пусто — решения ещё нет';
comment on column egisso.incoming_journal.reply is
    'Наш ответ: due — должен уйти, signed — подписан, delivered — передан, failed — не передан; пусто — ответа нет';
comment on column egisso.incoming_journal.acked_at is 'Когда подтверждено СМЭВ; пусто — ещё нет';
comment on column egisso.incoming_journal.handled_at is 'Когда решено, что с ним делать';
