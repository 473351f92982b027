-- How long evidence is kept: documents (messages, files, answers, protocols) and what records
-- said go when their term is over, and what proves them stays in egisso.pruned, with ids,
-- moments and outcomes. Nothing goes of what is open, in dispute, or held by ЕГИССО. Only the
-- functions here empty anything; each asks again under its locks.

-- Whether a record is what ЕГИССО holds of its row: the fact, or what was last accepted of it.
-- Of a row that was removed it holds nothing.
create or replace function egisso.holds(s egisso.source_row, id uuid) returns boolean language sql immutable parallel safe as $$
    select coalesce(s.accepted_id is not null and (s.accepted_id = id or s.accepted_event = id) or s.unknown_id = id, false)
$$;

-- Why the documents of a package are kept, '' if they are not any more: pruned already, open,
-- term (not over yet), review (a person has to look), dispute (a person keeps them), undecided
-- (a record has no outcome, or goes again), held (by ЕГИССО).
create or replace function egisso.package_kept(id uuid, before timestamptz) returns text
language sql stable set search_path = egisso, pg_temp as $$
    select case
        when p.pruned_at is not null then 'pruned'
        when not egisso.package_final(p.state) or p.closed_at is null
          or exists (select from egisso.message m where m.package_id = p.id and egisso.message_open(m.state)) then 'open'
        when p.closed_at >= before then 'term'
        when p.review is not null and p.reviewed_at is null
          or exists (select from egisso.message m join egisso.answer a on a.original_message_id = m.id::text and a.verified
                      where m.package_id = p.id and (a.applied_at is null or a.acked_at is null or a.held_at is not null
                            or a.review is not null and not exists (select from egisso.inbox_done d where d.subject = 'answer:' || a.id)))
          or exists (select from egisso.unconfirmed_outcome u where u.package_id = p.id and u.settled_at is null) then 'review'
        else coalesce((
            select case when s.disputed then 'dispute'
                        when egisso.holds(s, r.id) then 'held'
                        else 'undecided' end
              from egisso.package_record m
              join egisso.record r on r.id = m.record_id
              join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
             where m.package_id = p.id and m.outcome is distinct from 'withdrawn'
               and (s.disputed or egisso.holds(s, r.id) or m.outcome is null or s.review_code <> '' or egisso.record_open(r.state)
                    or r.state = 'rejected' and r.package_id = p.id)
             limit 1), '')
        end
      from egisso.package p where p.id = package_kept.id
$$;

-- What came or was brought and belongs to no package of ours, if a person or the gateway is
-- done with it. at: since when.
create or replace view egisso.settled_document as
select 'incoming' as kind, n.id, n.received_at as at
  from egisso.incoming n
 where n.raw <> '' and n.held_at is null and (n.reply is null or n.reply in ('delivered', 'failed')) and (n.review is null or n.reviewed_at is not null)
   and (n.verified and n.handled_at is not null and n.acked_at is not null
        or exists (select from egisso.inbox_done d where d.subject = 'incoming:' || n.id))
   and not exists (select from egisso.message m where m.incoming_id = n.id and egisso.message_open(m.state))
union all
select 'answer', a.id, a.received_at
  from egisso.answer a
 where a.raw <> '' and a.held_at is null
   and (a.verified and a.about is null and a.applied_at is not null and a.acked_at is not null
        and not exists (select from egisso.message m where m.id::text = a.original_message_id)
        and (a.review is null or exists (select from egisso.inbox_done d where d.subject = 'answer:' || a.id))
        or not a.verified and exists (select from egisso.inbox_done d where d.subject = 'answer:' || a.id))
union all
select 'reply', r.id::text, r.received_at
  from egisso.raw_reply r
 where r.raw <> '' and r.state = 'unread'
   and exists (select from egisso.inbox_done d where d.subject = 'reply:' || r.id and r.last_seen_at < d.at + interval '10 minutes') -- as egisso.inbox says done
union all
select 'protocol', f.id, f.applied_at
  from egisso.protocol_file f
 where f.raw <> '' and f.outcome = 'refused';

-- What is noted of documents before they are emptied; package_id of those of a package.
-- signatures: by kind and id, «sent 0a…».
create or replace function egisso.note_pruned(kind text, id text, package_id uuid, document bytea, files jsonb, signatures jsonb) returns bigint
language sql set search_path = egisso, pg_temp as $$
    insert into egisso.pruned (kind, id, package_id, sha256, size, signatures, files, archived_at)
    values (note_pruned.kind, note_pruned.id, note_pruned.package_id, sha256(document), octet_length(document),
            coalesce(note_pruned.signatures -> (note_pruned.kind || ' ' || note_pruned.id), '[]'), coalesce(note_pruned.files, '[]'),
            (select a.at from egisso.archived a
              where a.kind = note_pruned.kind and a.id = note_pruned.id and a.digest = sha256(document)
                 or note_pruned.kind = 'reply' and a.kind in ('answer', 'incoming') and a.digest = sha256(document)
                    and a.id = (select r.message_id from egisso.raw_reply r where r.id::text = note_pruned.id)
              limit 1))
    on conflict on constraint pruned_pkey do nothing
    returning size + coalesce((select sum((f.value ->> 'size')::bigint) from jsonb_array_elements(pruned.files) f), 0)::bigint
