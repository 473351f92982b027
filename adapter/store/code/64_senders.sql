-- What waits because nobody said who its sender is.
create or replace view egisso.held_message as
select 'answer' as kind, a.id, a.part, egisso.sender_text(a.sender) as sender, a.held_at, m.package_id,
       exists (select from egisso.sender s where s.part = a.part and s.mnemonic = a.sender and s.standing = 'refused') as refused
  from egisso.answer a left join egisso.message m on m.id = a.about
 where a.held_at is not null
union all
select 'broadcast', i.id, 'egisso', egisso.sender_text(i.sender), i.held_at, null,
       exists (select from egisso.sender s where s.part = 'egisso' and s.mnemonic = i.sender and s.standing = 'refused')
  from egisso.incoming i
 where i.held_at is not null;
comment on view egisso.held_message is 'Сообщения, отправителя которых никто не подтвердил: сохранены и не применены';
comment on column egisso.held_message.kind is 'answer — ответ на наше сообщение, broadcast — рассылка';
comment on column egisso.held_message.id is 'Идентификатор сообщения СМЭВ';
comment on column egisso.held_message.part is 'egisso — слово ЕГИССО, bus — состояние самой СМЭВ; пусто у старых сообщений';
comment on column egisso.held_message.sender is 'Мнемоника отправителя; none — сообщение без мнемоники';
comment on column egisso.held_message.held_at is 'С какого времени ждёт решения человека';
comment on column egisso.held_message.package_id is 'Пакет, на который отвечено; пусто у рассылки';
comment on column egisso.held_message.refused is 'Отправитель отклонён: ответ не будет применён';

create or replace view egisso.sender_list as
select s.part, egisso.sender_text(s.mnemonic) as mnemonic, s.standing, s.since, s.decided_by, s.reason,
       (select count(*) from egisso.held_message h where h.part = s.part and h.sender = egisso.sender_text(s.mnemonic))::int as held
  from egisso.sender s
union all
select h.part, h.sender, 'unknown', min(h.held_at), '', '', count(*)::int
  from egisso.held_message h
 where not exists (select from egisso.sender s where s.part = h.part and egisso.sender_text(s.mnemonic) = h.sender)
 group by h.part, h.sender;
comment on view egisso.sender_list is 'Отправители: кому верят, потому что ответил первым, кого подтвердили и отклонили, кто ждёт решения';
comment on column egisso.sender_list.part is 'egisso — ответы и рассылки ЕГИССО, bus — состояния самой СМЭВ';
comment on column egisso.sender_list.mnemonic is 'Мнемоника; none — сообщение без мнемоники';
comment on column egisso.sender_list.standing is
    'remembered — ответил первым, confirmed — подтверждён, refused — отклонён, unknown — ждёт решения';
comment on column egisso.sender_list.since is 'С какого времени так';
comment on column egisso.sender_list.decided_by is 'Кто решил; пусто — никто';
comment on column egisso.sender_list.reason is 'Причина решения';
comment on column egisso.sender_list.held is 'Сколько сохранённых сообщений отправителя не применено';

-- What keeps a package from being given up: an answer to it is here, and a person has
-- not said yet whether its sender is ЕГИССО. Returns that sender.
create or replace function egisso.awaited_sender(package uuid) returns text language sql stable set search_path = egisso, pg_temp as $$
    select h.sender from egisso.held_message h where h.package_id = package and not h.refused order by h.held_at limit 1
$$;
comment on function egisso.awaited_sender(uuid) is
    'Отправитель, ответ которого на пакет сохранён и ждёт решения человека; пусто — такого нет';

create or replace function egisso.guard_awaited_sender() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
declare
    stranger text := egisso.awaited_sender(new.id);
begin
    if stranger is not null then
        raise exception 'На пакет % пришёл ответ отправителя «%», которого никто не подтвердил: сначала egissogw senders confirm или senders refuse', new.id, stranger;
    end if;
    return new;
end $$;

create or replace trigger guard_awaited_sender before update of state, released_at on egisso.package
    for each row when (new.released_at is not null and old.released_at is null or new.state = 'expired' and old.state <> 'expired')
    execute function egisso.guard_awaited_sender();

-- Trust on first use, for as long as nobody is confirmed: one sender at most.
create or replace function egisso.remember_sender(mnemonic text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from egisso.sender s where s.part = 'egisso' and s.standing = 'confirmed') then
        insert into egisso.sender (part, mnemonic, standing) values ('egisso', remember_sender.mnemonic, 'remembered')
        on conflict do nothing;
    end if;
end $$;

-- Once a list is configured nobody is trusted for having been the first.
create or replace function egisso.forget_remembered_sender() returns void
language sql security definer set search_path = egisso, pg_temp as $$
    delete from egisso.sender where standing = 'remembered'
