-- Try one record again: with what ЕГИССО rejected also a change of people goes that is
-- held back behind it, and that may be the very correction.
create or replace function egisso.retry_record(register text, row_key text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    s egisso.source_row;
    r egisso.record;
    p egisso.package;
    result text;
begin
    perform egisso.demand_reason(reason);
    select * into s from egisso.source_row w
     where w.register = retry_record.register and w.row_key = retry_record.row_key for update;
    if not found then
        raise exception 'Записи % нет в реестре %', retry_record.row_key, retry_record.register;
    end if;
    select * into r from egisso.record w
     where w.register = s.register and w.row_key = s.row_key and w.state <> 'dropped'
     order by w.state in ('ready', 'waiting', 'blocked', 'packed', 'sent') desc, w.state_at desc, w.created_at desc
     limit 1 for update;
    if r.package_id is not null then
        select * into p from egisso.package k where k.id = r.package_id for update;
    end if;
    case
    when r.state in ('packed', 'sent') and p.state = 'answered' and exists (
            select from egisso.package_record m where m.package_id = p.id and m.record_id = r.id and m.outcome is null) then
        update egisso.package_record m set outcome = 'released' where m.package_id = p.id and m.record_id = r.id;
        update egisso.record w set state = 'ready', releases = w.releases + 1 where w.id = r.id;
        result := 'Исход записи в пакете не был подтверждён: она будет отправлена снова';
    when r.state in ('packed', 'sent') then
        raise exception 'Запись в пакете %, его исход ещё не известен; пакет без ответа освобождают командой release', r.package_id;
    when s.row_findings @> '[{"severity": "error"}]' then
        result := 'Запись источника не читается: исправьте её в МИС, повтор этого не изменит';
    when r.state = 'rejected' then
        update egisso.source_row w set again = true, released_hash = s.content_hash where w.register = s.register and w.row_key = s.row_key;
        result := 'Отклонённая запись будет проверена и отправлена снова';
    when r.state = 'blocked' and exists (select from jsonb_array_elements(r.findings) f
            where f ->> 'severity' = 'error' and not coalesce((f ->> 'byPolicy')::boolean, false)) then
        result := 'Запись будет проверена снова; её задерживают ошибки, которые исправляют в источнике';
    when r.state = 'blocked' then
        update egisso.source_row w set override_hash = s.content_hash where w.register = s.register and w.row_key = s.row_key;
        result := 'Предупреждения, которые задерживали запись, сняты, пока её содержание не изменится';
    when r.state = 'waiting' and r.reason like 'L-PERSON %' then
        update egisso.source_row w set released_hash = s.content_hash where w.register = s.register and w.row_key = s.row_key;
        result := 'Изменение сведений о людях подтверждено и будет отправлено';
    when r.state in ('accepted', 'accepted_with_warnings') and not s.dirty then
        raise exception 'ЕГИССО уже приняла запись %', s.row_key;
    else
        result := 'Решение о записи будет принято заново';
    end case;
    update egisso.source_row w set dirty = true where w.register = s.register and w.row_key = s.row_key;
    perform egisso.note_action('retry_record', s.register, s.row_key, r.package_id, reason, result);
    perform egisso.wake('decide');
    return result;
end $$;
