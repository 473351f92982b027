-- name: classifier_revision
select revision from egisso.classifier_state;

-- name: lock_classifier
select revision from egisso.classifier_state for update;

-- name: classifier_changed
update egisso.classifier_state set revision = revision + 1, units = case when $1 then revision + 1 else units end;

-- name: classifier_book
select number, status, start_date, finish_date, document, note, hash from egisso.classifier_version order by number;

-- name: classifier_version
select number, status, start_date, finish_date, document, note from egisso.classifier_version where number = $1;

-- name: put_version
insert into egisso.classifier_version as v
       (number, status, start_date, finish_date, document, note, hash, source, body, activated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $2::smallint = 5 then now() end)
on conflict (number) do update
   set status = excluded.status, start_date = excluded.start_date, finish_date = excluded.finish_date,
       document = excluded.document, note = excluded.note, hash = excluded.hash, source = excluded.source,
       body = excluded.body, received_at = now(),
       activated_at = coalesce(v.activated_at, excluded.activated_at);

-- name: put_version_header
update egisso.classifier_version
   set status = $2, start_date = $3, finish_date = $4, document = $5, note = $6,
       activated_at = case when $2::smallint = 5 then coalesce(activated_at, now()) else activated_at end
 where number = $1;

-- name: forget_positions
delete from egisso.classifier_position where version = $1;

-- name: forget_rules
delete from egisso.classifier_rule where version = $1;

-- name: forget_acts
delete from egisso.classifier_act where version = $1;

-- name: classifier_positions
select facet, code, name, parent from egisso.classifier_position where version = $1 order by facet, ordinal;

-- name: classifier_acts
select number, title, date, authority from egisso.classifier_act where version = $1 order by ordinal;

-- name: classifier_rules
select part, msz, category, level, source, form, acts from egisso.classifier_rule where version = $1 order by ordinal;

-- name: periodicities
select code, title, start_date, finish_date from egisso.classifier_periodicity order by ordinal;

-- name: units
select code, title, short_title, okei, start_date, finish_date from egisso.classifier_unit order by ordinal;

-- name: forget_periodicities
delete from egisso.classifier_periodicity;

-- name: forget_units
delete from egisso.classifier_unit;

-- name: add_classifier_note
insert into egisso.classifier_note (source, note) values ($1, $2);

-- name: want_classifier
-- A request on its way may bring what was true before: another one follows it.
update egisso.classifier_request
   set wanted_at = now(), wanted_by = session_user, reason = $2,
       next_at = case when asked_at > now() - interval '1 minute' then next_at else least(next_at, now()) end
 where classifier = $1 and (wanted_at is null or wanted_at <= asked_at);

-- name: request_kmsz_update
select egisso.request_kmsz_update();

-- name: scheduled_classifiers
select classifier, wanted_at, reason, asked_at, received_at, package_id,
       case when classifier = '010' then 'По расписанию' else egisso.dictionary_needed(classifier) end
  from egisso.classifier_request order by classifier;

-- name: lock_wanted_classifier
select classifier, tries from egisso.classifier_request r
 where wanted_at is not null and next_at <= now()
   and not exists (select from egisso.package p where p.classifier = r.classifier and egisso.package_open(p.state))
 order by classifier limit 1
   for update skip locked;

-- name: insert_classifier_package
insert into egisso.package (id, register, format, format_version, provider, record_count, classifier, info)
values ($1, 'kmsz', $2, $3, $4, 0, $5, $6);

-- name: classifier_asked
update egisso.classifier_request
   set package_id = $2, asked_at = now(), tries = tries + 1, next_at = now() + $3::interval
 where classifier = $1;

-- name: classifier_received
-- Whoever asked after the request had left waits for the next one.
update egisso.classifier_request
   set wanted_at = case when wanted_at > asked_at then wanted_at end, reason = case when wanted_at > asked_at then reason else '' end,
       tries = 0, next_at = now(), received_at = now()
 where classifier = $1;

