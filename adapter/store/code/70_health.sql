-- What is wrong and what waits for a person, worst first: one list for `egissogw status`, for
-- metrics, for alerts and for screens. It says what it knows in our own words and identifiers;
-- words of others, which may quote people, stand apart in detail. Every part gives code, subject,
-- count, since, whether it is trouble, text, detail and advice; 71_health_list.sql makes the list of them.

-- What a job does, for people; a job that is new here is called by its name.
create or replace function egisso.job_text(name text) returns text language sql immutable set search_path = egisso, pg_temp as $$
    select coalesce((select t.text from (values
        ('collect', 'чтение изменений МИС'), ('decide', 'решение о записях'), ('settle', 'проверка удалений'), ('form', 'сбор пакетов'),
        ('sign', 'подпись'), ('send', 'отправка'), ('receive', 'приём ответов'), ('fetch', 'получение файлов ответов'), ('apply', 'разбор протоколов'),
        ('import', 'разбор загруженных протоколов'), ('listen', 'приём входящих'), ('handle', 'обработка входящих'), ('respond', 'ответ на входящие'),
        ('classifier', 'обновление КМСЗ'), ('statuses', 'опрос состояний'), ('links', 'отметка о работе'), ('watch', 'наблюдение за сроками'),
        ('archive', 'архив доказательств'), ('late', 'сравнение за сутки'), ('reconcile', 'сверка источника'), ('prune', 'удаление по сроку хранения'), ('alert', 'оповещение (EGISSOGW_ALERT_COMMAND)'),
        ('count', 'подсчёт для отчёта'), ('summary', 'сводка за сутки (EGISSOGW_ALERT_COMMAND)'), ('heartbeat', 'сигнал о работе (EGISSOGW_HEARTBEAT_URL)'),
        ('listener', 'показ метрик и страницы (EGISSOGW_LISTEN)')) as t(job, text)
        where t.job = job_text.name), job_text.name)
$$;

-- Jobs that failed three times, or for an hour. What a neighbour that does not answer or
-- the trouble of another job explains is not said again.
create or replace view egisso.failing_job as
select j.name, j.failures, j.failing_since, j.last_error
  from egisso.job j
 where j.failures > 0 and (j.failures >= 3 or j.failing_since < now() - interval '1 hour' or j.name in ('alert', 'listener'))
   and not exists (select from egisso.link l
                    where l.down_since is not null and l.updated_at > now() - interval '5 minutes'
                      and j.name in ('send', 'fetch', case when l.name = 'smev' then 'receive' end, case when l.name = 'smev' then 'listen' end,
                                     case when l.name = 'smev' then 'statuses' end))
   and not (j.name in ('settle', 'reconcile') and exists (select from egisso.job c where c.name = 'collect' and c.failures >= 3))
   and not (j.name = 'archive' and exists (select from egisso.archive_trouble t where t.last_at > now() - interval '10 minutes'))
   -- Said once for all of them: 'signing' and 'unregistered' of view health.
   and not (j.name in ('sign', 'send', 'receive', 'listen', 'statuses', 'respond')
            and j.cause in ('unregistered', 'signing'))
   -- Who cannot listen says so every half minute, who listens only once: an older word is of a gateway that ended.
   and not (j.name = 'listener' and coalesce(j.last_error_at < now() - interval '5 minutes', false))
   -- One that is switched off fails no more.
   and coalesce((select bool_or(j.name = any (i.jobs)) from egisso.running_instance r join egisso.instance i using (process) where i.jobs <> '{}'), true);

-- The oldest trouble of all: whatever else is shown may be old, too.
create or replace view egisso.health_gateway (code, subject, count, since, trouble, text, detail, advice) as
select 'read_only', '', 1, null::timestamptz, true,
       case when pg_is_in_recovery() then 'База шлюза — резервный сервер PostgreSQL: шлюз с ней не работает, а показанное может отставать'
            else 'База шлюза открыта только для чтения (default_transaction_read_only): шлюз с ней не работает' end as text,
       '' as detail,
       'Укажите в EGISSOGW_DATABASE_URL основной сервер; из нескольких узлов его выберет target_session_attrs=read-write' as advice
 where pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean
