-- Of attempts only those count that other processes began and did not end: the one that
-- asks lives. What too many of them died of is set aside; fresh: just now. What one of
-- them died of is a suspect, and nothing is noted, unless the process that asks is ready
-- for suspects.
create or replace function egisso.begin_reading(what text, id text, process uuid, ready boolean, out aside boolean, out fresh boolean, out suspect boolean)
language sql as $$
    insert into egisso.reading as r (what, id, process) values (what, id, process)
    on conflict on constraint reading_pkey do update
       set set_aside_at = case when r.process <> excluded.process and r.begun >= r.deaths_allowed
                               then coalesce(r.set_aside_at, now()) else r.set_aside_at end,
           begun = case when r.process = excluded.process or r.begun >= r.deaths_allowed or not ready then r.begun else r.begun + 1 end,
           process = case when ready or r.begun >= r.deaths_allowed then excluded.process else r.process end,
           at = now()
    returning r.set_aside_at is not null, coalesce(r.set_aside_at = now(), false),
              r.set_aside_at is null and r.process <> begin_reading.process
$$;

-- An answer word for word as it came.
create or replace function egisso.answer_raw(raw bytea, shared bytea, shared_at integer) returns bytea
language sql stable set search_path = egisso, pg_temp as $$
    select case when shared is null then raw
                else substring(raw for shared_at) || (select c.content from egisso.shared_content c where c.sha256 = shared) || substring(raw from shared_at + 1) end
$$;

-- What is kept, for a day, of what nobody can believe or understand.
create or replace function egisso.unbelieved(out replies bigint, out bytes bigint, out nameless bigint)
language sql stable as $$
    select count(*), coalesce(sum(size), 0)::bigint, count(*) filter (where nameless)
      from (select octet_length(raw) as size, false as nameless from egisso.answer where not verified and received_at > now() - interval '1 day'
            union all
            select octet_length(raw), false from egisso.incoming where not verified and received_at > now() - interval '1 day'
            union all
            select octet_length(raw), message_id = '' from egisso.raw_reply where state <> 'reading' and received_at > now() - interval '1 day') k
$$;

-- What is kept, for a day, of messages that the bus signed and nobody confirmed the sender
-- of, or that are about nothing of ours, in bytes.
create or replace function egisso.strangers() returns bigint
language sql stable as $$
    select coalesce(sum(size), 0)::bigint
      from (select octet_length(raw) + coalesce(shared_size, 0) as size from egisso.answer
             where verified and (about is null or held_at is not null) and received_at > now() - interval '1 day'
            union all
            select octet_length(raw) from egisso.incoming
             where stranger and received_at > now() - interval '1 day') k
$$;

-- Everything that came and needs a person: what the commands call it, what is wrong,
-- and whether it is done with. What strangers wrote is not in it.
create or replace view egisso.inbox as
select i.id, i.trouble,
       case i.trouble when 'set_aside'   then 'Отложено: чтение дважды завершило программу'
                      when 'unread'      then 'Ответ СМЭВ не удалось понять'
                      when 'interrupted' then 'Чтение ответа СМЭВ прервалось вместе с программой'
                      when 'unverified'  then 'Подпись СМЭВ не сходится'
                      else coalesce(i.review, '') end as text,
       i.operation, i.received_at, i.last_seen_at, i.seen, i.message_id, i.size, i.complete, i.sha256, i.acked_at,
       o.ordered_at as ack_ordered_at, o.ordered_by as ack_ordered_by, o.done_at as ack_sent_at,
       d.at as done_at, d.who as done_by,
       -- It asks again if it comes again.
       d.at is not null and i.last_seen_at < greatest(d.at, o.done_at) + interval '10 minutes' as done
  from (
    select 'reply:' || r.id as id,
           case when g.set_aside_at is not null then 'set_aside' when r.state = 'reading' then 'interrupted' else 'unread' end as trouble,
           null as review, r.operation, r.received_at, r.last_seen_at, r.seen, r.message_id, r.size, r.complete,
           encode(r.sha256, 'hex') as sha256, null::timestamptz as acked_at
      from egisso.raw_reply r left join egisso.reading g on g.what = 'reply' and g.id = r.id::text
     where r.state <> 'reading' or g.set_aside_at is not null or r.last_seen_at < now() - interval '1 hour'
    union all
    select 'answer:' || a.id, case when g.id is not null then 'set_aside' when a.verified then 'stranger' else 'unverified' end,
           a.review, 'GetResponse', a.received_at, coalesce(g.set_aside_at, a.received_at), 1, a.id, octet_length(a.raw) + coalesce(a.shared_size, 0), true, null, a.acked_at
      from egisso.answer a left join egisso.reading g on g.what = 'answer' and g.id = a.id and g.set_aside_at is not null
     where not a.verified or a.review is not null or g.id is not null
    union all
    select 'incoming:' || n.id, case when g.id is not null then 'set_aside' else 'unverified' end,
           null, 'GetRequest', n.received_at, coalesce(g.set_aside_at, n.received_at), 1, n.id, octet_length(n.raw), true, null, n.acked_at
      from egisso.incoming n left join egisso.reading g on g.what = 'incoming' and g.id = n.id and g.set_aside_at is not null
     where not n.verified or g.id is not null
    union all
    select 'protocol:' || p.id, 'set_aside', null, null, p.imported_at, g.set_aside_at, 1, '', octet_length(p.raw), true, null, null
      from egisso.protocol_file p join egisso.reading g on g.what = 'protocol' and g.id = p.id and g.set_aside_at is not null
    union all
    select 'file:' || f.id, 'set_aside', null, null, f.created_at, g.set_aside_at, 1, f.answer_id, octet_length(f.content), f.content is not null, null, null
      from egisso.received_file f join egisso.reading g on g.what = 'file' and g.id = f.id::text and g.set_aside_at is not null) i
  left join egisso.inbox_done d on d.subject = i.id
  left join lateral (select * from egisso.ack_order o where o.subject = i.id order by o.id desc limit 1) o on true;
