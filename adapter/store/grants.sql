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
        -- A classifier that is replaced by another content, findings that are made anew.
        grant delete on egisso.classifier_position, egisso.classifier_rule, egisso.classifier_act, egisso.classifier_periodicity,
            egisso.classifier_unit, egisso.classifier_finding to egisso_gateway;
        grant usage on all sequences in schema egisso to egisso_gateway;
        -- The version belongs to migrations; the switch and its log to the function below.
        revoke insert, update on egisso.schema_version, egisso.service, egisso.service_log from egisso_gateway;
        grant execute on function egisso.set_signing_service(boolean, text), egisso.mark_reviewed(uuid),
            egisso.mark_incoming_reviewed(text), egisso.request_kmsz_update(),
            egisso.release_person_changes(text, text) to egisso_gateway;
        grant delete on egisso.seen_row to egisso_gateway;
        -- What people did is never rewritten.
        revoke update on egisso.audit from egisso_gateway;
    end if;

    if exists (select from pg_roles where rolname = 'egisso_operator') then
        grant execute on function egisso.set_signing_service(boolean, text), egisso.mark_reviewed(uuid),
            egisso.mark_incoming_reviewed(text), egisso.request_kmsz_update(),
            egisso.release_person_changes(text, text) to egisso_operator;
    end if;

    -- Commands: screens and people; the gateway runs them for whoever calls egissogw.
    foreach seer in array array['egisso_gateway', 'egisso_operator'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant execute on function egisso.form_package(text), egisso.send_package(uuid), egisso.retry_record(text, text, text),
            egisso.retry_package(uuid, text), egisso.release_package(uuid, text), egisso.import_protocol(text, uuid) to %I', seer);
    end loop;

    -- Who looks: the public views, and what `egissogw status` counts. Of tables that
    -- hold personal data or signed bytes only the columns that do not.
    foreach seer in array array['egisso_operator', 'egisso_reader'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant usage on schema egisso to %I', seer);
        execute format('grant select on egisso.journal, egisso.journal_detail, egisso.record_status, egisso.service_state,
            egisso.incoming_journal, egisso.link,
            egisso.schema_version, egisso.service, egisso.job, egisso.register_rest, egisso.package to %I', seer);
        -- The classifier is public.
        execute format('grant select on egisso.kmsz_versions, egisso.kmsz_measures, egisso.kmsz_parts, egisso.kmsz_categories,
            egisso.kmsz_levels, egisso.kmsz_funding, egisso.kmsz_forms, egisso.kmsz_rules, egisso.kmsz_periodicity, egisso.kmsz_units,
            egisso.kmsz_invalid, egisso.kmsz_requests, egisso.classifier_version, egisso.classifier_position, egisso.classifier_act,
            egisso.classifier_rule, egisso.classifier_periodicity, egisso.classifier_unit, egisso.classifier_state, egisso.classifier_request,
            egisso.classifier_note, egisso.classifier_finding to %I', seer);
        execute format('grant select on egisso.record_history, egisso.protocol_import, egisso.operation_log,
            egisso.reconciliation to %I', seer);
        execute format('grant select (record_no) on egisso.source_row to %I', seer);
        execute format('grant select (register, row_key, deleted, dirty, row_findings, review, accepted_id) on egisso.source_row to %I', seer);
        execute format('grant select (id, register, row_key, kind, state, state_at, created_at, findings, package_id) on egisso.record to %I', seer);
        execute format('grant select (id, received_at, acked_at, applied_at, verified) on egisso.answer to %I', seer);
        execute format('grant select (id, kind, received_at, acked_at, handled_at, verified, verdict, review, reviewed_at, reply) on egisso.incoming to %I', seer);
        execute format('grant select (id, answer_id, state, created_at, settled_at) on egisso.received_file to %I', seer);
        execute format('grant select (package_id, element_id, type, rule_code) on egisso.record_message to %I', seer);
    end loop;
end $$;
