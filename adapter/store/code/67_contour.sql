-- Whom the database was made for (../contour.go).

create or replace function egisso.contour_text(bus text, test boolean, source text, source_hosts text[], provider text) returns text
language sql immutable as $$
    select 'СМЭВ ' || bus || case when test then ' (тестовый признак)' else '' end || ', МИС ' || source || ' на ' || array_to_string(source_hosts, ', ')
           || ', поставщик ' || provider
$$;

-- From now on the database is of another contour. Where anything was signed, exported or
-- accepted that would make one ЕГИССО's word another one's: then only the same one may have
-- moved. What was read of another МИС and never left is forgotten as rows that are gone.
create or replace function egisso.reset_contour(bus text, test boolean, source text, source_hosts text[], provider text, same boolean, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    c egisso.contour;
    messages bigint;
    accepted bigint;
    n bigint := 0;
    result text;
begin
    perform egisso.demand_reason(reason);
    if bus is null or test is null or source is null or source_hosts is null or provider is null or same is null then
        raise exception 'Контур назван не весь';
    end if;
    select * into c from egisso.contour for update;
    if not found then
        raise exception 'Контур ещё не запомнен: его запомнит первый запуск службы';
    end if;
    if (c.bus, c.test, c.source, c.source_hosts, c.provider)
       is not distinct from (reset_contour.bus, reset_contour.test, reset_contour.source, reset_contour.source_hosts, reset_contour.provider) then
        raise exception 'База и так помнит этот контур: %', egisso.contour_text(c.bus, c.test, c.source, c.source_hosts, c.provider);
    end if;
    if exists (select from egisso.running_instance) then
        raise exception 'Сначала остановите шлюзы этой базы: работает %, последний раз — %; остановленный не по порядку забывается через 5 минут',
            (select count(*) from egisso.running_instance), (select to_char(max(r.seen_at), 'DD.MM.YYYY HH24:MI:SS TZ') from egisso.running_instance r);
    end if;
    if not same then
        select (select count(*) from egisso.message) + (select count(*) from egisso.package_file),
               (select count(*) from egisso.source_row s where s.accepted_id is not null) into messages, accepted;
        if messages + accepted > 0 then
            raise exception 'База помнит переданное в контуре «%»: сообщений и файлов %, принятых записей %. Другая ЕГИССО этого не принимала, а другая МИС этого не говорила: создайте шлюзу новую базу (egissogw migrate). Если ЕГИССО, МИС и поставщик те же и изменились только адреса или имена, добавьте --same',
                egisso.contour_text(c.bus, c.test, c.source, c.source_hosts, c.provider), messages, accepted;
        end if;
        if c.source <> reset_contour.source or not c.source_hosts && reset_contour.source_hosts then
            perform from egisso.source_row s order by egisso.lock_order(s.register), s.row_key for update;
            update egisso.source_row s set deleted = true, content_hash = null, row_findings = '[]', dirty = true, updated_at = now() where not s.deleted;
            get diagnostics n = row_count;
            delete from egisso.source_content;
            delete from egisso.source_cursor;
        end if;
    end if;
    update egisso.contour k set bus = reset_contour.bus, test = reset_contour.test, source = reset_contour.source,
           source_hosts = reset_contour.source_hosts, provider = reset_contour.provider, since = clock_timestamp(), refused_at = null, refused = '';
    result := 'Контур: ' || egisso.contour_text(reset_contour.bus, reset_contour.test, reset_contour.source, reset_contour.source_hosts, reset_contour.provider)
              || case when n > 0 then '; прочитанное из прежней МИС забыто, записей: ' || n else '' end;
    perform egisso.note_action('reset_contour', null, null, null, reason, result || '; был: '
            || egisso.contour_text(c.bus, c.test, c.source, c.source_hosts, c.provider) || case when same then '; те же ЕГИССО и МИС' else '' end);
    perform egisso.wake('decide');
    return result;
end $$;
comment on function egisso.reset_contour(text, boolean, text, text[], text, boolean, text) is
    'Сменить контур, для которого создана база: узел СМЭВ, тестовый признак, база и узлы МИС, поставщик, те ли это ЕГИССО и МИС по новым адресам, причина; обычно — egissogw contour reset';
