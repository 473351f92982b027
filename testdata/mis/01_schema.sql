-- Reference medical information system (МИС): the tables.
--
-- A small realistic model of prescriptions under a benefit (льготные рецепты).
-- It is not the gateway's: it stands for the database of a vendor, and the
-- files after it show what a vendor adds so that the gateway can read it:
--   02_change_log.sql       what changed and in which transaction;
--   03_views.sql            the source contract, schema egisso_source: local
--                           measures and facts;
--   04_registers.sql        tables of the other registers;
--   05_register_views.sql   and their views, for a site that keeps them.

create schema mis;

-- Medical organisations (ЛПУ), and who grants measures (ОНМСЗ) for their patients.

create table mis.lpu (
    id    bigint primary key,
    name  text not null,
    inn   text,
    kpp   text,
    ogrn  text,
    oktmo char(8)
);

create table mis.onmsz (
    id            bigint primary key,
    code          text,                         -- in ЕГИССО, NNNN.NNNNNN; null until it is given
    name          text not null,
    short_name    text,
    inn           text,
    kpp           text,
    ogrn          text,
    legal_address text,
    address       text,
    email         text,
    site          text,
    oktmo         text[] not null default '{}', -- where it works
    basis_num     text,                         -- document an application rests on
    basis_date    date,
    basis_name    text,
    is_deleted    boolean not null default false,
    upd_dt        timestamptz not null default now()
);

create table mis.egisso_onmsz (
    lpu_id   bigint primary key references mis.lpu,
    onmsz_id bigint not null references mis.onmsz
);

-- Patients and the benefits they have.

create table mis.patient (
    id            bigint primary key,
    snils         char(11),
    surname       text not null,
    name          text not null,
    patronymic    text,
    birth_surname text,
    sex           smallint not null,            -- 1 male, 2 female
    birth_date    date not null,
    birth_place   text,
    death_date    date,
    left_date     date,                         -- moved to another region
    phone         text,
    citizenship   char(3) default '643',
    doc_type      smallint,                     -- 1 passport of Russia, 3 birth certificate
    doc_series    text,
    doc_number    text,
    doc_date      date,
    doc_issuer    text,
    upd_dt        timestamptz not null default now()
);

create table mis.patient_address (
    patient_id bigint not null references mis.patient,
    kind       smallint not null,               -- 1 permanent, 2 temporary, 3 actual residence
    country    char(3) not null default '643',
    post_index text,
    region     text,
    district   text,
    city       text,
    street     text,
    house      text,
    housing    text,
    apartment  text,
    primary key (patient_id, kind)
);

create table mis.privilege_type (
    id      bigint primary key,
    code    text not null,
    name    text not null,
    finance smallint not null                   -- 1 federal, 2 regional, 3 municipal
);

create table mis.patient_privilege (
    id                bigint primary key,
    patient_id        bigint not null references mis.patient,
    privilege_type_id bigint not null references mis.privilege_type,
    beg_date          date not null,
    end_date          date,                     -- last day
    end_cause         smallint,                 -- 1 right lost (or null), 2 replaced by another benefit,
                                                -- 3 another benefit forbids it, 4 its own term is over
    doc_name          text,
    doc_series        text,
    doc_number        text,
    doc_date          date,
    doc_issuer        text,
    doc_list          jsonb,                    -- several documents, as the МИС form saves them
    refused_date      date,
    upd_dt            timestamptz not null default now()
);
create index on mis.patient_privilege (patient_id);

create table mis.privilege_basis (              -- who is the reason for the right
    privilege_id bigint not null references mis.patient_privilege,
    patient_id   bigint not null references mis.patient,
    kinship      char(7),                       -- what that person is to the recipient
    primary key (privilege_id, patient_id)
);
create index on mis.privilege_basis (patient_id);

-- Drugs and prescriptions.

create table mis.drug (
    id         bigint primary key,
    inn_name   text not null,
    trade_name text,
    form       text,
    dosage     text
);

