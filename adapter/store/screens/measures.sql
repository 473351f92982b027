-- Реестр ЛМСЗ. Роль egisso_reader. Состояния — record_status.state.

-- name: measures_page
-- Страница. $1: row_key последней строки предыдущей страницы, у первой ''.
select row_key, id, code, title, status, reason
  from egisso.measure_list where row_key > $1 order by row_key limit 50;

-- name: measures_of_keys
-- Состояния мер, которые МИС показывает из своей таблицы. $1: их ключи.
select row_key, id, status, state, reason, package_id
  from egisso.measure_list where row_key = any($1);

-- name: measures_to_send
-- Что покажет «Сформировать пакет для отправки в ЕГИССО»: сколько мер в каждом состоянии. ready — готовы.
-- Сама кнопка: select egisso.form_package('lmsz'); роль egisso_operator.
select state, records from egisso.record_counts where register = 'lmsz';

-- name: measures_not_in_kmsz
-- Меры, которые разошлись с КМСЗ.
select row_key, title, code, finding_type, comment from egisso.kmsz_invalid order by row_key, code limit 50;
