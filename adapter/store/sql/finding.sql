-- What people should look at, as `egissogw status` shows it. Every query gives
-- code, subject, count, since, text and advice; see finding.go.

-- name: finding_read_only
-- The oldest trouble of all: whatever else is shown may be old, too.
select 'read_only', '', 1, null::timestamptz,
       case when pg_is_in_recovery() then 'База шлюза — резервный сервер PostgreSQL: шлюз с ней не работает, а показанное может отставать'
            else 'База шлюза открыта только для чтения (default_transaction_read_only): шлюз с ней не работает' end,
       'Укажите в EGISSOGW_DATABASE_URL основной сервер; из нескольких узлов его выберет target_session_attrs=read-write'
 where pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean;

-- name: finding_contour
-- A gateway that was told so does not start again by itself.
select 'contour', '', 1, refused_at, 'Шлюз с другим контуром не запущен: ' || refused,
       'Исправьте его настройки; если контур и правда другой: egissogw contour'
  from egisso.contour where refused_at > greatest(now() - interval '1 day', since);

-- name: finding_instances_differ
-- Two that decide otherwise undo each other's decisions.
select 'instances_differ', '', (select count(*)::int from egisso.running_instance), (select max(started_at) from egisso.running_instance),
       'Одну базу ведут шлюзы с разными настройками: ' || string_agg(d.name, ', ' order by d.name),
       'Что отправлять, они решают по-разному. Сделайте настройки одинаковыми и перезапустите; кто работает: egisso.running_instance'
  from (select s.key as name
          from egisso.running_instance r join egisso.instance i using (process), jsonb_each_text(i.settings) s
         group by s.key having count(distinct s.value) > 1) d
having count(*) > 0;

-- name: finding_certificate
-- Of those in use, see link.sql.
select 'certificate', serial, 1, null::timestamptz,
       case when ends_at <= now() then 'Подписывать этим сертификатом больше нельзя с ' else 'Подписывать этим сертификатом можно только до ' end
       || to_char(ends_at, 'DD.MM.YYYY HH24:MI'),
       'Получите новый сертификат, зарегистрируйте его в СМЭВ и укажите в настройках; сроки: egissogw cert'
  from egisso.signing_certificate
 where ends_at < now() + interval '30 days'
   and seen_at > (select max(seen_at) from egisso.signing_certificate) - interval '5 minutes'
 order by ends_at;

