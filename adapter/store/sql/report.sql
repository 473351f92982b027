-- name: count_packages
select egisso.count_packages($1);

-- name: set_report_term
select egisso.set_report_term($1);

-- name: fact_report
select month, provider, measure_key, measure_no, measure_code, measure_title, sent, accepted, rejected, unanswered, late
  from egisso.fact_report where month >= $1 and month <= $2 order by month, provider, measure_title, measure_key;

-- name: day_summary
select section, who, subject, text, count from egisso.day_summary order by position;

-- name: claim_summary
-- Of several gateways one tells, once.
insert into egisso.told_summary (day, of) values ($1, $2) on conflict do nothing;

-- name: unclaim_summary
delete from egisso.told_summary where day = $1 and of = $2;

-- name: summary_told
select exists (select from egisso.told_summary where day = $1 and of = $2);

-- name: exports_since
-- Whether the packages of an export are all closed, and no record of it waits for one. Records that came
-- after it opened belong to the next.
select x.register, x.due_at,
       not exists (select from egisso.package p where p.export_id = x.id and egisso.package_open(p.state))
       and not exists (select from egisso.record r where r.register = x.register and r.state = 'ready' and r.created_at <= x.opened_at)
  from egisso.export x where x.due_at >= $1 order by x.due_at, x.register;