$$;

-- Empties messages of ours, of a package or in answer to somebody, and their files.
create or replace function egisso.empty_messages(package_id uuid, incoming_id text, signatures jsonb) returns bigint
language plpgsql set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    octets bigint;
begin
    select sum(egisso.note_pruned('sent', m.id::text, m.package_id, m.envelope,
               (select jsonb_agg(jsonb_build_object('name', f.uuid, 'sha256', encode(sha256(f.content), 'hex'), 'size', octet_length(f.content)) order by f.uuid)
                  from egisso.attachment f where f.message_id = m.id), empty_messages.signatures)) into octets
      from egisso.message m
     where m.package_id = empty_messages.package_id or m.incoming_id = empty_messages.incoming_id;
    update egisso.attachment f set content = '' from egisso.message m
     where f.message_id = m.id and (m.package_id = empty_messages.package_id or m.incoming_id = empty_messages.incoming_id);
    update egisso.message m set envelope = ''
     where m.package_id = empty_messages.package_id or m.incoming_id = empty_messages.incoming_id;
    return coalesce(octets, 0);
end $$;

create or replace function egisso.empty_answer(id text, package_id uuid, signatures jsonb) returns bigint
language plpgsql set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    octets bigint;
    common bytea;
begin
    select a.shared into common from egisso.answer a where a.id = empty_answer.id;
    select egisso.note_pruned('answer', a.id, empty_answer.package_id, egisso.answer_raw(a.raw, a.shared, a.shared_at),
               (select jsonb_agg(jsonb_build_object('name', f.name, 'sha256', encode(sha256(f.content), 'hex'), 'size', octet_length(f.content)) order by f.id)
                  from egisso.received_file f where f.answer_id = a.id and f.content is not null), empty_answer.signatures) into octets
      from egisso.answer a where a.id = empty_answer.id;
    update egisso.answer a set raw = '', shared = null, shared_at = null, shared_size = null, content = null, body = null where a.id = empty_answer.id;
    if exists (select from egisso.answer a where a.shared = common) then
        octets := octets - (select octet_length(c.content) from egisso.shared_content c where c.sha256 = common); -- it stays
    else
        delete from egisso.shared_content c where c.sha256 = common;
    end if;
    update egisso.received_file f set content = '' where f.answer_id = empty_answer.id and f.content <> '';
    return coalesce(octets, 0);
end $$;

-- Removes the documents of a package that was closed before a moment, and what its records
-- said; returns how many octets went, null if it has to be kept.
create or replace function egisso.prune_package(id uuid, before timestamptz, signatures jsonb) returns bigint
language plpgsql security definer set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    octets bigint;
    over uuid[];
begin
    perform egisso.lock_rows_of_package(prune_package.id);
    perform from egisso.package p where p.id = prune_package.id for update;
    if egisso.package_kept(prune_package.id, before) is distinct from '' then
        return null;
    end if;
    octets := (select sum(egisso.empty_answer(a.id, m.package_id, prune_package.signatures))
                 from egisso.message m join egisso.answer a on a.original_message_id = m.id::text and a.verified where m.package_id = prune_package.id);
    octets := coalesce(octets, 0) + egisso.empty_messages(prune_package.id, null, prune_package.signatures)
        + coalesce((select egisso.note_pruned('export', f.package_id::text, f.package_id, f.content, null, prune_package.signatures)
                      from egisso.package_file f where f.package_id = prune_package.id), 0)
        + coalesce((select sum(egisso.note_pruned('protocol', f.id, f.applied_to, f.raw, null, prune_package.signatures))
                      from egisso.protocol_file f where f.applied_to = prune_package.id), 0);
    update egisso.package_file f set content = '' where f.package_id = prune_package.id;
    update egisso.protocol_file f set raw = '' where f.applied_to = prune_package.id;
    delete from egisso.package_protocol q where q.package_id = prune_package.id;
    -- The rule stays, the words of ЕГИССО may quote people.
    update egisso.record_message t set report = '' where t.package_id = prune_package.id and t.report <> '';
    update egisso.package p set pruned_at = now(), info = 'Содержание удалено: срок хранения истёк' where p.id = prune_package.id;
    -- What its records say.
    over := array(
        select m.record_id from egisso.package_record m
         where m.package_id = prune_package.id
           and not exists (select from egisso.package_record o join egisso.package k on k.id = o.package_id
                            where o.record_id = m.record_id and k.pruned_at is null)
           and not exists (select from egisso.record r join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
                            where r.id = m.record_id and (egisso.record_open(r.state) or egisso.holds(s, r.id) or s.disputed)));
    delete from egisso.element e where e.id = any(over);
    update egisso.record r set said = false, measure_id = null, category_id = null where r.id = any(over) and r.said;
    return octets;