-- name: finding_sender_unknown
-- An answer by somebody nobody knows: a renamed ЕГИССО stands still until it is confirmed.
select 'sender_unknown', sender, count(*)::int, min(held_at),
       case when part = 'bus' then 'состояния сообщений от имени СМЭВ, мнемоники нет в EGISSOGW_SMEV_BUS_SENDERS: сохранены и не применены'
            when bool_or(kind = 'answer') then 'ответы отправителя, которого никто не подтвердил: сохранены и не применены, их пакеты ждут'
            else 'рассылки о КМСЗ от отправителя, которого никто не подтвердил: сохранены и не применены' end,
       case when part = 'bus' then 'Если это СМЭВ' else 'Если это ЕГИССО' end || ': egissogw senders confirm' || flag || ' --reason ПРИЧИНА ''' || sender
       || '''; если чужой: egissogw senders refuse' || flag || ' --reason ПРИЧИНА ''' || sender || ''''
  from (select h.*, case when part = 'bus' then ' --bus' else '' end as flag from egisso.held_message h where not h.refused) h
 group by part, sender, flag
 order by 4;

-- name: finding_sender_remembered
select 'sender_remembered', mnemonic, 1, since,
       'ответам этого отправителя верят, потому что он ответил первым; его никто не подтвердил',
       'Если это ЕГИССО: egissogw senders confirm --reason ПРИЧИНА ''' || mnemonic || ''', или задайте EGISSOGW_SMEV_SENDERS'
  from egisso.sender_list where standing = 'remembered';

-- name: finding_archive
-- One that died is not heard of again.
select 'archive', '', count(*)::int, min(since),
       'Архив доказательств не пишется (' || min(problem) || '): этот шлюз ничего не отправляет и не подтверждает',
       'Проверьте каталог EGISSOGW_ARCHIVE_DIR: есть ли он, место на диске, владельца и права; работа продолжится сама'
  from egisso.archive_trouble where last_at > now() - interval '10 minutes'
having count(*) > 0;

-- name: finding_archive_loss
select 'archive_loss', '', count(*)::int, min(since),
       case when bool_or(kind = 'recovery') then 'База восстанавливается из архива доказательств: пока это не закончено, ничего не подписывается, не отправляется и не принимается'
            else 'В базе нет того, что уже отправлено или получено и есть в архиве доказательств (база потеряна или восстановлена старая копия): ничего не подписывается, не отправляется и не принимается' end,
       'Верните: egissogw recover --apply --reason ТЕКСТ КАТАЛОГ...' || case when bool_or(kind = 'recovery') then ' (если команда прервана — ещё раз)' else ' с каталогами всех шлюзов' end
       || '; если возвращать нечего: egissogw recover --accept-loss --reason ТЕКСТ'
  from egisso.archive_loss where ended_at is null
having count(*) > 0;

-- name: finding_source_held
select 'source_held', '', 1, since, 'Чтение МИС стоит: ' || who || ' не завершена, и изменения, сделанные после её начала, не читаются', 'Завершите её: ' || ends
  from egisso.source_holder where since < now() - interval '10 minutes';

-- name: finding_late
-- Until a day has passed without any.
select 'late', register, sum(records)::int, min(at),
       'Изменения МИС отмечены временем, которое уже прочитано: опрос их не видит, их находит только ежечасное сравнение',
       'Проверьте в представлении changed_at: часы сервера, часовой пояс (timestamp at time zone), запись без нового changed_at; если транзакции МИС длятся дольше EGISSOGW_SOURCE_OVERLAP, увеличьте её. Надёжнее всего столбец changed_xid'
  from egisso.late_change where at > now() - interval '26 hours' group by register;

-- name: finding_mass_change
select 'mass_change', register || ' ' || change, sum(records)::int, min(since),
       case change when 'removal' then 'удалений' when 'termination' then 'прекращений' else 'изменений' end
       || ' больше, чем бывает за сутки: они ждут человека',
       'Что уйдёт: записи с кодом L-MASS (egissogw preview); отправить: egissogw changes release ' || register || ' ' || change
       || ' --reason ТЕКСТ; не отправлять: egissogw changes drop ' || register || ' ' || change || ' --reason ТЕКСТ'
  from egisso.held_changes group by register, change;

-- name: finding_set_aside
select 'set_aside', id, 1, last_seen_at, text,
       'Остальное идёт своим чередом. Причина: egissogw inbox show; прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble = 'set_aside' and not done
 order by last_seen_at limit 20;

-- name: finding_unread
-- What can be taken off the queue by its id.
select trouble, id, seen, received_at, text || case trouble when 'unread' then ': он сохранён, не подтверждён и приходит снова' else '' end,
       'Прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ; снять с очереди СМЭВ: egissogw inbox ack ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble in ('unread', 'interrupted') and message_id <> '' and operation <> 'GetStatus' and not done
 order by received_at limit 20;

-- name: finding_unread_status
-- The bus does not wait for an acknowledgement of these.
select trouble, id, seen, received_at, text || ' (состояние, GetStatus)',
       'Прочитать снова: egissogw inbox retry ' || id || ' --reason ТЕКСТ; больше не показывать: egissogw inbox done ' || id || ' --reason ТЕКСТ'
  from egisso.inbox where trouble in ('unread', 'interrupted') and operation = 'GetStatus' and not done
 order by received_at limit 20;

-- name: finding_nameless
-- Only the bus's support can say what it is. What stopped coming was not of the bus.
select 'nameless', id, seen, received_at, text || ': в нём не найти идентификатора сообщения, снять его с очереди сам шлюз не может',
       'Текст для поддержки СМЭВ: «На запрос ' || operation || ' с ' || to_char(received_at, 'DD.MM.YYYY HH24:MI') || ' по '
       || to_char(last_seen_at, 'DD.MM.YYYY HH24:MI') || ' наша система получила ' || seen || ' раз ответ, который не соответствует схеме: размер '
       || case when complete then '' else 'не меньше ' end || size || ' байт, SHA-256 ' || sha256
       || '. Идентификатора сообщения в нём нет. Просим назвать его или удалить сообщение из нашей очереди». '
       || 'Названный идентификатор: egissogw inbox ack ' || id || ' --message-id ИД --reason ТЕКСТ. Если это страница прокси, а не СМЭВ, проверьте SMEV_URL и SMEV_PROXY'
  from egisso.inbox where trouble in ('unread', 'interrupted') and message_id = '' and operation <> 'GetStatus' and not done
   and last_seen_at > now() - interval '1 day'
 order by received_at limit 5;

-- name: finding_unverified
-- What nobody can believe, whether the bus still has it or not.
select 'unverified', case when count(*) = 1 then min(id) else '' end, count(*)::int, min(received_at),
       'Подпись СМЭВ не сходится: сохранено и не применено, '
       || case when acked_at is null then 'не подтверждено, приходит снова' else 'подтверждено как непринятое и больше не придёт' end,
       'Проверьте сертификаты СМЭВ (EGISSOGW_SMEV_CERTIFICATES): после исправления сохранённое прочитается само; список: egissogw inbox list; '
       || case when acked_at is null then 'снять с очереди: egissogw inbox ack' else 'если подделка — посмотрели: egissogw inbox done' end
  from egisso.inbox where trouble = 'unverified' and not done
 group by acked_at is null;

-- name: finding_expired
-- Until an answer or a person's word ends it.
select 'expired', case when count(*) = 1 then min(id::text) else '' end, count(*)::int, min(queued_at),
       'Ответ не пришёл в установленный срок (EGISSOGW_ANSWER_TERM): исход записей неизвестен, их изменения ждут',
       'Найдите пакет в кабинете поставщика; есть протокол: egissogw import-protocol; не загружен: egissogw release. Список: egissogw journal'
  from egisso.package where state = 'expired'
having count(*) > 0;

-- name: finding_stranger
select 'stranger', case when count(*) = 1 then min(id) else '' end, count(*)::int, min(received_at),
       min(text), 'Верная подпись, но ни одного нашего сообщения: записи, если ответ был на них, ждут. Список: egissogw inbox list; посмотрели: egissogw inbox done'
  from egisso.inbox where trouble = 'stranger' and not done
 group by text;

-- name: finding_foreign
-- Those that still come, or would have to come soon.
select 'foreign', '', count(*)::int, min(f.since),
       'Приходят ответы на сообщения, которых этот шлюз не отправлял: они оставлены в очереди СМЭВ, чтобы их взял тот, кто отправлял',
       'Под той же мнемоникой работает другой шлюз со своей базой: у каждого должна быть своя EGISSOGW_SMEV_NODE_ID. Если его нет, по истечении EGISSOGW_SMEV_FOREIGN_WAIT они будут сохранены и показаны'
  from egisso.foreign_answer f
 where f.last_at > now() - interval '1 hour' and not exists (select from egisso.answer a where a.id = f.id)
having count(*) > 0;

-- name: finding_unkept
select 'unkept', operation, replies::int, since,
       'Предел сохранения за сутки исчерпан: сообщения, которым нельзя верить, которые не понять или отправителя которых никто не подтвердил, не сохраняются и не подтверждаются',
       'Разберите сохранённое (egissogw inbox list, egissogw senders) или увеличьте EGISSOGW_SMEV_UNVERIFIED_LIMIT'
  from egisso.unkept_reply where last_at > now() - interval '1 day' order by operation;

-- name: finding_package
select 'package', id::text, 1, coalesce(closed_at, queued_at, created_at), review,
       'Подробно: egissogw journal ' || id || '; посмотрели — функция egisso.mark_reviewed'
  from egisso.package where review is not null and reviewed_at is null
 order by coalesce(closed_at, queued_at, created_at) limit 20;

-- name: finding_incoming
select 'incoming', id, 1, received_at, review, 'Посмотрели — функция egisso.mark_incoming_reviewed'
  from egisso.incoming where review is not null and reviewed_at is null
 order by received_at limit 20;

-- name: finding_unconfirmed
-- What only a file says of packages the bus has.
select 'unconfirmed', u.package_id::text, count(*)::int, min(u.at),
       'Исходы записей взяты из файла протокола и не подтверждены СМЭВ',
       'Сверьте их в кабинете поставщика; когда придёт ответ СМЭВ, шлюз сравнит исходы сам и при расхождении примет ответ СМЭВ'
  from egisso.unconfirmed_outcome u where u.settled_at is null
 group by u.package_id order by min(u.at), u.package_id limit 20;

-- name: finding_refusal
-- Once for each kind of text, whatever the number of records.
select 'refusal', id::text, records::int, first_at,
       'Отказ похож на «запись уже есть в ЕГИССО», и никто не сказал, что он значит: ' || btrim(rule || ' ' || text),
       'Если записи есть в кабинете поставщика: egissogw refusals mean ' || id || ' already-loaded --reason ТЕКСТ; если это ошибка в них: egissogw refusals mean '
       || id || ' other --reason ТЕКСТ; ответ относится ко всем таким записям'
  from egisso.refusal_list where suspect and meaning = '' and records > 0
 order by records desc, id limit 20;
