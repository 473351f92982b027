-- A package that is not signed yet can always be released: nothing of it left, and
-- who is signing it at this moment finds that the claim is lost. One that cannot be
-- signed rests between the attempts under the same claim.
create or replace function egisso.release_package(id uuid, reason text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    released integer;
begin
    perform egisso.demand_reason(reason);
    select * into p from egisso.package k where k.id = release_package.id for update;
    if not found then
        raise exception 'Пакета % нет', release_package.id;
    end if;
    case
    when p.state in ('answered', 'send_failed') then
        raise exception 'Пакет % уже закрыт: его записи свободны или имеют исход', p.id;
    when p.state = 'queued' and p.channel = 'smev' then
        raise exception 'Ответ на пакет % ещё ожидается: освободить его можно, когда истечёт срок ожидания', p.id;
    when exists (select from egisso.message m where m.package_id = p.id and m.claimed_until > now()) then
        raise exception 'Пакет % сейчас отправляется, повторите позже', p.id;
    else
    end case;
    -- A message that still could be posted never will be.
    update egisso.message m set state = 'refused', epoch = m.epoch + 1, claimed_until = null, last_error = 'released by the operator'
     where m.package_id = p.id and m.state in ('pending', 'in_doubt');
    update egisso.package k set state = 'send_failed', epoch = k.epoch + 1, released_at = clock_timestamp(),
           info = 'Записи освобождены оператором: ' || btrim(reason), review = null
     where k.id = p.id;
    update egisso.record r set state = 'ready', releases = r.releases + 1 where r.package_id = p.id and r.state in ('packed', 'sent');
    get diagnostics released = row_count;
    update egisso.package_record m set outcome = 'released' where m.package_id = p.id and m.outcome is null;
    update egisso.source_row w set dirty = true
      from egisso.package_record m join egisso.record r on r.id = m.record_id
     where m.package_id = p.id and w.register = r.register and w.row_key = r.row_key;
    perform egisso.note_action('release_package', p.register, null, p.id, reason,
        'Освобождено записей: ' || released || ', состояние пакета было ' || p.state);
    perform egisso.wake('decide');
    return released;
end $$;
