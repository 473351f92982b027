set client_encoding = 'UTF8';
-- Представления для шлюза ЕГИССО: написано командой egissogw scaffold по ответам и каталогу базы МИС.
-- Выполняет администратор МИС под ролью, которой принадлежат таблицы:
--   psql -v ON_ERROR_STOP=1 -f ЭТОТ_ФАЙЛ база_мис
-- Повторное выполнение ничего не меняет, данные МИС не меняются. Пока создаются индексы и триггеры, запись в их
-- таблицы ждёт: на больших таблицах выполняйте вне часов приёма. Нужен PostgreSQL 14 или новее.

begin;
set local search_path = pg_catalog, pg_temp;
set local standard_conforming_strings = on;

create schema if not exists {schema};
