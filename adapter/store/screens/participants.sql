-- Реестр ОНМСЗ. Роль egisso_reader.

-- name: participants_page
-- Страница. $1: row_key последней строки предыдущей страницы, у первой ''.
select row_key, osz_code, inn, kpp, title, status, reason
  from egisso.participant_list where row_key > $1 order by row_key limit 50;

-- name: participants_of_keys
-- Коды и состояния организаций, которые МИС показывает из своей таблицы. $1: их ключи.
select row_key, osz_code, status, state, reason
  from egisso.participant_list where row_key = any($1);
