-- Журнал запросов в ЕГИССО. Роль egisso_reader; кнопки — функции, роль egisso_operator:
--   «Загрузить файл протокола обработки»  select egisso.import_protocol(xml);
--   «Запросить обновления КМСЗ»           select egisso.request_kmsz_update();
--   «Выгрузить»                           select egisso.send_package(id);  у строк с held

-- name: journal_service
-- Заголовок: «Состояние сервиса подписи и отправки».
select state, changed_at, changed_by, reason from egisso.service_state;

-- name: journal_page
-- Страница, новые первыми. $1, $2: created_at и id последней строки предыдущей страницы; у первой — 'infinity' и нулевой UUID.
select id, created_at, package_type, record_count, status, info, held, review
  from egisso.journal
 where created_at <= $1 and (created_at < $1 or id > $2)
 order by created_at desc, id limit 50;

-- name: journal_details
-- «Детализация отправки пакета». $1: journal.id; $2: position последней строки предыдущей страницы, у первой 0.
select position, record_no, comment, code, message_type
  from egisso.journal_detail where package_id = $1 and position > $2 order by position limit 50;

-- name: journal_details_by_rule
-- Все сообщения с кодом правила. $1: код.
select package_id, record_no, comment, message_type from egisso.journal_detail where code = $1 limit 50;

-- name: journal_kmsz
-- Что с запросом обновлений КМСЗ.
select title, requested, requested_at, asked_at, received_at, package_id from egisso.kmsz_requests;

-- name: journal_kmsz_version
-- Действующая версия КМСЗ.
select version, start_date, received_at, measures, rules from egisso.kmsz_versions where active;
