-- Gone from the table.
delete from mis.recipe
 where id = any ($1::bigint[])