end $$;

-- The same of what belongs to no package.
create or replace function egisso.prune_document(kind text, id text, before timestamptz, signatures jsonb) returns bigint
language plpgsql security definer set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    octets bigint;
begin
    case prune_document.kind
    when 'incoming' then perform from egisso.incoming n where n.id = prune_document.id for update;
    when 'answer' then perform from egisso.answer a where a.id = prune_document.id for update;
    when 'reply' then perform from egisso.raw_reply r where r.id::text = prune_document.id for update;
    when 'protocol' then perform from egisso.protocol_file f where f.id = prune_document.id for update;
    end case;
    if not exists (select from egisso.settled_document d where d.kind = prune_document.kind and d.id = prune_document.id and d.at < before) then
        return null;
    end if;
    case prune_document.kind
    when 'incoming' then
        octets := egisso.empty_messages(null, prune_document.id, prune_document.signatures)
            + coalesce((select egisso.note_pruned('incoming', n.id, null, n.raw, null, prune_document.signatures) from egisso.incoming n where n.id = prune_document.id), 0);
        update egisso.incoming n set raw = '', content = null where n.id = prune_document.id;
    when 'answer' then
        octets := egisso.empty_answer(prune_document.id, null, prune_document.signatures);
    when 'reply' then
        octets := (select egisso.note_pruned('reply', r.id::text, null, r.raw, null, prune_document.signatures) from egisso.raw_reply r where r.id::text = prune_document.id);
        update egisso.raw_reply r set raw = '' where r.id::text = prune_document.id;
    when 'protocol' then
        octets := (select egisso.note_pruned('protocol', f.id, null, f.raw, null, prune_document.signatures) from egisso.protocol_file f where f.id = prune_document.id);
        update egisso.protocol_file f set raw = '' where f.id = prune_document.id;
    end case;
    return coalesce(octets, 0);
end $$;

-- What records said that never left and were dropped before a moment, so many of them. Whoever reads or decides on
-- a row keeps or puts the words of its records: his rows are left to the next run, or each would wait for the other.
create or replace function egisso.prune_dropped(before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    over uuid[];
begin
    over := array(
        select r.id from egisso.record r join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
         where r.state = 'dropped' and r.state_at < before and not s.disputed and not egisso.holds(s, r.id)
           and not exists (select from egisso.package_record m where m.record_id = r.id)
           and (r.said or exists (select from egisso.element x where x.id = r.id))
         order by r.state_at limit most for update of s, r skip locked);
    delete from egisso.element e where e.id = any(over);
    update egisso.record r set said = false, measure_id = null, category_id = null where r.id = any(over) and r.said;
    return cardinality(over);
end $$;

-- A line in the log of operations for a run that removed anything.
create or replace function egisso.note_pruning(detail text) returns void
language sql security definer set search_path = egisso, pg_temp as $$
    select egisso.note_action('prune', null, null, null, 'срок хранения истёк', detail)
$$;

-- What a person says is in dispute is kept whatever its term, until he says otherwise.
create or replace function egisso.dispute_record(register text, row_key text, disputed boolean, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    result text := case when disputed then 'Доказательства записи хранятся, пока спор не снят' else 'Доказательства записи хранятся по общему сроку' end;
begin
    perform egisso.demand_reason(reason);
    update egisso.source_row s set disputed = dispute_record.disputed
     where s.register = dispute_record.register and s.row_key = dispute_record.row_key;
    if not found then
        raise exception 'Записи % в реестре % нет', dispute_record.row_key, dispute_record.register;
    end if;
    perform egisso.note_action('dispute_record', dispute_record.register, dispute_record.row_key, null, reason, result);
    return result;
end $$;
comment on function egisso.dispute_record(text, text, boolean, text) is
    'Хранить доказательства записи, пока идёт спор (true), или снова по общему сроку (false); причина обязательна';

-- Who takes evidence of a record out. others: how many other records the documents name;
-- with them a reason is demanded.
create or replace function egisso.note_evidence(register text, row_key text, package_id uuid, others integer, reason text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if others > 0 or coalesce(btrim(reason), '') <> '' then
        perform egisso.demand_reason(reason);
    end if;
    perform egisso.note_action('view_evidence', register, row_key, package_id, reason,
        'Выданы доказательства' || case when others > 0 then '; названных в них других записей: ' || others else '' end);
end $$;
comment on function egisso.note_evidence(text, text, uuid, integer, text) is
    'Записать в operation_log, что сейчас будут выданы доказательства о записи или пакете; если они называют и другие записи, причина обязательна';
