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
