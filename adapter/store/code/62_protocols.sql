create or replace function egisso.keep_protocol(octets bytea, package_id uuid, reason text, out id text, out fresh boolean)
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if coalesce(btrim(reason), '') <> '' then
        perform egisso.demand_reason(reason);
    end if;
    if coalesce(octet_length(octets), 0) = 0 then
        raise exception 'Файл протокола пуст';
    end if;
    if octet_length(octets) > 8388608 then -- it is read into memory as a whole
        raise exception 'Файл протокола больше 8 МиБ: протоколов такого размера не бывает';
    end if;
    id := 'sha256:' || encode(sha256(octets || convert_to(coalesce(package_id::text, ''), 'UTF8')), 'hex');
    -- One that was refused may be brought again: what it names may exist now.
    insert into egisso.protocol_file as f (id, package_id, raw, imported_by, reason)
    values (keep_protocol.id, keep_protocol.package_id, octets, egisso.actor(), coalesce(btrim(keep_protocol.reason), ''))
    on conflict on constraint protocol_file_pkey do update set raw = excluded.raw, outcome = null, applied_at = null, note = '', next_apply_at = now(),
           imported_at = now(), imported_by = excluded.imported_by, reason = excluded.reason
     where f.outcome = 'refused';
    fresh := found;
    if fresh then
        perform egisso.note_action('import_protocol', null, null, keep_protocol.package_id, keep_protocol.reason, id);
    end if;
end $$;

-- Store a protocol taken from the provider's cabinet; the gateway applies it in a
-- moment, see egisso.protocol_import. A text from a screen is already decoded: what
-- it says about its encoding no longer holds.
create or replace function egisso.import_protocol(xml text, package_id uuid default null, reason text default null) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    file text;
begin
    select k.id into file
      from egisso.keep_protocol(convert_to(regexp_replace(ltrim(xml, E'\ufeff \t\r\n'), '^<\?xml[^>]*\?>', ''), 'UTF8'), package_id, reason) k;
    perform egisso.wake('import');
    return file;
end $$;
comment on function egisso.import_protocol(text, uuid, text) is
    'Загрузить файл протокола обработки; пакет указывают, если протокол его не называет; причина обязательна, если пакет отправлен по СМЭВ; итог — в представлении protocol_import';

-- What became of protocols brought as files.
create or replace view egisso.protocol_import as
select f.id,
       f.imported_at,
       f.imported_by,
       coalesce(f.applied_to, f.package_id) as package_id,
       case f.outcome when 'applied' then 'Применён' when 'refused' then 'Отклонён' else 'Ожидает разбора' end as status,
       f.note,
       f.outcome,
       f.applied_at
from egisso.protocol_file f;
comment on view egisso.protocol_import is 'Протоколы, загруженные из файлов, и что с ними стало';
comment on column egisso.protocol_import.id is 'Номер загруженного файла';
comment on column egisso.protocol_import.imported_at is 'Когда загружен';
comment on column egisso.protocol_import.imported_by is 'Кем: роль сеанса и, со слов программы, человек';
comment on column egisso.protocol_import.package_id is 'Пакет, к которому отнесён протокол; пусто — не определён';
comment on column egisso.protocol_import.status is 'Применён, Отклонён или Ожидает разбора';
comment on column egisso.protocol_import.note is 'Что вышло или почему отклонён, словами';
comment on column egisso.protocol_import.outcome is 'applied — применён, refused — отклонён; пусто — ожидает разбора';
comment on column egisso.protocol_import.applied_at is 'Когда разобран';

-- Remembers what a file is about to decide of records that are on their way.
create or replace function egisso.note_unconfirmed(package_id uuid, file_id text, records uuid[], outcomes text[]) returns void
language sql security definer set search_path = egisso, pg_temp as $$
    insert into egisso.unconfirmed_outcome (package_id, record_id, outcome, file_id, sent, before)
    select note_unconfirmed.package_id, r.id, o.outcome, note_unconfirmed.file_id,
           jsonb_build_object('kind', r.kind, 'provider', r.provider, 'content', e.content, 'becomes', e.becomes, 'becomes_hash', r.becomes_hash),
           jsonb_build_object('accepted_id', s.accepted_id, 'accepted_event', s.accepted_event, 'accepted_hash', s.accepted_hash,
               'accepted_content', s.accepted_content, 'accepted_provider', s.accepted_provider, 'accepted_at', s.accepted_at,
               'participant_code', s.participant_code, 'events', s.events, 'generation', s.generation)
      from unnest(note_unconfirmed.records, note_unconfirmed.outcomes) as o(record_id, outcome)
      join egisso.record r on r.id = o.record_id and r.package_id = note_unconfirmed.package_id and r.state = 'packed'
      join egisso.element_content e on e.id = r.id
      join egisso.source_row s on s.register = r.register and s.row_key = r.row_key
$$;