union all
-- Every gateway notes every minute how its neighbours look (jobs/links.go).
select 'serve_silent', '', 1, max(last_started_at), true,
       'Служба egissogw не работает: ни один шлюз этой базы не подаёт признаков жизни', '',
       'Причина: systemctl status egissogw, journalctl -u egissogw; проверить настройки: egissogw check; запустить: systemctl restart egissogw'
  from egisso.job where name = 'links'
-- One that was stopped in good order says so; one that died is missed in 5 minutes.
having max(last_started_at) < now() - interval '5 minutes'
    or max(last_started_at) < now() - interval '1 minute' and not exists (select from egisso.running_instance)
union all
select 'serve_never', '', 1, null::timestamptz, false, 'Служба egissogw ещё не запускалась', '', 'Проверить настройки: egissogw check; запустить: systemctl enable --now egissogw'
 where not exists (select from egisso.job where name = 'links')
union all
-- A pause is somebody's decision; a long one is forgotten.
select 'signing_off', '', 1, changed_at, changed_at < now() - interval '1 day',
       'Сервис подписи и отправки выключен: ничего не подписывается, не уходит и не приходит', '',
       'Включить: egissogw signing on --reason ПРИЧИНА; кто и почему выключил: egissogw signing status'
  from egisso.service_state where not enabled;

create or replace view egisso.health_contour (code, subject, count, since, trouble, text, detail, advice) as
select 'contour', '', 1, refused_at, true, 'Шлюз с другим контуром не запущен: ' || refused, '',
       'Исправьте его настройки; если контур и правда другой: egissogw contour'
  from egisso.contour where refused_at > greatest(now() - interval '1 day', since) -- a gateway that was told so does not start again by itself
   and not exists (select from egisso.running_instance r where r.started_at > refused_at);

create or replace view egisso.health_archive (code, subject, count, since, trouble, text, detail, advice) as
select 'archive_loss', '', count(*)::int, min(since), true,
       case when bool_or(kind = 'recovery') then 'База восстанавливается из архива доказательств: пока это не закончено, ничего не подписывается, не отправляется и не принимается'
            else 'В базе нет того, что уже отправлено или получено и есть в архиве доказательств (база потеряна или восстановлена старая копия): ничего не подписывается, не отправляется и не принимается' end, '',
       'Верните: egissogw recover --apply --reason ТЕКСТ КАТАЛОГ...' || case when bool_or(kind = 'recovery') then ' (если команда прервана — ещё раз)' else ' с каталогами всех шлюзов' end
       || '; если возвращать нечего: egissogw recover --accept-loss --reason ТЕКСТ'
  from egisso.archive_loss where ended_at is null
having count(*) > 0
union all
-- One that died is not heard of again.
select 'archive', '', count(*)::int, min(since), true,
       'Архив доказательств не пишется: этот шлюз ничего не отправляет и не подтверждает', min(problem),
       'Проверьте каталог EGISSOGW_ARCHIVE_DIR: есть ли он, место на диске, владельца и права; работа продолжится сама'
  from egisso.archive_trouble t where last_at > now() - interval '10 minutes'
   and (exists (select from egisso.running_instance r where r.process = t.process) or not exists (select from egisso.running_instance))
having count(*) > 0;

-- It is over when as many gateways started since as ended.
create or replace view egisso.health_instance (code, subject, count, since, trouble, text, detail, advice) as
-- Who starts says why it did not. The machine may be gone for good: others that work end it in a day.
(select 'not_started', '', 1, failed_at, true,
       case when lasting then 'Служба egissogw не запустилась и сама не запустится' else 'Служба egissogw не запускается' end, problem,
       'Исправьте и проверьте: egissogw check --as-service; запустить: systemctl restart egissogw'
  from egisso.failed_start
 where failed_at > now() - interval '1 day' or not exists (select from egisso.running_instance)
 order by failed_at)
union all
select 'outdated', '', (e.ended - s.started)::int, e.since, true,
       'Шлюз остановился: схему базы перевели на другую версию, а программа осталась прежней (' || e.versions || ')', '',
       'Установите на его машине программу той же версии, что выполняла migrate: служба запустится сама, а без systemd — запустите её'
  from (select count(*) as ended, min(outdated_at) as since, string_agg(distinct version, ', ' order by version) as versions
          from egisso.instance where outdated_at > now() - interval '1 day') e,
       lateral (select count(*) as started from egisso.running_instance r where r.started_at > e.since) s
 where e.ended > s.started
