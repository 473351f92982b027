-- Whether there may be work of a kind. The statements that claim it are planned each time they run, because a plan kept
-- from when tables were empty would read them whole; that took most of the time of a gateway that has nothing to do.
-- These plans are kept, and made without reading tables: each is a look at the index of such work.
create or replace function egisso.due(what text) returns boolean
language plpgsql stable security definer set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    case what
    when 'sign'     then return exists (select from egisso.package where state = 'formed');
    when 'send'     then return exists (select from egisso.message where egisso.message_open(state) and next_attempt_at <= now());
    when 'ack'      then return exists (select from egisso.ack_order where done_at is null and next_at <= now());
    when 'unacked'  then return exists (select from egisso.answer where acked_at is null and verified and next_ack_at <= now())
                             or exists (select from egisso.incoming where acked_at is null and verified and next_ack_at <= now());
    when 'again'    then return exists (select from egisso.raw_reply where state = 'again');
    when 'doubted'  then return exists (select from egisso.answer where not verified) or exists (select from egisso.incoming where not verified);
    when 'held'     then return exists (select from egisso.answer where held_at is not null) or exists (select from egisso.incoming where held_at is not null)
                             or exists (select from egisso.sender where standing = 'remembered');
    when 'fetch'    then return exists (select from egisso.received_file where state = 'due' and next_attempt_at <= now());
    when 'apply'    then return exists (select from egisso.answer where applied_at is null and verified);
    when 'import'   then return exists (select from egisso.protocol_file where outcome is null);
    when 'handle'   then return exists (select from egisso.incoming where handled_at is null and verified);
    when 'respond'  then return exists (select from egisso.incoming where reply = 'due');
    end case;
end $$;
