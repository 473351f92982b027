-- Which record of a row says where it is: source_row.record_id. A decision writes it with the
-- row it changes anyway (sql/decide.sql); what else moves a record does not have to know of it,
-- the triggers on egisso.record see to it: guard_record_row, and this one.
create or replace function egisso.present_record(register text, row_key text) returns uuid
language sql stable set search_path = egisso, pg_temp as $$
    select r.id from egisso.record r
     where r.register = present_record.register and r.row_key = present_record.row_key and r.state <> 'dropped'
     order by egisso.record_open(r.state) desc, r.state_at desc, r.created_at desc
     limit 1
$$;

create or replace function egisso.show_present_record(register text, row_key text) returns void
language sql set search_path = egisso, pg_temp as $$
    update egisso.source_row s set record_id = p.id, row_newer = true
      from (select egisso.present_record(show_present_record.register, show_present_record.row_key) as id offset 0) p
     where s.register = show_present_record.register and s.row_key = show_present_record.row_key and s.record_id is distinct from p.id
$$;

create or replace function egisso.follow_present_record() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    -- A dropped one is of no account where another is shown already.
    if new.state <> 'dropped' or exists (select from egisso.source_row s
                                          where s.register = new.register and s.row_key = new.row_key and s.record_id = new.id) then
        perform egisso.show_present_record(new.register, new.row_key);
    end if;
    return null;
end $$;

-- A record that was open stays the newest when its outcome comes.
create or replace trigger follow_present_record after update of state on egisso.record
    for each row when (new.state <> old.state and (new.state = 'dropped' or not egisso.record_open(old.state)))
    execute function egisso.follow_present_record();

-- How many rows the registers have, see egisso.row_total. Rows are never deleted.
create or replace function egisso.count_rows() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    insert into egisso.row_total (register, rows) select a.register, count(*) from added a group by a.register;
    return null;
end $$;

create or replace trigger count_rows after insert on egisso.source_row
    referencing new table as added for each statement execute function egisso.count_rows();

-- Whoever keeps house calls it; what another one sums up at this moment is left to him.
create or replace function egisso.compact_row_totals() returns void language sql security definer set search_path = egisso, pg_temp as $$
    with old as (
        delete from egisso.row_total t
         where t.id in (select o.id from egisso.row_total o for update skip locked)
           and (select count(*) from egisso.row_total) > 100
        returning t.register, t.rows)
    insert into egisso.row_total (register, rows) select o.register, sum(o.rows) from old o group by o.register
$$;

-- What record_status says of a row and its record, without what the source itself rules out.
create or replace function egisso.row_state(register text, state text, change text, accepted_id uuid, dirty boolean) returns text
language sql immutable parallel safe as $$
    select case when state is not null and not egisso.record_forsaken(register, state, change, accepted_id) then state
                when dirty then 'new'
                when accepted_id is not null then 'accepted' -- it was there before, or a person or a refusal said so
                else 'nothing_to_send' end
$$;

-- What the source says now cannot be read or sent: whatever was sent before.
create or replace function egisso.row_held(row_findings jsonb, review_code text, dirty boolean, state text) returns boolean
language sql immutable parallel safe as $$
    select (review_code <> '' or row_findings <> '[]' and row_findings @> '[{"severity": "error"}]') and not dirty and state is distinct from 'packed'
$$;
