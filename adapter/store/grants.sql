-- Run after every migration. Roles are made by the administrator; those that
-- exist get exactly what they need. The owner is whoever migrates.
do $$
begin
    if exists (select from pg_roles where rolname = 'egisso_gateway') then
        grant usage on schema egisso to egisso_gateway;
        grant select, insert, update on all tables in schema egisso to egisso_gateway;
        revoke insert, update on egisso.schema_version from egisso_gateway;
        grant usage on all sequences in schema egisso to egisso_gateway;
        grant execute on function egisso.set_signing_service(boolean, text) to egisso_gateway;
    end if;
    if exists (select from pg_roles where rolname = 'egisso_operator') then
        grant usage on schema egisso to egisso_operator;
        grant select on egisso.journal, egisso.journal_detail, egisso.record_status, egisso.service_state to egisso_operator;
        grant execute on function egisso.set_signing_service(boolean, text) to egisso_operator;
    end if;
    if exists (select from pg_roles where rolname = 'egisso_reader') then
        grant usage on schema egisso to egisso_reader;
        grant select on egisso.journal, egisso.journal_detail, egisso.record_status, egisso.service_state to egisso_reader;
    end if;
end $$;