comment on view egisso.inbox is 'Что пришло и требует человека: не понято, с неверной подписью, ни к чему не относится, отложено';
comment on column egisso.inbox.id is 'Как называть в командах inbox: вид и идентификатор, например reply:17';
comment on column egisso.inbox.trouble is
    'set_aside — отложено: чтение завершало программу, unread — не понято, interrupted — чтение прервалось, unverified — подпись СМЭВ не сходится, stranger — ни к чему нашему не относится';
comment on column egisso.inbox.text is 'То же словами';
comment on column egisso.inbox.operation is 'Чем получено: GetResponse, GetRequest, GetStatus; пусто — файл';
comment on column egisso.inbox.received_at is 'Когда пришло впервые';
comment on column egisso.inbox.last_seen_at is 'Когда пришло или отложено в последний раз';
comment on column egisso.inbox.seen is 'Сколько раз приходило';
comment on column egisso.inbox.message_id is 'Идентификатор сообщения СМЭВ; пусто — не прочитан';
comment on column egisso.inbox.size is 'Размер в байтах';
comment on column egisso.inbox.complete is 'Получено целиком';
comment on column egisso.inbox.sha256 is 'Хэш SHA-256 полученного, шестнадцатерично; пусто, если не считался';
comment on column egisso.inbox.acked_at is 'Когда подтверждено СМЭВ; пусто — ещё нет';
comment on column egisso.inbox.ack_ordered_at is 'Когда человек велел снять с очереди СМЭВ';
comment on column egisso.inbox.ack_ordered_by is 'Кто велел';
comment on column egisso.inbox.ack_sent_at is 'Когда команда выполнена';
comment on column egisso.inbox.done_at is 'Когда отмечено просмотренным';
comment on column egisso.inbox.done_by is 'Кем отмечено';
comment on column egisso.inbox.done is 'Больше не требует внимания; снова false, если придёт ещё раз';

create or replace function egisso.inbox_item(id text) returns egisso.inbox
language plpgsql stable security definer set search_path = egisso, pg_temp as $$
declare
    found_item egisso.inbox;
begin
    select * into found_item from egisso.inbox i where i.id = inbox_item.id;
    if not found then
        raise exception 'Нет такого среди пришедшего и не понятого: %; список — egissogw inbox list', left(inbox_item.id, 100);
    end if;
    return found_item;
end $$;

create or replace function egisso.note_done(subject text) returns void language sql as $$
    insert into egisso.inbox_done as d (subject, who) values (subject, egisso.actor())
    on conflict on constraint inbox_done_pkey do update set at = excluded.at, who = excluded.who
$$;

