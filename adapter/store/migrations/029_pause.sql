-- How long something waits that failed so often in a row: shortest, doubled with each
-- failure after the first, at most longest. The same as adapter/retry.
create function egisso.pause(failures integer, shortest interval, longest interval) returns interval
language sql immutable as $$
    select least(shortest * power(2, greatest(least(failures, 25) - 1, 0)), longest)
$$;
