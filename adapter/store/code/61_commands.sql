-- Commands of an operator: screens of the МИС and egissogw call the same functions. All of
-- them leave a line in egisso.operation_log and wake the gateway by egisso_command.

-- Form packages of a register now. Returns how many records are ready to go; none
-- means that there are no data to send.
create or replace function egisso.form_package(register text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    ready integer;
begin
    if not exists (select from egisso.source_cursor c where c.register = form_package.register)
       and not exists (select from egisso.source_row s where s.register = form_package.register) then
        raise exception 'Реестра % нет или из него ещё ничего не прочитано', form_package.register;
    end if;
    select count(*) into ready from egisso.record r where r.register = form_package.register and r.state = 'ready';
    if ready > 0 then
        insert into egisso.form_order (register, records, requested_by, session_role, stated)
        values (form_package.register, ready, egisso.actor(), session_user, egisso.stated_person());
        perform egisso.note_action('form_package', form_package.register, null, null, '', 'Записей к отправке: ' || ready);
        perform egisso.wake('form');
    end if;
    return ready;
end $$;
comment on function egisso.form_package(text) is
    'Сформировать пакеты реестра; возвращает число записей, 0 — нет данных для отправки';

-- Let a package go that was formed on command.
create or replace function egisso.send_package(id uuid) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    result text;
begin
    select * into p from egisso.package k where k.id = send_package.id for update;
    if not found then
        raise exception 'Пакета % нет', send_package.id;
    end if;
    if p.channel = 'manual' then
        raise exception 'Пакет % собран для загрузки вручную через кабинет поставщика', p.id;
    end if;
    if p.state <> 'formed' then
        raise exception 'Пакет % уже отправляется или отправлен', p.id;
    end if;
    update egisso.package k set held = false,
           info = case when k.held then coalesce(egisso.formed_info(k.id, k.channel, false, k.followed, k.withdrawn), k.info) else k.info end
     where k.id = p.id;
    result := case when not egisso.package_approved(p.id) then 'Пакет уйдёт, когда его утвердят'
                   when (select s.enabled from egisso.service_state s) then 'Пакет передан на отправку'
                   else 'Сервис подписи и отправки выключен: пакет уйдёт, когда его включат' end;
    perform egisso.note_action('send_package', p.register, null, p.id, '', result);
    perform egisso.wake('sign');
    return result;
end $$;
comment on function egisso.send_package(uuid) is 'Отправить пакет, сформированный по команде';

-- Try one record again. With what ЕГИССО rejected also a change of people goes that is
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
    -- One that is answered is locked before its rows, as who applies what comes late does.
    perform from egisso.package k
     where k.state = 'answered' and k.id in (select w.package_id from egisso.record w
                                              where w.register = retry_record.register and w.row_key = retry_record.row_key and w.state = 'packed')
       for update;
    select * into s from egisso.source_row w
     where w.register = retry_record.register and w.row_key = retry_record.row_key for update;
    if not found then
        raise exception 'Записи % нет в реестре %', retry_record.row_key, retry_record.register;
    end if;
    select * into r from egisso.record w
     where w.register = s.register and w.row_key = s.row_key and w.state <> 'dropped'
     order by egisso.record_open(w.state) desc, w.state_at desc, w.created_at desc
     limit 1 for update;
    if r.package_id is not null then
        select * into p from egisso.package k where k.id = r.package_id for update;
    end if;
    case
    when r.state = 'packed' and p.state = 'answered' and exists (
            select from egisso.package_record m where m.package_id = p.id and m.record_id = r.id and m.outcome is null) then
        update egisso.package_record m set outcome = 'released' where m.package_id = p.id and m.record_id = r.id;
        update egisso.record w set state = 'ready' where w.id = r.id;
        result := 'Исход записи в пакете не был подтверждён: она будет отправлена снова';
    when r.state = 'packed' then
        raise exception 'Запись в пакете %, его исход ещё не известен; пакет без ответа освобождают командой release', r.package_id;
    when s.adoption = 'refused' then
        update egisso.source_row w set adoption = '' where w.register = s.register and w.row_key = s.row_key;
        result := 'Запись, которую назвал человек, забыта: эта будет проверена и отправлена как новая';
    when r.state = 'waiting' and r.reason_code = 'confirm_adopted' then
        update egisso.source_row w set adoption = '' where w.register = s.register and w.row_key = s.row_key;
        result := 'Прекращение или удаление записи, принятой со слов человека, будет отправлено';
    when s.row_findings @> '[{"severity": "error"}]' then
        result := 'Запись источника не читается: исправьте её в МИС, повтор этого не изменит';
    when r.state = 'rejected' then
        update egisso.source_row w set again = true, released_hash = s.content_hash, concluded = 0 where w.register = s.register and w.row_key = s.row_key;
        result := 'Отклонённая запись будет проверена и отправлена снова';
    when r.state = 'blocked' and exists (select from jsonb_array_elements(r.findings) f
            where f ->> 'severity' = 'error' and not coalesce((f ->> 'byPolicy')::boolean, false)) then
        result := 'Запись будет проверена снова; её задерживают ошибки, которые исправляют в источнике';
    when r.state = 'blocked' then
        update egisso.source_row w set override_hash = s.content_hash where w.register = s.register and w.row_key = s.row_key;
        result := 'Предупреждения, которые задерживали запись, сняты, пока её содержание не изменится';
    when r.state = 'waiting' and r.reason_code = 'confirm_people' then
        update egisso.source_row w set released_hash = s.content_hash where w.register = s.register and w.row_key = s.row_key;
        result := 'Изменение сведений о людях подтверждено и будет отправлено';
    when r.state = 'waiting' and r.reason_code = 'confirm_identity' then
        raise exception 'Запись % называет другого человека: скажите, что это значит (--as correction или --as replacement, egisso.confirm_identity)', s.row_key;
    when egisso.record_accepted(r.state) and not s.dirty then
        raise exception 'ЕГИССО уже приняла запись %', s.row_key;
    else
        update egisso.record w set failed_alone = 0 where w.id = r.id and w.failed_alone > 0 and egisso.record_unsent(w.state);
        result := 'Решение о записи будет принято заново';
    end case;
    update egisso.source_row w set dirty = true where w.register = s.register and w.row_key = s.row_key;
    perform egisso.note_action('retry_record', s.register, s.row_key, r.package_id, reason, result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.retry_record(text, text, text) is
    'Попробовать отправить запись снова: отклонённую, задержанную предупреждением или с неподтверждённым исходом; причина обязательна';

-- Try a package again: at once, instead of after a pause.
create or replace function egisso.retry_package(id uuid, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    members uuid[];
    n integer;
    result text;
begin
    perform egisso.demand_reason(reason);
    select * into p from egisso.package k where k.id = retry_package.id for update;
    if not found then
        raise exception 'Пакета % нет', retry_package.id;
    end if;
    members := array(select m.record_id from egisso.package_record m where m.package_id = p.id);
    case
    when p.channel = 'manual' and not egisso.package_final(p.state) then
        raise exception 'Пакет % собран для загрузки вручную: файл записывает команда export --again', p.id;
    when p.state = 'formed' then
        update egisso.package k set claimed_until = null where k.id = p.id and k.sign_failures > 0;
        result := 'Пакет будет подписан снова';
    when p.state = 'signed' then
        update egisso.message m set next_attempt_at = now() where m.package_id = p.id and egisso.message_open(m.state);
        result := 'Пакет будет отправлен снова, теми же байтами';
    when egisso.package_flying(p.state) then
        raise exception 'Пакет % отправлен, ответа нет: записи освобождает команда release', p.id;
    when p.state = 'dissolved' then
        raise exception 'Пакет % расформирован: его записи уходят в других', p.id;
    when p.state = 'send_failed' or p.returned then
        insert into egisso.register_waiver (register, at) values (p.register, clock_timestamp())
        on conflict (register) do update set at = excluded.at;
        delete from egisso.register_rest t where t.register = p.register;
        if p.record_count = 1 then
            update egisso.source_row w set again = w.again or r.state = 'rejected', dirty = w.dirty or r.state = 'rejected'
              from egisso.record r
             where r.id = any(members) and r.package_id = p.id and (r.state = 'ready' or r.state = 'rejected')
               and w.register = r.register and w.row_key = r.row_key;
            update egisso.record r set failed_alone = 0 where r.id = any(members) and r.package_id = p.id and r.state = 'ready';
        end if;
        result := 'Записи пакета уйдут в следующем, без паузы после неудачи';
    else
        perform from egisso.source_row w
          where (w.register, w.row_key) in (select r.register, r.row_key from egisso.record r where r.id = any(members) and r.package_id = p.id and r.state = 'rejected')
          order by w.row_key for update;
        update egisso.source_row w set again = true, dirty = true
          from egisso.record r
         where r.id = any(members) and r.package_id = p.id and r.state = 'rejected' and w.register = r.register and w.row_key = r.row_key;
        get diagnostics n = row_count;
        if n = 0 then
            raise exception 'В пакете % нет отклонённых записей', p.id;
        end if;
        result := 'Отклонённые записи будут проверены и отправлены снова: ' || n;
    end case;
    perform egisso.note_action('retry_package', p.register, null, p.id, reason, result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.retry_package(uuid, text) is
    'Попробовать пакет снова: подписать, отправить, не выжидать после неудачи или повторить отклонённые записи; причина обязательна';

-- In the order of their keys, as everybody does who locks several (see save_rows), and before
-- the package, as whoever decides on them.
create or replace function egisso.lock_rows_of_package(id uuid) returns void language sql set search_path = egisso, pg_temp as $$
    select from (select r.register, r.row_key from egisso.package_record m
                  cross join lateral (select w.register, w.row_key from egisso.record w where w.id = m.record_id offset 0) r
                  where m.package_id = lock_rows_of_package.id order by r.register, r.row_key) k
     cross join lateral (select from egisso.source_row s where s.register = k.register and s.row_key = k.row_key offset 0 for update) s
$$;

-- Whoever deals with a package that is signed takes its messages, itself and then its rows, as who
-- sends it and who applies its answer do; before that rows come first, as a decision has them when
-- their packages follow (README.md, the order of locks).
create or replace function egisso.lock_package_and_rows(id uuid) returns void language plpgsql set search_path = egisso, pg_temp as $$
begin
    if egisso.package_unsigned(lock_package_and_rows.id) then
        perform egisso.lock_rows_of_package(lock_package_and_rows.id);
    end if;
    perform from egisso.message m where m.package_id = lock_package_and_rows.id order by m.id for update;
    perform from egisso.package p where p.id = lock_package_and_rows.id for update;
    perform egisso.lock_rows_of_package(lock_package_and_rows.id);
end $$;

-- Take a package apart that has not left: nobody can have it, so nothing is asked. Who signs
-- it at this moment finds that the claim is lost.
create or replace function egisso.dissolve_package(id uuid) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    n integer;
    result text;
begin
    -- A message that is being sent is waited for, and then it has an attempt.
    perform egisso.lock_package_and_rows(dissolve_package.id);
    select * into p from egisso.package k where k.id = dissolve_package.id for update;
    if not found then
        raise exception 'Пакета % нет', dissolve_package.id;
    end if;
    if p.classifier is not null then
        raise exception 'Пакет % — запрос классификатора: записей в нём нет', p.id;
    elsif not egisso.package_unsigned(p.id) and (p.state <> 'signed' or exists (
            select from egisso.message m where m.package_id = p.id and (m.state <> 'pending' or m.attempts > 0 or m.claimed_until > now()))) then
        raise exception 'Пакет % уже отправляется, отправлен, выгружен в файл или закрыт: записи пакета без ответа освобождает команда release', p.id;
    end if;
    update egisso.message m set state = 'refused', epoch = m.epoch + 1, claimed_until = null, last_error = 'dissolved by the operator'
     where m.package_id = p.id and egisso.message_open(m.state);
    update egisso.package k set state = 'dissolved', epoch = k.epoch + 1, claimed_until = null, info = 'Расформирован по команде', review = null
     where k.id = p.id;
    update egisso.record r set state = 'ready'
     where r.id = any(array(select m.record_id from egisso.package_record m where m.package_id = p.id)) and r.package_id = p.id and r.state = 'packed';
    get diagnostics n = row_count;
    update egisso.package_record m set outcome = 'released' where m.package_id = p.id and m.outcome is null;
    update egisso.source_row w set dirty = true
      from egisso.package_record m join egisso.record r on r.id = m.record_id
     where m.package_id = p.id and m.outcome = 'released' and w.register = r.register and w.row_key = r.row_key;
    result := 'Пакет расформирован, записей: ' || n || '; решение о них будет принято заново';
    perform egisso.note_action('dissolve_package', p.register, null, p.id, '', result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.dissolve_package(uuid) is
    'Расформировать пакет, который ещё не отправлялся: его записи решаются заново и уходят в следующем';

-- Gives the records of a package back, whose rows and which itself are locked. A message that
-- still could be posted never will be. What each was sent with is noted: an answer may still
-- come. Returns how many records there are.
create or replace function egisso.give_back(id uuid, info text) returns integer language plpgsql set search_path = egisso, pg_temp as $$
declare
    n integer;
begin
    update egisso.message m set state = 'refused', epoch = m.epoch + 1, claimed_until = null, last_error = 'released'
     where m.package_id = give_back.id and egisso.message_open(m.state);
    update egisso.package k set state = 'send_failed', epoch = k.epoch + 1, released_at = clock_timestamp(), info = give_back.info, review = null
     where k.id = give_back.id;
    update egisso.package_record m set outcome = 'released', sent_hash = r.becomes_hash
      from egisso.record r where m.package_id = give_back.id and m.outcome is null and r.id = m.record_id;
    update egisso.record r set state = 'ready', as_sent = false
     where r.id = any(array(select m.record_id from egisso.package_record m where m.package_id = give_back.id)) and r.package_id = give_back.id and r.state = 'packed';
    get diagnostics n = row_count;
    update egisso.source_row w set dirty = true
      from egisso.package_record m join egisso.record r on r.id = m.record_id
     where m.package_id = give_back.id and w.register = r.register and w.row_key = r.row_key;
    return n;
end $$;

-- The policy for packages without an answer (jobs/README.md#no-answer): the records of one
-- go again word for word, each at most so many times, and only the answer to that lets their
-- rows go on: a version that may be there already cannot be passed by. Not applications, of
-- which ЕГИССО would make two. Returns how many records go again; null: a person has to decide.
create or replace function egisso.resend_package(id uuid, times integer) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    released integer;
begin
    perform egisso.lock_package_and_rows(resend_package.id);
    select * into p from egisso.package k where k.id = resend_package.id for update;
    if p.state is distinct from 'expired' or p.channel <> 'smev' or p.register = 'onmsz' or p.classifier is not null or p.review is not null
       or egisso.awaited_sender(p.id) is not null
       or exists (select from egisso.source_cursor c where c.register = p.register and c.source_moved_at is not null)
       or exists (select from egisso.message m where m.package_id = p.id and m.claimed_until > now())
       or exists (select from egisso.package_record m
                   where m.package_id = p.id and m.outcome is null
                     and (select count(*) from egisso.package_record o where o.record_id = m.record_id and o.outcome = 'released') >= times) then
        return null;
    end if;
    released := egisso.give_back(p.id, 'Ответа нет в срок: записи уходят в новом пакете под прежними идентификаторами');
    update egisso.record r set as_sent = true
      from egisso.package_record m where m.package_id = p.id and r.id = m.record_id and r.state = 'ready' and r.package_id = p.id;
    perform egisso.wake('decide');
    return released;
end $$;

-- Give the records of a package back, to be decided and sent again. One that is not signed
-- yet can always be released: nothing of it left, and who is signing it at this moment
-- finds that the claim is lost.
create or replace function egisso.release_package(id uuid, reason text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
    released integer;
begin
    perform egisso.demand_reason(reason);
    perform egisso.lock_package_and_rows(release_package.id);
    select * into p from egisso.package k where k.id = release_package.id for update;
    if not found then
        raise exception 'Пакета % нет', release_package.id;
    end if;
    case
    when egisso.package_final(p.state) then
        raise exception 'Пакет % уже закрыт: его записи свободны или имеют исход', p.id;
    when p.state = 'queued' and p.channel = 'smev' then
        raise exception 'Ответ на пакет % ещё ожидается: освободить его можно, когда истечёт срок ожидания', p.id;
    when exists (select from egisso.message m where m.package_id = p.id and m.claimed_until > now()) then
        raise exception 'Пакет % сейчас отправляется, повторите позже', p.id;
    else
    end case;
    released := egisso.give_back(p.id, 'Записи освобождены оператором: ' || btrim(reason));
    perform egisso.note_action('release_package', p.register, null, p.id, reason,
        'Освобождено записей: ' || released || ', состояние пакета было ' || p.state);
    perform egisso.wake('decide');
    return released;
end $$;
comment on function egisso.release_package(uuid, text) is
    'Освободить записи пакета, на который не пришёл ответ: они уйдут в следующем; убедитесь, что ЕГИССО их не загрузила; причина обязательна';

-- Changes of nothing but people wait for an operator (adapter/egisso/SPEC.md#changed-records): one
-- surname may touch many facts.
create or replace function egisso.release_person_changes(reason text, row_key text default null) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    released integer;
begin
    perform egisso.demand_reason(reason);
    perform from egisso.source_row s join egisso.record r using (register, row_key)
      where r.state = 'waiting' and r.reason_code = 'confirm_people'
        and (release_person_changes.row_key is null or s.row_key = release_person_changes.row_key)
      order by egisso.lock_order(s.register), s.row_key for update of s;
    update egisso.source_row s set released_hash = s.content_hash, dirty = true
      from egisso.record r
     where r.register = s.register and r.row_key = s.row_key and r.state = 'waiting' and r.reason_code = 'confirm_people'
       and (release_person_changes.row_key is null or s.row_key = release_person_changes.row_key);
    get diagnostics released = row_count;
    if released = 0 and release_person_changes.row_key is not null then
        raise exception 'Запись % не ожидает подтверждения изменения сведений о людях', release_person_changes.row_key;
    end if;
    perform egisso.note_action('release_person_changes', 'fact', release_person_changes.row_key, null, reason, 'Записей: ' || released);
    perform egisso.wake('decide');
    return released;
end $$;
comment on function egisso.release_person_changes(text, text) is
    'Отправить изменения, в которых изменились только сведения о людях: одной записи по ключу или всех; причина обязательна; возвращает число записей';

-- A fact that names another man than ЕГИССО holds it for (adapter/egisso/SPEC.md#changed-records):
-- a correction alters it, a replacement takes it back and sends another one.
create or replace function egisso.confirm_identity(row_key text, meaning text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    result text;
begin
    perform egisso.demand_reason(reason);
    if meaning is null or meaning not in ('correction', 'replacement') then
        raise exception 'Значение может быть correction (исправлены данные того же человека) или replacement (ключ отдан другому назначению), а не %', meaning;
    end if;
    update egisso.source_row s set identity_hash = s.content_hash, identity = meaning, dirty = true
      from egisso.record r
     where s.register = 'fact' and s.row_key = confirm_identity.row_key and r.register = s.register and r.row_key = s.row_key
       and r.state = 'waiting' and r.reason_code = 'confirm_identity';
    if not found then
        raise exception 'Запись % не ожидает слова о том, чья она', confirm_identity.row_key;
    end if;
    result := case meaning when 'correction' then 'Данные человека исправлены: факт будет изменён'
                           else 'Назначение другого человека: принятый факт будет признан ошибочным, вместо него уйдёт новый' end;
    perform egisso.note_action('confirm_identity', 'fact', confirm_identity.row_key, null, reason, result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.confirm_identity(text, text, text) is
    'Сказать, что значит другой человек в записи факта: correction — исправлены данные того же человека, replacement — ключ отдан другому назначению; причина обязательна';

-- Who looked at what needed attention.
create or replace function egisso.mark_reviewed(package_id uuid) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.package p set reviewed_at = clock_timestamp(), reviewed_by = egisso.actor()
     where p.id = mark_reviewed.package_id and p.review is not null;
    if not found then
        raise exception 'Пакета % нет или он не требует внимания', mark_reviewed.package_id;
    end if;
end $$;
comment on function egisso.mark_reviewed(uuid) is
    'Отметить, что пакет, требовавший внимания, просмотрен';

create or replace function egisso.mark_incoming_reviewed(id text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.incoming i set reviewed_at = clock_timestamp(), reviewed_by = egisso.actor()
     where i.id = mark_incoming_reviewed.id and i.review is not null;
    if not found then
        raise exception 'Входящего сообщения % нет или оно не требует внимания', mark_incoming_reviewed.id;
    end if;
end $$;
comment on function egisso.mark_incoming_reviewed(text) is
    'Отметить, что входящее сообщение, требовавшее внимания, просмотрено';
