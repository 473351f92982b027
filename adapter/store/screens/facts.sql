-- Реестр фактов назначений. Роль egisso_reader, запросы workplace_… — роль рабочего места организации.
-- ФИО и СНИЛС МИС добавляет по row_key. Если МИС в той же базе — соединением, например с её таблицей рецептов:
--   select f.*, p.surname, p.name from (запрос facts_page) f join mis.recipe r on r.id::text = f.row_key join mis.patient p on p.id = r.patient_id

-- name: facts_page
-- Страница. $1: row_key последней строки предыдущей страницы, у первой ''.
select row_key, record_no, id, osz_title, measure_code, measure_title, decision_date, status, reason
  from egisso.fact_list where row_key > $1 order by row_key limit 50;

-- name: facts_of_keys
-- Состояния фактов, которые МИС отобрала и упорядочила у себя: по фамилии, дате, отделению. $1: их ключи.
select row_key, id, status, state, reason, package_id
  from egisso.fact_list where row_key = any($1);

-- name: facts_by_number
-- Факт по номеру, который знают люди. $1: номер.
select row_key, id, osz_title, measure_title, decision_date, status, reason
  from egisso.fact_list where record_no = $1;

-- name: facts_by_id
-- Факт по идентификатору элемента, каким его называют протокол и детализация пакета. $1: UUID.
select register, row_key, record_no, status, reason from egisso.record_status where record_id = $1;

-- name: facts_newest
-- Последние изменения, всех реестров.
select register, row_key, record_no, status, reason, updated_at from egisso.newest_records(50);

-- name: facts_by_state
-- Сколько фактов в каждом состоянии.
select state, records from egisso.record_counts where register = 'fact';

-- name: facts_by_rule
-- Факты, к которым сейчас относится замечание правила. $1: код, например '019'.
select row_key, record_no, severity, found_text, text
  from egisso.record_finding where code = $1 and register = 'fact' and current limit 50;

-- name: fact_findings
-- Всё, что найдено в факте сейчас. $1: row_key.
select found_text, message_type, code, text
  from egisso.record_finding where register = 'fact' and row_key = $1 and current order by found, position;

-- name: workplace_page
-- Страница рабочего места организации: только её факты. $1: row_key последней строки предыдущей страницы, у первой ''.
select row_key, record_no, id, osz_title, measure_code, measure_title, decision_date, status, reason
  from egisso.workplace_page($1, 50);

-- name: workplace_of_keys
-- Состояния фактов, которые МИС отобрала у себя; чужих среди них в ответе не будет. $1: их ключи.
select row_key, id, status, state, reason
  from egisso.workplace_fact_list where row_key = any($1);
