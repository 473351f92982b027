-- Of which kinds there may be work. The statements that claim it are planned each time they run, because a plan kept
-- from when tables were empty would read them whole; that took most of the time of a gateway that has nothing to do.
-- This plan is kept, and made without reading tables: each line looks at the index of such work.
create or replace function egisso.due() returns text[]
language plpgsql stable security definer set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    return array_remove(array[
        case when exists (select from egisso.package where state = 'formed') then 'sign' end,
        case when exists (select from egisso.message where egisso.message_open(state) and next_attempt_at <= now()) then 'send' end,
        case when exists (select from egisso.ack_order where done_at is null and next_at <= now()) then 'ack' end,
        case when exists (select from egisso.answer where acked_at is null and verified and next_ack_at <= now()) then 'unacked' end,
        case when exists (select from egisso.incoming where acked_at is null and verified and next_ack_at <= now()) then 'unacked' end,
        case when exists (select from egisso.raw_reply where state = 'again') then 'again' end,
        case when exists (select from egisso.answer where not verified) then 'doubted' end,
        case when exists (select from egisso.incoming where not verified) then 'doubted' end,
        case when exists (select from egisso.answer where held_at is not null) then 'held' end,
        case when exists (select from egisso.incoming where held_at is not null) then 'held' end,
        case when exists (select from egisso.sender where standing = 'remembered') then 'held' end,
        case when exists (select from egisso.received_file where state = 'due' and next_attempt_at <= now()) then 'fetch' end,
        case when exists (select from egisso.answer where applied_at is null and verified) then 'apply' end,
        case when exists (select from egisso.protocol_file where outcome is null) then 'import' end,
        case when exists (select from egisso.incoming where handled_at is null and verified) then 'handle' end,
        case when exists (select from egisso.incoming where reply = 'due') then 'respond' end], null);
end $$;