-- What the bus says of records whose outcome came from a file; released: ЕГИССО never
-- had them. Its word stands: an outcome that differs is taken back with what the row
-- held because of it, and the row is decided again. A record that goes again already
-- gets its outcome with that package. Returns how many differed.
create or replace function egisso.settle_unconfirmed(package_id uuid, records uuid[], said text[], code text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
#variable_conflict use_column
declare
    u record;
    r egisso.record;
    s egisso.source_row;
    b egisso.source_row; -- the row before the file
    t egisso.record;     -- the record as sent
    removal boolean;
    differ integer := 0;
begin
    for u in select w.*, o.now_said
               from unnest(settle_unconfirmed.records, settle_unconfirmed.said) as o(id, now_said)
               join egisso.unconfirmed_outcome w on w.package_id = settle_unconfirmed.package_id and w.record_id = o.id
              where w.settled_at is null loop
        select * into r from egisso.record w where w.id = u.record_id for update;
        select * into s from egisso.source_row w where w.register = r.register and w.row_key = r.row_key for update;
        b := jsonb_populate_record(null::egisso.source_row, u.before);
        t := jsonb_populate_record(null::egisso.record, u.sent);
        removal := t.becomes_hash is null;
        differ := differ + ((u.outcome <> 'rejected') is distinct from (egisso.record_accepted(u.now_said)) or u.now_said = 'released')::integer;
        case
        when u.outcome <> 'rejected' and egisso.record_accepted(u.now_said) then
            update egisso.record w set state = u.now_said where w.id = r.id and egisso.record_accepted(w.state);
            update egisso.source_row w set participant_code = coalesce(nullif(settle_unconfirmed.code, ''), w.participant_code)
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event = r.id and not removal;
        when u.outcome <> 'rejected' then
            update egisso.source_row w
               set accepted_id = b.accepted_id, accepted_event = b.accepted_event, accepted_hash = b.accepted_hash,
                   accepted_content = b.accepted_content, accepted_provider = b.accepted_provider, accepted_at = b.accepted_at,
                   participant_code = b.participant_code, generation = b.generation, settled_hash = null,
                   events = b.events + (w.register = 'onmsz' and u.now_said = 'rejected')::integer
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event = r.id;
            update egisso.record w set state = case u.now_said when 'rejected' then 'rejected' else 'dropped' end, reason_code = ''
             where w.id = r.id and egisso.record_accepted(w.state);
        when egisso.record_accepted(u.now_said) and r.state <> 'packed' then
            update egisso.source_row w
               set accepted_id = case when removal then null when w.register = 'fact' and t.kind <> 'fact' then w.accepted_id else r.id end,
                   accepted_event = r.id, accepted_hash = t.becomes_hash,
                   accepted_content = null,
                   accepted_provider = case when removal then null when w.register = 'fact' and t.kind <> 'fact' then w.accepted_provider else t.provider end,
                   accepted_at = case when not removal then now() end,
                   participant_code = case when not removal then coalesce(nullif(settle_unconfirmed.code, ''), w.participant_code) end,
                   events = case when w.register = 'onmsz' then w.events when not removal and w.register = 'fact' and t.kind <> 'fact' then w.events + 1 else 0 end,
                   generation = w.generation + removal::integer, settled_hash = null
             where w.register = r.register and w.row_key = r.row_key and w.accepted_event is not distinct from b.accepted_event;
            insert into egisso.element as e (id, content, becomes) values (r.id, u.sent -> 'content', nullif(u.sent -> 'becomes', 'null'))
            on conflict (id) do update set content = excluded.content, becomes = excluded.becomes
             where (e.content, e.becomes) is distinct from (excluded.content, excluded.becomes);
            update egisso.record w set state = u.now_said, package_id = u.package_id, kind = t.kind, provider = t.provider,
                   becomes_hash = t.becomes_hash, reason_code = '', findings = '[]', said = false, measure_id = null, category_id = null
             where w.id = r.id;
            if t.provider <> r.provider then -- it counts there
                update egisso.change_guard g set counted = null where g.register = r.register and g.provider = t.provider and g.change = r.change;
            end if;
        when u.now_said = 'released' then
            update egisso.record w set state = 'dropped', reason_code = '' where w.id = r.id and w.state = 'rejected' and w.package_id = u.package_id;
        else
        end case;
        -- What the file said of it stays in the file.
        delete from egisso.record_message m where m.package_id = u.package_id and m.element_id = u.record_id;
        update egisso.package_record m set outcome = u.now_said where m.package_id = u.package_id and m.record_id = u.record_id;
        update egisso.unconfirmed_outcome w set settled_at = clock_timestamp(), settled = u.now_said, sent = null, before = null
         where w.package_id = u.package_id and w.record_id = u.record_id;
        update egisso.source_row w set dirty = true where w.register = r.register and w.row_key = r.row_key;
    end loop;
    return differ;
end $$;
