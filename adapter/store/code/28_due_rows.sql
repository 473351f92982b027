-- Rows a decision is due on: egisso.due_row names every row that is dirty, and no other. Whoever
-- changes a row has locked it, so nobody else is about to name it.
create or replace function egisso.rows_due() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    insert into egisso.due_row (register, row_key, restless)
    select a.register, a.row_key, a.record_id is not null from added a where a.dirty;
    return null;
end $$;

create or replace trigger rows_due after insert on egisso.source_row
    referencing new table as added for each statement execute function egisso.rows_due();

create or replace function egisso.row_due() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if new.dirty then
        insert into egisso.due_row as d (register, row_key, restless) values (new.register, new.row_key, new.record_id is not null)
        on conflict (register, row_key) do update set restless = excluded.restless;
    else
        delete from egisso.due_row d where d.register = new.register and d.row_key = new.row_key;
    end if;
    return null;
end $$;

create or replace trigger row_due after update of dirty, record_id on egisso.source_row
    for each row when (new.dirty and (not old.dirty or (new.record_id is null) <> (old.record_id is null)))
    execute function egisso.row_due();

-- Whoever decides on many rows has said so by no_longer_due.
create or replace trigger row_not_due after update of dirty on egisso.source_row
    for each row when (old.dirty and not new.dirty and current_setting('egisso.no_longer_due', true) is distinct from 'on')
    execute function egisso.row_due();

-- Rows are decided in this transaction: one statement for all of them, before the rows themselves say so.
create or replace function egisso.no_longer_due(register text, keys text[]) returns void
language plpgsql security definer set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    delete from egisso.due_row d using unnest(keys) as k(row_key) where d.register = no_longer_due.register and d.row_key = k.row_key;
    perform set_config('egisso.no_longer_due', 'on', true);
end $$;
