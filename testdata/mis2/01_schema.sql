-- Second reference МИС: the tables of another vendor. Nothing here is as in testdata/mis: names in
-- transliteration, keys that are uuid, citext or bytea, enums, money, bits, domains, char(n), dates
-- in texts and in times without a zone, people in a schema of their own, two organisations.
-- The gateway's views of it are written by egissogw scaffold out of answers.env.

create extension if not exists citext;

create schema registr;
create schema lgota;

create domain lgota.kod_egisso as char(11) check (value ~ '^[A-Z0-9]{4}\.[0-9]{6}$');
create domain lgota.dolya as numeric(5,2) check (value between 0 and 100);
create type registr.pol as enum ('м', 'ж');
create type lgota.vid as enum ('инвалид I группы', 'диабет', 'малоимущий');
create type lgota.sostoyanie as enum ('действует', 'отменено', 'черновик');

create table registr.chelovek (
    id            uuid primary key,
    snils         char(20) not null,             -- as on paper, with dashes
    fam           citext not null,
    imya          citext not null,
    otch          citext,
    pol           registr.pol not null,
    "DataRozhd"   timestamp not null,            -- midnight where the МИС stands
    grazhdanstvo  smallint not null default 643
);

create table lgota.organizaciya (
    kod           citext primary key,
    kod_egisso    lgota.kod_egisso,              -- empty until it is given
    naim          varchar(500) not null,
    inn           numeric(10) not null,
    kpp           integer not null,
    ogrn          bigint not null,
    adres         text not null,
    pochta        citext not null,
    oktmo         char(8)[] not null,
    osnovanie     text not null,
    data_osn      text not null,                 -- ДД.ММ.ГГГГ
    zakryta       bit(1) not null default B'0'
);

create table lgota.mera (
    id            bytea primary key,
    kod           varchar(50),
    naim          bytea not null,                -- a text in UTF-8
    data_nach     date not null,
    data_okonch   date,
    periodichnost smallint not null,
    razdel        integer not null,              -- 30101 is 030101
    tip           integer not null,
    forma         char(5) not null,
    uroven        smallint not null,
    kbk           numeric(20) not null,
    osnovanie     text not null,
    usloviya      text not null,
    oktmo         integer[] not null,
    sposob        smallint[] not null,
    semeinaya     bit(2),
    arhiv         char(1) not null default 'Н'
);

create table lgota.mera_kategoriya (
    mera          bytea not null references lgota.mera,
    nomer         smallint not null,
    naim          citext not null,
    kmsz          integer not null,
    primary key (mera, nomer)
);

create table lgota.mera_kriterii (
    mera          bytea not null,
    nomer         smallint not null,
    kod           integer not null,
    data          timestamp not null,
    primary key (mera, nomer, kod),
    foreign key (mera, nomer) references lgota.mera_kategoriya
);

create table lgota.mera_finansy (
    mera          bytea not null references lgota.mera,
    istochnik     smallint not null,             -- 10 is 0010
    dolya         lgota.dolya not null,
    primary key (mera, istochnik)
);

create table lgota.akt (
    mera          bytea not null references lgota.mera,
    nomer         text not null,
    data          text not null,
    naim          text not null,
    organ         text not null,
    ssylka        text not null,
    primary key (mera, nomer)
);

create table lgota.mera_dokument (
    mera          bytea not null references lgota.mera,
    naim          text not null,
    kolvo         bit(4) not null,
    obyazatelen   smallint not null,
    primary key (mera, naim)
);

-- What a benefit of this МИС means: measure, category, form, unit.
create table lgota.sootvetstvie (
    vid           lgota.vid primary key,
    mera          bytea not null,
    kategoriya    smallint not null,
    forma         smallint not null,
    edinica       smallint,
    kriterii      integer[]
);

create table lgota.naznachenie (
    nomer_zapisi  uuid primary key,
    nomer         text not null,
    chelovek      uuid not null references registr.chelovek,
    organizaciya  citext not null references lgota.organizaciya,
    vid           lgota.vid not null,
    data_resh     text not null,                 -- ДД.ММ.ГГГГ
    s_kakogo      timestamp not null,
    po_kakoe      timestamp,
    summa         money,
    kolvo         numeric(10,3),
    preparat      varchar(200),
    doza          text,
    sostoyanie    lgota.sostoyanie not null,
    izmeneno      timestamp not null default localtimestamp
);

create table lgota.rodnya (                      -- who is the reason for the right
    naznachenie   uuid not null references lgota.naznachenie on delete cascade,
    chelovek      uuid not null references registr.chelovek,
    primary key (naznachenie, chelovek)
);
