-- Who speaks. The bus's signature on a message proves its transport and not its
-- author: any system of the bus can answer anybody's message. What is listed in the
-- configuration is known to the program; this is what people decided, and whom we
-- trust because it answered first.
create table egisso.sender (
    part       text        not null check (part in ('egisso', 'bus')), -- whose word it is: ЕГИССО's, or the bus's own
    mnemonic   text        not null,                                   -- '': the message names nobody
    standing   text        not null check (standing in ('remembered', 'confirmed', 'refused')),
    since      timestamptz not null default now(),
    decided_by text        not null default '',
    reason     text        not null default '',
    primary key (part, mnemonic)
);
create unique index sender_remembered on egisso.sender (part) where standing = 'remembered';

-- An answer about a message of ours by somebody nobody confirmed is stored and
-- acknowledged and waits; so does a broadcast about КМСЗ.
alter table egisso.answer
    add part    text check (part in ('egisso', 'bus')), -- null: from before senders were looked at
    add sender  text,                                   -- mnemonic, '' if the message names nobody
    add about   uuid references egisso.message,         -- the message of ours it is about
    add held_at timestamptz;
alter table egisso.incoming add held_at timestamptz;
create index answer_held on egisso.answer (part, sender) where held_at is not null;
create index answer_held_about on egisso.answer (about) where held_at is not null;
create index incoming_held on egisso.incoming (sender) where held_at is not null;

create function egisso.sender_text(mnemonic text) returns text language sql immutable as $$
    select coalesce(nullif(mnemonic, ''), 'none')
$$;

-- What waits because nobody said who its sender is.
create view egisso.held_message as
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

create view egisso.sender_list as
select s.part, egisso.sender_text(s.mnemonic) as mnemonic, s.standing, s.since, s.decided_by, s.reason,
       (select count(*) from egisso.held_message h where h.part = s.part and h.sender = egisso.sender_text(s.mnemonic))::int as held
  from egisso.sender s
union all
select h.part, h.sender, 'unknown', min(h.held_at), '', '', count(*)::int
  from egisso.held_message h
 where not exists (select from egisso.sender s where s.part = h.part and egisso.sender_text(s.mnemonic) = h.sender)
 group by h.part, h.sender;
comment on view egisso.sender_list is 'Отправители: кому верят, потому что ответил первым, кого подтвердили и отклонили, кто ждёт решения';

-- What keeps a package from being given up: an answer to it is here, and a person has
-- not said yet whether its sender is ЕГИССО. Returns that sender.
create function egisso.awaited_sender(package uuid) returns text language sql stable set search_path = egisso, pg_temp as $$
    select h.sender from egisso.held_message h where h.package_id = package and not h.refused order by h.held_at limit 1
$$;

create function egisso.guard_awaited_sender() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
declare
    stranger text := egisso.awaited_sender(new.id);
begin
    if stranger is not null then
        raise exception 'На пакет % пришёл ответ отправителя «%», которого никто не подтвердил: сначала egissogw senders confirm или senders refuse', new.id, stranger;
    end if;
    return new;
end $$;
create trigger guard_awaited_sender before update of state, released_at on egisso.package
    for each row when (new.released_at is not null and old.released_at is null or new.state = 'expired' and old.state <> 'expired')
    execute function egisso.guard_awaited_sender();

-- Trust on first use, for as long as nobody is confirmed: one sender at most.
create function egisso.remember_sender(mnemonic text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from egisso.sender s where s.part = 'egisso' and s.standing = 'confirmed') then
        insert into egisso.sender (part, mnemonic, standing) values ('egisso', remember_sender.mnemonic, 'remembered')
        on conflict do nothing;
    end if;
end $$;
revoke all on function egisso.remember_sender(text) from public;

-- Once a list is configured nobody is trusted for having been the first.
create function egisso.forget_remembered_sender() returns void
language sql security definer set search_path = egisso, pg_temp as $$
    delete from egisso.sender where standing = 'remembered'
$$;
revoke all on function egisso.forget_remembered_sender() from public;

create function egisso.decide_sender(mnemonic text, part text, standing text, reason text) returns text
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
create function egisso.confirm_sender(mnemonic text, reason text, part text default 'egisso') returns text
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
revoke all on function egisso.confirm_sender(text, text, text) from public;
comment on function egisso.confirm_sender(text, text, text) is
    'Подтвердить отправителя ответов ЕГИССО (part = bus — состояний самой СМЭВ): всё сохранённое от него применяется; причина обязательна';

-- Say that a sender is a stranger: what it sent stays stored, and nothing waits for it.
create function egisso.refuse_sender(mnemonic text, reason text, part text default 'egisso') returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    who     text := egisso.decide_sender(mnemonic, part, 'refused', reason);
    answers integer;
    result  text;
begin
    update egisso.package p set info = 'Ответ отправителя «' || egisso.sender_text(who) || '» отклонён, ожидается ответ ЕГИССО'
      from egisso.answer a join egisso.message m on m.id = a.about
     where a.held_at is not null and a.part = refuse_sender.part and a.sender = who
       and p.id = m.package_id and p.state in ('signed', 'queued', 'expired');
    update egisso.incoming i set review = null where i.held_at is not null and refuse_sender.part = 'egisso' and i.sender = who;
    select count(*) into answers from egisso.answer a where a.held_at is not null and a.part = refuse_sender.part and a.sender = who;
    result := 'Отправитель «' || egisso.sender_text(who) || '» отклонён: сохранённые сообщения от него не применяются, ответов: ' || answers;
    perform egisso.note_action('refuse_sender', null, null, null, reason, result);
    return result;
end $$;
revoke all on function egisso.refuse_sender(text, text, text) from public;
comment on function egisso.refuse_sender(text, text, text) is
    'Отклонить отправителя: сохранённые ответы от него не применяются, пакеты их не ждут; причина обязательна';

-- A stranger may make us ask for the classifier once a day.
alter table egisso.classifier_request add hint_at timestamptz;
