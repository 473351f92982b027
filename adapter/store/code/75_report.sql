-- The ministry's report, and what happened in a day. Both read egisso.package_total, which job
-- count keeps: a package is counted when it left and each time something became of it.

-- Locked until its transaction ends, so that whoever counts does not miss what it changes.
create or replace function egisso.mark_uncounted() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    id uuid := coalesce(to_jsonb(new) ->> 'package_id', to_jsonb(new) ->> 'id');
begin
    insert into egisso.uncounted_package (package_id) values (id) on conflict (package_id) do update set at = now();
    return null;
end $$;

-- What a file says late of released records changes nothing else of their package but info.
create or replace trigger mark_uncounted after insert or update of state, result, egisso_status, released_at, queued_at, info on egisso.package
    for each row when (new.queued_at is not null and new.register <> 'kmsz') execute function egisso.mark_uncounted();
create or replace trigger mark_uncounted after insert or update on egisso.package_protocol
    for each row execute function egisso.mark_uncounted();

-- What a pruned package said is not known any more: it keeps its numbers. Members are looked up one
-- by one, whatever is known of the tables' sizes.
create or replace function egisso.count_package(id uuid) returns void language plpgsql security definer set search_path = egisso, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    p egisso.package := (select k from egisso.package k where k.id = count_package.id);
begin
    if p.queued_at is null or p.pruned_at is not null then
        return;
    end if;
    delete from egisso.package_total t where t.package_id = p.id;
    insert into egisso.package_total (package_id, measure, sent, accepted, rejected, late)
    select p.id, m.measure, count(*), count(*) filter (where m.accepted), count(*) filter (where m.outcome = 'rejected'),
           count(*) filter (where m.accepted and m.decided + d.days < p.closed_at::date) + case when d.days is null then null else 0 end
      from egisso.report_term d,
           (select coalesce(m.late, m.outcome) as outcome, coalesce(egisso.record_accepted(coalesce(m.late, m.outcome)), false) as accepted,
                   case when p.register = 'fact' then coalesce(e.content ->> 'measureKey', e.content -> 'fact' ->> 'measureKey', c.content ->> 'measureKey', '') else '' end as measure,
                   case when m.kind = 'fact' then (e.content ->> 'decisionDate')::date end as decided
              from egisso.package_record m
              left join lateral (select c.content from egisso.element_content c where c.id = m.record_id offset 0) e on p.register = 'fact'
              left join egisso.record r on p.register = 'fact' and m.kind <> 'fact' and r.id = m.record_id
              left join egisso.source_content c on c.register = r.register and c.row_key = r.row_key
             where m.package_id = p.id and m.outcome is distinct from 'withdrawn') m
     group by m.measure, d.days;
end $$;

-- Counts up to as many packages as asked for, and returns how many it did. What it counts refers
-- to its package, which an answer locks before it marks it here: a package that is busy is left for the next
-- time, so that counting waits for nothing and nobody waits for it in a circle.
create or replace function egisso.count_packages(at_most integer) returns integer language plpgsql security definer set search_path = egisso, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    counted uuid[];
begin
    with picked as materialized (
        select u.package_id from egisso.uncounted_package u join egisso.package p on p.id = u.package_id
         order by u.package_id limit at_most for key share of p skip locked for update of u skip locked),
    gone as (
        delete from egisso.uncounted_package u using picked o where u.package_id = o.package_id returning u.package_id)
    select array_agg(g.package_id) into counted from gone g;
    perform egisso.count_package(c.id) from unnest(counted) as c(id);
    return coalesce(cardinality(counted), 0);
end $$;

-- Another term has facts counted anew whose packages still say when they were decided upon.
create or replace function egisso.set_report_term(days integer) returns void language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    update egisso.report_term t set days = set_report_term.days where t.days is distinct from set_report_term.days;
    if found then
        insert into egisso.uncounted_package (package_id)
        select p.id from egisso.package p where p.register = 'fact' and p.queued_at is not null and p.pruned_at is null
            on conflict (package_id) do update set at = now();
    end if;
end $$;

-- By the month their packages left. A fact that goes again is one more of those sent.
create or replace view egisso.fact_report as
select r.month, r.provider, r.measure_key,
       coalesce(s.record_no, '')           as measure_no,
       coalesce(c.content ->> 'code', '')  as measure_code,
       coalesce(c.content ->> 'title', '') as measure_title,
       r.sent, r.accepted, r.rejected, r.sent - r.accepted - r.rejected as unanswered, r.late
  from (select date_trunc('month', p.queued_at)::date as month, p.provider, t.measure as measure_key,
               sum(t.sent) as sent, sum(t.accepted) as accepted, sum(t.rejected) as rejected,
               case when bool_and(t.late is not null) then sum(t.late) end as late
          from egisso.package p join egisso.package_total t on t.package_id = p.id
         where p.register = 'fact' and p.queued_at is not null
         group by 1, 2, 3) r
  left join egisso.source_row s on s.register = 'lmsz' and s.row_key = r.measure_key
  left join egisso.source_content c on c.register = 'lmsz' and c.row_key = r.measure_key;
