-- Impossible moves are refused by the database itself, whoever asks.

create function egisso.guard_record_state() returns trigger language plpgsql as $$
begin
    -- What is in a package is what was or will be signed.
    if old.state in ('packed', 'sent') and (new.id, new.kind, new.content, new.provider)
        is distinct from (old.id, old.kind, old.content, old.provider) then
        raise exception 'record %: it is in a package and cannot change', old.id using errcode = 'check_violation';
    end if;
    if new.state = old.state then return new; end if;
    -- A record leaves its package without an outcome only when the package failed as a whole.
    if old.state in ('packed', 'sent') and new.state = 'ready' and not exists (
        select from egisso.package p where p.id = old.package_id and (p.state = 'send_failed' or p.returned)) then
        raise exception 'record %: its package % has not failed', old.id, old.package_id using errcode = 'check_violation';
    end if;
    if not (old.state || '>' || new.state) = any (array[
        'ready>waiting', 'ready>blocked', 'ready>packed', 'ready>dropped',
        'waiting>ready', 'waiting>blocked', 'waiting>dropped',
        'blocked>ready', 'blocked>waiting', 'blocked>dropped',
        'packed>sent', 'packed>ready',
        -- an answer may overtake the note that the message was sent
        'packed>accepted', 'packed>accepted_with_warnings', 'packed>rejected',
        'sent>accepted', 'sent>accepted_with_warnings', 'sent>rejected', 'sent>ready',
        -- corrected and sent again under the same id
        'rejected>ready', 'rejected>waiting', 'rejected>blocked', 'rejected>dropped',
        'dropped>ready', 'dropped>waiting', 'dropped>blocked']) then
        raise exception 'record %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    new.state_at = clock_timestamp();
    return new;
end $$;
create trigger guard_record_state before update on egisso.record
    for each row execute function egisso.guard_record_state();

create function egisso.guard_package_state() returns trigger language plpgsql as $$
begin
    if new.state = old.state then return new; end if;
    if not (old.state || '>' || new.state) = any (array[
        'formed>signed', 'formed>send_failed',
        'signed>queued', 'signed>send_failed', 'signed>answered',
        'queued>answered', 'queued>send_failed', 'queued>expired',
        'expired>answered', 'expired>send_failed']) then
        raise exception 'package %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    if new.state in ('answered', 'send_failed', 'expired') then new.closed_at = clock_timestamp(); end if;
    return new;
end $$;
create trigger guard_package_state before update of state on egisso.package
    for each row execute function egisso.guard_package_state();

create function egisso.guard_message_state() returns trigger language plpgsql as $$
begin
    if new.envelope is distinct from old.envelope or new.id <> old.id or new.package_id <> old.package_id then
        raise exception 'message %: signed bytes never change', old.id using errcode = 'check_violation';
    end if;
    if new.state = old.state then return new; end if;
    if not (old.state || '>' || new.state) = any (array[
        'pending>in_doubt', 'pending>refused', 'in_doubt>delivered', 'in_doubt>refused']) then
        raise exception 'message %: state % cannot become %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_message_state before update on egisso.message
    for each row execute function egisso.guard_message_state();

-- What was sent and what came back is evidence: it is never rewritten.
create function egisso.guard_attachment() returns trigger language plpgsql as $$
begin
    if (new.uuid, new.message_id, new.file_name, new.content, new.hash, new.signature)
       is distinct from (old.uuid, old.message_id, old.file_name, old.content, old.hash, old.signature) then
        raise exception 'attachment %: a signed file never changes', old.uuid using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_attachment before update on egisso.attachment
    for each row execute function egisso.guard_attachment();
