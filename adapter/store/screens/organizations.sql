-- Реестр организаций, предоставляющих меры. Роль egisso_reader. У предпринимателей (entrepreneur)
-- наименование и ИНН показывает МИС по row_key.

-- name: organizations_page
-- Страница. $1: row_key последней строки предыдущей страницы, у первой ''.
select row_key, id, title, inn, kpp, entrepreneur, status, reason
  from egisso.organization_list where row_key > $1 order by row_key limit 50;

-- name: organizations_of_keys
-- Состояния организаций, которые МИС показывает из своей таблицы. $1: их ключи.
select row_key, id, status, state, reason, package_id
  from egisso.organization_list where row_key = any($1);
