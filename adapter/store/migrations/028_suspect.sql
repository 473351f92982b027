-- A process that dies takes with it whatever was being read, guilty or not: when a
-- program dies at every start, something harmless is easily read in the same moments
-- twice. So what a death left behind is read again only by a process that has proved
-- able to live, and by itself.
drop function egisso.begin_reading(text, text, uuid);

-- Of attempts only those count that other processes began and did not end: the one that
-- asks lives. What too many of them died of is set aside; fresh: just now. What one of
-- them died of is a suspect, and nothing is noted, unless the process that asks is ready
-- for suspects.
create function egisso.begin_reading(what text, id text, process uuid, ready boolean, out aside boolean, out fresh boolean, out suspect boolean)
language sql as $$
    insert into egisso.reading as r (what, id, process) values (what, id, process)
    on conflict on constraint reading_pkey do update
       set set_aside_at = case when r.process <> excluded.process and r.begun >= r.deaths_allowed
                               then coalesce(r.set_aside_at, now()) else r.set_aside_at end,
           begun = case when r.process = excluded.process or r.begun >= r.deaths_allowed or not ready then r.begun else r.begun + 1 end,
           process = case when ready or r.begun >= r.deaths_allowed then excluded.process else r.process end,
           at = now()
    returning r.set_aside_at is not null, coalesce(r.set_aside_at = now(), false),
              r.set_aside_at is null and r.process <> begin_reading.process
$$;