-- name: classifier_basis
-- What the comparison of our local measures with the classifier depends on: $1 is
-- what the program adds.
select c.revision, c.revision <> c.checked_revision,
       c.checked_basis,
       $1 || ' ' || c.revision || ' ' || coalesce((
           select md5(string_agg(s.row_key || ' ' || encode(coalesce(s.accepted_hash, s.content_hash), 'hex'), ',' order by s.row_key))
             from egisso.source_row s
            where s.register = 'lmsz' and (s.accepted_hash is not null or s.content_hash is not null and not s.deleted)), ''),
       c.units > c.checked_revision,
       c.checked_active
  from egisso.classifier_state c;

-- name: live_measures
-- As ЕГИССО holds them, or as the source says as long as it holds none.
select s.row_key, coalesce(h.content, c.content::jsonb)
  from egisso.source_row s
  left join egisso.held h using (register, row_key)
  left join egisso.source_content c using (register, row_key)
 where s.register = 'lmsz' and (h.content is not null or c.content is not null and not s.deleted)
 order by s.row_key;

-- name: classifier_findings
select row_key, code, severity, field, text from egisso.classifier_finding where version = $1 order by row_key, position;

-- name: forget_classifier_findings
delete from egisso.classifier_finding;

-- name: classifier_checked
update egisso.classifier_state set checked_revision = $1, checked_basis = $2, checked_active = $3;

-- name: lock_rows_to_recheck
-- What is touched next, and what is being decided on: whoever decides at this moment may
-- know the classifier of before.
select s.row_key from egisso.source_row s
 where (s.register = 'lmsz' or s.register = 'fact' and ($2 or s.needs[1] = any($1)))
   and (s.dirty or exists (select from egisso.record r
                            where r.register = s.register and r.row_key = s.row_key and egisso.record_unsent(r.state)))
 order by egisso.lock_order(s.register), s.row_key
   for update;

-- name: touch_measures_to_send
update egisso.source_row s set dirty = true
 where s.register = 'lmsz' and not s.dirty
   and exists (select from egisso.record r
                where r.register = s.register and r.row_key = s.row_key and egisso.record_unsigned(r.state, r.package_id));

-- name: touch_facts_to_send
-- Facts of these measures, given as they are needed, or all of them.
update egisso.source_row s set dirty = true
 where s.register = 'fact' and not s.dirty and ($2 or s.needs[1] = any($1))
   and exists (select from egisso.record r
                where r.register = s.register and r.row_key = s.row_key and egisso.record_unsigned(r.state, r.package_id));

-- name: classifier_awaited
-- КМСЗ has never come, and since the first request for it left, or could not, the term is not
-- over.
select not exists (select from egisso.classifier_version)
   and coalesce(min(coalesce(p.queued_at, p.closed_at)) > now() - $1::interval, true)
  from egisso.package p where p.classifier = '010';

-- name: wake_from_classifier
update egisso.source_row s set dirty = true
 where (s.register, s.row_key) in (
     select w.register, w.row_key
       from egisso.record f join egisso.source_row w on w.register = f.register and w.row_key = f.row_key
      where f.register = 'lmsz' and f.state = 'waiting' and f.reason_code = 'wait_classifier' and not w.dirty
      order by w.register, w.row_key
        for update of w skip locked);

-- name: forgive_classifier_pushes
-- The active version came, which was asked for because what ЕГИССО sent by itself was not taken.
-- Who sent it, and why as a request, may still be a question, which is another one.
update egisso.incoming i
   set review = null, note = concat_ws('; ', nullif(i.note, ''), 'the active version came since')
 where i.review is not null and i.reviewed_at is null and i.kind = 'broadcast' and not i.stranger and i.received_at < (select p.created_at from egisso.package p where p.id = $1)
   and (starts_with(i.namespace, 'urn://egisso-ru/msg/10.01.O/') or starts_with(i.namespace, 'urn://egisso-ru/msg/10.03.O/'));

-- name: forgive_classifier_requests
-- An answer that could be used ends the calls for help of unanswered requests before it.
update egisso.package set review = null where classifier = $1 and id <> $2 and review is not null and reviewed_at is null;
