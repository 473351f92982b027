-- A database that lacks what the archive outside it holds was lost, or an older copy was
-- restored: records would go again. Until that is brought back nothing leaves.

-- Nothing leaves while an archive is read into the database, whoever runs beside it.
create or replace function egisso.begin_recovery(reason text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    perform egisso.demand_reason(reason);
    insert into egisso.archive_loss as l (kind, id) values ('recovery', '')
    on conflict (kind, id) do update set since = now(), ended_at = null, how = null where l.ended_at is not null;
    perform egisso.note_action('recover', null, null, null, reason, 'Восстановление из архива начато');
end $$;

-- detail says what came of it, in Russian.
create or replace function egisso.end_recovery(reason text, detail text) returns void
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.archive_loss set ended_at = now(), how = 'recovered' where kind = 'recovery' and ended_at is null;
    -- The source is read anew, for the rows on which nothing is decided until then.
    update egisso.source_cursor c set position = '' where exists (select from egisso.source_row s where s.register = c.register and s.unread);
    perform egisso.note_action('recover', null, null, null, reason, detail);
    perform pg_notify('egisso_service', 'on');
end $$;

-- A protocol somebody had brought as a file, as the archive says. Only in a recovery, and
-- under the name of who recovers; false: it is there.
create or replace function egisso.bring_protocol(id text, package_id uuid, octets bytea, imported_at timestamptz, said_by text, reason text) returns boolean
language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from egisso.archive_loss l where l.kind = 'recovery' and l.ended_at is null) then
        raise exception 'Протоколы возвращают только при восстановлении из архива';
    end if;
    insert into egisso.protocol_file (id, package_id, raw, imported_at, imported_by, reason)
    values (bring_protocol.id, bring_protocol.package_id, octets, bring_protocol.imported_at,
            egisso.actor() || ', из архива; загружал: ' || egisso.cleaned(said_by, 300), coalesce(egisso.cleaned(bring_protocol.reason, 2000), ''))
    on conflict on constraint protocol_file_pkey do nothing;
    return found;
end $$;

-- Returns how many archives were ahead of the database.
create or replace function egisso.accept_loss(reason text) returns integer
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    accepted integer;
begin
    perform egisso.demand_reason(reason);
    update egisso.archive_loss set ended_at = now(), how = 'accepted' where ended_at is null;
    get diagnostics accepted = row_count;
    if accepted > 0 then
        perform egisso.note_action('accept_loss', null, null, null, reason, 'Потеря принята: отправка продолжается без того, чего нет в базе; архивов впереди базы: ' || accepted);
        perform pg_notify('egisso_service', 'on');
    end if;
    return accepted;
end $$;
comment on function egisso.accept_loss(text) is
    'Продолжать отправку, хотя в базе нет того, что есть в архиве доказательств; причина обязательна и остаётся в журнале операций; возвращает, сколько архивов впереди базы';
