-- Run after every migration. Roles are made by the administrator (config/dist/README.md,
-- «Роли в базе»); those that exist get exactly what stands here, and what an earlier version
-- gave them beyond that is taken back. The owner is whoever migrates. A table, a view,
-- a function or a query that is new has no rights until it has a line here;
-- grants_test.go runs everything under each role, and privilege_test.go compares every
-- right with testdata/privileges.txt.
do $$
declare
    seer text;
    r record;
begin
    -- Two of these at once would stumble over each other's changes of the catalogue.
    perform pg_advisory_xact_lock(hashtextextended('egisso grants', 0));

    -- Of everybody: texts of states are used inside the views, with the rights of whoever reads them.
    revoke all on schema egisso from public;
    revoke all on all tables in schema egisso from public;
    revoke all on all sequences in schema egisso from public;
    revoke all on all functions in schema egisso from public;
    for r in select p.oid::regprocedure as name from pg_proc p
              where p.pronamespace = 'egisso'::regnamespace and p.provolatile = 'i' and not p.prosecdef loop
        execute format('grant execute on function %s to public', r.name);
    end loop;
    -- A function means the same objects whoever's session it runs in.
    for r in select p.oid::regprocedure as name from pg_proc p join pg_language l on l.oid = p.prolang
              where p.pronamespace = 'egisso'::regnamespace and l.lanname = 'plpgsql' and p.proconfig is null loop
        execute format('alter function %s set search_path = egisso, pg_temp', r.name);
    end loop;

    foreach seer in array array['egisso_gateway', 'egisso_operator', 'egisso_reader', 'egisso_agreer', 'egisso_approver', 'egisso_workplace'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('revoke all on all tables in schema egisso from %1$I; revoke all on all sequences in schema egisso from %1$I;
            revoke all on all functions in schema egisso from %1$I; grant usage on schema egisso to %1$I', seer);
    end loop;

    -- The service reads everything and writes what it works on. Views are for reading:
    -- who may write one writes the table below with the rights of its owner. What was
    -- sent, what came and what people did it adds to and never rewrites.
    if exists (select from pg_roles where rolname = 'egisso_gateway') then
        grant select on all tables in schema egisso to egisso_gateway;
        grant insert, update on egisso.element, egisso.source_row, egisso.source_cursor, egisso.record, egisso.package, egisso.package_protocol,
            egisso.check_basis, egisso.job, egisso.link, egisso.signing_certificate, egisso.register_rest, egisso.reconciliation, egisso.classifier_version,
            egisso.answer, egisso.incoming, egisso.received_file to egisso_gateway;
        grant update on egisso.classifier_state, egisso.classifier_request, egisso.alert to egisso_gateway;
        grant insert, update, delete on egisso.source_content, egisso.source_known to egisso_gateway;
        grant usage on sequence egisso.source_reading to egisso_gateway;
        grant insert, delete on egisso.seen_row, egisso.classifier_position, egisso.classifier_rule, egisso.classifier_act,
            egisso.classifier_periodicity, egisso.classifier_unit, egisso.classifier_finding to egisso_gateway;
        grant delete on egisso.register_rest to egisso_gateway; -- one that rests no longer
        grant insert on egisso.package_record, egisso.record_message, egisso.message, egisso.attachment, egisso.attempt,
            egisso.package_file, egisso.classifier_note, egisso.export to egisso_gateway;
        grant insert, update, delete on egisso.export_plan to egisso_gateway;
        grant update (outcome, late, late_file) on egisso.package_record to egisso_gateway;
        grant update (state, attempts, next_attempt_at, epoch, claimed_until, last_error, delivered_at) on egisso.message to egisso_gateway;
        grant update (uploaded_at) on egisso.attachment to egisso_gateway;
        grant update (finished_at, outcome, fault, detail) on egisso.attempt to egisso_gateway;
        grant update (exported_at) on egisso.package_file to egisso_gateway;
        grant update (outcome, applied_to, applied_at, note, apply_attempts, next_apply_at) on egisso.protocol_file to egisso_gateway;
        grant update (done_at) on egisso.form_order to egisso_gateway;
        -- What comes is kept while it is read, what cannot be understood for good.
        grant insert, update, delete on egisso.reading, egisso.raw_reply to egisso_gateway;
        grant insert, update on egisso.unkept_reply to egisso_gateway;
        grant insert, update, delete on egisso.foreign_answer to egisso_gateway;
        grant insert, update (kept_at) on egisso.shared_content to egisso_gateway;
        grant insert, delete on egisso.late_change to egisso_gateway;
        grant insert, update, delete on egisso.source_holder, egisso.archive_trouble, egisso.instance, egisso.failed_start to egisso_gateway;
        grant insert, update on egisso.archived, egisso.archive_loss to egisso_gateway;
        grant insert, update (refused_at, refused) on egisso.contour to egisso_gateway;
        grant select, insert, update on egisso.change_guard to egisso_gateway;
        grant select on egisso.expected_change to egisso_gateway;
        grant insert, update on egisso.refusal_kind to egisso_gateway;
        grant update (attempts, next_at, done_at) on egisso.ack_order to egisso_gateway;
        grant execute on function egisso.begin_reading(text, text, uuid, boolean), egisso.unbelieved(), egisso.strangers(), egisso.answer_raw(bytea, bytea, integer), egisso.pause(integer, interval, interval),
            egisso.measure_used(text), egisso.package_unsigned(uuid), egisso.package_stale(uuid), egisso.record_unsigned(text, uuid),
            egisso.lock_rows_of_package(uuid), egisso.resend_package(uuid, integer), egisso.dictionary_needed(text), egisso.id_claimed(uuid, text, text), egisso.record_unknown(uuid, text, text), egisso.record_spoken(egisso.record), egisso.touch_refused(bigint),
            egisso.accepted_unneeded(egisso.record), egisso.package_approved(uuid), egisso.package_hash(uuid), egisso.approval_info(text, text, boolean),
            egisso.formed_info(uuid, text, boolean, boolean, integer), egisso.demand_approval(uuid), egisso.refuse_unapproved(uuid),
            egisso.owner_recovers(), egisso.schema_owner(),
            egisso.present_record(text, text), egisso.show_present_record(text, text), egisso.compact_row_totals(), egisso.no_longer_due(text, text[]) to egisso_gateway;
        grant insert, delete on egisso.told_summary to egisso_gateway;
        grant execute on function egisso.count_packages(integer), egisso.set_report_term(integer) to egisso_gateway;
        grant execute on function egisso.note_viewing(text, text, uuid, text), egisso.keep_protocol(bytea, uuid, text),
            egisso.note_unconfirmed(uuid, text, uuid[], text[]), egisso.settle_unconfirmed(uuid, uuid[], text[], text) to egisso_gateway;
        -- Evidence whose term is over goes through functions that ask whether it may.
        grant execute on function egisso.package_kept(uuid, timestamptz), egisso.prune_package(uuid, timestamptz, jsonb),
            egisso.prune_document(text, text, timestamptz, jsonb), egisso.prune_dropped(timestamptz, integer), egisso.note_pruning(text),
            egisso.note_evidence(text, text, uuid, integer, text) to egisso_gateway;
        grant update (forgotten_at) on egisso.pruned to egisso_gateway;
        grant execute on function egisso.begin_recovery(text), egisso.end_recovery(text, text),
            egisso.bring_protocol(text, uuid, bytea, timestamptz, text, text) to egisso_gateway;
        -- People say who may speak; the service remembers the first who answered.
        grant execute on function egisso.remember_sender(text), egisso.forget_remembered_sender(), egisso.awaited_sender(uuid) to egisso_gateway;
        grant execute on function egisso.health_now(), egisso.due() to egisso_gateway;
    end if;

    -- Commands: screens and people; the gateway runs them for whoever calls egissogw.
    foreach seer in array array['egisso_gateway', 'egisso_operator'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant execute on function egisso.set_signing_service(boolean, text), egisso.mark_reviewed(uuid),
            egisso.mark_incoming_reviewed(text), egisso.request_kmsz_update(), egisso.release_person_changes(text, text), egisso.confirm_identity(text, text, text),
            egisso.release_held_changes(text, text, text), egisso.drop_held_changes(text, text, text),
            egisso.release_held_changes(text, text, text, text, text), egisso.drop_held_changes(text, text, text, text, text), egisso.expect_changes(text, text, integer, timestamptz, text),
            egisso.form_package(text), egisso.send_package(uuid), egisso.retry_record(text, text, text),
            egisso.retry_package(uuid, text), egisso.dissolve_package(uuid), egisso.release_package(uuid, text), egisso.import_protocol(text, uuid, text),
            egisso.accept_loss(text), egisso.inbox_acknowledge(text, text, text), egisso.inbox_retry(text, text), egisso.inbox_finish(text, text),
            egisso.mean_refusal(bigint, text, text), egisso.adopt_record(text, text, uuid, text), egisso.send_unconfirmed(text, text, text),
            egisso.dispute_record(text, text, boolean, text),
            egisso.reset_contour(text, boolean, text, text[], text, boolean, text),
            egisso.confirm_sender(text, text, text), egisso.refuse_sender(text, text, text) to %I', seer);
    end loop;

    -- Two pairs of eyes: people's own roles alone, never the service's or an operator's.
    foreach seer in array array['egisso_agreer', 'egisso_approver'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant execute on function egisso.agree_package(uuid, text, text), egisso.disapprove_package(uuid, text) to %I', seer);
    end loop;
    if exists (select from pg_roles where rolname = 'egisso_approver') then
        grant execute on function egisso.approve_package(uuid, text, text) to egisso_approver;
    end if;

    -- Workplaces of single organisations: this view alone. Roles of theirs are members.
    if exists (select from pg_roles where rolname = 'egisso_workplace') then
        grant select on egisso.workplace_fact_list to egisso_workplace;
        grant execute on function egisso.workplace_page(text, integer) to egisso_workplace;
    end if;

    -- Who looks: the public views, and what `egissogw status` counts. Of tables that
    -- hold personal data or signed bytes only the columns that do not.
    foreach seer in array array['egisso_operator', 'egisso_reader', 'egisso_agreer', 'egisso_approver'] loop
        continue when not exists (select from pg_roles where rolname = seer);
        execute format('grant select on egisso.journal, egisso.journal_detail, egisso.health, egisso.exports, egisso.fact_report, egisso.day_summary, egisso.record_status, egisso.record_counts, egisso.rule_counts,
            egisso.record_finding, egisso.service_state, egisso.incoming_journal, egisso.inbox, egisso.unkept_reply, egisso.source_holder,
            egisso.archive_trouble, egisso.archive_loss, egisso.contour, egisso.late_change, egisso.foreign_answer, egisso.instance,
            egisso.running_instance, egisso.held_changes, egisso.refusal_list, egisso.link, egisso.signing_certificate, egisso.certificate_in_use, egisso.held_message,
            egisso.sender_list,
            egisso.measure_list, egisso.participant_list, egisso.organization_list, egisso.fact_list, egisso.workplace_list,
            egisso.approval_list, egisso.approval_rule, egisso.schema_version, egisso.schema_code, egisso.job, egisso.resting_register, egisso.package, egisso.state, egisso.move, egisso.reason to %I', seer);
        -- The classifier is public.
        execute format('grant select on egisso.kmsz_versions, egisso.kmsz_measures, egisso.kmsz_parts, egisso.kmsz_categories,
            egisso.kmsz_levels, egisso.kmsz_funding, egisso.kmsz_forms, egisso.kmsz_rules, egisso.kmsz_periodicity, egisso.kmsz_units,
            egisso.kmsz_invalid, egisso.kmsz_requests, egisso.classifier_version, egisso.classifier_position, egisso.classifier_act,
            egisso.classifier_rule, egisso.classifier_periodicity, egisso.classifier_unit, egisso.classifier_state, egisso.classifier_request,
            egisso.classifier_note, egisso.classifier_finding to %I', seer);
        execute format('grant execute on function egisso.awaited_sender(uuid), egisso.newest_records(integer), egisso.health_now() to %I', seer);
        execute format('grant select on egisso.record_history, egisso.protocol_import, egisso.operation_log,
            egisso.reconciliation to %I', seer);
        execute format('grant select (record_no) on egisso.source_row to %I', seer);
        execute format('grant select (register, row_key, deleted, dirty, row_findings, review_code, accepted_id, unconfirmed) on egisso.source_row to %I', seer);
        execute format('grant select (register, row_key) on egisso.due_row to %I', seer);
        execute format('grant select (id, register, row_key, kind, state, change, state_at, created_at, package_id) on egisso.record to %I', seer);
        execute format('grant select (id, received_at, acked_at, applied_at, verified) on egisso.answer to %I', seer);
        execute format('grant select (id, kind, received_at, acked_at, handled_at, verified, verdict, review, reviewed_at, reply) on egisso.incoming to %I', seer);
        execute format('grant select (id, answer_id, state, created_at, settled_at) on egisso.received_file to %I', seer);
        execute format('grant select (package_id, record_id, outcome, at, settled_at, settled) on egisso.unconfirmed_outcome to %I', seer);
    end loop;
end $$;
