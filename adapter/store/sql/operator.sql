-- name: retry_record
select egisso.retry_record($1, $2, $3);

-- name: confirm_identity
select egisso.confirm_identity($1, $2, $3);

-- name: retry_package
select egisso.retry_package($1, $2);

-- name: dissolve_package
select egisso.dissolve_package($1);

-- name: release_package
select egisso.release_package($1, $2);

-- name: order_package
select egisso.form_package($1);

-- name: send_package
select egisso.send_package($1);

-- name: open_orders
select max(id), register from egisso.form_order where done_at is null group by register;

-- name: order_done
-- Not while the register rests: what was ordered goes after it.
update egisso.form_order o set done_at = now()
 where o.register = $1 and o.id <= $2 and o.done_at is null
   and not exists (select from egisso.resting_register t where t.register = o.register
                      and exists (select from egisso.record r where r.register = o.register and r.state = 'ready'));
