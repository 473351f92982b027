-- The gateway's own tables. They are private: other systems read the views and call the
-- functions of ../code. States and their moves: jobs/README.md#states. Tables only migrate
-- forward, each change in a file of its own; this one is the first release.

-- What the functions, views and triggers of ../code were made from, to skip what is
-- unchanged, and the digest of this file: tables made by another one are refused.
create table egisso.schema_code (
    id         boolean     primary key default true check (id),
    hash       bytea       not null,
    applied_at timestamptz not null default now(),
    tables     text        not null
);
insert into egisso.schema_code (hash, tables) values ('', '{{.tables}}');

-- What people write is shown to other people: no control characters, line ends or
-- characters that change the direction of writing, none that are invisible.
create function egisso.plain_text(text text) returns boolean language sql immutable as $$
    select text !~ '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f]'
$$;

-- States and reasons --------------------------------------------------------------------------

-- States of records, packages and messages. Which there are, their moves and the reasons
-- are written by ../code/05_states.sql, and by nobody but the owner.
create table egisso.state (
    subject  text    not null check (subject in ('record', 'package', 'message')),
    name     text    not null,
    open     boolean not null,                         -- there is work to do on it, or an outcome to come
    flying   boolean not null,                         -- the bus may have it, or the person who uploads it
    final    boolean not null,                         -- no move leads away
    held     boolean not null,                         -- stands still until something else changes
    remarked boolean not null,                         -- the protocol says why it is so
    text     text    not null,                         -- Russian; '' where nobody is shown it
    primary key (subject, name)
);

create table egisso.move (
    subject    text not null,
    from_state text not null,
    to_state   text not null,
    primary key (subject, from_state, to_state),
    foreign key (subject, from_state) references egisso.state on delete cascade,
    foreign key (subject, to_state) references egisso.state on delete cascade
);

-- Why a record waits, was dropped, or needs a person: lifecycle.Reason.
create table egisso.reason (
    code  text primary key,
    rule  text not null,                               -- of the local checks, '' if none
    text  text not null,                               -- Russian
    shown text not null generated always as (case when rule = '' then text else rule || ' ' || text end) stored
);

-- What the source (МИС) says, and what ЕГИССО holds of it -------------------------------------

