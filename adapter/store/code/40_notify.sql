-- Notifications that make a screen live: channels egisso_package (package id),
-- egisso_record (register), egisso_incoming (message id), egisso_service ('on' or 'off'),
-- egisso_kmsz ('changed' or 'requested'); and egisso_command, by which a command of an
-- operator wakes the gateway.

create or replace function egisso.wake(what text) returns void language sql as $$
    select pg_notify('egisso_command', what)
$$;

create or replace function egisso.notify_package() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_package', new.id::text);
    return null;
end $$;

create or replace trigger notify_package after insert or update of state, result, info on egisso.package
    for each row execute function egisso.notify_package();

create or replace function egisso.notify_record() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_record', n.register) from (select distinct register from touched) n;
    return null;
end $$;

create or replace trigger notify_record_insert after insert on egisso.record
    referencing new table as touched for each statement execute function egisso.notify_record();

create or replace trigger notify_record_update after update on egisso.record
    referencing new table as touched for each statement execute function egisso.notify_record();

create or replace function egisso.notify_incoming() returns trigger language plpgsql as $$
begin
    perform pg_notify('egisso_incoming', new.id);
    return null;
end $$;

create or replace trigger notify_incoming after insert or update of verified, verdict, reply, review on egisso.incoming
    for each row execute function egisso.notify_incoming();
