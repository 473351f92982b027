-- The list, of all its parts (70_health.sql). To plan the look of each takes longer than the looks: view health
-- plans all of them, function health_now those of which something cheaper says that they may have anything.

create or replace view egisso.health_code as
select k.code, k.position from unnest(array[
       'read_only', 'contour', 'archive_loss', 'serve_silent', 'not_started', 'outdated', 'instances_differ', 'approval_differs', 'archive', 'certificate', 'signing', 'unregistered', 'job_failing', 'link_down', 'clock', 'signing_off', 'source_held', 'expired', 'resting',
       'sender_unknown', 'unread', 'interrupted', 'nameless', 'unverified', 'unkept', 'foreign', 'mass_change', 'refusal', 'code_unknown', 'late', 'reconcile_overdue',
       'set_aside', 'stranger', 'disapproved', 'approval', 'package', 'incoming', 'unconfirmed', 'sender_remembered', 'facts_late', 'blocked', 'serve_never']) with ordinality as k(code, position);

create or replace function egisso.health_query(parts text[]) returns text language sql immutable as $$
    select 'select case when f.trouble then ''trouble'' else ''todo'' end as severity,
       f.code, f.subject, f.count, f.since, f.text, f.detail, f.advice,
       row_number() over (order by f.trouble desc, k.position, f.since, f.subject) as position
  from (' || string_agg('select * from egisso.health_' || p, ' union all ') || ') f left join egisso.health_code k on k.code = f.code
 order by position'
      from unnest(parts) p
$$;

do $$ begin
    execute 'create or replace view egisso.health as ' || egisso.health_query('{gateway, contour, archive, instance, approval, certificate, job, link, holder, package, rest, sender, inbox, refused, change, refusal, application, late, reconcile, incoming, unconfirmed, report, blocked}');
end $$;
comment on view egisso.health is 'Что не так и что ждёт человека, худшее первым; пусто — всё в порядке. Тот же список — egissogw status, метрики и оповещения';
comment on column egisso.health.severity is 'trouble — неисправность, шлюз не делает своего дела; todo — дело для человека, остальное идёт';
comment on column egisso.health.code is 'Что это, постоянное слово для программ, например serve_silent или link_down';
comment on column egisso.health.subject is 'О чём: реестр, задание или идентификатор, как его принимают команды; пусто — о многом сразу';
comment on column egisso.health.count is 'Сколько их; у задания и связи — неудач подряд';
comment on column egisso.health.since is 'С какого времени; пусто — неизвестно или не важно';
comment on column egisso.health.text is 'Что не так, словами шлюза';
comment on column egisso.health.detail is 'Слова других программ и систем: ошибка, причина отказа; пусто — их нет';
comment on column egisso.health.advice is 'Что делать';
comment on column egisso.health.position is 'Место в списке, с 1';

-- Which parts may have anything: what says yes too often costs a plan, what says no too often hides trouble. A test
-- compares both lists for every code. It is planned each time, because a plan kept from when the tables were
-- empty would read all of them.
create or replace function egisso.health_now() returns setof egisso.health
language plpgsql stable security definer set search_path = egisso, pg_temp as $$
declare
    parts text[];
begin
    execute $ask$
    select array_remove(array[
           case when pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean or not (select enabled from egisso.service_state)
                or not exists (select from egisso.job where name = 'links' and last_started_at >= now() - interval '5 minutes')
                or not exists (select from egisso.running_instance) then 'gateway' end,
           case when exists (select from egisso.contour where refused_at > now() - interval '1 day') then 'contour' end,
           case when exists (select from egisso.archive_loss where ended_at is null) or exists (select from egisso.archive_trouble) then 'archive' end,
           case when exists (select from egisso.failed_start) or exists (select from egisso.instance where outdated_at is not null) or exists (select from egisso.approval_rule)
                or (select count(*) > 1 or bool_or(settings ->> 'EGISSOGW_APPROVAL' <> left(encode(sha256('+'), 'hex'), 16)) -- of no rule
                      from egisso.instance where seen_at > now() - interval '5 minutes') then 'instance' end,
           case when exists (select from egisso.approval_rule) and exists (select from egisso.package where state = 'formed') then 'approval' end,
           case when exists (select from egisso.signing_certificate where ends_at < now() + interval '30 days') then 'certificate' end,
           case when exists (select from egisso.job where failures > 0) then 'job' end,
           case when exists (select from egisso.link where down_since is not null or greatest(skew, -skew) > interval '1 minute') then 'link' end,
           case when exists (select from egisso.source_holder) then 'holder' end,
           case when exists (select from egisso.package where state = 'expired' or review is not null and reviewed_at is null) then 'package' end,
           case when exists (select from egisso.register_rest) then 'rest' end,
           case when exists (select from egisso.answer where held_at is not null) or exists (select from egisso.incoming where held_at is not null)
                or exists (select from egisso.sender where standing = 'remembered') then 'sender' end,
           case when exists (select from egisso.raw_reply) or exists (select from egisso.answer where not verified) or exists (select from egisso.answer where review is not null)
                or exists (select from egisso.incoming where not verified) or exists (select from egisso.reading where set_aside_at is not null) then 'inbox' end,
           case when exists (select from egisso.unkept_reply) or exists (select from egisso.foreign_answer) then 'refused' end,
           case when exists (select from egisso.record where state = 'waiting' and reason_code = 'mass_change') then 'change' end,
           case when exists (select from egisso.refusal_kind where suspect and meaning = '') then 'refusal' end,
           case when exists (select from egisso.record where register = 'onmsz' and state = 'rejected') then 'application' end,
           case when exists (select from egisso.late_change where at > now() - interval '26 hours') then 'late' end,
           case when exists (select from egisso.reconciliation r where r.started_at < now() - interval '2 days'
                      and not exists (select from egisso.reconciliation c where c.register = r.register and c.started_at >= now() - interval '2 days'
                                         and c.finished_at is not null and c.problem = '')) then 'reconcile' end,
           case when exists (select from egisso.incoming where review is not null and reviewed_at is null) then 'incoming' end,
           case when exists (select from egisso.unconfirmed_outcome where settled_at is null) then 'unconfirmed' end,
           case when exists (select from egisso.report_term where days is not null) then 'report' end,
           case when exists (select from egisso.record where state = 'blocked') or exists (select from egisso.source_row where row_findings <> '[]')
                or exists (select from egisso.source_row where review_code <> '') then 'blocked' end], null)$ask$ into parts;
    if parts <> '{}' then
        return query execute egisso.health_query(parts);
    end if;
end $$;
comment on function egisso.health_now() is 'То же, что представление egisso.health, и быстрее: не готовится искать то, чего нет';
