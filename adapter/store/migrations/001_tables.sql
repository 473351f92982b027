-- The gateway's own tables. They are private: other systems read the views of
-- 002_views.sql and call the functions of 003_functions.sql.
-- States and their moves: jobs/README.md#states; moves are guarded in 004_guards.sql.

-- What the source (МИС) says now about one row, and what ЕГИССО last accepted
-- of it. The difference between the two is what remains to be sent.
create table egisso.source_row (
    register         text        not null check (register in ('lmsz', 'fact')),
    row_key          text        not null,
    record_no        text        not null,               -- the number people know the row by
    changed_at       timestamptz not null,               -- as the source says
    deleted          boolean     not null default false,
    content          jsonb,                              -- canonical content; null when deleted or unreadable
    content_hash     bytea,
    row_findings     jsonb       not null default '[]',  -- why the row could not be read
    measure_key      text,                               -- facts: row_key of the local measure they use
    provider         text,                               -- participant code; null: the gateway's own provider
    dirty            boolean     not null default true,  -- a decision is due
    generation       integer     not null default 0,     -- how many times ЕГИССО removed it; part of the fact's uuid
    events           integer     not null default 0,     -- events accepted since the record was; part of the next event's uuid
    accepted_id      uuid,                               -- fact uuid, or id of the accepted version of a measure
    accepted_event   uuid,                               -- id of the element accepted last (event, fact, measure)
    accepted_hash    bytea,                              -- content_hash of what was accepted
    accepted_content jsonb,                              -- as sent, ids resolved
    accepted_at      timestamptz,
    updated_at       timestamptz not null default now(),
    primary key (register, row_key),
    check ((accepted_id is null) = (accepted_hash is null)),
    check ((accepted_id is null) = (accepted_content is null))
);
create index source_row_unreadable on egisso.source_row (register, row_key) where row_findings <> '[]';
create index source_row_dirty on egisso.source_row (register, row_key) where dirty;
create index source_row_measure on egisso.source_row (measure_key) where register = 'fact';

-- How far a register of the source has been read.
create table egisso.source_cursor (
    register   text primary key check (register in ('lmsz', 'fact')),
    position   text        not null,
    updated_at timestamptz not null default now()
);

-- One package of 10.05.I or one file of 10.06.S.
create table egisso.package (
    id             uuid primary key,
    register       text        not null check (register in ('lmsz', 'fact')),
    format         text        not null,                 -- kind of information, e.g. 10.06.S
    format_version text        not null,                 -- e.g. 1.1.0
    provider       text        not null,                 -- participant code it is sent under
    state          text        not null default 'formed'
                   check (state in ('formed', 'signed', 'queued', 'answered', 'send_failed', 'expired')),
    result         text        check (result in ('accepted', 'partial', 'rejected')),
    egisso_status  smallint    check (egisso_status in (1, 2, 3)),  -- packageStatus of the last protocol
    record_count   integer     not null check (record_count between 1 and 1000),
    info           text        not null default '',      -- Russian, for people; may quote ЕГИССО, so never logged
    returned       boolean     not null default false,   -- refused as a whole: its records are "not sent" again
    review         text,                                 -- why a person should look, Russian
    reviewed_at    timestamptz,                          -- when a person did
    reviewed_by    text,
    sign_failures  integer     not null default 0,       -- in a row
    epoch          bigint      not null default 0,       -- fence of the claim to sign
    claimed_until  timestamptz,
    created_at     timestamptz not null default now(),
    signed_at      timestamptz,
    queued_at      timestamptz,
    closed_at      timestamptz,                          -- answered, send_failed or expired
    check ((state = 'answered') = (result is not null))
);
create index package_open on egisso.package (state, created_at) where state in ('formed', 'signed', 'queued');
create index package_created on egisso.package (created_at desc, id);
create index package_register_closed on egisso.package (register, closed_at desc);

-- One element to be sent: a fact, an event on a fact, a measure, its removal.
-- Its id is the id it has in the XML and in the protocol. A rejected element
-- that was corrected goes again under the same id; package_record keeps history.
create table egisso.record (
    id           uuid primary key,
    register     text        not null,
    row_key      text        not null,
    kind         text        not null,                   -- element name in the package
    provider     text        not null,                   -- participant code it is sent under
    content      jsonb       not null,                   -- as it will be written
    content_hash bytea,                                  -- of the source content; null for removals
    state        text        not null
                 check (state in ('ready', 'waiting', 'blocked', 'packed', 'sent', 'accepted',
                                  'accepted_with_warnings', 'rejected', 'dropped')),
    reason       text        not null default '',        -- Russian: why it waits
    findings     jsonb       not null default '[]',      -- of the local checks
    package_id   uuid        references egisso.package,  -- the package it is or was last in
    releases     integer     not null default 0,         -- how often its package failed as a whole
    created_at   timestamptz not null default now(),
    state_at     timestamptz not null default now(),
    foreign key (register, row_key) references egisso.source_row,
    check (state not in ('packed', 'sent') or package_id is not null)
);
create unique index record_one_open on egisso.record (register, row_key)
    where state in ('ready', 'waiting', 'blocked', 'packed', 'sent');
