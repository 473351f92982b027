-- The last transaction of which the source has taken an entry out of its log of
-- changes that nothing newer stands for.
select t.trimmed_xid::text from {schema}.change_log t where t.register = $1
