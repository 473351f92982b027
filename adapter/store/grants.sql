-- Run after every migration. Roles are made by the administrator (README, «Роли в
-- базе»); those that exist get exactly what they need. The owner is whoever
-- migrates. Adding a view, a function or a query of the status: look here too;
-- grants_test.go runs everything under each role.
do $$
declare
    seer text;
begin
    if exists (select from pg_roles where rolname = 'egisso_gateway') then
        grant usage on schema egisso to egisso_gateway;
        grant select, insert, update on all tables in schema egisso to egisso_gateway;
        -- A register that rests no longer.
        grant delete on egisso.register_rest to egisso_gateway;
        grant usage on all sequences in schema egisso to egisso_gateway;
        -- The version belongs to migrations; the switch and its log to the function below.
        revoke insert, update on egisso.schema_version, egisso.service, egisso.service_log from egisso_gateway;
        grant execute on function egisso.set_signing_service(boolean, text), egisso.mark_reviewed(uuid),
            egisso.mark_incoming_reviewed(text) to egisso_gateway;
    end if;

    if exists (select from pg_roles where rolname = 'egisso_operator') then
        grant execute on function egisso.set_signing_service(boolean, text), egisso.mark_reviewed(uuid),
            egisso.mark_incoming_reviewed(text) to egisso_operator;
    end if;

    -- Who looks: the public views, and what `egissogw status` counts. Of tables that
    -- hold personal data or signed bytes only the columns that do not.
    foreach seer in array array['egisso_operator', 'egisso_reader'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant usage on schema egisso to %I', seer);
        execute format('grant select on egisso.journal, egisso.journal_detail, egisso.record_status, egisso.service_state,
            egisso.incoming_journal,
            egisso.schema_version, egisso.service, egisso.job, egisso.register_rest, egisso.package to %I', seer);
        execute format('grant select (register, row_key, deleted, dirty, row_findings, accepted_id) on egisso.source_row to %I', seer);
        execute format('grant select (id, register, row_key, kind, state, state_at, created_at, findings, package_id) on egisso.record to %I', seer);
        execute format('grant select (id, received_at, acked_at, applied_at, verified) on egisso.answer to %I', seer);
        execute format('grant select (id, kind, received_at, acked_at, handled_at, verified, verdict, review, reviewed_at, reply) on egisso.incoming to %I', seer);
        execute format('grant select (package_id, element_id, type, rule_code) on egisso.record_message to %I', seer);
    end loop;
end $$;
