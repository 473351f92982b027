-- Reference МИС: tables of the registers beside local measures and facts, and what
-- the log of changes (02_change_log.sql) learns of them. Organisations that grant
-- measures (ОНМСЗ) are in 01_schema.sql: facts name them.

-- Pharmacies: organisations that provide measures.

create table mis.pharmacy (
    id           bigint primary key,
    name         text not null,
    site         text,
    address      text not null,
    email        text,
    phone        text,
    is_person    boolean not null default false, -- an entrepreneur
    inn          text,
    kpp          text,
    ogrn         text,                           -- ОГРНИП of an entrepreneur
    reg_grn      text,                           -- entry in the state register: ГРН, ГРНИП
    reg_date     date,
    reg_issuer   text,
    cert_series  text,                           -- only of a certificate on paper
    cert_number  text,
    is_deleted   boolean not null default false,
    upd_dt       timestamptz not null default now()
);

create table mis.pharmacy_point (                -- where it dispenses
    id          bigint primary key,
    pharmacy_id bigint not null references mis.pharmacy,
    name        text not null,
    address     text not null,
    email       text,
    phone       text,
    note        text,
    schedule    text,
    latitude    numeric(9,6),
    longitude   numeric(9,6)
);

create table mis.pharmacy_measure (              -- which measures are provided there
    point_id    bigint not null references mis.pharmacy_point,
    pharmacy_id bigint not null references mis.pharmacy,
    measure_id  bigint not null references mis.measure,
    beg_date    date not null,
    end_date    date,
    primary key (point_id, measure_id, beg_date)
);

create table mis.pharmacy_contract (
    id          bigint primary key,
    pharmacy_id bigint not null references mis.pharmacy,
    title       text not null,
    num         text,
    contractor  text not null                    -- the authority that concluded it
);

-- Places where an organisation that grants measures receives people.

create table mis.reception (
    id         bigint primary key,
    onmsz_id   bigint not null references mis.onmsz,
    name       text not null,
    address    text not null,
    oktmo      char(8),
    email      text,
    phone      text,
    schedule   text,
    rules      text,
    latitude   numeric(9,6),
    longitude  numeric(9,6),
    is_closed  boolean not null default false,
    upd_dt     timestamptz not null default now()
);

create table mis.reception_measure (
    reception_id bigint not null references mis.reception,
    measure_id   bigint not null references mis.measure,
    primary key (reception_id, measure_id)
);

-- The log of changes.

create trigger egisso_changed after insert or update or delete on mis.onmsz
    for each row execute function mis.egisso_record_changed('onmsz', 'id');

create trigger egisso_changed after insert or update or delete on mis.pharmacy
    for each row execute function mis.egisso_record_changed('organization', 'id');
create trigger egisso_changed after insert or update or delete on mis.pharmacy_point
    for each row execute function mis.egisso_record_changed('organization', 'pharmacy_id');
create trigger egisso_changed after insert or update or delete on mis.pharmacy_measure
    for each row execute function mis.egisso_record_changed('organization', 'pharmacy_id');
create trigger egisso_changed after insert or update or delete on mis.pharmacy_contract
    for each row execute function mis.egisso_record_changed('organization', 'pharmacy_id');

create trigger egisso_changed after insert or update or delete on mis.reception
    for each row execute function mis.egisso_record_changed('presence_point', 'id');
create trigger egisso_changed after insert or update or delete on mis.reception_measure
    for each row execute function mis.egisso_record_changed('presence_point', 'reception_id');

-- A presence point shows the code of its organisation.
create function mis.egisso_reception_code_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mis.egisso_touch('presence_point', array(select id from mis.reception where onmsz_id = new.id));
    return null;
end $$;

create trigger egisso_reception_code_changed after update of code on mis.onmsz
    for each row when (old.code is distinct from new.code) execute function mis.egisso_reception_code_changed();
