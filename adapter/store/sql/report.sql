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
insert into egisso.told_summary (day) values ($1) on conflict do nothing;

-- name: unclaim_summary
delete from egisso.told_summary where day = $1;