-- Take a message off the queue of the bus that the gateway does not acknowledge by
-- itself. It is not accepted thereby: the bus is told that it was not believed.
create or replace function egisso.inbox_acknowledge(id text, reason text, message_id text default null) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    i egisso.inbox;
    target text;
begin
    perform egisso.demand_reason(reason);
    i := egisso.inbox_item(inbox_acknowledge.id);
    if i.operation is null or i.operation = 'GetStatus' then
        raise exception 'Подтверждать здесь нечего: это не сообщение из очереди СМЭВ';
    end if;
    if i.acked_at is not null then
        raise exception 'СМЭВ уже получила подтверждение этого сообщения: если смотреть больше не на что, отметьте его командой inbox done';
    end if;
    target := coalesce(nullif(btrim(inbox_acknowledge.message_id), ''), i.message_id);
    if target = '' or target like 'sha256:%' then
        raise exception 'В сообщении не найти идентификатора: обратитесь в поддержку СМЭВ (текст — в egissogw status) и укажите идентификатор, который она назовёт (--message-id)';
    end if;
    if length(target) > 64 or target !~ '^[!-~]+$' then
        raise exception 'Идентификатор сообщения СМЭВ — до 64 знаков без пробелов';
    end if;
    insert into egisso.ack_order (operation, subject, message_id, accepted, ordered_by, reason)
    values (i.operation, i.id, target, i.trouble = 'stranger', egisso.actor(), btrim(inbox_acknowledge.reason));
    perform egisso.note_done(i.id);
    perform egisso.note_action('inbox_acknowledge', null, null, null, reason, i.id || ', сообщение ' || target);
    perform egisso.wake('receive');
    return 'Подтверждение будет отправлено, и сообщение больше не придёт; то, что пришло, сохранено';
end $$;
comment on function egisso.inbox_acknowledge(text, text, text) is
    'Снять с очереди СМЭВ сообщение, которое шлюз сам не подтверждает: не понятое или с неверной подписью; причина обязательна';

-- Read it once more.
create or replace function egisso.inbox_retry(id text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    i egisso.inbox;
    kind text;
    row_id text;
    result text := 'Будет прочитано снова';
begin
    perform egisso.demand_reason(reason);
    i := egisso.inbox_item(inbox_retry.id);
    kind := split_part(i.id, ':', 1);
    row_id := substr(i.id, length(kind) + 2);
    if i.trouble in ('unverified', 'stranger') then
        raise exception 'Прочитано полностью, повтор этого не изменит';
    elsif kind = 'reply' and exists (select from egisso.raw_reply r where r.id = row_id::bigint and r.raw = '') then
        raise exception 'Содержание удалено: срок хранения истёк; если СМЭВ пришлёт его снова, оно будет прочитано';
    end if;
    delete from egisso.reading g where g.what = kind and g.id = row_id;
    if kind = 'reply' then
        update egisso.raw_reply r set process = null, state = case when r.complete then 'again' else 'unread' end
         where r.id = row_id::bigint;
        if not i.complete then
            result := 'Сохранено только начало: ответ будет прочитан, когда СМЭВ пришлёт его снова';
        end if;
    elsif kind = 'answer' then
        update egisso.answer a set next_apply_at = now() where a.id = row_id;
    elsif kind = 'incoming' then
        update egisso.incoming n set next_handle_at = now() where n.id = row_id;
    elsif kind = 'protocol' then
        update egisso.protocol_file p set next_apply_at = now() where p.id = row_id;
    elsif kind = 'file' then
        update egisso.received_file f set next_attempt_at = now() where f.id = row_id::bigint;
    end if;
    perform egisso.note_action('inbox_retry', null, null, null, reason, i.id);
    perform egisso.wake('receive');
    return result;
end $$;
comment on function egisso.inbox_retry(text, text) is
    'Прочитать снова то, что не удалось понять или было отложено; причина обязательна';

-- Nothing is left to do about it.
create or replace function egisso.inbox_finish(id text, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    i egisso.inbox;
begin
    perform egisso.demand_reason(reason);
    i := egisso.inbox_item(inbox_finish.id);
    perform egisso.note_done(i.id);
    perform egisso.note_action('inbox_finish', null, null, null, reason, i.id);
    return 'Отмечено как просмотренное';
end $$;
comment on function egisso.inbox_finish(text, text) is
    'Отметить, что пришедшее просмотрено и больше не требует внимания; причина обязательна';
