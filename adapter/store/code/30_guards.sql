-- Whoever locks rows of several registers takes what others name before what names it, and
-- in each the order of the keys: two that do not would wait for each other.
create or replace function egisso.lock_order(register text) returns integer language sql immutable parallel safe as $$
    select array_position(array['onmsz', 'lmsz', 'point', 'organization', 'fact'], register)
$$;

-- Whether ЕГИССО says that it does not know this fact, though it had accepted it: it goes again.
create or replace function egisso.record_unknown(id uuid, register text, row_key text) returns boolean
language sql stable set search_path = egisso, pg_temp as $$
    select exists (select from egisso.source_row s
                    where s.register = record_unknown.register and s.row_key = record_unknown.row_key and s.unknown_id = record_unknown.id and s.accepted_id is null)
$$;

-- Whether a record was taken off because nothing was to be sent of its row any more, or as a
-- version nothing newer of which has left, and ЕГИССО accepted it all the same: its package had
-- been released, and the protocol came late.
create or replace function egisso.accepted_unneeded(r egisso.record) returns boolean
language sql stable set search_path = egisso, pg_temp as $$
    select r.state = 'dropped'
       and (r.reason_code in ('not_needed', 'refused_gone')
            or r.reason_code = 'replaced' and r.register in ('lmsz', 'point', 'organization')
               and not exists (select from egisso.record n
                                where n.register = r.register and n.row_key = r.row_key and n.id <> r.id
                                  and (egisso.record_open(n.state) or n.created_at > r.created_at and (n.state <> 'dropped' or n.reason_code = 'accepted_late'))))
       and exists (select from egisso.package_record m where m.record_id = r.id and egisso.record_accepted(m.late))
       and not exists (select from egisso.source_row s where s.register = r.register and s.row_key = r.row_key and s.accepted_event = r.id)
$$;

-- Whether what it says was sent, or will be as it is.
create or replace function egisso.record_spoken(r egisso.record) returns boolean
language sql stable set search_path = egisso, pg_temp as $$
    select r.state = 'packed' or egisso.record_accepted(r.state)
       and not exists (select from egisso.unconfirmed_outcome u where u.record_id = r.id)
       and not egisso.record_unknown(r.id, r.register, r.row_key)
$$;

-- Moves that egisso.move does not list are refused, whoever asks; what allows others under a
-- condition stands here. A look into a table costs ten times what a comparison does, for
-- every record: conditions are looked up only where nothing else decides.
-- The trigger says when the function is called at all: a move that needs no look, by whoever says
-- himself when it was, costs no call. And it comes after the update: what comes before an update
-- of a row locks it, which is written like a change.
create or replace function egisso.guard_record_state() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
declare
    allowed boolean;
begin
    -- What is in a package is what was or will be signed.
    if old.state = 'packed' and (new.id, new.kind, new.provider) is distinct from (old.id, old.kind, old.provider) then
        raise exception 'record %: it is in a package and cannot change', old.id using errcode = 'check_violation';
    end if;
    if new.state = old.state then return null; end if;
    allowed := egisso.may_move('record', old.state, new.state);
    -- A record leaves its package without an outcome only while nothing of it is signed, when
    -- the package failed as a whole or was dissolved, or when an operator released it.
    if not allowed and old.state = 'packed' and new.state = 'ready' then
        allowed := exists (select from egisso.package p where p.id = old.package_id and (p.state = 'send_failed' or p.state = 'dissolved' or p.returned))
            or exists (select from egisso.package_record m where m.package_id = old.package_id and m.record_id = old.id and m.outcome = 'released')
            or egisso.package_unsigned(old.package_id);
    end if;
    -- The word of the bus takes the place of an outcome from a file.
    if not allowed and old.state <> 'packed' and not egisso.record_open(new.state) then
        allowed := exists (select from egisso.unconfirmed_outcome u where u.record_id = old.id and u.settled_at is null);
    end if;
    -- ЕГИССО does not know any more what it had accepted.
    if not allowed and egisso.record_accepted(old.state) and egisso.record_unsent(new.state) then
        allowed := egisso.record_unknown(old.id, old.register, old.row_key);
    end if;
    if not allowed then
        raise exception 'record %: state % cannot become %', old.id, old.state, new.state using errcode = 'check_violation';
    end if;
    if new.state_at not between now() and clock_timestamp() then
        update egisso.record r set state_at = clock_timestamp() where r.id = new.id;
    end if;
    return null;
end $$;

-- By its name it comes before follow_present_record, which looks at state_at.
create or replace trigger check_state after update on egisso.record
    for each row when (old.state = 'packed' and (new.id, new.kind, new.provider) is distinct from (old.id, old.kind, old.provider)
                       or new.state <> old.state and not (egisso.may_move('record', old.state, new.state) and new.state_at between now() and clock_timestamp()))
    execute function egisso.guard_record_state();