create table mis.recipe (                       -- льготный рецепт
    id             bigint primary key,
    lpu_id         bigint not null references mis.lpu,
    patient_id     bigint not null references mis.patient,
    privilege_id   bigint not null references mis.patient_privilege,
    series         text not null,
    num            text not null,
    issue_date     date not null,
    valid_days     smallint not null,           -- 15, 30, 60, 90
    drug_id        bigint not null references mis.drug,
    pack_qty       numeric(10,3) not null,      -- packages prescribed
    discount       smallint not null default 100, -- 100 free, 50 half price, 0 full price, compensated
    price          numeric(12,2),
    sum_total      numeric(12,2),               -- what the budget pays
    status         smallint not null,           -- 1 issued 2 dispensed 3 refused 4 cancelled 5 expired
    dispensed_date date,
    merged_into    bigint references mis.recipe, -- entered twice: the one that stays
    is_deleted     boolean not null default false,
    ins_dt         timestamptz not null default now(),
    upd_dt         timestamptz not null default now(),
    unique (series, num)
);
-- The log of changes finds the prescriptions of a patient, a benefit, a drug.
create index on mis.recipe (patient_id);
create index on mis.recipe (privilege_id);
create index on mis.recipe (drug_id);
create index on mis.recipe (merged_into) where merged_into is not null;

-- Register of local measures (реестр ЛМСЗ), edited by the ministry's specialist.

create table mis.measure (
    id             bigint primary key,
    code           text,
    title          text not null,
    beg_date       date not null,
    end_date       date,
    periodicity    char(2) not null,            -- dictionary 022
    part_code      char(6) not null,            -- section of КМСЗ
    msz_code       char(4) not null,            -- typical measure of КМСЗ
    form_code      char(2) not null,            -- 01 money, 02 natural, 03 exemption, 04 service
    npa_level      char(2) not null,
    sum_rules      text,
    kbk            text not null,
    frgu_code      text,
    frgu_purpose   text,
    reason_text    text not null,
    condition_text text not null,
    request_forms  smallint[] not null default '{1}',
    result_forms   smallint[] not null default '{1}',
    family_sign    smallint,
    keep_facts     boolean,                     -- a new version takes the facts of the old one over
    is_deleted     boolean not null default false,
    upd_dt         timestamptz not null default now()
);

create table mis.measure_category (
    id         bigint primary key,
    measure_id bigint not null references mis.measure,
    code       text,
    title      text not null,
    kmsz_code  char(8) not null
);

create table mis.measure_criterion (            -- needs criteria of a category
    category_id bigint not null references mis.measure_category,
    measure_id  bigint not null references mis.measure,
    code        text not null,
    from_date   date not null,
    coefficient numeric(2,1),
    primary key (category_id, code)
);

create table mis.measure_funding (
    measure_id bigint not null references mis.measure,
    source     char(4) not null,
    share      numeric(5,2) not null,           -- percent
    primary key (measure_id, source)
);

create table mis.measure_territory (
    measure_id bigint not null references mis.measure,
    oktmo      char(8) not null,
    primary key (measure_id, oktmo)
);

create table mis.measure_act (                  -- НПА
    id         bigint primary key,
    measure_id bigint not null references mis.measure,
    num        text not null,
    act_date   date not null,
    title      text not null,
    authority  text not null,
    url        text not null
);

create table mis.measure_method (
    measure_id bigint not null references mis.measure,
    method     char(2) not null,
    url        text,
    primary key (measure_id, method)
);

create table mis.measure_document (
    id         bigint primary key,
    measure_id bigint not null references mis.measure,
    name       text not null,
    origin     text not null,
    qty        smallint not null,
    required   boolean not null,
    note       text
);

create table mis.measure_step (
    measure_id bigint not null references mis.measure,
    step_no    smallint not null,
    heading    text not null,
    descr      text not null,
    primary key (measure_id, step_no)
);

-- Which local measure and category a prescription means, and how much of what
-- a fact of assignment states. One row per benefit and discount.

create table mis.egisso_mapping (
    privilege_type_id bigint not null references mis.privilege_type,
    discount          smallint not null,
    measure_id        bigint not null references mis.measure,
    category_id       bigint not null references mis.measure_category,
    form_code         char(2) not null,
    unit_code         char(2),                  -- dictionary 023, not for money
    monetization      boolean,                  -- exemption only
    criterion_code    text,                     -- needs criterion the right rests on
    primary key (privilege_type_id, discount)
);