union all
-- Two that decide otherwise undo each other's decisions.
select 'instances_differ', '', (select count(*)::int from egisso.running_instance), (select max(started_at) from egisso.running_instance), true,
       'Одну базу ведут шлюзы с разными настройками: ' || string_agg(d.name, ', ' order by d.name), '',
       'Что отправлять, они решают по-разному. Сделайте настройки одинаковыми и перезапустите; кто работает: egisso.running_instance'
  from (select s.key as name
          from egisso.running_instance r join egisso.instance i using (process), jsonb_each_text(i.settings) s
         group by s.key having count(distinct s.value) > 1) d
having count(*) > 0
union all
-- A setting changes nothing here: the owner does, by migrate or egisso.require_approval.
select 'approval_differs', '', 1, null::timestamptz, true,
       'Настройка EGISSOGW_APPROVAL шлюза и база расходятся: база '
       || coalesce((select 'требует утверждать ' || string_agg(r.register || case when r.agree then ' (с согласованием)' else '' end, ', ' order by r.register) from egisso.approval_rule r), 'не требует утверждать ничего'), '',
       'Действует то, что в базе. Исправьте EGISSOGW_APPROVAL и EGISSOGW_APPROVAL_AGREE; в базе требование добавляет egissogw migrate, снимает владелец: egisso.lift_approval'
 where exists (select from egisso.running_instance i join egisso.instance s using (process)
                where s.settings ->> 'EGISSOGW_APPROVAL' <> (
                      select left(encode(sha256(convert_to(coalesce(string_agg(r.register, ',' order by r.register collate "C"), '') || '+'
                                                           || coalesce(string_agg(r.register, ',' order by r.register collate "C") filter (where r.agree), ''), 'UTF8')), 'hex'), 16)
                        from egisso.approval_rule r));

-- A package that waits is never sent for it.
create or replace view egisso.health_approval (code, subject, count, since, trouble, text, detail, advice) as
select 'approval', register, count(*)::int, min(created_at), false,
       egisso.register_text(register) || ': пакеты ждут согласования или утверждения дольше положенного', '',
       'Какие и чего ждут: представление egisso.approval_list; согласовать и утвердить: egissogw agree, egissogw approve. Сами они не уйдут'
  from egisso.approval_list where overdue and stage in ('agree', 'approve')
 group by register
union all
(select 'disapproved', package_id::text, 1, disapproved_at, false, 'Пакет не утверждён', disapproval,
       'Исправьте записи в МИС: изменившийся пакет утверждают заново; или расформируйте его: egissogw dissolve ' || package_id
  from egisso.approval_list where stage = 'disapproved'
 order by disapproved_at limit 20);

create or replace view egisso.health_certificate (code, subject, count, since, trouble, text, detail, advice) as
(select 'certificate', serial, 1, null::timestamptz, ends_at < now() + interval '7 days',
       case when ends_at <= now() then 'Подписывать этим сертификатом больше нельзя с ' else 'Подписывать этим сертификатом можно только до ' end
       || to_char(ends_at, 'DD.MM.YYYY HH24:MI TZ'), '',
       'Получите новый сертификат, зарегистрируйте его в СМЭВ и укажите в настройках; сроки: egissogw cert'
  from egisso.certificate_in_use
 where ends_at < now() + interval '30 days'
 order by ends_at);

create or replace view egisso.health_job (code, subject, count, since, trouble, text, detail, advice) as
-- Polling is signed, too: one cause, many jobs. That a certificate is over is said above.
select 'signing', '', max(failures), min(failing_since), true, 'Подпись не удаётся: ничего не подписывается, не уходит и не приходит', (array_agg(last_error order by last_error_at desc))[1],
       'Проверьте ключ, токен или программу подписи: egissogw check'
  from egisso.job
 where cause = 'signing' and (failures >= 3 or failures > 0 and failing_since < now() - interval '1 hour')
   and not exists (select from egisso.certificate_in_use where ends_at <= now())
having count(*) > 0
union all
-- Whatever is signed is refused until the bus knows it.
select 'unregistered', '', max(failures), min(failing_since), true, 'СМЭВ не знает сертификата, которым подписывает шлюз (SenderIsNotRegistered): ничего не уходит и не приходит', '',
       'Зарегистрируйте его у оператора СМЭВ (какой — egissogw cert) или верните в настройки прежний; работа продолжится сама'
  from egisso.job where failures > 0 and cause = 'unregistered'
