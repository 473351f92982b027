-- name: forget_export_plans
-- Of registers that have no export times any more.
delete from egisso.export_plan where not register = any($1);

-- name: last_export_time
-- The last time that was met: of the export opened last, or when the schedule was first known.
select greatest(p.since, (select max(e.due_at) from egisso.export e where e.register = p.register))
  from egisso.export_plan p where p.register = $1;

-- name: plan_export
insert into egisso.export_plan as p (register, next_at, since) values ($1, $2, $3)
on conflict (register) do update set next_at = excluded.next_at where p.next_at is distinct from excluded.next_at;

-- name: open_export
-- Whichever gateway comes first opens it.
insert into egisso.export (register, due_at, kind)
select $1, $2, case when exists (select from egisso.export o where o.register = $1) then 'changes' else 'first' end
on conflict do nothing;

-- name: open_exports
-- The export of each register that leaves now.
select distinct on (register) register, id from egisso.export order by register, due_at desc;

-- name: exports
select id, register, title, kind, due_at, opened_at, records, accepted, rejected, packages, status, closed_at
  from egisso.exports
 order by due_at desc, id desc limit $1;