create index record_ready on egisso.record (register, releases, created_at, id) where state = 'ready';
create index record_waiting on egisso.record (register, row_key) where state = 'waiting';
create index record_blocked on egisso.record (register, row_key) where state = 'blocked';
create index record_flying on egisso.record (register, row_key) where state in ('packed', 'sent');
create index record_rejected on egisso.record (package_id) where state = 'rejected';
create index record_row on egisso.record (register, row_key, state_at desc);
create index record_package on egisso.record (package_id) where package_id is not null;

-- Members of a package in their order, and what became of each.
create table egisso.package_record (
    package_id uuid    not null references egisso.package,
    ordinal    integer not null,
    record_id  uuid    not null references egisso.record,
    kind       text    not null,
    outcome    text    check (outcome in ('accepted', 'accepted_with_warnings', 'rejected', 'released')),
    primary key (package_id, ordinal),
    unique (package_id, record_id)
);
create index package_record_record on egisso.package_record (record_id);

-- What the protocol says, word for word (trimmed). record_id is the raw id of
-- the protocol: it may name nothing we sent.
create table egisso.record_message (
    package_id uuid     not null references egisso.package,
    position   integer  not null,
    record_id  text     not null default '',
    element_id uuid,                                     -- the same as a uuid, when it is one
    type       smallint not null check (type in (1, 2)),  -- 1 Ошибка, 2 Предупреждение
    rule_code  text     not null default '',
    report     text     not null,
    primary key (package_id, position)
);

-- Outbox. The bytes are final: a repeat posts the same bytes.
create table egisso.message (
    id              uuid primary key,                     -- MessageID, UUID version 1
    package_id      uuid        not null references egisso.package,
    envelope        bytea       not null,
    state           text        not null default 'pending'
                    check (state in ('pending', 'in_doubt', 'delivered', 'refused')),
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    epoch           bigint      not null default 0,
    claimed_until   timestamptz,
    last_error      text        not null default '',
    created_at      timestamptz not null default now(),
    delivered_at    timestamptz
);
create index message_package on egisso.message (package_id, created_at desc);
create unique index message_one_live on egisso.message (package_id) where state <> 'refused';
create index message_due on egisso.message (next_attempt_at) where state in ('pending', 'in_doubt');

-- Files of the message for the SMEV file storage.
create table egisso.attachment (
    uuid        uuid primary key,                         -- name of the folder in the storage
    message_id  uuid        not null references egisso.message,
    file_name   text        not null,
    mime_type   text        not null,
    content     bytea       not null,
    hash        bytea       not null,
    signature   bytea       not null,                     -- detached CMS
    uploaded_at timestamptz
);
create index attachment_message on egisso.attachment (message_id);

-- Every attempt to post a message: the intent before, the outcome after.
create table egisso.attempt (
    id          bigint generated always as identity primary key,
    message_id  uuid        not null references egisso.message,
    started_at  timestamptz not null default now(),
    finished_at timestamptz,
    outcome     text        check (outcome in ('delivered', 'retry', 'refused', 'unknown')),
    fault       text        not null default '',
    detail      text        not null default ''
);
create index attempt_message on egisso.attempt (message_id);

-- Inbox: answers exactly as they came, stored before they are acknowledged.
create table egisso.answer (
    id                  text primary key,                 -- MessageMetadata/MessageId, or sha256:… when unreadable
    original_message_id text        not null default '',
    kind                text        not null,
    content             bytea,                            -- what follows from the verified bytes (JSON of the answer)
    raw                 bytea       not null,
    verified            boolean     not null,
    problem             text        not null default '',
    received_at         timestamptz not null default now(),
    acked_at            timestamptz,
    ack_attempts        integer     not null default 0,
    next_ack_at         timestamptz not null default now(),
    applied_at          timestamptz,
    apply_attempts      integer     not null default 0,
    next_apply_at       timestamptz not null default now(),
    applied_note        text        not null default ''
);
create index answer_unacked on egisso.answer (next_ack_at) where acked_at is null and verified;
create index answer_unapplied on egisso.answer (received_at) where applied_at is null and verified;
create index answer_unverified on egisso.answer (received_at) where not verified;

-- A register rests after packages that failed as a whole: until when and why.
create table egisso.register_rest (
    register   text primary key check (register in ('lmsz', 'fact')),
    until      timestamptz not null,
    failures   integer     not null,                      -- packages in a row
    reason     text        not null                       -- Russian
);

-- What the checks of records depend on besides the records: a change of it makes
-- blocked records worth another look.
create table egisso.check_basis (
    id    boolean primary key default true check (id),
    basis text not null
);

-- The signing service switch: one row, and who moved it when and why.
create table egisso.service (
    id         boolean primary key default true check (id),
    enabled    boolean     not null,
    changed_at timestamptz not null default now(),
    changed_by text        not null,
    reason     text        not null
);
insert into egisso.service (enabled, changed_by, reason)
values (false, session_user, 'Первый запуск: сервис включает администратор');

create table egisso.service_log (
    id         bigint generated always as identity primary key,
    enabled    boolean     not null,
    changed_at timestamptz not null default now(),
    changed_by text        not null,
    reason     text        not null
);

-- When each job last ran and last succeeded: silence must be visible.
create table egisso.job (
    name            text primary key,
    last_started_at timestamptz,
    last_success_at timestamptz,
    last_error_at   timestamptz,
    last_error      text not null default '',
    failures        integer not null default 0            -- in a row
);
