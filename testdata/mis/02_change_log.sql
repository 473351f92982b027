-- Reference МИС: what changed, and in which transaction.
--
-- mis.egisso_change has one row per change of a record the gateway is told about,
-- or of anything its view shows. Triggers only add to it: no row of it is changed,
-- so no transaction of the МИС waits for another one here, and none can come into a
-- deadlock that its own changes would not bring. Trimming takes old entries out
-- (mis.egisso_trim_changes).
--
-- changed_xid is what makes polling safe. An entry becomes visible when its
-- transaction commits, which may be long after changed_at. The gateway reads
-- entries whose transaction is older than the oldest one still running, and so
-- never passes a change by. changed_at is for people.

create table mis.egisso_change (
    id          bigint generated always as identity,
    register    text not null check (register in ('local_measure', 'fact', 'onmsz', 'organization', 'presence_point')),
    row_key     text not null,
    changed_at  timestamptz not null default now(),
    changed_xid xid8 not null default pg_current_xact_id(),
    -- The newest entry of a key is found by it.
    primary key (register, row_key, changed_xid, id)
);

-- The index that makes polling cheap: what changed since the last time is one
-- short range of it.
create index egisso_change_poll on mis.egisso_change (register, changed_xid, row_key);

-- Up to which transaction entries were taken out that were the newest of their key:
-- whoever has not read beyond it may have missed deletions.
create table mis.egisso_trimmed (
    register    text primary key,
    trimmed_xid xid8 not null,
    trimmed_at  timestamptz not null default now()
);

-- The newest entry of every key: what the views of the contract show. Asked entry by
-- entry, so that the plan is the same whatever PostgreSQL believes of the table.
create view mis.egisso_newest as
select c.register, c.row_key, c.changed_at, c.changed_xid
  from mis.egisso_change c
 where c.id = (select n.id from mis.egisso_change n
                where n.register = c.register and n.row_key = c.row_key
                order by n.changed_xid desc, n.id desc limit 1);

-- Marks records of a register as changed by this transaction.
create function mis.egisso_touch(what text, ids bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into mis.egisso_change (register, row_key)
    select distinct what, id::text from unnest(ids) as id where id is not null;
$$;

-- Takes out entries that nobody needs: older ones of a key that has a newer one,
-- and, of what changed longer ago than keep, the newest one too. A record whose
-- entries are gone stays in its view; a gateway that was away longer than keep
-- compares everything by itself. Returns how many were taken out. For the
-- administrator of the МИС, nightly:
--   select mis.egisso_trim_changes();
create function mis.egisso_trim_changes(keep interval default '30 days') returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with old as (
        select c.register, c.row_key, c.changed_xid, c.id,
               c.id = (select n.id from mis.egisso_change n
                        where n.register = c.register and n.row_key = c.row_key
                        order by n.changed_xid desc, n.id desc limit 1) as newest
          from mis.egisso_change c
         where c.changed_xid < pg_snapshot_xmin(pg_current_snapshot())),
    gone as (
        delete from mis.egisso_change c using old
         where (c.register, c.row_key, c.changed_xid, c.id) = (old.register, old.row_key, old.changed_xid, old.id)
           and (not old.newest or c.changed_at < now() - keep)
        returning c.register, c.changed_xid, old.newest),
    noted as (
        insert into mis.egisso_trimmed as t (register, trimmed_xid)
        select register, max(changed_xid::text::numeric)::text::xid8 from gone where newest group by register
        on conflict (register) do update
           set trimmed_xid = excluded.trimmed_xid, trimmed_at = excluded.trimmed_at
         where t.trimmed_xid < excluded.trimmed_xid)
    select count(*) from gone;
$$;
revoke execute on function mis.egisso_trim_changes(interval) from public;

-- A gateway can be told of changes at once (EGISSOGW_SOURCE_CHANNEL=egisso_change).
-- Off at first: transactions that notify commit one after the other. On:
--   alter table mis.egisso_change enable trigger egisso_notify;
create function mis.egisso_notify() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('egisso_change', '');
    return null;
end $$;

create trigger egisso_notify after insert on mis.egisso_change
    for each statement execute function mis.egisso_notify();
alter table mis.egisso_change disable trigger egisso_notify;

-- Prescriptions. Statement triggers: a bulk load costs one insert into the log.
-- The time stamps of the МИС are not part of a fact, so they alone touch nothing.

create function mis.egisso_recipe_inserted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(select id from new_rows));
    return null;
end $$;

create function mis.egisso_recipe_updated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(
        select coalesce(o.id, n.id)
          from old_rows o full join new_rows n on n.id = o.id
         where to_jsonb(o) - 'upd_dt' - 'ins_dt' is distinct from to_jsonb(n) - 'upd_dt' - 'ins_dt'));
    return null;
end $$;

create function mis.egisso_recipe_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(select id from old_rows));
    return null;
end $$;

create function mis.egisso_recipe_truncated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(select id from mis.recipe));
    return null;
end $$;

create trigger egisso_inserted after insert on mis.recipe
    referencing new table as new_rows
    for each statement execute function mis.egisso_recipe_inserted();
