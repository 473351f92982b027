-- What states and codes are called for people (adapter/egisso/SPEC.md#journal,
-- jobs/README.md#states), and small functions of every other file.
create or replace function egisso.register_text(register text) returns text language sql immutable as $$
    select case register
        when 'lmsz'         then 'Реестр локальных мер социальной защиты'
        when 'fact'         then 'Реестр фактов назначений'
        when 'organization' then 'Реестр организаций'
        when 'onmsz'        then 'Реестр ОНМСЗ'
        when 'point'        then 'Реестр точек присутствия ОНМСЗ'
        when 'kmsz'         then 'Запрос обновлений КМСЗ'
        else register end
$$;

-- The texts of egisso.state as a function that reads nothing: everybody may call those, and
-- views inline them.
do $$
declare
    cases text;
begin
    select string_agg(format('when %L then case name %s end', s.subject, s.names), ' ' order by s.subject) into cases
      from (select t.subject, string_agg(format('when %L then %L', t.name, t.text), ' ' order by t.name) as names
              from egisso.state t where t.text <> '' group by t.subject) s;
    execute format('create or replace function egisso.state_text(subject text, name text) returns text language sql immutable parallel safe as %L',
                   'select case subject ' || cases || ' end');
end $$;

create or replace function egisso.package_state_text(state text, egisso_status smallint, doubt boolean, was_queued boolean) returns text
language sql immutable as $$
    select case
        when state = 'signed' and doubt then 'Отправляется'
        when state = 'queued' and egisso_status = 1 then 'Принят ЕГИССО'
        when state = 'queued' and egisso_status = 2 then 'Обрабатывается'
        when state = 'send_failed' and was_queued then 'Отклонён СМЭВ'
        else coalesce(egisso.state_text('package', state), state) end
$$;

create or replace function egisso.record_state_text(state text) returns text language sql immutable as $$
    select coalesce(egisso.state_text('record', state), 'Новый')
$$;

create or replace function egisso.incoming_state_text(verified boolean, verdict text, reply text) returns text language sql immutable as $$
    select case
        when not verified then 'Не принято: подпись СМЭВ неверна'
        when verdict is null then 'Получено'
        when verdict = 'handled' then 'Обработано'
        when verdict = 'cancelled' then 'Отозвано отправителем'
        when verdict = 'unhandled' then 'Не обработано'
        when reply = 'delivered' then 'Отклонено, ответ отправлен'
        when reply = 'failed' then 'Отклонено, ответ не отправлен'
        else 'Отклонено, ответ отправляется' end
$$;

create or replace function egisso.classifier_text(code text) returns text language sql immutable as $$
    select case code when '010' then 'КМСЗ' when '022' then 'Периодичность предоставления' when '023' then 'Единицы измерения' else code end
$$;

create or replace function egisso.classifier_status_text(status smallint) returns text language sql immutable as $$
    select (array['Проект', 'В процессе публикации', 'Опубликована', 'В процессе активации', 'Активна', 'Архив'])[status]
$$;

-- Whether facts of a measure live in ЕГИССО, or anything that names it is on its way.
create or replace function egisso.measure_used(row_key text) returns boolean language sql stable as $$
    select exists (select from egisso.source_row w
                    where (w.register = 'fact' and w.needs[1] = 'lmsz/' || measure_used.row_key
                           or (w.register <> 'fact' or cardinality(w.needs) > 1) and w.needs @> array['lmsz/' || measure_used.row_key])
                      and (w.register = 'fact' and w.accepted_id is not null
                           or exists (select from egisso.record r where r.register = w.register and r.row_key = w.row_key and r.state = 'packed')))
$$;

-- Neither signed nor written to a file: until then a package follows the source.
create or replace function egisso.package_unsigned(id uuid) returns boolean language sql stable as $$
    select exists (select from egisso.package p where p.id = package_unsigned.id and p.state = 'formed'
                      and not exists (select from egisso.package_file f where f.package_id = p.id))
$$;

-- No bytes of it are signed: it is decided anew when its row changes.
create or replace function egisso.record_unsigned(state text, package_id uuid) returns boolean language sql stable as $$
    select egisso.record_open(state) and (state <> 'packed' or egisso.package_unsigned(package_id))
$$;

-- Whether a row of the package changed and nobody has decided on it yet. Every look is apart,
-- by offset 0, so that the plan is good for tables that were empty when it was made. Members are
-- looked at one by one only while any row that has a record is to be decided: the first of them in
-- the order of their index, which is read therefore.
create or replace function egisso.package_stale(id uuid) returns boolean language sql stable as $$
    select coalesce((select true from egisso.due_row d where d.restless order by d.register, d.row_key limit 1), false) and exists (
        select from egisso.package_record m
         cross join lateral (select r.register, r.row_key from egisso.record r where r.id = m.record_id and not r.as_sent offset 0) r
         cross join lateral (select from egisso.source_row s where s.register = r.register and s.row_key = r.row_key and s.dirty offset 0) s
         where m.package_id = package_stale.id and m.outcome is null)
$$;

-- What was decided when an export opened leaves with it, and what an answer to one of its
-- packages sent back does not leave with it again.
create or replace function egisso.leaves_with(export bigint, decided_at timestamptz, package_id uuid) returns boolean language sql stable as $$
    select exists (select from egisso.export x where x.id = leaves_with.export and decided_at <= x.opened_at)
       and not exists (select from egisso.package p
                        where p.id = leaves_with.package_id and p.export_id = leaves_with.export and p.state = 'answered' and not p.returned)
$$;

create or replace function egisso.sender_text(mnemonic text) returns text language sql immutable as $$
    select coalesce(nullif(mnemonic, ''), 'none')
$$;

create or replace function egisso.cleaned(text text, most integer) returns text language sql immutable as $$
    select btrim(left(btrim(regexp_replace(text,
        '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f]+', ' ', 'g')), most))
$$;

-- The number of the reading that is kept: one that another overtook is refused, because
-- what it says may be older (a gateway that stood still while another one went on).
create or replace function egisso.later_reading(have bigint, got bigint) returns bigint language plpgsql immutable as $$
begin
    if have > got then
        raise exception 'reading % of the source was overtaken by reading %', got, have using errcode = 'GW001';
    end if;
    return got;
end $$;

-- How long something waits that failed so often in a row: shortest, doubled with each
-- failure after the first, at most longest. The same as adapter/retry.
create or replace function egisso.pause(failures integer, shortest interval, longest interval) returns interval
language sql immutable as $$
    select least(shortest * power(2, greatest(least(failures, 25) - 1, 0)), longest)
$$;
