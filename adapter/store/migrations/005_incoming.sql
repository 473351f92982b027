-- What the bus brings on its own (GetRequest): broadcasts, requests of others and
-- their cancellations, stored before they are acknowledged; and our answers, which
-- go through the same outbox as packages.

create table egisso.incoming (
    id             text primary key,                      -- MessageMetadata/MessageId, or sha256:… when unreadable
    kind           text        not null check (kind in ('broadcast', 'request', 'cancel', 'unknown')),
    namespace      text        not null default '',       -- of the root element of the content
    root           text        not null default '',       -- local name of that element
    sender         text        not null default '',       -- mnemonic
    reply_to       text        not null default '',       -- opaque, copied into the answer
    cancels        text        not null default '',       -- of a cancellation: id of the request it withdraws
    test           boolean     not null default false,
    sent_at        timestamptz,
    content        bytea,                                 -- primary content, the bytes that were verified
    raw            bytea       not null,
    verified       boolean     not null,
    problem        text        not null default '',       -- why it is not believed, or why handling failed
    received_at    timestamptz not null default now(),
    acked_at       timestamptz,
    ack_attempts   integer     not null default 0,
    next_ack_at    timestamptz not null default now(),
    epoch          bigint      not null default 0,        -- fence of the claim to handle it or to sign its answer
    claimed_until  timestamptz,
    attempts       integer     not null default 0,        -- failures to handle it
    next_handle_at timestamptz not null default now(),
    handled_at     timestamptz,
    verdict        text        check (verdict in ('handled', 'rejected', 'cancelled', 'unhandled')),
    note           text        not null default '',       -- English, for the support engineer
    review         text,                                  -- why a person should look, Russian
    reviewed_at    timestamptz,                           -- when a person did
    reviewed_by    text,
    refusal_code   text        not null default '',       -- RejectionReasonCode of our answer
    refusal_text   text        not null default '',       -- RejectionReasonDescription, Russian
    reply          text        check (reply in ('due', 'signed', 'delivered', 'failed')),
    check ((handled_at is null) = (verdict is null)),
    check (reply is null or kind = 'request')
);
create index incoming_unacked on egisso.incoming (next_ack_at) where acked_at is null and verified;
create index incoming_unhandled on egisso.incoming (received_at) where handled_at is null and verified;
create index incoming_reply_due on egisso.incoming (received_at) where reply = 'due';
create index incoming_unverified on egisso.incoming (received_at) where not verified;
create index incoming_cancels on egisso.incoming (cancels) where kind = 'cancel';
create index incoming_received on egisso.incoming (received_at desc, id);

-- The outbox sends packages and answers to requests of others.
alter table egisso.message
    alter column package_id drop not null,
    add column incoming_id text references egisso.incoming,
    add check (num_nonnulls(package_id, incoming_id) = 1);
create unique index message_one_live_answer on egisso.message (incoming_id) where state <> 'refused' and incoming_id is not null;

create or replace function egisso.guard_message_state() returns trigger language plpgsql as $$
begin
    if (new.id, new.package_id, new.incoming_id, new.envelope) is distinct from (old.id, old.package_id, old.incoming_id, old.envelope) then
        raise exception 'message %: signed bytes never change', old.id using errcode = 'check_violation';
    end if;
    if new.state = old.state then return new; end if;
    if not (old.state || '>' || new.state) = any (array[
        'pending>in_doubt', 'pending>refused', 'in_doubt>delivered', 'in_doubt>refused']) then
        raise exception 'message %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger ask_review before update of review on egisso.incoming
    for each row execute function egisso.ask_review();

-- Channel egisso_incoming (message id).
create function egisso.notify_incoming() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_incoming', new.id);
    return null;
end $$;
create trigger notify_incoming after insert or update of verified, verdict, reply, review on egisso.incoming
    for each row execute function egisso.notify_incoming();

create function egisso.incoming_state_text(verified boolean, verdict text, reply text) returns text language sql immutable as $$
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

create view egisso.incoming_journal as
select i.id,
       i.received_at,
       case i.kind when 'broadcast' then 'Рассылка' when 'request' then 'Запрос' when 'cancel' then 'Отзыв запроса' else 'Неизвестное' end as kind_text,
       egisso.incoming_state_text(i.verified, i.verdict, i.reply) as status,
       i.namespace,
       i.root,
       i.sender,
       i.refusal_text as info,
       i.review,
       i.reviewed_at,
       i.kind,
       i.verified,
       i.verdict,
       i.reply,
       i.acked_at,
       i.handled_at
from egisso.incoming i;

comment on view egisso.incoming_journal is 'Журнал входящих сообщений СМЭВ: рассылки и запросы, пришедшие сами';

create function egisso.mark_incoming_reviewed(id text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.incoming i set reviewed_at = clock_timestamp(), reviewed_by = session_user
     where i.id = mark_incoming_reviewed.id and i.review is not null;
    if not found then
        raise exception 'Входящего сообщения % нет или оно не требует внимания', mark_incoming_reviewed.id;
    end if;
end $$;
revoke all on function egisso.mark_incoming_reviewed(text) from public;

comment on function egisso.mark_incoming_reviewed(text) is
    'Отметить, что входящее сообщение, требовавшее внимания, просмотрено';
