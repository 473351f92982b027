-- What the histories keep beside the МИС: earlier states of its prescriptions.

create schema side;

create table side.version (n bigint generated always as identity primary key, r mis.recipe not null);
create table side.saved_recipe (like mis.recipe);
create table side.saved_change (like mis.egisso_change);
create sequence side.recipe_id start 60001;

-- The prescription meant by a number, whatever numbers there are.
create function side.recipe(n int) returns bigint language sql stable as $$
    select id from mis.recipe order by id offset n % greatest((select count(*) from mis.recipe), 1) limit 1;
$$;
create function side.patient(n int) returns bigint language sql stable as $$
    select patient_id from mis.recipe where id = side.recipe(n);
$$;
create function side.privilege(n int) returns bigint language sql stable as $$
    select privilege_id from mis.recipe where id = side.recipe(n);
$$;

create function side.keep() returns trigger language plpgsql as $$
begin
    insert into side.version (r) values (old);
    return null;
end $$;
create trigger side_keep after update or delete on mis.recipe for each row execute function side.keep();

-- Puts a prescription as it was.
create function side.put(v mis.recipe) returns void language plpgsql as $$
begin
    update mis.recipe set (lpu_id, patient_id, privilege_id, series, num, issue_date, valid_days, drug_id, pack_qty, discount, price,
                           sum_total, status, dispensed_date, merged_into, is_deleted, upd_dt)
        = (v.lpu_id, v.patient_id, v.privilege_id, v.series, v.num, v.issue_date, v.valid_days, v.drug_id, v.pack_qty, v.discount, v.price,
           v.sum_total, v.status, v.dispensed_date, (select id from mis.recipe where id = v.merged_into), v.is_deleted, now())
     where id = v.id;
    if not found then
        v.merged_into := (select id from mis.recipe where id = v.merged_into);
        insert into mis.recipe values (v.*);
    end if;
end $$;

create function side.save() returns void language plpgsql as $$
begin
    truncate side.saved_recipe, side.saved_change;
    insert into side.saved_recipe select * from mis.recipe;
    insert into side.saved_change select * from mis.egisso_change;
end $$;

-- Puts all prescriptions as they were saved. Quietly is how a backup does it: the log
-- of changes says nothing, and what it said since is forgotten.
create function side.restore(quietly boolean) returns void language plpgsql as $$
begin
    if not exists (select from side.saved_recipe) then return; end if;
    if quietly then
        alter table mis.recipe disable trigger user;
    end if;
    update mis.recipe set merged_into = null where merged_into is not null;
    delete from mis.recipe r where not exists (select from side.saved_recipe s where s.id = r.id);
    perform side.put(s) from (select s::mis.recipe as s from (select (t).* from side.saved_recipe t) s order by s.id) t;
    if quietly then
        alter table mis.recipe enable trigger user;
        delete from mis.egisso_change c where not exists (select from side.saved_change s where s.id = c.id);
    end if;
end $$;

-- The statement that makes every moment in the gateway's tables earlier. Triggers are
-- left out, in this as in the next: nobody does anything.
create function side.later() returns text language sql as $$
    select 'do $do$ begin set local session_replication_role = replica; '
        || string_agg(format('update %s set %s;', attrelid, sets), ' ' order by attrelid::text) || ' end $do$'
      from (select attrelid::regclass, string_agg(format('%1$I = %1$I - interval ''PASSED''', attname), ', ') as sets
              from pg_attribute where atttypid = 'timestamptz'::regtype and attnum > 0 and not attisdropped
               and attrelid in (select oid from pg_class where relkind = 'r' and relnamespace = 'egisso'::regnamespace)
             group by attrelid) tables;
$$;

-- Notes what all tables hold, and gives the statement that makes them hold it again.
create function side.reset() returns text language plpgsql as $$
declare
    t record;
    filled boolean;
    statement text := 'do $do$ begin set local session_replication_role = replica; ';
begin
    drop schema if exists base cascade;
    create schema base;
    for t in select c.oid::regclass::text as name, 'base.' || quote_ident(n.nspname || '_' || c.relname) as copy,
                    (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                      where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind = 'r' and n.nspname in ('egisso', 'mis', 'side') order by 1 loop
        statement := statement || format('delete from %s; ', t.name);
        execute format('select exists (select from %s)', t.name) into filled;
        if filled then
            execute format('create table %s as select %s from %s', t.copy, t.columns, t.name);
            statement := statement || format('insert into %s (%s) overriding system value select %2$s from %3$s; ', t.name, t.columns, t.copy);
        end if;
    end loop;
    for t in select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value) as value, last_value is not null as called
               from pg_sequences where schemaname in ('egisso', 'mis', 'side') loop
        statement := statement || format('perform setval(%L, %s, %L); ', t.name, t.value, t.called);
    end loop;
    return statement || 'end $do$';
end $$;
