-- name: confirm_delivery
-- An answer proves that the request arrived, whatever we heard of it.
update egisso.message set state = 'delivered', delivered_at = now(), claimed_until = null
 where id = $1 and state = 'in_doubt';

-- name: queued_by_answer
update egisso.package set state = 'queued', queued_at = now(), review = null where id = $1 and state = 'signed';

-- name: package_progress
update egisso.package set egisso_status = $2, info = $3
 where id = $1 and state in ('signed', 'queued', 'expired') and coalesce(egisso_status, 0) <= $2;

-- name: package_answered
update egisso.package set state = 'answered', result = $2, egisso_status = 3, info = $3, review = $4
 where id = $1;

-- name: package_returned
update egisso.package set state = 'answered', result = 'rejected', returned = true, egisso_status = 3, info = $2, review = $3
 where id = $1;

-- name: member_outcomes
update egisso.package_record pr set outcome = o.outcome
  from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
 where pr.package_id = $1 and pr.record_id = o.record_id;

-- name: record_outcomes
update egisso.record r set state = o.outcome
  from unnest($2::uuid[], $3::text[]) as o(record_id, outcome)
 where r.id = o.record_id and r.package_id = $1 and r.state in ('packed', 'sent');

-- name: insert_messages
-- After those of an earlier protocol of the same package.
insert into egisso.record_message (package_id, position, record_id, element_id, type, rule_code, report)
select $1, m.position + (select coalesce(max(position), 0) from egisso.record_message where package_id = $1), m.record_id, m.element_id, m.type, m.rule_code, m.report
  from unnest($2::text[], $3::uuid[], $4::smallint[], $5::text[], $6::text[])
       with ordinality as m(record_id, element_id, type, rule_code, report, position);

-- name: accept_content
-- New elements and alterations: this is now what ЕГИССО has.
update egisso.source_row s
   set accepted_id = case when r.kind = 'alterationBasedOnPreviousErrors' then s.accepted_id else r.id end,
       events = case when r.kind = 'alterationBasedOnPreviousErrors' then s.events + 1 else 0 end,
       accepted_event = r.id, accepted_hash = r.content_hash, accepted_content = r.content, accepted_at = now()
  from egisso.record r
 where r.package_id = $1 and r.state in ('accepted', 'accepted_with_warnings')
   and r.kind in ('fact', 'alterationBasedOnPreviousErrors', 'localMSZ')
   and s.register = r.register and s.row_key = r.row_key;

-- name: accept_removal
update egisso.source_row s
   set accepted_id = null, accepted_event = r.id, accepted_hash = null, accepted_content = null,
       accepted_at = null, events = 0, generation = s.generation + 1
  from egisso.record r
 where r.package_id = $1 and r.state in ('accepted', 'accepted_with_warnings')
   and r.kind in ('errorsInvalidation', 'invalidation')
   and s.register = r.register and s.row_key = r.row_key;

-- name: touch_facts_of_measures
-- Facts that are not in flight look again at the measures this package decided.
update egisso.source_row s set dirty = true
  from egisso.package_record pr join egisso.record r on r.id = pr.record_id
 where pr.package_id = $1 and r.register = 'lmsz'
   and s.register = 'fact' and s.measure_key = r.row_key
   and exists (select from egisso.record f
                where f.register = s.register and f.row_key = s.row_key and f.state in ('ready', 'waiting', 'blocked'));