-- What is in a package, or was accepted, says what it says. The words move to egisso.element
-- before the source says others, and go when their term is over.
create or replace function egisso.guard_said() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if egisso.record_spoken(old) and not (old.said and not new.said and (new.id, new.register, new.row_key) = (old.id, old.register, old.row_key) and (
           exists (select from egisso.element e join egisso.source_content c on c.register = old.register and c.row_key = old.row_key
                    where e.id = old.id and e.becomes is null and e.content = egisso.with_ids(c.content::jsonb, old.id, old.measure_id, old.category_id))
           or exists (select from egisso.package p where p.id = old.package_id and p.pruned_at is not null))) then
        raise exception 'record %: it is in a package or accepted and cannot change', old.id using errcode = 'check_violation';
    end if;
    return null;
end $$;

create or replace trigger check_said after update on egisso.record
    for each row when ((new.said, new.measure_id, new.category_id, new.register, new.row_key)
                       is distinct from (old.said, old.measure_id, old.category_id, old.register, old.row_key))
    execute function egisso.guard_said();

create or replace function egisso.guard_element() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if (new.id, new.content, new.becomes) is not distinct from (old.id, old.content, old.becomes) then return new; end if;
    -- One that says what its row does is not read here.
    if new.id is distinct from old.id or exists (select from egisso.record r where r.id = old.id and not r.said and egisso.record_spoken(r)) then
        raise exception 'record %: it is in a package or accepted and cannot change', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;

create or replace trigger guard_element before update on egisso.element
    for each row execute function egisso.guard_element();

create or replace function egisso.guard_package_state() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if new.state = old.state then return new; end if;
    if not egisso.may_move('package', old.state, new.state)
       and not (old.channel = 'manual' and old.state = 'formed' and new.state = 'queued')
       -- The bus refuses what only a file had answered.
       and not (old.state = 'answered' and new.state = 'send_failed' and exists (
           select from egisso.unconfirmed_outcome u where u.package_id = old.id)) then
        raise exception 'package %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    if new.channel = 'manual' and new.state = 'signed' then
        raise exception 'package %: it is for manual upload and is never signed', old.id using errcode = 'check_violation';
    end if;
    if not egisso.package_open(new.state) then new.closed_at = clock_timestamp(); end if;
    return new;
end $$;

create or replace trigger guard_package_state before update of state on egisso.package
    for each row execute function egisso.guard_package_state();

create or replace function egisso.guard_message_state() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if new.state = old.state then return new; end if;
    if not egisso.may_move('message', old.state, new.state) then
        raise exception 'message %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

create or replace trigger guard_message_state before update of state on egisso.message
    for each row execute function egisso.guard_message_state();

-- What is written by the thousand is looked up once for each statement: a foreign key looks
-- once for each row, and locks what it finds. Rows of the source, records and packages are
-- never deleted. The plan has to be good for tables that were empty when it was made.
create or replace function egisso.guard_record_row() returns trigger
language plpgsql set search_path = egisso, pg_temp set enable_seqscan = off as $$
declare
    astray boolean;
    moved boolean;
begin
    select bool_or(s.row_key is null), bool_or(s.record_id is distinct from a.id and a.state <> 'dropped') into astray, moved
      from added a
      left join lateral (select w.row_key, w.record_id from egisso.source_row w
                          where w.register = a.register and w.row_key = a.row_key offset 0) s on true;
    if astray then
        raise exception 'a record of no row of the source' using errcode = 'foreign_key_violation';
    end if;
    -- Who decides on rows says so himself, and nothing is left to do.
    if moved then
        perform egisso.show_present_record(k.register, k.row_key) from (select distinct a.register, a.row_key from added a order by 1, 2) k;
    end if;
    return null;
end $$;

create or replace trigger guard_record_row after insert on egisso.record
    referencing new table as added for each statement execute function egisso.guard_record_row();

create or replace function egisso.guard_member() returns trigger
language plpgsql set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    if exists (select from (select distinct package_id from added) a
                where not exists (select from egisso.package p where p.id = a.package_id offset 0))
       or exists (select from added a
                   where not exists (select from egisso.record r where r.id = a.record_id offset 0)) then
        raise exception 'a member of no package, or one that is no record' using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;

create or replace trigger guard_member after insert on egisso.package_record
    referencing new table as added for each statement execute function egisso.guard_member();

-- What was sent and what came back is evidence: it is never rewritten. Triggers name the
-- columns: others change often, and to compare these whole files would be unpacked.
create or replace function egisso.refuse_change() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception '% %: %', tg_table_name, to_jsonb(old) ->> tg_argv[0], tg_argv[1] using errcode = 'check_violation';
end $$;

-- What is emptied when its term is over is noted in egisso.pruned first.
create or replace function egisso.guard_emptied() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
declare
    key text;