having count(*) > 0
union all
select 'job_failing', name, failures, failing_since, true, 'Не удаётся ' || egisso.job_text(name), last_error,
       case name when 'collect' then 'МИС не читается, её изменения не уходят. Проверьте EGISSOGW_SOURCE_DATABASE_URL, роль и представления: egissogw check'
                 when 'alert' then 'Оповещения не уходят: проверьте программу и её права'
                 when 'summary' then 'Сводка за сутки не уходит: проверьте программу и её права'
                 when 'listener' then 'Остальное работает. Проверьте узел и порт: egissogw check; слушать начнёт само'
                 when 'heartbeat' then 'Сигналы о работе не доходят: проверьте адрес и сеть; следящая служба может поднять тревогу, хотя шлюз работает'
                 else 'Что не так: egissogw check, journalctl -u egissogw' end
  from egisso.failing_job;

-- A short break passes by itself.
create or replace view egisso.health_link (code, subject, count, since, trouble, text, detail, advice) as
select 'link_down', name, failures, down_since, down_since < now() - interval '5 minutes',
       case name when 'smev' then 'СМЭВ не отвечает' else 'Файловое хранилище СМЭВ не отвечает' end, '',
       'Ничего не потеряно, работа продолжится сама. Проверьте сеть и прокси: egissogw check; если на нашей стороне всё в порядке — поддержка СМЭВ'
  from egisso.link where down_since is not null and updated_at > now() - interval '5 minutes'
union all
-- How far is certain, see jobs/clock.go.
select 'clock', name, 1, null, greatest(skew, -skew) - uncertainty > interval '5 minutes',
       'Часы шлюза и СМЭВ расходятся на ' || round(abs(extract(epoch from skew))) || ' с', '',
       'Включите синхронизацию времени (chrony, systemd-timesyncd): СМЭВ отвергает сообщения с неверным временем; подробно: egissogw check'
  from egisso.link where measured_at > now() - interval '1 hour' and greatest(skew, -skew) - uncertainty > interval '1 minute';

create or replace view egisso.health_holder (code, subject, count, since, trouble, text, detail, advice) as
select 'source_held', '', 1, since, true, 'Чтение МИС стоит: ' || who || ' не завершена, и изменения, сделанные после её начала, не читаются', '', 'Завершите её: ' || ends
  from egisso.source_holder where since < now() - interval '10 minutes';

-- Until an answer or a person's word ends it.
create or replace view egisso.health_package (code, subject, count, since, trouble, text, detail, advice) as
select 'expired', case when count(*) = 1 then min(id::text) else '' end, count(*)::int, min(queued_at), true,
       'Ответ не пришёл в установленный срок (EGISSOGW_ANSWER_TERM): исход записей неизвестен, их изменения ждут', '',
       'Найдите пакет в кабинете поставщика; есть протокол: egissogw import-protocol; не загружен: egissogw release. Список: egissogw journal. Чтобы записи уходили снова сами: EGISSOGW_ANSWER_RESEND'
  from egisso.package where state = 'expired'
having count(*) > 0
union all
(select 'package', id::text, 1, coalesce(closed_at, queued_at, created_at), false, 'Пакет требует внимания', review,
       'Подробно: egissogw journal ' || id || '; посмотрели — функция egisso.mark_reviewed'
  from egisso.package where review is not null and reviewed_at is null
 order by coalesce(closed_at, queued_at, created_at) limit 20);

create or replace view egisso.health_rest (code, subject, count, since, trouble, text, detail, advice) as
select 'resting', register || ' ' || provider, failures, null::timestamptz, failures >= 3,
       egisso.register_text(register) || case when trial is null then ': отправка приостановлена до ' || to_char(until, 'DD.MM.YYYY HH24:MI:SS TZ')
                                              else ': отправка ждёт исхода пробного пакета ' || trial end, reason,
       'Шлюз пробует сам. Почему пакеты не приняты: egissogw journal; причина устранена: egissogw retry ПАКЕТ --reason ТЕКСТ'
  from egisso.resting_register;