comment on view egisso.fact_report is
    'Отчёт: сколько фактов и их изменений передано, принято и отклонено по месяцам, поставщикам и мерам; отстаёт от журнала не больше чем на минуту';
comment on column egisso.fact_report.month is 'Первое число месяца, в котором переданы пакеты';
comment on column egisso.fact_report.provider is 'Код поставщика';
comment on column egisso.fact_report.measure_key is 'Ключ меры (ЛМСЗ) в МИС; пусто — не известна';
comment on column egisso.fact_report.measure_no is 'Номер меры в МИС';
comment on column egisso.fact_report.measure_code is 'Код меры; пусто — МИС его не называет';
comment on column egisso.fact_report.measure_title is 'Наименование меры; пусто — в МИС её больше нет';
comment on column egisso.fact_report.sent is 'Сколько записей передано; переданная повторно считается снова';
comment on column egisso.fact_report.accepted is 'Сколько из них приняла ЕГИССО';
comment on column egisso.fact_report.rejected is 'Сколько отклонила';
comment on column egisso.fact_report.unanswered is 'По скольким исхода нет: ещё не пришёл, или пакет освобождён';
comment on column egisso.fact_report.late is 'Сколько фактов принято позже EGISSOGW_REPORT_TERM суток после решения; пусто — срок не задан';

-- Who deals with what is on the list of view health.
create or replace function egisso.finding_owner(code text) returns text language sql immutable set search_path = egisso, pg_temp as $$
    select case when code in ('blocked', 'mass_change', 'refusal', 'package', 'expired', 'unconfirmed', 'facts_late', 'resting', 'disapproved') then 'кто ведёт выгрузку'
                when code = 'approval' then 'кто согласует и утверждает'
                else 'администратор шлюза' end
$$;

create or replace view egisso.day_summary as
with line as (
    select 1 as part, 'left' as section, '' as who, p.register as subject, 'Передано: ' || egisso.register_text(p.register) as text, sum(p.record_count)::bigint as count
      from egisso.package p where p.queued_at > now() - interval '1 day' and p.register <> 'kmsz' group by p.register
    union all
    select 2, 'returned', '', p.register, o.word || ': ' || egisso.register_text(p.register), sum(o.records)
      from egisso.package p join egisso.package_total t on t.package_id = p.id
     cross join lateral (values ('Принято ЕГИССО', t.accepted), ('Отклонено ЕГИССО', t.rejected)) as o(word, records)
     where p.closed_at > now() - interval '1 day' group by p.register, o.word having sum(o.records) > 0
    union all
    select 2, 'returned', '', p.register, 'Не принято СМЭВ, уйдёт снова: ' || egisso.register_text(p.register), sum(p.record_count)
      from egisso.package p where p.closed_at > now() - interval '1 day' and (p.state = 'send_failed' or p.returned) group by p.register
    union all
    select 3, 'waiting', '', p.register, 'Без ответа: ' || egisso.register_text(p.register), sum(p.record_count)
      from egisso.package p where (egisso.package_open(p.state) and p.queued_at is not null or p.state = 'expired') and p.register <> 'kmsz' group by p.register
    union all
    select 4, 'needs', egisso.finding_owner('blocked'), c.register, 'Отклонены ЕГИССО, ждут исправления в МИС: ' || egisso.register_text(c.register), c.records
      from egisso.record_counts c where c.state = 'rejected'
    union all
    select 4, 'needs', egisso.finding_owner(h.code), h.subject, h.text || '. ' || h.advice, h.count from egisso.health h
)
select section, who, subject, text, count,
       row_number() over (order by part, who, subject, text) as position
  from line
 order by position;
comment on view egisso.day_summary is 'Сводка за последние сутки: что ушло, что вернулось и кому что делать';
comment on column egisso.day_summary.section is 'left — ушло, returned — вернулось, waiting — ждёт ответа, needs — ждёт человека';
comment on column egisso.day_summary.who is 'Кому делать: кто ведёт выгрузку, кто согласует и утверждает, администратор шлюза; пусто — никому';
comment on column egisso.day_summary.subject is 'О чём: реестр, задание или идентификатор; пусто — о многом сразу';
comment on column egisso.day_summary.text is 'Словами шлюза';
comment on column egisso.day_summary.count is 'Сколько записей; в строках из health — как там';
comment on column egisso.day_summary.position is 'Место в сводке, с 1';
