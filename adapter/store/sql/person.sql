-- What people do under roles of their own alone (../code/35_approval.sql): not the service's.

-- name: agree_package
select egisso.agree_package($1, $2, $3);

-- name: approve_package
select egisso.approve_package($1, $2, $3);

-- name: disapprove_package
select egisso.disapprove_package($1, $2);
