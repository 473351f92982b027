-- Files that came with answers: a protocol may be one (10.10.I 1.0.4). Who fetches,
-- with what, and what came of it; an answer is acknowledged and applied when none
-- of its files is due.
create table egisso.received_file (
    id              bigint generated always as identity primary key,
    answer_id       text        not null references egisso.answer,
    name            text        not null,                 -- uuid in the file storage, or id inside the message
    inline          boolean     not null,                 -- came inside the message: content is there already
    user_name       text        not null default '',      -- one-time login; forgotten when the file is not due any more
    password        text        not null default '',
    file_name       text        not null default '',      -- as the sender calls it; never a local name
    hash            text        not null default '',      -- as announced
    mime_type       text        not null default '',
    namespace_uri   text        not null default '',
    signature       bytea,                                -- detached CMS as announced
    content         bytea,                                -- of a refused file only if it came inside the message
    state           text        not null default 'due' check (state in ('due', 'checked', 'refused')),
    problem         text        not null default '',      -- English, for the support engineer
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    epoch           bigint      not null default 0,
    claimed_until   timestamptz,
    created_at      timestamptz not null default now(),
    settled_at      timestamptz,
    unique (answer_id, name),
    check (state <> 'checked' or content is not null)
);
create index received_file_due on egisso.received_file (next_attempt_at) where state = 'due';

-- What was checked is evidence.
create function egisso.guard_received_file() returns trigger language plpgsql as $$
begin
    if old.state <> 'due' and (new.state, new.content, new.hash, new.signature) is distinct from (old.state, old.content, old.hash, old.signature) then
        raise exception 'received file %: what was decided about it never changes', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_received_file before update on egisso.received_file
    for each row execute function egisso.guard_received_file();
