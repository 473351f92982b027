-- Two pairs of eyes (../code/35_approval.sql).

-- name: approval_rules
select r.register, r.agree, pg_has_role(session_user, (select c.relowner from pg_class c where c.oid = 'egisso.approval_rule'::regclass), 'member')
  from egisso.approval_rule r;

-- name: waiting_for_approval
select count(*) from egisso.approval_list where stage <> 'approved' and register = any($1);
