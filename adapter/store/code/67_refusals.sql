-- Refusals that say what ЕГИССО holds, and records that people saw in it
-- (jobs/README.md#held-already).

-- Every kind of refusals there was, for `egissogw refusals`.
create or replace view egisso.refusal_list as
select k.id, k.rule, k.text, k.suspect, k.meaning,
       case k.meaning when '' then '' when 'already_loaded' then 'Запись уже есть в ЕГИССО' when 'unknown_target' then 'ЕГИССО не знает записи или она не наша'
                      else 'Ошибка в записи' end as meaning_text,
       case when k.meaning = '' then '' else coalesce(nullif(k.said_by, ''), 'настройки') end as said_by,
       k.said_at, k.first_at,
       (select count(*) from egisso.record_message m join egisso.record r on r.id = m.element_id and r.package_id = m.package_id
         where m.kind = k.id and r.state = 'rejected') as records
  from egisso.refusal_kind k;
comment on view egisso.refusal_list is 'Виды отказов ЕГИССО и что они значат: код правила и текст без номеров и идентификаторов';
comment on column egisso.refusal_list.id is 'Номер вида, им называют его командам';
comment on column egisso.refusal_list.rule is 'Код правила ЕГИССО; пусто — не назван';
comment on column egisso.refusal_list.text is 'Текст отказа, в котором номера, идентификаторы и названия заменены';
comment on column egisso.refusal_list.suspect is 'Похоже, что отказ значит «уже загружено»: текст называет идентификатор записи и слово «уже»';
comment on column egisso.refusal_list.meaning is
    'already_loaded — запись уже есть в ЕГИССО, unknown_target — ЕГИССО не знает записи, к которой относится событие, other — ошибка в записи; пусто — никто не сказал';
comment on column egisso.refusal_list.meaning_text is 'То же словами';
comment on column egisso.refusal_list.said_by is 'Кто сказал: человек или настройки';
comment on column egisso.refusal_list.said_at is 'Когда';
comment on column egisso.refusal_list.first_at is 'Когда такой отказ пришёл впервые';
comment on column egisso.refusal_list.records is 'Сколько записей отклонено с таким отказом сейчас';

-- Whether the source says something else of what ЕГИССО has: a row without content need not
-- say it again.
create or replace function egisso.known_changed(content_hash bytea, known_id uuid, known_hash bytea, said_id uuid, said_hash bytea) returns boolean
language sql immutable parallel safe as $$
    select (content_hash is not null or said_id is not null) and (known_id, known_hash) is distinct from (said_id, said_hash)
$$;

-- Whether another row is in ЕГИССО under this id, or its source says so.
create or replace function egisso.id_claimed(id uuid, register text, row_key text) returns boolean
language sql stable set search_path = egisso, pg_temp as $$
    select exists (select from egisso.source_row w where w.known_id = id_claimed.id and (w.register, w.row_key) <> (id_claimed.register, id_claimed.row_key))
        or exists (select from egisso.source_row w where w.adopt_id = id_claimed.id and w.adoption <> '' and (w.register, w.row_key) <> (id_claimed.register, id_claimed.row_key))
        or exists (select from egisso.record r where r.id = id_claimed.id and (r.register, r.row_key) <> (id_claimed.register, id_claimed.row_key))
$$;

-- Lets everything be decided again that is rejected with a refusal of the kind.
create or replace function egisso.touch_refused(kind bigint) returns integer
language plpgsql set search_path = egisso, pg_temp as $$
declare
    n integer;
begin
    update egisso.source_row s set dirty = true
     where (s.register, s.row_key) in (
         select w.register, w.row_key
           from egisso.record_message m
           join egisso.record r on r.id = m.element_id and r.package_id = m.package_id
           join egisso.source_row w on w.register = r.register and w.row_key = r.row_key
          where m.kind = touch_refused.kind and r.state = 'rejected'
          order by egisso.lock_order(w.register), w.row_key
            for update of w);
    get diagnostics n = row_count;
    return n;
end $$;

create or replace function egisso.mean_refusal(kind bigint, meaning text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    k egisso.refusal_kind;
    n integer;
    result text;
begin
    perform egisso.demand_reason(reason);
    if meaning is null or meaning not in ('already_loaded', 'unknown_target', 'other') then
        raise exception 'Отказ может значить already_loaded, unknown_target или other, а не %', meaning;
    end if;
    update egisso.refusal_kind w set meaning = mean_refusal.meaning, said_by = egisso.actor(), said_at = clock_timestamp()
     where w.id = mean_refusal.kind returning * into k;
    if not found then
        raise exception 'Вида отказов % нет', kind;
    end if;
    n := egisso.touch_refused(k.id);
    result := case meaning when 'already_loaded' then 'Такие записи уже есть в ЕГИССО' when 'unknown_target' then 'Таких записей ЕГИССО не знает'
                           else 'Такой отказ значит ошибку в записи' end || '; решение будет принято заново, записей: ' || n;
    perform egisso.note_action('mean_refusal', null, null, null, reason, k.id || ' ' || meaning || ' (' || btrim(k.rule || ' ' || k.text) || '): ' || result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.mean_refusal(bigint, text, text) is
    'Сказать, что значит вид отказов (refusal_list.id): already_loaded, unknown_target или other; относится и к уже отклонённым записям; причина обязательна';

-- A record that a person saw in ЕГИССО under another id than ours, or whose acceptance was lost.
create or replace function egisso.adopt_record(register text, row_key text, id uuid, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    s egisso.source_row;
    result text;
begin
    perform egisso.demand_reason(reason);
    if register is null or register not in ('lmsz', 'point', 'organization', 'fact') then
        raise exception 'Со слов человека принимаются записи реестров lmsz, point, organization и fact, а не %', register;
    end if;
    if id is null or id = '00000000-0000-0000-0000-000000000000' then
        raise exception 'Укажите UUID, под которым запись лежит в ЕГИССО';
    end if;
    -- One at a time, so that none sees an id as free that another one is taking.
    perform pg_advisory_xact_lock(hashtextextended('egisso adopt_record', 0));
    select * into s from egisso.source_row w
     where w.register = adopt_record.register and w.row_key = adopt_record.row_key for update;
    case
    when s.row_key is null then
        raise exception 'Записи % нет в реестре %', adopt_record.row_key, adopt_record.register;
    when s.accepted_id is not null then
        raise exception 'Запись % уже есть в ЕГИССО под UUID %', s.row_key, s.accepted_id;
    when s.deleted then
        raise exception 'Записи % нет в источнике: принять её со слов нельзя', s.row_key;
    when exists (select from egisso.record r where r.register = s.register and r.row_key = s.row_key and r.state = 'packed') then
        raise exception 'Запись % отправляется: дождитесь исхода', s.row_key;
    -- Whatever ЕГИССО holds was a record of ours, was adopted, or is what the source says.
    when egisso.id_claimed(adopt_record.id, s.register, s.row_key)
      or exists (select from egisso.source_row w where (w.register, w.row_key) <> (s.register, s.row_key)
                    and w.adopt_id = adopt_record.id and w.accepted_id = adopt_record.id) then
        raise exception 'UUID % принадлежит другой записи', adopt_record.id;
    else
    end case;
    update egisso.source_row w set adopt_id = adopt_record.id, adoption = 'asked', dirty = true
     where w.register = s.register and w.row_key = s.row_key;
    result := 'Запись принимается как лежащая в ЕГИССО под этим UUID; её содержание не подтверждено';
    perform egisso.note_action('adopt_record', s.register, s.row_key, null, reason, adopt_record.id || ': ' || result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.adopt_record(text, text, uuid, text) is
    'Принять запись, которую человек видел в ЕГИССО: реестр, ключ, её UUID, причина; прекращение и удаление ждут, пока ЕГИССО не примет её изменение';

-- What ЕГИССО may hold with other content is sent once more, as a change.
create or replace function egisso.send_unconfirmed(register text, row_key text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    n integer;
    result text;
begin
    perform egisso.demand_reason(reason);
    perform from egisso.source_row s
      where s.register = send_unconfirmed.register and s.unconfirmed and (send_unconfirmed.row_key is null or s.row_key = send_unconfirmed.row_key)
      order by s.row_key for update;
    update egisso.source_row s set resend = true, dirty = true
     where s.register = send_unconfirmed.register and s.unconfirmed and (send_unconfirmed.row_key is null or s.row_key = send_unconfirmed.row_key);
    get diagnostics n = row_count;
    if n = 0 then
        raise exception 'Записей, содержание которых не подтверждено, среди названных нет';
    end if;
    result := 'Содержание будет отправлено изменением, записей: ' || n;
    perform egisso.note_action('send_unconfirmed', send_unconfirmed.register, send_unconfirmed.row_key, null, reason, result);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.send_unconfirmed(text, text, text) is
    'Отправить изменением содержание, которого ЕГИССО не подтверждала: одной записи или, если ключ null, всего реестра; причина обязательна; много изменений ждут человека (held_changes)';
