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

-- Evidence about a message: what came about it.
create index answer_original on egisso.answer (original_message_id) where verified;
