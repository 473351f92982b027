-- name: health
select severity, code, subject, count, since, text, detail, advice from egisso.health_now() order by position;

-- name: record_counts
select register, state, records from egisso.record_counts order by 1, 2;

-- name: package_counts
select register, state, coalesce(result, ''), count(*) from egisso.package
 group by register, state, result order by register, state, result;

-- name: open_since
select (select min(created_at) from egisso.package where egisso.package_open(state)), (select enabled from egisso.service_state);

-- name: backlog
select (select count(*) from egisso.due_row),
       r.records, r.oldest,
       (select count(*) from egisso.answer where applied_at is null and verified),
       (select count(*) from egisso.package where review is not null and reviewed_at is null or state = 'expired')
  from (select count(*) as records, min(state_at) as oldest from egisso.record where egisso.record_open(state) and state <> 'blocked') r;

-- name: incoming_backlog
select (select count(*) from egisso.incoming where handled_at is null and verified),
       (select count(*) from egisso.incoming where reply in ('due', 'signed')),
       (select count(*) from egisso.incoming where review is not null and reviewed_at is null);

-- name: any_unverified
-- Where there is none view inbox has nothing to count, and need not be planned.
select exists (select from egisso.answer where not verified) or exists (select from egisso.incoming where not verified);

-- name: unverified
select count(*) filter (where operation = 'GetResponse'), count(*) filter (where operation = 'GetRequest')
  from egisso.inbox where trouble = 'unverified' and not done;

-- name: links
select name, down_since, failures, skew, uncertainty, measured_at from egisso.link order by name desc;

-- name: instances
select pid, version, started_at, seen_at, settings_hash from egisso.running_instance order by started_at, process;

-- name: file_backlog
select (select count(*) from egisso.received_file where state = 'due'),
       (select count(*) from egisso.received_file where state = 'refused');

-- name: rests
select register, provider, until, failures, reason, trial, text from egisso.resting_register order by register, provider;

-- name: journal
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''),
       coalesce(message_id::text, ''), unconfirmed, warned, register, channel, coalesce(approval, ''), coalesce(agreed_by, ''), coalesce(approved_by, '')
  from egisso.journal order by created_at desc, id limit $1;

-- name: journal_one
select id, created_at, package_type, record_count, status, info, state, coalesce(result, ''), coalesce(review, ''),
       coalesce(message_id::text, ''), unconfirmed, warned, register, channel, coalesce(approval, ''), coalesce(agreed_by, ''), coalesce(approved_by, '')
  from egisso.journal where id = $1;

-- name: package_findings
-- Of the checks, before the package left.
select record_no, text, code, message_type, '', severity from egisso.record_finding
 where package_id = $1 and found = 'before' order by record_no, row_key, position;

-- name: journal_detail
select record_no, comment, code, message_type, coalesce(conclusion, ''),
       case message_type when 'Ошибка' then 'error' else 'warning' end from egisso.journal_detail
 where package_id = $1 order by position;

-- name: rules
select list, register, code, records from egisso.rule_counts order by 1, 2, 3;

-- name: kmsz_versions
select version, status, active, start_date, finish_date, document, source, received_at, activated_at,
       measures, parts, categories, levels, funding, forms, rules
  from egisso.kmsz_versions order by version desc;

-- name: kmsz_invalid
select version, active, row_key, coalesce(record_no, row_key), coalesce(title, ''), code, finding_type, comment,
       case finding_type when 'Ошибка' then 'error' else 'warning' end
  from egisso.kmsz_invalid order by version, row_key, code;

-- name: kmsz_dictionaries
select (select count(*) from egisso.kmsz_periodicity), (select count(*) from egisso.kmsz_units);

-- name: classifier_requests
select classifier, wanted_at, reason, asked_at, received_at, package_id from egisso.classifier_request order by classifier;

-- name: classifier_notes
select at, source, note from egisso.classifier_note order by id desc limit $1;

-- name: last_reconciliations
select distinct on (register) id, register, started_at, seen, changed, gone, forgotten, problem
  from egisso.reconciliation where finished_at is not null order by register, started_at desc;

-- name: kmsz_in_use
select coalesce(v.active, 0), coalesce(v.next, 0),
       (select count(distinct row_key) from egisso.classifier_finding f where f.version = v.active and f.severity = 'error'),
       (select count(distinct row_key) from egisso.classifier_finding f where f.version = v.next and f.severity = 'error')
  from (select max(number) filter (where status = 5) as active,
               max(number) filter (where status < 5 and number > coalesce((select number from egisso.classifier_version where status = 5), 0)) as next
          from egisso.classifier_version) v;
