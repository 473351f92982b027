-- Mass changes that wait for a person (jobs/README.md#mass-changes).
create or replace view egisso.held_changes as
select r.register, r.change, r.provider, g.held_since as since, count(*) as records,
       count(*) || '-' || lpad(to_hex(bit_xor(hashtextextended(concat(r.id, encode(r.becomes_hash, 'hex')), 0))), 16, '0') as set
  from egisso.record r join egisso.change_guard g using (register, change, provider)
 where r.state = 'waiting' and r.reason_code = 'mass_change'
 group by r.register, r.change, r.provider, g.held_since;
comment on view egisso.held_changes is 'Массовые изменения, которые ждут человека: их за сутки больше, чем бывает';
comment on column egisso.held_changes.register is 'Реестр';
comment on column egisso.held_changes.change is 'removal — удаления, termination — прекращения, alteration — изменения';
comment on column egisso.held_changes.provider is 'Код поставщика';
comment on column egisso.held_changes.since is 'С какого времени ждут';
comment on column egisso.held_changes.records is 'Сколько записей ждёт; каждая — в record_status с кодом L-MASS';

comment on column egisso.held_changes.set is
    'Какие именно записи ждут, с каким содержанием: с этим набором release_held_changes и drop_held_changes берут только то, что человек видел';

create or replace function egisso.demand_change(register text, change text) returns void language plpgsql as $$
begin
    if change is null or change not in ('removal', 'termination', 'alteration') then
        raise exception 'Изменение может быть removal, termination или alteration, а не %', change;
    end if;
    if register is null or register not in ('onmsz', 'lmsz', 'point', 'organization', 'fact') then
        raise exception 'Реестра % нет', register;
    end if;
end $$;

-- The set that is taken (as held_changes writes it) must be the one that was looked at, if
-- one was named.
create or replace function egisso.demand_seen(seen text, records bigint, content bigint) returns text language plpgsql as $$
declare
    found text := records || '-' || lpad(to_hex(coalesce(content, 0)), 16, '0');
begin
    if seen is not null and seen !~ '^[0-9]+-[0-9a-f]{16}$' then
        raise exception 'Набора «%» не бывает: он показан в egisso.held_changes и командой egissogw changes', seen;
    elsif seen <> found then
        raise exception 'С тех пор изменилось: было %, стало %, посмотрите снова', split_part(seen, '-', 1),
            case when records::text = split_part(seen, '-', 1) then records || ', но других' else records::text end;
    elsif records = 0 then
        raise exception 'Таких изменений никто не держит';
    end if;
    return found;
end $$;

-- Exactly what is held goes; what comes from now on counts anew. Whoever decides on one of the
-- records has locked it when it comes to the guard (README.md, the order of locks).
create or replace function egisso.release_held_changes(register text, change text, reason text, provider text, seen text)
returns text language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    n bigint;
    content bigint;
    result text;
begin
    perform egisso.demand_reason(reason);
    perform egisso.demand_change(register, change);
    perform from egisso.source_row s join egisso.record r using (register, row_key)
      where r.register = release_held_changes.register and r.change = release_held_changes.change
        and r.provider = coalesce(release_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
      order by s.row_key for update of s;
    perform from egisso.record r
      where r.register = release_held_changes.register and r.change = release_held_changes.change
        and r.provider = coalesce(release_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
      order by r.id for update;
    perform from egisso.change_guard g where g.register = release_held_changes.register and g.change = release_held_changes.change
       and g.provider = coalesce(release_held_changes.provider, g.provider)
      order by g.provider for update;
    with released as (
        update egisso.record r set state = 'ready', reason_code = '', passed = true
         where r.register = release_held_changes.register and r.change = release_held_changes.change
           and r.provider = coalesce(release_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
        returning r.id, r.becomes_hash)
    select count(*), bit_xor(hashtextextended(concat(id, encode(becomes_hash, 'hex')), 0)) into n, content from released;
    seen := egisso.demand_seen(seen, n, content);
    update egisso.change_guard g set held_since = null, counts_from = clock_timestamp()
     where g.register = release_held_changes.register and g.change = release_held_changes.change
       and g.provider = coalesce(release_held_changes.provider, g.provider) and g.held_since is not null;
    result := 'Уйдёт записей: ' || n;
    perform egisso.note_action('release_held_changes', release_held_changes.register, null, null, reason, concat_ws(' ', change, provider, seen) || ': ' || result);
    perform egisso.wake('form');
    return result;
end $$;
comment on function egisso.release_held_changes(text, text, text, text, text) is
    'Отправить массовые изменения, которые ждут человека: реестр, removal, termination или alteration, '
    'причина, поставщик (null — все), набор из held_changes: если ждёт уже не он — отказ (null — всё, что ждёт)';

create or replace function egisso.release_held_changes(register text, change text, reason text) returns text language sql as $$
    select egisso.release_held_changes(register, change, reason, null, null)
$$;
comment on function egisso.release_held_changes(text, text, text) is
    'Отправить массовые изменения, которые ждут человека: реестр, removal, termination или alteration, причина; уходит всё, что ждёт';

create or replace function egisso.drop_held_changes(register text, change text, reason text, provider text, seen text)
returns text language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    n bigint;
    content bigint;
    result text;
begin
    perform egisso.demand_reason(reason);
    perform egisso.demand_change(register, change);
    perform from egisso.source_row s join egisso.record r using (register, row_key)
      where r.register = drop_held_changes.register and r.change = drop_held_changes.change
        and r.provider = coalesce(drop_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
      order by s.row_key for update of s;
    perform from egisso.record r
      where r.register = drop_held_changes.register and r.change = drop_held_changes.change
        and r.provider = coalesce(drop_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
      order by r.id for update;
    perform from egisso.change_guard g where g.register = drop_held_changes.register and g.change = drop_held_changes.change
       and g.provider = coalesce(drop_held_changes.provider, g.provider)
      order by g.provider for update;
    with dropped as (
        update egisso.record r set state = 'dropped', reason_code = 'declined'
         where r.register = drop_held_changes.register and r.change = drop_held_changes.change
           and r.provider = coalesce(drop_held_changes.provider, r.provider) and r.state = 'waiting' and r.reason_code = 'mass_change'
        returning r.id, r.becomes_hash, r.register, r.row_key),
    declined as (
        update egisso.source_row s set declined = d.id from dropped d where s.register = d.register and s.row_key = d.row_key)
    select count(*), bit_xor(hashtextextended(concat(id, encode(becomes_hash, 'hex')), 0)) into n, content from dropped;
    seen := egisso.demand_seen(seen, n, content);
    update egisso.change_guard g set held_since = null, counts_from = clock_timestamp()
     where g.register = drop_held_changes.register and g.change = drop_held_changes.change
       and g.provider = coalesce(drop_held_changes.provider, g.provider) and g.held_since is not null;
    result := 'Не уйдёт записей: ' || n || '; пока их содержание не изменится, шлюз о них не спросит';
    perform egisso.note_action('drop_held_changes', drop_held_changes.register, null, null, reason, concat_ws(' ', change, provider, seen) || ': ' || result);
    return result;
end $$;
comment on function egisso.drop_held_changes(text, text, text, text, text) is
    'Не отправлять массовые изменения, которые ждут человека: реестр, removal, termination или alteration, '
    'причина, поставщик (null — все), набор из held_changes: если ждёт уже не он — отказ (null — всё, что ждёт); помнится для этого содержания';

create or replace function egisso.drop_held_changes(register text, change text, reason text) returns text language sql as $$
    select egisso.drop_held_changes(register, change, reason, null, null)
$$;
comment on function egisso.drop_held_changes(text, text, text) is
    'Не отправлять массовые изменения, которые ждут человека: реестр, removal, termination или alteration, причина; всё, что ждёт; помнится для этого содержания';

create or replace function egisso.expect_changes(register text, change text, at_most integer, until timestamptz, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    result text;
begin
    perform egisso.demand_reason(reason);
    perform egisso.demand_change(register, change);
    if at_most is null or at_most < 1 then
        raise exception 'Сколько изменений ожидается — число от 1';
    end if;
    if until is null or until <= now() or until > now() + interval '31 days' then
        raise exception 'Срок должен быть впереди, не дальше 31 дня';
    end if;
    insert into egisso.expected_change (register, change, at_most, until) values (expect_changes.register, expect_changes.change, expect_changes.at_most, expect_changes.until);
    result := 'До ' || to_char(until, 'DD.MM.YYYY HH24:MI TZ') || ' без вопросов уйдёт изменений: до ' || at_most || ' за сутки';
    perform egisso.note_action('expect_changes', expect_changes.register, null, null, reason, change || ': ' || result);
    return result;
end $$;
comment on function egisso.expect_changes(text, text, integer, timestamptz, text) is
    'Объявить массовое изменение заранее: реестр, removal, termination или alteration, сколько самое большее, до какого времени, причина';
