
-- Журнал изменений: строка на каждое изменение записи или того, что показывает её представление. Триггеры
-- только добавляют строки, и транзакции МИС не ждут на нём друг друга.

create schema if not exists {log};

create table if not exists {log}.change (
    id          bigint generated always as identity,
    register    text not null,
    row_key     text not null,
    changed_at  timestamptz not null default now(),
    changed_xid xid8 not null default pg_current_xact_id(),
    primary key (register, row_key, changed_xid, id)
);
create index if not exists change_poll on {log}.change (register, changed_xid, row_key);

-- С какого времени журнал ведётся: время изменения записей, о которых в нём ничего нет.
create table if not exists {log}.started (
    at timestamptz not null default now()
);
insert into {log}.started select now() where not exists (select from {log}.started);

-- До какой транзакции убраны последние строки ключей: кто не прочёл их раньше, мог пропустить удаления.
create table if not exists {log}.trimmed (
    register    text primary key,
    trimmed_xid xid8 not null,
    trimmed_at  timestamptz not null default now()
);
create or replace view {schema}.change_log as
select register, trimmed_xid from {log}.trimmed;

-- Последнее изменение каждого ключа.
create or replace view {log}.newest as
select c.register, c.row_key, c.changed_at, c.changed_xid
  from {log}.change c
 where c.id = (select n.id from {log}.change n
                where n.register = c.register and n.row_key = c.row_key
                order by n.changed_xid desc, n.id desc limit 1);

-- Чистка, раз в сутки от имени владельца: select {log}.trim_changes();
-- Убирает строки, у которых есть более новая с тем же ключом, и последние, если они старше срока.
create or replace function {log}.trim_changes(keep interval default '30 days') returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as {code}
    with old as (
        select c.register, c.row_key, c.changed_xid, c.id,
               c.id = (select n.id from {log}.change n
                        where n.register = c.register and n.row_key = c.row_key
                        order by n.changed_xid desc, n.id desc limit 1) as newest
          from {log}.change c
         where c.changed_xid < pg_snapshot_xmin(pg_current_snapshot())),
    gone as (
        delete from {log}.change c using old
         where (c.register, c.row_key, c.changed_xid, c.id) = (old.register, old.row_key, old.changed_xid, old.id)
           and (not old.newest or c.changed_at < now() - keep)
        returning c.register, c.changed_xid, old.newest),
    noted as (
        insert into {log}.trimmed as t (register, trimmed_xid)
        select register, max(changed_xid::text::numeric)::text::xid8 from gone where newest group by register
        on conflict (register) do update
           set trimmed_xid = excluded.trimmed_xid, trimmed_at = excluded.trimmed_at
         where t.trimmed_xid < excluded.trimmed_xid)
    select count(*) from gone;
{code};
revoke execute on function {log}.trim_changes(interval) from public;
