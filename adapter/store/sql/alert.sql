-- name: alert
select trouble, since, told, differs_since, next_at, failures, version from egisso.alert;

-- name: save_alert
-- Of several gateways one is the first.
update egisso.alert set trouble = $2, since = $3, told = $4, differs_since = $5, next_at = $6, failures = $7, version = version + 1
 where version = $1;