-- What the source (МИС) says now about one row, and what ЕГИССО last accepted
-- of it. The difference between the two is what remains to be sent.
create table egisso.source_row (
    register         text        not null check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact')),
    row_key          text        not null,
    record_no        text        not null,               -- the number people know the row by
    changed_at       timestamptz not null,               -- as the source says
    deleted          boolean     not null default false,
    content_hash     bytea,                              -- of the canonical content; null when deleted or unreadable
    row_findings     jsonb       not null default '[]',  -- why the row could not be read
    provider         text,                               -- participant code; null: the gateway's own provider
    generation       integer     not null default 0,     -- how many times ЕГИССО removed it; part of the fact's uuid
    updated_at       timestamptz not null default now(),
    reading_no       bigint      not null default 0,     -- the reading of the source (source_reading) that said so
    override_hash    bytea,                              -- content whose warnings that block an operator overrode
    -- Rows it has to wait for, as register/row_key: local measures, and the participant
    -- whose code is not known to the source.
    needs             text[]     not null default '{}',
    participant_code  text,                              -- onmsz: the code ЕГИССО gave
    released_hash     bytea,                             -- content whose change of people alone an operator let go
    declined          uuid,                              -- the element a person did not want to be sent
    identity_hash     bytea,                             -- content that names another man than ЕГИССО holds it for
    identity          text        not null default ''    -- and what that means, as a person said of it
                      check (identity in ('', 'correction', 'replacement')),
    twin_key          bytea,                             -- facts that say the same assignment (rule L-DUP) have equal ones; half of the hash
    -- What a refusal or a person said that ЕГИССО holds (jobs/README.md#held-already).
    concluded         smallint   not null default 0,     -- conclusions from refusals since ЕГИССО accepted something of the row
    unconfirmed       boolean    not null default false, -- it holds the record, perhaps with other content
    resend            boolean    not null default false, -- a person wants its content to be sent once more
    unknown_id        uuid,                              -- the fact it did not know any more, though it had accepted it
    adopt_id          uuid,                              -- the id under which a person saw the record in ЕГИССО: what it holds under an id that was no record of ours
    adoption          text       not null default '' check (adoption in ('', 'asked', 'held', 'refused', 'said')), -- and what came of that; said: the source did
    -- What the source says ЕГИССО had before this gateway (jobs/README.md#take-over).
    known_id          uuid,
    known_hash        bytea,                             -- of the content in source_known; null: what the row says
    -- Brought back from the archive, and the source was not read since: what it says is not
    -- known, and nothing is decided on it.
    unread            boolean     not null default false,
    disputed          boolean     not null default false, -- a person keeps all evidence of it, whatever the term
    -- What a decision and an outcome change stands last and together: the log keeps what lies
    -- between the first difference of two versions and the last.
    again             boolean     not null default false, -- an operator lets go again what ЕГИССО rejected
    review_code       text       not null default '',    -- egisso.reason: why a person has to act, nothing can be sent
    dirty            boolean     not null default true,  -- a decision is due
    events            integer     not null default 0,     -- events accepted since the record was; part of the next event's uuid
    -- Counted and looked for apart: what has no record though ЕГИССО holds it, what has none
    -- and needs none, and what ЕГИССО held once and does not any more.
    bare_id           uuid        generated always as (case when record_id is null then accepted_id end) stored,
    idle              boolean     not null generated always as (record_id is null and accepted_id is null and not dirty) stored,
    emptied           boolean     not null generated always as (record_id is not null and accepted_id is null and accepted_event is not null) stored,
    newer             boolean     not null generated always as (row_newer and not dirty) stored,
    -- The record that says where the row is: its open one, or else the one whose state changed
    -- last, never a dropped one; code/29_present.sql.
    record_id         uuid,
    row_newer         boolean     not null default true, -- what is newest of it may be the row, not the record; only once it is decided
    -- What a row says need not be, word for word, what ЕГИССО holds of it: a code given by
    -- ЕГИССО, an end no event follows from, the reason of an application. The content it
    -- was decided on that nothing is to be sent is remembered, so that a reconciliation
    -- does not take such a row for a forgotten one.
    settled_hash      bytea,
    accepted_id       uuid,                               -- fact uuid, or id of the accepted version of a measure
    accepted_event    uuid,                               -- id of the element accepted last (event, fact, measure)
    accepted_hash     bytea,                              -- content_hash of what was accepted
    accepted_content  jsonb,                              -- what ЕГИССО holds, where it is not that of element accepted_event
    accepted_at       timestamptz,
    accepted_provider text,                              -- participant code what ЕГИССО holds was sent under
    primary key (register, row_key),
    check (adoption = '' or adopt_id is not null),
    check ((accepted_id is null) = (accepted_hash is null)),
    check (accepted_id is not null or accepted_content is null),
    check (accepted_id is null or accepted_event is not null or accepted_content is not null)
) with (fillfactor = 50); -- decided, and the outcome: beside what they replace no index is touched
create index source_row_unreadable on egisso.source_row (register, row_key) where row_findings <> '[]';
create index source_row_review on egisso.source_row (register, row_key) where review_code <> '';
-- Rows by what they need: a fact by its measure, which it names first; more has only a fact of a participant without a code.
create index source_row_measure on egisso.source_row ((needs[1])) where register = 'fact';
create index source_row_needs on egisso.source_row using gin (needs) where register <> 'fact' or cardinality(needs) > 1;
create index source_row_participant on egisso.source_row (participant_code) where register = 'onmsz';
create index source_row_twin on egisso.source_row (twin_key) where twin_key is not null;
create index source_row_unconfirmed on egisso.source_row (register, row_key) where unconfirmed;
create index source_row_known on egisso.source_row (known_id) where known_id is not null;
create index source_row_adopt_id on egisso.source_row (adopt_id) where adopt_id is not null;
create unique index source_row_adopted on egisso.source_row (adopt_id) where adoption <> '';
create index source_row_number on egisso.source_row (record_no);
create index source_row_newer on egisso.source_row (updated_at) where newer;
create index source_row_bare on egisso.source_row (bare_id) where bare_id is not null;
create index source_row_idle on egisso.source_row (register, row_key) where idle;
create index source_row_emptied on egisso.source_row (register, row_key) where emptied;

-- The rows a decision is due on: those that are dirty, as triggers of ../code/28_due_rows.sql see to.
-- Apart, so that no index of source_row says so, and a decision rewrites none of them.
create table egisso.due_row (
    register text    not null,
    row_key  text    not null,
    restless boolean not null,                           -- it has a record, whose package may be out of date
    primary key (register, row_key)
);
create index due_row_restless on egisso.due_row (register, row_key) where restless;

-- How many rows there are of each register: what every statement added, so that nobody waits
-- for a row another one adds to. egisso.compact_row_totals makes them few.
create table egisso.row_total (
    id       bigint generated always as identity primary key,
    register text   not null,
    rows     bigint not null
);

-- Readings of the source, numbered when they begin: of two that say different things of a
-- row the one that began later is believed.
create sequence egisso.source_reading;

-- The canonical content of a row, apart, because the row itself changes with every step of
-- its way; none when it is deleted or unreadable. As text: it is written and read as a whole.
create table egisso.source_content (
    register text not null,
    row_key  text not null,
    content  json not null,
    primary key (register, row_key)
);

-- Roles that see the facts of one organisation only, code/52_screens.sql.
create table egisso.workplace (
    role     text        collate "C" primary key,        -- of PostgreSQL
    osz_code text        not null,
    bound_at timestamptz not null default now(),
    bound_by text        not null
);

-- The version ЕГИССО accepted before this gateway, where the source says it.
create table egisso.source_known (
    register text  not null,
    row_key  text  not null,
    content  jsonb not null,
    primary key (register, row_key)
);

-- How far a register of the source has been read.
create table egisso.source_cursor (
    register   text primary key check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact')),
    position   text        not null,
    updated_at timestamptz not null default now(),
    -- Changes of the register may have been missed since: the source went back in time, or
    -- trimmed its log of changes before it was read. A reconciliation that began later pays
    -- for it.
    reconcile_from timestamptz,
    -- The source became another database then (restored, failed over). What it lacks since
    -- is not removed until a person says so.
    source_moved_at timestamptz
);

-- The oldest transaction of the source's server that has not ended: what changed after it
-- began has not been read.
create table egisso.source_holder (
    id     boolean     primary key default true check (id),
    xid    bigint      not null,
    who    text        not null,                         -- Russian, as far as it can be seen
    ends   text        not null,                         -- Russian: how to end it
    since  timestamptz not null,                         -- as the source says, or when it was met first
    met_at timestamptz not null default now(),
    told   boolean     not null default false            -- that it has lasted is in the log
);

-- Changes whose time said that they had been read already: a clock or a zone of the source is
-- wrong, or a transaction was open for longer than the overlap.
create table egisso.late_change (
    id       bigint      generated always as identity primary key,
    register text        not null,
    at       timestamptz not null default now(),
    records  integer     not null check (records > 0)
);

-- Reconciliation: everything in the source against everything the gateway knows
-- (jobs/README.md#promises, 1).

-- Keys one reconciliation has seen in the source. Lost in a crash of the server:
-- then it is made again.
create unlogged table egisso.seen_row (
    run      bigint not null,
    register text   not null,
    row_key  text   not null,
    primary key (run, register, row_key)
);

create table egisso.reconciliation (
    id          bigint      generated always as identity primary key,
    register    text        not null,
    started_at  timestamptz not null default now(),
    finished_at timestamptz,
    seen        integer     not null default 0,   -- rows in the source
    changed     integer     not null default 0,   -- had changed without being noticed
    gone        integer     not null default 0,   -- had disappeared without being noticed
    forgotten   integer     not null default 0,   -- neither accepted nor waiting for anything: decided anew
    problem     text        not null default ''   -- Russian: why it was not finished
);
create index reconciliation_register on egisso.reconciliation (register, started_at desc);

-- What is to be sent --------------------------------------------------------------------------

-- One package of 10.05.I or one file of 10.06.S.
create table egisso.package (
    id             uuid primary key,
    register       text        not null check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact', 'kmsz')),
    format         text        not null,                 -- kind of information, e.g. 10.06.S
    format_version text        not null,                 -- e.g. 1.1.0
    provider       text        not null,                 -- participant code it is sent under
    state          text        not null default 'formed'
                   check (state in ('formed', 'signed', 'queued', 'answered', 'send_failed', 'expired', 'dissolved')),
    result         text        check (result in ('accepted', 'partial', 'rejected')),
    egisso_status  smallint    check (egisso_status in (1, 2, 3)),  -- packageStatus of the last protocol
    record_count   integer     not null check (record_count between 1 and 1000 or record_count = 0 and register = 'kmsz'),
    info           text        not null default '',      -- Russian, for people; may quote ЕГИССО, so never logged
    returned       boolean     not null default false,   -- refused as a whole: its records are "not sent" again
    review         text,                                 -- why a person should look, Russian
    reviewed_at    timestamptz,                          -- when a person did
    reviewed_by    text,
    review_of_records boolean not null default false,    -- it is over once each of its records has an end elsewhere
    sign_failures  integer     not null default 0,       -- in a row
    epoch          bigint      not null default 0,       -- fence of the claim to sign
    claimed_until  timestamptz,
    created_at     timestamptz not null default now(),
    signed_at      timestamptz,
    queued_at      timestamptz,
    closed_at      timestamptz,                          -- answered, send_failed or expired
    classifier     text        check (classifier in ('010', '022', '023')),  -- a request for it: a package without records (adapter/egisso/SPEC.md#buttons)
    channel        text        not null default 'smev' check (channel in ('smev', 'manual')),  -- manual: a file that a person uploads, never signed or sent
    held           boolean     not null default false,   -- formed on command: waits for the command to send it
    released_at    timestamptz,                          -- an operator, or the policy for packages without an answer, gave its records back
    faultless      boolean     not null default false,   -- not sent, through no fault of its records or register
    withdrawn      integer     not null default 0,       -- records that left it before it was signed
    followed       boolean     not null default false,   -- it changed with the source after it was formed
    -- Of records whose package failed, or of one alone, while others pass: that it fails
    -- says little of its register.
    suspect        boolean     not null default false,
    export_id      bigint,                               -- the export it left with; null: registers without export times
    pruned_at      timestamptz,                          -- its documents and what its records say were removed: their term was over
    check ((state = 'answered') = (result is not null)),
    constraint package_asks check ((register = 'kmsz') = (classifier is not null))
);
create index package_review on egisso.package (id) where review is not null and reviewed_at is null;
create index package_export on egisso.package (export_id) where export_id is not null;
create index package_open on egisso.package (state, created_at) where state in ('formed', 'signed', 'queued');
create index package_unpruned on egisso.package (closed_at, id) where pruned_at is null and closed_at is not null;
create index package_created on egisso.package (created_at desc, id);
create index package_register_created on egisso.package (register, created_at desc, id);
create index package_unaccepted on egisso.package (created_at desc, id) where closed_at is not null and result is distinct from 'accepted';
create index package_register_closed on egisso.package (register, closed_at desc);
create index package_failed on egisso.package (register, provider, closed_at)
    where state = 'send_failed' and released_at is null and not faultless or returned;
create index package_passed on egisso.package (register, provider, closed_at desc) where state = 'answered' and not returned;
create unique index package_classifier_open on egisso.package (classifier) where state in ('formed', 'signed', 'queued');

-- One element to be sent: a fact, an event on a fact, a measure, its removal.
-- Its id is the id it has in the XML and in the protocol. A rejected element
-- that was corrected goes again under the same id; package_record keeps history.
create table egisso.record (
    id           uuid primary key,
    register     text        not null,
    row_key      text        not null,
    kind         text        not null,                   -- element name in the package
    provider     text        not null,                   -- participant code it is sent under
    bytes        integer     not null default 0,         -- of the JSON of its element
    becomes_hash bytea,                                  -- of what ЕГИССО holds once it accepts the record; null for removals
    findings     jsonb       not null default '[]',      -- of the local checks
    -- Of the records of a package that failed as a whole one may be the cause: each goes
    -- again in packages half as large, with others of which the same is known.
    package_limit integer    not null default 1000 check (package_limit between 1 and 1000),
    failed_alone integer     not null default 0,         -- packages of it alone that failed, in a row
    created_at   timestamptz not null default now(),
    settles      boolean     not null default false,     -- once it is accepted nothing is left to send, unless the row changes
    change       text        not null default ''         -- what it does to what ЕГИССО holds; '' brings something new
                 check (change in ('', 'removal', 'termination', 'alteration')),
    passed       boolean     not null default false,     -- a person let it go with many others
    as_sent      boolean     not null default false,     -- went without an answer, and goes again word for word: its row is decided after that
    -- A fact says what its row does, and these ids, until the source says something else; what
    -- others say stands in egisso.element.
    said         boolean     not null default false,
    measure_id   uuid,                                   -- null: not known yet
    category_id  uuid,
    -- What its way changes stands last, see source_row.
    state        text        not null
                 check (state in ('ready', 'waiting', 'blocked', 'packed', 'accepted',
                                  'accepted_with_warnings', 'rejected', 'dropped')),
    reason_code  text        not null default '',        -- egisso.reason: why it waits or was dropped
    package_id   uuid,                                   -- the package it is or was last in; all of one are found by its members
    state_at     timestamptz not null default now(),
    check (state <> 'packed' or package_id is not null),
    check (said or coalesce(measure_id, category_id) is null)
) with (fillfactor = 40); -- packed, and its outcome: beside what they replace they cost half the log
create index record_change on egisso.record (register, change, provider, created_at) where change <> '';
create index record_mass on egisso.record (register, change, provider) where state = 'waiting' and reason_code = 'mass_change';
create unique index record_one_open on egisso.record (register, row_key)
    where state in ('ready', 'waiting', 'blocked', 'packed');
create index record_ready on egisso.record (register, package_limit desc, created_at, id) where state = 'ready';
create index record_found on egisso.record (register, row_key) where findings <> '[]';
create index record_waiting on egisso.record (register, row_key) where state = 'waiting';
create index record_blocked on egisso.record (register, row_key) where state = 'blocked';
create index record_remark on egisso.record (register, state, row_key) where state in ('accepted_with_warnings', 'rejected');
create index record_row on egisso.record (register, row_key);
create index record_changed on egisso.record (state_at) where state in ('accepted', 'accepted_with_warnings', 'rejected');
create index record_settling on egisso.record (register, row_key) where state = 'waiting' and reason_code = 'settling';
create index record_dropped on egisso.record (state_at) where state = 'dropped';
create index record_held on egisso.record (register, row_key) where state = 'waiting' and reason_code = 'confirm_people';

-- Of each register, kind of change and provider: since when more came in a day than is borne.
create table egisso.change_guard (
    register    text        not null,
    change      text        not null check (change in ('removal', 'termination', 'alteration')),
    provider    text        not null,
    counts_from timestamptz not null default '-infinity', -- earlier changes do not count: a person spoke
    held_since  timestamptz,                              -- nothing of it leaves; null: what comes is borne
    counted     bigint,                                   -- no more records than these were put since counted_from; null: to be counted
    counted_from timestamptz,
    primary key (register, change, provider)
);

-- Mass changes somebody announced.
create table egisso.expected_change (
    id         bigint      generated always as identity primary key,
    register   text        not null,
    change     text        not null check (change in ('removal', 'termination', 'alteration')),
    at_most    integer     not null check (at_most > 0),
    until      timestamptz not null,
    created_at timestamptz not null default now()
);
create index expected_change_register on egisso.expected_change (register, change, until);

-- What a record says that says something else than its row, apart, because the record itself
-- changes with every step of its way. To be read in egisso.element_content.
create table egisso.element (
    id      uuid  primary key,                           -- of the record
    content jsonb not null,                              -- as it will be written
    becomes jsonb                                        -- what ЕГИССО holds once it accepts it, where that is not content (events on facts, applications)
);

-- Members of a package in their order, and what became of each. What is written by the
-- thousand refers by guards, see code/30_guards.sql.
create table egisso.package_record (
    package_id uuid    not null,
    ordinal    integer not null,
    record_id  uuid    not null,
    kind       text    not null,
    outcome    text    check (outcome in ('accepted', 'accepted_with_warnings', 'rejected', 'released', 'withdrawn')), -- withdrawn: it left before the package was signed
    findings   jsonb   check (findings <> '[]'),         -- of the local checks, with which it was packed; null: none
    -- Of one that a person released: the becomes_hash it was sent with, and what a protocol said
    -- of it that came later; the file, if nobody signed that.
    sent_hash  bytea,
    late       text    check (late in ('accepted', 'accepted_with_warnings', 'rejected')),
    late_file  text,
    check (late is null or outcome = 'released'),
    primary key (package_id, ordinal),
    unique (record_id, package_id)
) with (fillfactor = 50); -- every member gets its outcome
create index package_record_found on egisso.package_record (package_id) where findings is not null;

-- The protocol applied last, word for word: a later one is compared with it.
create table egisso.package_protocol (
    package_id uuid primary key references egisso.package,
    content    bytea       not null,
    applied_at timestamptz not null default now()
);

-- Refusals by their kind: the code of the rule and the text, with ids and numbers taken out.
create table egisso.refusal_kind (
    id       bigint      generated always as identity primary key,
    rule     text        not null,
    text     text        not null,
    suspect  boolean     not null,                       -- it may mean that ЕГИССО has the record already
    meaning  text        not null default '' check (meaning in ('', 'already_loaded', 'unknown_target', 'other')),
    said_by  text        not null default '',            -- who gave the meaning; '': the configuration, if it has one
    said_at  timestamptz,
    first_at timestamptz not null default now(),
    unique (rule, text)
);

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
    kind       bigint   references egisso.refusal_kind,  -- of an error
    primary key (package_id, position)
);
create index record_message_kind on egisso.record_message (kind) where kind is not null;
create index record_message_element on egisso.record_message (element_id, package_id);

-- After packages that failed as a whole, with none that passed since, a register of a
-- provider rests, and then one package at a time tries whether it goes again.
create table egisso.register_rest (
    register   text        not null check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact', 'kmsz')),
    provider   text        not null,
    until      timestamptz not null,
    failures   integer     not null,                      -- packages in a row
    reason     text        not null,                      -- Russian: of the last one
    trial      uuid,                                      -- the package that tries
    primary key (register, provider)
);

-- Failures before this moment no longer make a register rest.
create table egisso.register_waiver (
    register text        primary key,
    at       timestamptz not null
);

-- What the checks of records depend on besides the records: a change of it makes
-- blocked records worth another look.
create table egisso.check_basis (
    id    boolean primary key default true check (id),
    basis text not null
);

-- What came: stored before it is read, read before it is acknowledged -------------------------

-- What strangers send is stored and an attempt to read it is noted before anything in
-- it is read. What ended the process twice is set aside, shown, and left to people; the
-- rest goes on.

-- One row for each thing that is being read, gone when the reading ends, whichever way.
-- A row that stays was left by a process that died, or that lost the database.
create table egisso.reading (
    what         text        not null check (what in ('reply', 'answer', 'incoming', 'protocol', 'file')),
    id           text        not null,                    -- of the row that holds the bytes
    begun        integer     not null default 1,          -- processes in a row that began and did not end
    at           timestamptz not null default now(),
    process      uuid        not null,                    -- the last one
    -- How many of them may end before it is set aside. What comes from outside is read
    -- alone. The reading of an answer, an incoming message or a file lasts as long as what
    -- is done with it, and its bytes were looked at before: there a gateway that others
    -- kill is likelier.
    deaths_allowed integer   not null generated always as (case when what in ('reply', 'protocol') then 2 else 5 end) stored,
    set_aside_at timestamptz,                             -- nobody reads it until a person says so
    primary key (what, id)
);
create index reading_set_aside on egisso.reading (what, id) where set_aside_at is not null;

-- Replies to polls of the bus: each while it is read, and for good those that could not
-- be understood.
create table egisso.raw_reply (
    id           bigint      generated always as identity primary key,
    operation    text        not null check (operation in ('GetResponse', 'GetRequest', 'GetStatus')),
    key          text        not null,                    -- message_id, or sha256:… of the reply
    message_id   text        not null default '',         -- what the message calls itself: nobody's word; '': nothing to be seen
    content_type text        not null default '',
    raw          bytea       not null,                    -- as it came, decompressed
    complete     boolean     not null,                    -- false: raw is only the beginning
    size         bigint      not null,                    -- of what was received
    sha256       bytea       not null,                    -- of what was received
    state        text        not null check (state in ('reading', 'unread', 'again')),
    problem      text        not null default '',         -- English, for the support engineer
    process      uuid,                                    -- who failed to understand it last
    received_at  timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    seen         integer     not null default 1,          -- how often it came
    unique (operation, key)
);
alter table egisso.raw_reply alter column raw set storage external; -- most of it is gone in a moment
create index raw_reply_again on egisso.raw_reply (operation, id) where state = 'again';
create index raw_reply_received on egisso.raw_reply (received_at) where state <> 'reading';

-- What could not even be kept, because of the bound of a day.
create table egisso.unkept_reply (
    operation text        primary key,
    since     timestamptz not null default now(),
    last_at   timestamptz not null default now(),
    replies   bigint      not null default 1,
    bytes     bigint      not null
);

-- Acknowledgements that people ordered: the gateway sends them.
create table egisso.ack_order (
    id           bigint      generated always as identity primary key,
    operation    text        not null check (operation in ('GetResponse', 'GetRequest')), -- whose queue
    subject      text        not null,                    -- as egisso.inbox names it
    message_id   text        not null,
    accepted     boolean     not null,                    -- false: the message was not believed
    ordered_at   timestamptz not null default now(),
    ordered_by   text        not null,
    reason       text        not null,
    attempts     integer     not null default 0,
    next_at      timestamptz not null default now(),
    done_at      timestamptz
);
create index ack_order_due on egisso.ack_order (operation, next_at) where done_at is null;
create index ack_order_subject on egisso.ack_order (subject);

-- What a person has looked at and needs nobody any more.
create table egisso.inbox_done (
    subject text        primary key,                      -- as egisso.inbox names it
    at      timestamptz not null default clock_timestamp(),
    who     text        not null
);

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
    stranger       boolean     not null default false,    -- verified, and nobody had confirmed its sender
    problem        text        not null default '',       -- why it is not believed, or why handling failed
    trust          bytea,                                 -- hash of what was believed when it was judged
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
    held_at        timestamptz,                           -- a broadcast about КМСЗ of somebody nobody confirmed waits
    check ((handled_at is null) = (verdict is null)),
    check (reply is null or kind = 'request')
);
create index incoming_unacked on egisso.incoming (next_ack_at) where acked_at is null and verified;
create index incoming_unhandled on egisso.incoming (received_at) where handled_at is null and verified;
create index incoming_reply_due on egisso.incoming (received_at) where reply = 'due';
create index incoming_unverified on egisso.incoming (received_at) where not verified;
create index incoming_trust on egisso.incoming (trust) where not verified;
create index incoming_stranger on egisso.incoming (received_at) where stranger;
create index incoming_cancels on egisso.incoming (cancels) where kind = 'cancel';
create index incoming_received on egisso.incoming (received_at desc, id);
create index incoming_held on egisso.incoming (sender) where held_at is not null;

-- Outbox and inbox ----------------------------------------------------------------------------

-- Outbox. The bytes are final: a repeat posts the same bytes.
create table egisso.message (
    id              uuid primary key,                     -- MessageID, UUID version 1
    package_id      uuid        references egisso.package,
    envelope        bytea       not null,
    certificate     bytea,                                -- it is signed with: SHA-256 of its DER; null if that is not known
    state           text        not null default 'pending'
                    check (state in ('pending', 'in_doubt', 'delivered', 'refused')),
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    epoch           bigint      not null default 0,
    claimed_until   timestamptz,
    last_error      text        not null default '',
    created_at      timestamptz not null default now(),
    delivered_at    timestamptz,
    incoming_id     text        references egisso.incoming, -- the request of others it answers
    check (num_nonnulls(package_id, incoming_id) = 1)
);
create index message_package on egisso.message (package_id, created_at desc);
create unique index message_one_live on egisso.message (package_id) where state <> 'refused';
create index message_due on egisso.message (next_attempt_at) where state in ('pending', 'in_doubt');
create unique index message_one_live_answer on egisso.message (incoming_id) where state <> 'refused' and incoming_id is not null;

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
-- What large answers say, once however many of them say it word for word: КМСЗ has 20 MiB and
-- comes with every request.
create table egisso.shared_content (
    sha256  bytea       primary key,
    content bytea       not null check (sha256(content) = sha256),
    kept_at timestamptz not null default now()            -- when an answer came last that has it
);

create table egisso.answer (
    id                  text primary key,                 -- MessageMetadata/MessageId, or sha256:… when unreadable
    original_message_id text        not null default '',
    kind                text        not null,
    content             bytea,                            -- what follows from the verified bytes (JSON of the answer)
    raw                 bytea       not null,             -- as it came, but for shared: see egisso.answer_raw
    shared              bytea       references egisso.shared_content, -- stood in raw
    shared_at           integer,                          -- behind so many bytes
    shared_size         integer,
    verified            boolean     not null,
    problem             text        not null default '',
    trust               bytea,                            -- hash of what was believed when it was judged
    received_at         timestamptz not null default now(),
    acked_at            timestamptz,
    ack_attempts        integer     not null default 0,
    next_ack_at         timestamptz not null default now(),
    applied_at          timestamptz,
    apply_attempts      integer     not null default 0,
    next_apply_at       timestamptz not null default now(),
    applied_note        text        not null default '',
    -- The primary content as it was verified: a classifier has 20 MiB and more, which inside
    -- the JSON of content would be as many again and copies on the way. Null: there is none,
    -- or it has been applied.
    body                bytea,
    review              text,                             -- why a person should look, Russian
    part                text        check (part in ('egisso', 'bus')), -- whose word it is
    sender              text,                             -- mnemonic, '' if the message names nobody
    about               uuid        references egisso.message, -- the message of ours it is about
    held_at             timestamptz,                      -- stored and acknowledged, and waits until somebody confirms its sender
    named               uuid[],                           -- records its protocol names, about nothing of ours as far as is known
    check (num_nulls(shared, shared_at, shared_size) in (0, 3)),
    check (shared is null or raw <> '')
);
create index answer_shared on egisso.answer (shared) where shared is not null;
create index answer_unacked on egisso.answer (next_ack_at) where acked_at is null and verified;
create index answer_unapplied on egisso.answer (received_at) where applied_at is null and verified;
create index answer_unverified on egisso.answer (received_at) where not verified;
create index answer_trust on egisso.answer (trust) where not verified;
-- Evidence about a message: what came about it.
create index answer_original on egisso.answer (original_message_id) where verified;
create index answer_review on egisso.answer (received_at) where review is not null;
create index answer_named on egisso.answer (received_at) where named is not null;
create index answer_held on egisso.answer (part, sender) where held_at is not null;
create index answer_held_about on egisso.answer (about) where held_at is not null;
create index answer_stranger on egisso.answer (received_at) where verified and (about is null or held_at is not null);

-- Answers to what is not ours, which another gateway of our mnemonic may be waiting for: they
-- stay at the bus, and are not stored, until it had time to take them.
create table egisso.foreign_answer (
    id      text        primary key,                      -- of the bus
    since   timestamptz not null default now(),           -- when it was met first
    last_at timestamptz not null default now(),
    seen    integer     not null default 1                -- how often
);

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
    damaged         integer     not null default 0,       -- how often its hash did not hold: several times, and it is given up
    unique (answer_id, name),
    check (state <> 'checked' or content is not null)
);
create index received_file_due on egisso.received_file (next_attempt_at) where state = 'due';

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

-- The classifier of measures (КМСЗ) and the dictionaries --------------------------------------

-- The classifier of measures (КМСЗ) and the dictionaries of periodicity (022) and
-- units (023), adapter/egisso/SPEC.md#classifier: private tables classifier_*, public views kmsz_*.
create table egisso.classifier_version (
    number       integer     primary key check (number > 0),
    status       smallint    not null check (status between 1 and 6),  -- adapter/egisso/SPEC.md#version-status
    start_date   timestamptz not null,
    finish_date  timestamptz,
    document     text        not null,
    note         text        not null default '',
    hash         bytea       not null,                 -- of the content, whatever the status
    source       text        not null check (source in ('10.02.I', '10.01.O', 'file')),
    body         bytea       not null,                 -- the document it came in
    received_at  timestamptz not null default now(),   -- this content
    activated_at timestamptz                           -- when the gateway learnt that it is active
);
create unique index classifier_version_active on egisso.classifier_version (status) where status = 5;

-- Items of the facets but the rules, in the order of the document.
create table egisso.classifier_position (
    version  integer not null references egisso.classifier_version,
    facet    text    not null check (facet in ('reestrMSZ', 'partsKMSZ', 'listCategories', 'levelsNPA', 'fundingSources', 'provisionForms')),
    ordinal  integer not null,
    code     text    not null,
    name     text    not null,
    parent   text    not null default '',
    repeated boolean not null,                         -- the facet names the code earlier; the schema does not forbid it
    primary key (version, facet, ordinal)
);
create unique index classifier_position_code on egisso.classifier_position (version, facet, code) where not repeated;

-- Legal acts of the rules of a version, each once.
create table egisso.classifier_act (
    version   integer not null references egisso.classifier_version,
    ordinal   integer not null,
    number    text    not null,
    title     text    not null,
    date      date    not null,
    authority text    not null,
    primary key (version, ordinal)
);

create table egisso.classifier_rule (
    version  integer   not null references egisso.classifier_version,
    ordinal  integer   not null,
    msz      text      not null,
    category text      not null,
    level    text      not null,
    source   text      not null,
    form     text      not null,
    part     text      not null,
    acts     integer[] not null,                       -- ordinals of classifier_act
    code     text      not null generated always as
             (msz || '.' || category || '.' || level || '.' || source || '.' || form || '.' || part) stored,  -- adapter/egisso/SPEC.md#classifier-structure
    primary key (version, ordinal)
);
create index classifier_rule_code on egisso.classifier_rule (version, code);

create table egisso.classifier_periodicity (
    ordinal     integer     primary key,
    code        text        not null,
    title       text        not null,
    start_date  timestamptz not null,
    finish_date timestamptz
);

create table egisso.classifier_unit (
    ordinal     integer     primary key,
    code        text        not null,
    title       text        not null,
    short_title text        not null default '',
    okei        text        not null default '',
    start_date  timestamptz not null,
    finish_date timestamptz
);

-- What the copies in memory and the findings below were made from.
create table egisso.classifier_state (
    id               boolean primary key default true check (id),
    revision         bigint  not null default 0,       -- grows with every change of the classifier
    units            bigint  not null default 0,       -- revision of the last change of the units
    checked_revision bigint  not null default 0,       -- records were checked again by this one
    checked_basis    text    not null default '',      -- this and the local measures it was compared with
    checked_active   integer not null default 0        -- version that was active then
);
insert into egisso.classifier_state default values;

-- What is to be asked by 10.02.I, and when it was.
create table egisso.classifier_request (
    classifier  text primary key check (classifier in ('010', '022', '023')),
    wanted_at   timestamptz,                           -- null: nobody wants it
    wanted_by   text        not null default '',
    reason      text        not null default '',       -- Russian
    package_id  uuid        references egisso.package, -- the last request
    asked_at    timestamptz,                           -- when it was formed
    tries       integer     not null default 0,        -- requests since the last answer
    next_at     timestamptz not null default now(),
    received_at timestamptz,                           -- last answer that could be used
    hint_at     timestamptz                            -- when a stranger last made us ask: once a day
);
insert into egisso.classifier_request (classifier) values ('010'), ('022'), ('023');

-- What came of messages about the classifier, for people.
create table egisso.classifier_note (
    id     bigint generated always as identity primary key,
    at     timestamptz not null default now(),
    source text        not null,
    note   text        not null                        -- Russian
);

-- Local measures that do not pass a version that is or will be in force.
create table egisso.classifier_finding (
    version  integer not null references egisso.classifier_version,
    row_key  text    not null,
    position integer not null,
    code     text    not null,
    severity text    not null check (severity in ('error', 'warning')),
    field    text    not null,
    text     text    not null,
    primary key (version, row_key, position)
);

-- What people do ------------------------------------------------------------------------------

-- The file of a manual package: what was written stays as it was.
create table egisso.package_file (
    package_id  uuid        primary key references egisso.package,
    file_name   text        not null unique,
    content     bytea       not null,
    created_at  timestamptz not null default now(),
    exported_at timestamptz                            -- first written to a directory
);

-- Protocols brought as files. Nobody signed them: who brought each is kept.
create table egisso.protocol_file (
    id             text        primary key,            -- sha256: of the octets and of the package named
    package_id     uuid,                               -- named by who brought it; null: the protocol says it
    raw            bytea       not null,
    imported_at    timestamptz not null default now(),
    imported_by    text        not null,
    outcome        text        check (outcome in ('applied', 'refused')),
    applied_to     uuid        references egisso.package,
    applied_at     timestamptz,
    note           text        not null default '',    -- Russian
    apply_attempts integer     not null default 0,
    next_apply_at  timestamptz not null default now(),
    reason         text        not null default '',
    check ((outcome is null) = (applied_at is null))
);
create index protocol_file_unapplied on egisso.protocol_file (imported_at) where outcome is null;

-- What a protocol from a file says of a package the bus has: nobody signed it, so that
-- its outcomes are marked until the bus's own answer confirms or replaces them. Files
-- of packages that never were on the bus are all there is to believe.
create table egisso.unconfirmed_outcome (
    package_id uuid        not null references egisso.package,
    record_id  uuid        not null references egisso.record,
    outcome    text        not null check (outcome in ('accepted', 'accepted_with_warnings', 'rejected')),
    file_id    text        not null references egisso.protocol_file,
    at         timestamptz not null default clock_timestamp(),
    sent       jsonb,       -- the record as it was sent; null once settled
    before     jsonb,       -- what the row held of ЕГИССО until then; null once settled
    settled_at timestamptz, -- when the bus had its say
    settled    text         check (settled in ('accepted', 'accepted_with_warnings', 'rejected', 'released')),
    primary key (package_id, record_id),
    check ((settled_at is null) = (settled is null) and (settled_at is null) = (sent is not null))
);
create index unconfirmed_outcome_open on egisso.unconfirmed_outcome (record_id) where settled_at is null;

-- Exports: what was decided by a time of the schedule leaves from then on.
create table egisso.export (
    id        bigint      generated always as identity primary key,
    register  text        not null,
    kind      text        not null check (kind in ('first', 'changes')),
    due_at    timestamptz not null,                    -- the time of the schedule
    opened_at timestamptz not null default clock_timestamp(), -- records decided by then belong to it
    unique (register, due_at)
);

-- Registers with export times. A time before the gateway knew the schedule is none.
create table egisso.export_plan (
    register text        primary key,
    since    timestamptz not null,
    next_at  timestamptz not null
);

-- Registers whose packages are formed on command only; each order once.
create table egisso.form_order (
    id           bigint      generated always as identity primary key,
    register     text        not null,
    records      integer     not null,                 -- ready when it was given
    requested_at timestamptz not null default now(),
    requested_by text        not null,
    done_at      timestamptz,
    session_role text,                                 -- as PostgreSQL knows it
    stated       text                                  -- the person, as a program says
);
create index form_order_open on egisso.form_order (register) where done_at is null;

-- Two pairs of eyes (code/35_approval.sql). Registers whose packages nobody signs or exports
-- before a person approved them; changed by the owner alone.
create table egisso.approval_rule (
    register text        primary key check (register in ('onmsz', 'lmsz', 'point', 'organization', 'fact')),
    agree    boolean     not null default false,       -- another person agrees first, whoever formed the package
    patience interval    not null default '1 day' check (patience > '0'), -- a package that waits longer is shown
    since    timestamptz not null default now()
);

-- What people said of a package, and of which content: one row stands for each step.
create table egisso.approval (
    id         bigint      generated always as identity primary key,
    package_id uuid        not null references egisso.package,
    step       text        not null check (step in ('agree', 'approve', 'disapprove')),
    content    bytea       not null,                   -- egisso.package_content.hash
    who        text        not null,                   -- login role of the session, never a stated person
    at         timestamptz not null default clock_timestamp(),
    reason     text        not null default '' check (egisso.plain_text(reason) and length(reason) <= 2000),
    voided_at  timestamptz,
    void       text        check (void in ('changed', 'disapproved', 'reconsidered', 'rule')), -- why it does not stand any more
    check ((voided_at is null) = (void is null))
);
create unique index approval_standing on egisso.approval (package_id, step) where voided_at is null;

-- Who had ordered a package of such a register when it was formed; nobody: it formed by itself.
create table egisso.package_former (
    package_id uuid    not null,
    who        text    not null,                       -- login role of the session that ordered it
    person     boolean not null,                       -- one person's own role, and nobody else was stated
    primary key (package_id, who)
);

create table egisso.audit (
    id         bigint      generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    who        text        not null,
    action     text        not null,
    register   text,
    row_key    text,
    package_id uuid,
    reason     text        not null default '',
    detail     text        not null default '',        -- Russian: what came of it
    session_role text,                                 -- as PostgreSQL knows it
    stated       text,                                 -- the person, as a program says
    constraint audit_plain check (egisso.plain_text(who || reason || detail) and length(reason) <= 2000 and length(detail) <= 2000)
);
create index audit_row on egisso.audit (register, row_key) where row_key is not null;
create index audit_package on egisso.audit (package_id) where package_id is not null;

create table egisso.service_log (
    id         bigint generated always as identity primary key,
    enabled    boolean     not null,
    changed_at timestamptz not null default now(),
    changed_by text        not null,
    reason     text        not null,
    offs_seen    bigint    not null default 0,            -- of an "on": how many "off" were there when it was given
    session_role text,
    stated       text,
    constraint service_log_plain check (egisso.plain_text(changed_by || reason) and length(reason) <= 2000)
);
insert into egisso.service_log (enabled, changed_by, reason)
values (false, session_user, 'Первый запуск: сервис включает администратор');
create index service_log_off on egisso.service_log (id) where not enabled;

-- Evidence outside the database ---------------------------------------------------------------

-- What lies in the archive (adapter/archive), so that it is put there once.
create table egisso.archived (
    kind   text        not null check (kind in ('sent', 'answer', 'incoming', 'export', 'protocol')),
    id     text        not null,                -- as the archive names it
    digest bytea       not null,                -- SHA-256 of its first document
    at     timestamptz not null default now(),
    primary key (kind, id)
);
create index archived_at on egisso.archived (at);

-- Documents that were removed when their term was over (code/69_keeping.sql): what proves
-- that they were, and what they said if somebody has them still.
create table egisso.pruned (
    kind         text        not null check (kind in ('sent', 'answer', 'incoming', 'export', 'protocol', 'reply')), -- as the archive names them; reply: raw_reply
    id           text        not null,
    package_id   uuid        references egisso.package,
    at           timestamptz not null default now(),
    sha256       bytea       not null,                -- of the document
    size         bigint      not null,                -- in octets
    signatures   jsonb       not null default '[]',   -- of the document, each with the octets it is over: jobs.Signature
    files        jsonb       not null default '[]',   -- that came or went with it: name, sha256, size
    archived_at  timestamptz,                         -- when it was put into the archive; null: it is nowhere
    forgotten_at timestamptz,                         -- when the archive let it go, too
    primary key (kind, id)
);
create index pruned_package on egisso.pruned (package_id) where package_id is not null;
create index pruned_remembered on egisso.pruned (archived_at) where archived_at is not null and forgotten_at is null;

-- Gateways that cannot write theirs, and therefore neither send nor acknowledge.
create table egisso.archive_trouble (
    process uuid        primary key,
    since   timestamptz not null default now(),
    last_at timestamptz not null default now(), -- when it was tried last
    problem text        not null                -- English, of the operating system
);

-- The newest entries of archives that the database did not know when a gateway looked, and
-- recoveries that are under way (kind 'recovery'): while one has not ended nothing is signed,
-- sent, polled or exported (code/46_loss.sql).
create table egisso.archive_loss (
    kind       text        not null check (kind in ('sent', 'answer', 'incoming', 'export', 'protocol', 'recovery')),
    id         text        not null,                -- as the archive names it
    since      timestamptz not null default now(),
    ended_at   timestamptz,
    how        text        check (how in ('recovered', 'accepted')), -- brought back, or a person said that it is not missed
    primary key (kind, id),
    check ((ended_at is null) = (how is null))
);
create index archive_loss_open on egisso.archive_loss (since) where ended_at is null;

-- The running program -------------------------------------------------------------------------

-- Whom this database was made for, as the first gateway that ran said: what one ЕГИССО
-- accepted another one never has.
create table egisso.contour (
    id           boolean     primary key default true check (id),
    bus          text        not null,                -- host and port of the bus
    test         boolean     not null,                -- messages are marked as tests
    source       text        not null,                -- database and schema of the МИС
    source_hosts text[]      not null,                -- where it is: host and port, several if it may move
    provider     text        not null,                -- the gateway's own participant code
    since        timestamptz not null default now(),
    refused_at   timestamptz,                         -- a gateway with other settings did not start
    refused      text        not null default ''      -- Russian: in what they differ
);

-- Gateways that run, as they say every minute.
create table egisso.instance (
    process    uuid        primary key,
    pid        integer     not null,
    version    text        not null,                  -- of the program
    started_at timestamptz not null,
    seen_at    timestamptz not null default now(),
    -- Name of each setting that decides what is sent, and a hash of its value. None of them
    -- is a secret, a path or a host.
    settings   jsonb       not null,
    outdated_at timestamptz,                          -- it ended: the schema moved on without its program
    jobs        text[]      not null default '{}',    -- it runs; what no gateway runs any more fails no more
    certificate bytea                                 -- it signs with: the fingerprint; null: nobody said
);

-- Machines whose gateway did not start, and why; the next start there that succeeds forgets it.
create table egisso.failed_start (
    machine   text        primary key,                -- a hash
    failed_at timestamptz not null default now(),
    version   text        not null,                   -- of the program
    problem   text        not null,                   -- as it was said on standard error
    lasting   boolean     not null                    -- the next start would meet it again: the service waits for a person
);

-- When each job last ran and last succeeded: silence must be visible.
create table egisso.job (
    name            text primary key,
    last_started_at timestamptz,
    last_success_at timestamptz,
    last_error_at   timestamptz,
    last_error      text not null default '',
    cause           text not null default '' check (cause in ('', 'signing', 'unregistered')), -- of it, if it is the cause of many
    failures        integer not null default 0,           -- in a row
    failing_since   timestamptz                           -- the first of them; null: there are none
);

-- What EGISSOGW_ALERT_COMMAND was told, once for all gateways.
create table egisso.alert (
    one           boolean     primary key default true check (one),
    trouble       boolean     not null default false,  -- told last, or to be told
    since         timestamptz not null default now(),
    told          boolean     not null default true,
    differs_since timestamptz,                         -- the list has looked otherwise since then
    next_at       timestamptz not null default now(),  -- when to try to tell again
    failures      integer     not null default 0,      -- to tell, in a row
    version       bigint      not null default 0
);
insert into egisso.alert default values;

-- How the bus and its file storage look from here, for those who look at the
-- database: a running gateway keeps it current.
create table egisso.link (
    name        text primary key check (name in ('smev', 'ftp')),
    down_since  timestamptz,                    -- null: it answers
    failures    integer     not null default 0, -- in a row
    skew        interval,                       -- its clock minus ours; null: not known
    uncertainty interval,                       -- how far the true skew may be from that
    measured_at timestamptz,
    updated_at  timestamptz not null default now(),
    check ((skew is null) = (uncertainty is null) and (skew is null) = (measured_at is null))
);

-- What gateways sign with, as they say every minute: until when it may be done.
create table egisso.signing_certificate (
    fingerprint bytea primary key,           -- SHA-256 of the certificate
    serial      text        not null,        -- hexadecimal
    ends_at     timestamptz not null,        -- the certificate's term or that of its key
    seen_at     timestamptz not null default now()
);

-- Reports: of each package that left, what it said of each measure and what became of it, so that
-- a report over a million facts reads some thousand rows (code/75_report.sql).
create table egisso.package_total (
    package_id uuid    not null references egisso.package,
    measure    text    not null,                -- row_key of the measure of a fact; '' for other registers, and where it is not known
    sent       integer not null,
    accepted   integer not null,
    rejected   integer not null,
    late       integer,                         -- facts accepted after the term; null: there was none when they were counted
    primary key (package_id, measure)
);

-- Packages of which something has become that is not counted yet.
create table egisso.uncounted_package (
    package_id uuid        primary key,
    at         timestamptz not null default now()
);

-- Within how many days of its decision a fact is to be accepted (EGISSOGW_REPORT_TERM); null: nobody said.
create table egisso.report_term (
    one  boolean primary key default true check (one),
    days integer check (days between 1 and 3650)
);
insert into egisso.report_term default values;

-- Days whose summary was told, once for all gateways: of the exports of that day, or at the
-- time of the schedule.
create table egisso.told_summary (
    day date not null,
    of  text not null check (of in ('exports', 'schedule')),
    primary key (day, of)
);

-- Files and messages are packed by what costs a fifth of the processor time, where the
-- server has it.
do $$
declare
    c record;
begin
    for c in select a.attrelid::regclass as relation, a.attname
               from pg_attribute a join pg_class r on r.oid = a.attrelid
              where r.relnamespace = 'egisso'::regnamespace and r.relkind = 'r' and a.atttypid = 'bytea'::regtype and a.attnum > 0
                and a.attstorage = 'x' loop
        execute format('alter table %s alter column %I set compression lz4', c.relation, c.attname);
    end loop;
exception when feature_not_supported then
    raise notice 'no lz4 here: files are packed by pglz';
end $$;