create trigger egisso_updated after update on mis.recipe
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_recipe_updated();
create trigger egisso_deleted after delete on mis.recipe
    referencing old table as old_rows
    for each statement execute function mis.egisso_recipe_deleted();
create trigger egisso_truncated before truncate on mis.recipe
    for each statement execute function mis.egisso_recipe_truncated();

-- Tables whose rows show through in the facts of many prescriptions. Only
-- updates matter: a row in use cannot be deleted, and a new one is used by
-- nothing yet. The argument is the column of mis.recipe that refers to them.

create function mis.egisso_used_by_recipes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    ids bigint[];
begin
    execute format($sql$
        select array_agg(r.id)
          from (select n.id from old_rows o join new_rows n on n.id = o.id
                 where to_jsonb(o) - 'upd_dt' is distinct from to_jsonb(n) - 'upd_dt') as changed
          join mis.recipe r on r.%I = changed.id $sql$, tg_argv[0])
       into ids;
    perform mis.egisso_touch('fact', ids);
    return null;
end $$;

create trigger egisso_updated after update on mis.patient
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_used_by_recipes('patient_id');
create trigger egisso_updated after update on mis.patient_privilege
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_used_by_recipes('privilege_id');
create trigger egisso_updated after update on mis.drug
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_used_by_recipes('drug_id');

-- A person may be the reason for the benefits of others.

create function mis.egisso_basis_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(
        select r.id
          from old_rows o join new_rows n on n.id = o.id
          join mis.privilege_basis x on x.patient_id = n.id
          join mis.recipe r on r.privilege_id = x.privilege_id
         where to_jsonb(o) - 'upd_dt' is distinct from to_jsonb(n) - 'upd_dt'));
    return null;
end $$;

create trigger egisso_basis_changed after update on mis.patient
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_basis_changed();

-- Parts of patients and benefits: here every change matters. The argument is the
-- column that names what a row is part of, in mis.recipe too.

create function mis.egisso_part_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    rows text := case tg_op when 'INSERT' then 'table new_rows' when 'DELETE' then 'table old_rows'
                            else 'table old_rows union all table new_rows' end;
    ids bigint[];
begin
    execute format('select array_agg(r.id) from (%1$s) as part join mis.recipe r on r.%2$I = part.%2$I', rows, tg_argv[0]) into ids;
    perform mis.egisso_touch('fact', ids);
    return null;
end $$;

create trigger egisso_inserted after insert on mis.patient_address
    referencing new table as new_rows
    for each statement execute function mis.egisso_part_changed('patient_id');
create trigger egisso_updated after update on mis.patient_address
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_part_changed('patient_id');
create trigger egisso_deleted after delete on mis.patient_address
    referencing old table as old_rows
    for each statement execute function mis.egisso_part_changed('patient_id');
create trigger egisso_inserted after insert on mis.privilege_basis
    referencing new table as new_rows
    for each statement execute function mis.egisso_part_changed('privilege_id');
create trigger egisso_updated after update on mis.privilege_basis
    referencing old table as old_rows new table as new_rows
    for each statement execute function mis.egisso_part_changed('privilege_id');
create trigger egisso_deleted after delete on mis.privilege_basis
    referencing old table as old_rows
    for each statement execute function mis.egisso_part_changed('privilege_id');

-- Settings: rarely changed, and each change concerns many prescriptions.

create function mis.egisso_mapping_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(
        select r.id
          from mis.recipe r join mis.patient_privilege p on p.id = r.privilege_id
         where (p.privilege_type_id, r.discount) = (old.privilege_type_id, old.discount)
            or (p.privilege_type_id, r.discount) = (new.privilege_type_id, new.discount)));
    return null;
end $$;

create trigger egisso_changed after insert or update or delete on mis.egisso_mapping
    for each row execute function mis.egisso_mapping_changed();

create function mis.egisso_grantor_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(
        select id from mis.recipe where lpu_id in (old.lpu_id, new.lpu_id)));
    return null;
end $$;

create trigger egisso_changed after insert or update or delete on mis.egisso_onmsz
    for each row execute function mis.egisso_grantor_changed();

-- Of an organisation that grants measures a fact shows the code only.
create function mis.egisso_code_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('fact', array(
        select r.id from mis.recipe r join mis.egisso_onmsz o on o.lpu_id = r.lpu_id where o.onmsz_id = new.id));
    return null;
end $$;

create trigger egisso_code_changed after update of code on mis.onmsz
    for each row when (old.code is distinct from new.code) execute function mis.egisso_code_changed();

-- Local measures and everything that belongs to one. The arguments are the
-- register and the column that holds the id of its record.

create function mis.egisso_record_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch(tg_argv[0], array[
        (to_jsonb(old) ->> tg_argv[1])::bigint,
        (to_jsonb(new) ->> tg_argv[1])::bigint]);
    return null;
end $$;

create trigger egisso_changed after insert or update or delete on mis.measure
    for each row execute function mis.egisso_record_changed('local_measure', 'id');
create trigger egisso_changed after insert or update or delete on mis.measure_category
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_criterion
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_funding
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_territory
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_act
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_method
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_document
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
create trigger egisso_changed after insert or update or delete on mis.measure_step
    for each row execute function mis.egisso_record_changed('local_measure', 'measure_id');