begin
    execute format('select ($1).%I::text', tg_argv[1]) using old into key;
    if not exists (select from egisso.pruned k where k.kind = tg_argv[0] and k.id = key) then
        raise exception '% %: what is evidence is not emptied', tg_table_name, key using errcode = 'check_violation';
    end if;
    return new;
end $$;

create or replace trigger guard_message before update of id, package_id, incoming_id, envelope on egisso.message
    for each row when ((new.id, new.package_id, new.incoming_id) is distinct from (old.id, old.package_id, old.incoming_id)
                       or new.envelope <> '' and new.envelope <> old.envelope)
    execute function egisso.refuse_change('id', 'signed bytes never change');

create or replace trigger guard_emptied before update of envelope on egisso.message
    for each row when (new.envelope = '' and old.envelope <> '') execute function egisso.guard_emptied('sent', 'id');

create or replace trigger guard_attachment before update of uuid, message_id, file_name, content, hash, signature on egisso.attachment
    for each row when ((new.uuid, new.message_id, new.file_name, new.hash, new.signature)
                       is distinct from (old.uuid, old.message_id, old.file_name, old.hash, old.signature)
                       or new.content <> '' and new.content <> old.content)
    execute function egisso.refuse_change('uuid', 'a signed file never changes');

create or replace trigger guard_emptied before update of content on egisso.attachment
    for each row when (new.content = '' and old.content <> '') execute function egisso.guard_emptied('sent', 'message_id');

create or replace trigger guard_package_file before update of package_id, file_name, content on egisso.package_file
    for each row when ((new.package_id, new.file_name) is distinct from (old.package_id, old.file_name)
                       or new.content <> '' and new.content <> old.content)
    execute function egisso.refuse_change('package_id', 'an exported file never changes');

create or replace trigger guard_emptied before update of content on egisso.package_file
    for each row when (new.content = '' and old.content <> '') execute function egisso.guard_emptied('export', 'package_id');

create or replace trigger guard_received_file before update of state, content, hash, signature on egisso.received_file
    for each row when (old.state <> 'due' and ((new.state, new.hash, new.signature) is distinct from (old.state, old.hash, old.signature)
                       or new.content is distinct from old.content and new.content is distinct from ''))
    execute function egisso.refuse_change('id', 'what was decided about it never changes');

create or replace trigger guard_emptied before update of content on egisso.received_file
    for each row when (old.state <> 'due' and new.content = '' and old.content <> '') execute function egisso.guard_emptied('answer', 'answer_id');

create or replace trigger never_rewritten before update of raw, shared, shared_at, shared_size on egisso.answer
    for each row when (old.verified and new.raw <> '' and (new.raw, new.shared, new.shared_at, new.shared_size)
                       is distinct from (old.raw, old.shared, old.shared_at, old.shared_size))
    execute function egisso.refuse_change('id', 'what came never changes');

create or replace trigger never_rewritten before update of sha256, content on egisso.shared_content
    for each row execute function egisso.refuse_change('sha256', 'what came never changes');

create or replace trigger guard_emptied before update of raw on egisso.answer
    for each row when (new.raw = '' and old.raw <> '') execute function egisso.guard_emptied('answer', 'id');

create or replace trigger never_rewritten before update of raw on egisso.incoming
    for each row when (old.verified and new.raw <> '' and new.raw <> old.raw) execute function egisso.refuse_change('id', 'what came never changes');

create or replace trigger guard_emptied before update of raw on egisso.incoming
    for each row when (new.raw = '' and old.raw <> '') execute function egisso.guard_emptied('incoming', 'id');

create or replace trigger never_rewritten before update of raw on egisso.protocol_file
    for each row when (new.raw <> '' and old.raw <> '' and new.raw <> old.raw) execute function egisso.refuse_change('id', 'what came never changes');

create or replace trigger guard_emptied before update of raw on egisso.protocol_file
    for each row when (new.raw = '' and old.raw <> '') execute function egisso.guard_emptied('protocol', 'id');

create or replace function egisso.refuse_rewriting() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception 'Журнал % только дополняют', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create or replace trigger never_rewritten before update or delete or truncate on egisso.audit
    for each statement execute function egisso.refuse_rewriting();

create or replace trigger never_rewritten before update or delete or truncate on egisso.service_log
    for each statement execute function egisso.refuse_rewriting();

-- A new reason to look asks again.
create or replace function egisso.ask_review() returns trigger language plpgsql as $$
begin
    if new.review is distinct from old.review then
        new.reviewed_at = null;
        new.reviewed_by = null;
    end if;
    return new;
end $$;

create or replace trigger ask_review before update of review on egisso.package
    for each row execute function egisso.ask_review();

create or replace trigger ask_review before update of review on egisso.incoming
    for each row execute function egisso.ask_review();