-- An answer by somebody nobody knows: a renamed ЕГИССО stands still until it is confirmed.
create or replace view egisso.health_sender (code, subject, count, since, trouble, text, detail, advice) as
(select 'sender_unknown', sender, count(*)::int, min(held_at), part <> 'bus' and bool_or(kind = 'answer'),
       case when part = 'bus' then 'состояния сообщений от имени СМЭВ, мнемоники нет в EGISSOGW_SMEV_BUS_SENDERS: сохранены и не применены'
            when bool_or(kind = 'answer') then 'ответы отправителя, которого никто не подтвердил: сохранены и не применены, их пакеты ждут'
            else 'рассылки о КМСЗ от отправителя, которого никто не подтвердил: сохранены и не применены' end, '',
       case when part = 'bus' then 'Если это СМЭВ' else 'Если это ЕГИССО' end || ': egissogw senders confirm' || flag || ' --reason ПРИЧИНА ''' || sender
       || '''; если чужой: egissogw senders refuse' || flag || ' --reason ПРИЧИНА ''' || sender || ''''
  from (select h.*, case when part = 'bus' then ' --bus' else '' end as flag from egisso.held_message h where not h.refused) h
 group by part, sender, flag
 order by 4)
union all
select 'sender_remembered', mnemonic, 1, since, false,
       'ответам этого отправителя верят, потому что он ответил первым; его никто не подтвердил', '',
       'Если это ЕГИССО: egissogw senders confirm --reason ПРИЧИНА ''' || mnemonic || ''', или задайте EGISSOGW_SMEV_SENDERS'
  from egisso.sender_list where standing = 'remembered';

-- What can be taken off the queue by its id.
create or replace view egisso.health_inbox (code, subject, count, since, trouble, text, detail, advice) as
(select trouble, id, seen, received_at, true, text || case trouble when 'unread' then ': он сохранён, не подтверждён и приходит снова' else '' end, '',
       'Прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ; снять с очереди СМЭВ: egissogw inbox ack ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble in ('unread', 'interrupted') and message_id <> '' and operation <> 'GetStatus' and not done
 order by received_at limit 20)
union all
-- The bus does not wait for an acknowledgement of these.
(select trouble, id, seen, received_at, true, text || ' (состояние, GetStatus)', '',
       'Прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ; больше не показывать: egissogw inbox done ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble in ('unread', 'interrupted') and operation = 'GetStatus' and not done
 order by received_at limit 20)
union all
-- Only the bus's support can say what it is. What stopped coming was not of the bus.
(select 'nameless', id, seen, received_at, true, text || ': в нём не найти идентификатора сообщения, снять его с очереди сам шлюз не может', '',
       'Текст для поддержки СМЭВ: «На запрос ' || operation || ' с ' || to_char(received_at, 'DD.MM.YYYY HH24:MI TZ') || ' по '
       || to_char(last_seen_at, 'DD.MM.YYYY HH24:MI TZ') || ' наша система получила ' || seen || ' раз ответ, который не соответствует схеме: размер '
       || case when complete then '' else 'не меньше ' end || size || ' байт, SHA-256 ' || sha256
       || '. Идентификатора сообщения в нём нет. Просим назвать его или удалить сообщение из нашей очереди». '
       || 'Названный идентификатор: egissogw inbox ack ' || id || ' --message-id ИД --reason ТЕКСТ. Если это страница прокси, а не СМЭВ, проверьте SMEV_URL и SMEV_PROXY'
  from egisso.inbox where trouble in ('unread', 'interrupted') and message_id = '' and operation <> 'GetStatus' and not done
   and last_seen_at > now() - interval '1 day'
 order by received_at limit 5)
union all
-- What nobody can believe, whether the bus still has it or not.
select 'unverified', case when count(*) = 1 then min(id) else '' end, count(*)::int, min(received_at), true,
       'Подпись СМЭВ не сходится: сохранено и не применено, '
       || case when acked_at is null then 'не подтверждено, приходит снова' else 'подтверждено как непринятое и больше не придёт' end, '',
       'Проверьте сертификаты СМЭВ (EGISSOGW_SMEV_CERTIFICATES): после исправления сохранённое прочитается само; список: egissogw inbox list; '
       || case when acked_at is null then 'снять с очереди: egissogw inbox ack' else 'если подделка — посмотрели: egissogw inbox done' end
  from egisso.inbox where trouble = 'unverified' and not done
 group by acked_at is null
union all
(select 'set_aside', id, 1, last_seen_at, false, text, '',
       'Остальное идёт своим чередом. Причина: egissogw inbox show; прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble = 'set_aside' and not done
 order by last_seen_at limit 20)
union all
select 'stranger', case when count(*) = 1 then min(id) else '' end, count(*)::int, min(received_at), false,
       'Пришёл ответ, который ни к чему нашему не относится', min(text), 'Верная подпись, но ни одного нашего сообщения: записи, если ответ был на них, ждут. Список: egissogw inbox list; посмотрели: egissogw inbox done'
  from egisso.inbox where trouble = 'stranger' and not done
 group by inbox.text;

create or replace view egisso.health_refused (code, subject, count, since, trouble, text, detail, advice) as
(select 'unkept', operation, replies::int, since, true,
       'Предел сохранения за сутки исчерпан: сообщения, которым нельзя верить, которые не понять или отправителя которых никто не подтвердил, не сохраняются и не подтверждаются', '',
       'Разберите сохранённое (egissogw inbox list, egissogw senders) или увеличьте EGISSOGW_SMEV_UNVERIFIED_LIMIT'
  from egisso.unkept_reply where last_at > now() - interval '1 day' order by operation)
union all
-- Those that still come, or would have to come soon.
select 'foreign', '', count(*)::int, min(f.since), true,
       'Приходят ответы на сообщения, которых этот шлюз не отправлял: они оставлены в очереди СМЭВ, чтобы их взял тот, кто отправлял', '',
       'Под той же мнемоникой работает другой шлюз со своей базой: у каждого должна быть своя EGISSOGW_SMEV_NODE_ID. Если его нет, по истечении EGISSOGW_SMEV_FOREIGN_WAIT они будут сохранены и показаны'
  from egisso.foreign_answer f
 where f.last_at > now() - interval '1 hour' and not exists (select from egisso.answer a where a.id = f.id)
having count(*) > 0;

create or replace view egisso.health_change (code, subject, count, since, trouble, text, detail, advice) as
select 'mass_change', register || ' ' || change, records, since, false,
       case change when 'removal' then 'удалений' when 'termination' then 'прекращений' else 'изменений' end
       || ' больше, чем бывает за сутки: они ждут человека', '',
       'Что уйдёт: записи с кодом L-MASS (egissogw preview), их набор — egissogw changes; отправить: egissogw changes release ' || register || ' ' || change
       || options || '; не отправлять: egissogw changes drop ' || register || ' ' || change || options
  from (select h.register, h.change, sum(h.records)::int as records, min(h.since) as since,
               ' --set НАБОР' || case when count(*) > 1 then ' --provider КОД' else '' end || ' --reason ТЕКСТ' as options -- each provider has a set
          from egisso.held_changes h group by h.register, h.change) w;

-- Once for each kind of text, whatever the number of records.
create or replace view egisso.health_refusal (code, subject, count, since, trouble, text, detail, advice) as
(select 'refusal', id::text, records::int, first_at, false, 'Отказ похож на «запись уже есть в ЕГИССО», и никто не сказал, что он значит', btrim(rule || ' ' || text),
       'Если записи есть в кабинете поставщика: egissogw refusals mean ' || id || ' already-loaded --reason ТЕКСТ; если это ошибка в них: egissogw refusals mean '
       || id || ' other --reason ТЕКСТ; ответ относится ко всем таким записям'
  from egisso.refusal_list where suspect and meaning = '' and records > 0
 order by records desc, id limit 20);

-- ЕГИССО gives a code in its answer to an application alone: who lost it, or never had it, has to read it in the cabinet.
create or replace view egisso.health_application (code, subject, count, since, trouble, text, detail, advice) as
(select 'code_unknown', s.row_key, 1, r.state_at, false, 'Заявка о включении организации отклонена, и кода её шлюз не знает: всё, чему он нужен, ждёт', '',
       'Если организация уже есть в реестре участников (кабинет поставщика), впишите её код в МИС (столбец osz_code представления onmsz): заявка не понадобится. Иначе исправьте её карточку в МИС: заявка уйдёт снова. Что ответила ЕГИССО: egissogw record --register onmsz '
       || s.row_key
  from egisso.source_row s join egisso.record r on r.register = s.register and r.row_key = s.row_key
 where s.register = 'onmsz' and coalesce(s.participant_code, '') = '' and not s.deleted and r.state = 'rejected'
   and not exists (select from egisso.record o where o.register = r.register and o.row_key = r.row_key
                      and (egisso.record_open(o.state) or o.state <> 'dropped' and o.state_at > r.state_at))
 order by r.state_at, s.row_key limit 20);

-- Until a day has passed without any.
create or replace view egisso.health_late (code, subject, count, since, trouble, text, detail, advice) as
select 'late', register, sum(records)::int, min(at), false,
       'Изменения МИС отмечены временем, которое уже прочитано: опрос их не видит, их находит только ежечасное сравнение', '',
       'Проверьте в представлении changed_at: часы сервера, часовой пояс (timestamp at time zone), запись без нового changed_at; если транзакции МИС длятся дольше EGISSOGW_SOURCE_OVERLAP, увеличьте её. Надёжнее всего столбец changed_xid'
  from egisso.late_change where at > now() - interval '26 hours' group by register;

-- Where it is done by the clock, whether it starts or not; those that do not say so show it by having started.
create or replace view egisso.health_reconcile (code, subject, count, since, trouble, text, detail, advice) as
select 'reconcile_overdue', register, 1, last, true, egisso.register_text(register) || ': сверка со всем источником не завершалась больше двух суток', coalesce(problem, ''),
       'Что не так: egissogw check; сверить сейчас: egissogw reconcile'
  from (select register, coalesce(max(started_at) filter (where clean), min(started_at)) as last, (array_agg(problem order by started_at desc))[1] as problem
          from (select *, finished_at is not null and problem = '' as clean from egisso.reconciliation) r group by register) r
 where last < now() - interval '2 days'
   and coalesce((select bool_or('reconcile' = any (i.jobs)) from egisso.running_instance r join egisso.instance i using (process) where i.jobs <> '{}'),
                exists (select from egisso.job where name = 'reconcile' and last_started_at > now() - interval '2 days'));

create or replace view egisso.health_incoming (code, subject, count, since, trouble, text, detail, advice) as
(select 'incoming', id, 1, received_at, false, 'Входящее сообщение требует внимания', review, 'Посмотрели — функция egisso.mark_incoming_reviewed'
  from egisso.incoming where review is not null and reviewed_at is null
 order by received_at limit 20);

-- What only a file says of packages the bus has.
create or replace view egisso.health_unconfirmed (code, subject, count, since, trouble, text, detail, advice) as
(select 'unconfirmed', u.package_id::text, count(*)::int, min(u.at), false,
       'Исходы записей взяты из файла протокола и не подтверждены СМЭВ', '',
       'Сверьте их в кабинете поставщика; когда придёт ответ СМЭВ, шлюз сравнит исходы сам и при расхождении примет ответ СМЭВ'
  from egisso.unconfirmed_outcome u where u.settled_at is null
 group by u.package_id order by min(u.at), u.package_id limit 20);

-- Where a site has a term; what waits within the gateway is said by others.
create or replace view egisso.health_report (code, subject, count, since, trouble, text, detail, advice) as
select 'facts_late', '', sum(t.late)::int, min(p.closed_at), false,
       'Факты приняты ЕГИССО позже ' || max(d.days) || ' суток после решения: ' || sum(t.late) || ' из ' || sum(t.accepted) || ' принятых за 30 суток', '',
       'По месяцам, поставщикам и мерам: egissogw report; срок — EGISSOGW_REPORT_TERM'
  from egisso.report_term d, egisso.package p join egisso.package_total t on t.package_id = p.id
 where d.days is not null and p.register = 'fact' and p.closed_at > now() - interval '30 days'
having sum(t.late) > 0;

create or replace view egisso.health_blocked (code, subject, count, since, trouble, text, detail, advice) as
select 'blocked', register, count(*)::int, null::timestamptz, false, egisso.register_text(register) || ': записи требуют исправления в МИС', '',
       'По правилам: egissogw status; какие и почему: представление egisso.record_finding, egissogw record КЛЮЧ'
  from (select register, row_key from egisso.record where state = 'blocked'
        union
        select register, row_key from egisso.source_row where row_findings <> '[]' and row_findings @> '[{"severity": "error"}]' and not dirty
        union
        select register, row_key from egisso.source_row where review_code <> '' and not dirty) b
 group by register;