$$;

create or replace function egisso.decide_sender(mnemonic text, part text, standing text, reason text) returns text
language plpgsql set search_path = egisso, pg_temp as $$
begin
    perform egisso.demand_reason(reason);
    if part not in ('egisso', 'bus') then
        raise exception 'Отправитель бывает egisso (ответы ЕГИССО) или bus (состояния самой СМЭВ), а не «%»', part;
    end if;
    mnemonic := btrim(coalesce(mnemonic, ''));
    if mnemonic = '' then
        raise exception 'Укажите мнемонику отправителя; сообщения без мнемоники — none';
    end if;
    mnemonic := case when mnemonic = 'none' then '' else mnemonic end;
    if not exists (select from egisso.sender s where s.part = decide_sender.part and s.mnemonic = decide_sender.mnemonic)
       and not exists (select from egisso.answer a where a.part = decide_sender.part and a.sender = decide_sender.mnemonic and a.held_at is not null)
       and not exists (select from egisso.incoming i where decide_sender.part = 'egisso' and i.sender = decide_sender.mnemonic and i.held_at is not null) then
        raise exception 'От отправителя «%» ничего не ждёт решения: сверьте мнемонику с egissogw senders', egisso.sender_text(mnemonic);
    end if;
    insert into egisso.sender as s (part, mnemonic, standing, since, decided_by, reason)
    values (decide_sender.part, decide_sender.mnemonic, decide_sender.standing, clock_timestamp(), egisso.actor(), btrim(decide_sender.reason))
    on conflict on constraint sender_pkey do update
       set standing = excluded.standing, since = excluded.since, decided_by = excluded.decided_by, reason = excluded.reason;
    return mnemonic;
end $$;

-- Say that a sender is ЕГИССО (or, with part bus, the bus itself): everything of it
-- that waits is applied, and from now on only those confirmed and configured are believed.
create or replace function egisso.confirm_sender(mnemonic text, reason text, part text default 'egisso') returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    who     text := egisso.decide_sender(mnemonic, part, 'confirmed', reason);
    answers integer;
    others  integer;
    first   text;
    result  text;
begin
    update egisso.answer a set held_at = null, next_apply_at = now()
     where a.held_at is not null and a.part = confirm_sender.part and a.sender = who;
    get diagnostics answers = row_count;
    result := 'Отправитель «' || egisso.sender_text(who) || '» подтверждён, будет применено ответов: ' || answers;
    if part = 'egisso' then
        update egisso.incoming i set held_at = null, review = null, next_handle_at = now()
         where i.held_at is not null and i.sender = who;
        get diagnostics others = row_count;
        result := result || ', рассылок: ' || others;
        delete from egisso.sender s where s.part = 'egisso' and s.standing = 'remembered' returning s.mnemonic into first;
        if first is not null then
            select count(*) into others from egisso.answer a where a.part = 'egisso' and a.sender = first and a.applied_at is not null;
            result := result || '. Раньше верили первому, «' || egisso.sender_text(first) || '»: применено его ответов ' || others
                || ', проверьте их в журнале; теперь ему не верят';
        end if;
    end if;
    perform egisso.note_action('confirm_sender', null, null, null, reason, result);
    perform egisso.wake('apply');
    return result;
end $$;
comment on function egisso.confirm_sender(text, text, text) is
    'Подтвердить отправителя ответов ЕГИССО (part = bus — состояний самой СМЭВ): всё сохранённое от него применяется; причина обязательна';

-- Say that a sender is a stranger: what it sent stays stored, and nothing waits for it.
create or replace function egisso.refuse_sender(mnemonic text, reason text, part text default 'egisso') returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    who     text := egisso.decide_sender(mnemonic, part, 'refused', reason);
    answers integer;
    result  text;
begin
    update egisso.package p set info = 'Ответ отправителя «' || egisso.sender_text(who) || '» отклонён, ожидается ответ ЕГИССО'
      from egisso.answer a join egisso.message m on m.id = a.about
     where a.held_at is not null and a.part = refuse_sender.part and a.sender = who
       and p.id = m.package_id and egisso.package_flying(p.state);
    update egisso.incoming i set review = null where i.held_at is not null and refuse_sender.part = 'egisso' and i.sender = who;
    select count(*) into answers from egisso.answer a where a.held_at is not null and a.part = refuse_sender.part and a.sender = who;
    result := 'Отправитель «' || egisso.sender_text(who) || '» отклонён: сохранённые сообщения от него не применяются, ответов: ' || answers;
    perform egisso.note_action('refuse_sender', null, null, null, reason, result);
    return result;
end $$;
comment on function egisso.refuse_sender(text, text, text) is
    'Отклонить отправителя: сохранённые ответы от него не применяются, пакеты их не ждут; причина обязательна';
