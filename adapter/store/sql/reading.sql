-- What strangers sent, before and while it is read: code/63_inbox.sql.

-- name: begin_reading
select aside, suspect from egisso.begin_reading($1, $2, $3, $4);

-- name: end_reading
delete from egisso.reading where what = $1 and id = $2 and set_aside_at is null;

-- name: reply_read
-- Not worth waiting for the disk: only a death of this program must not lose it.
with quickly as (select set_config('synchronous_commit', 'off', true))
delete from egisso.reading using quickly where what = 'reply' and id = $1::bigint::text and set_aside_at is null;

-- name: begin_reply
-- What this process failed to understand is not read again when it comes again, only
-- counted. What a process died of is replaced by what came now.
with kept as (
    insert into egisso.raw_reply as r (operation, key, message_id, content_type, raw, complete, size, sha256, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'reading')
    on conflict (operation, key) do update
       set seen = r.seen + 1, last_seen_at = now(),
           raw = case when r.state = 'reading' or r.raw = '' then excluded.raw else r.raw end,
           size = case when r.state = 'reading' or r.raw = '' then excluded.size else r.size end,
           complete = case when r.state = 'reading' or r.raw = '' then excluded.complete else r.complete end,
           sha256 = case when r.state = 'reading' or r.raw = '' then excluded.sha256 else r.sha256 end,
           content_type = case when r.state = 'reading' or r.raw = '' then excluded.content_type else r.content_type end
    returning id, state <> 'reading' and sha256 = $8 and coalesce(process = $9, false) as known)
select k.id, k.known, coalesce(b.aside, false), coalesce(b.fresh, false), coalesce(b.suspect, false)
  from kept k left join lateral egisso.begin_reading('reply', k.id::text, $9, false) b on not k.known;

-- name: end_reply
-- It was understood: what it says is stored elsewhere, or it says nothing.
with ended as (delete from egisso.reading where what = 'reply' and id = $1::bigint::text)
delete from egisso.raw_reply where id = $1;

-- name: reply_set_aside
update egisso.raw_reply set state = 'unread' where id = $1;

-- name: reply_unread
-- Kept within the bounds of a day; of those that name no message only a few.
with ended as (delete from egisso.reading where what = 'reply' and id = $1::bigint::text),
was as (
    select r.state = 'reading' as fresh,
           r.state <> 'reading' or k.replies < $4 and k.bytes + octet_length(r.raw) <= $5 and (r.message_id <> '' or k.nameless < $6) as enough
      from egisso.raw_reply r, egisso.unbelieved() k where r.id = $1),
kept as (update egisso.raw_reply r set state = 'unread', problem = $2, process = $3 from was where r.id = $1 and was.enough),
gone as (delete from egisso.raw_reply r using was where r.id = $1 and not was.enough)
select fresh, enough from was;

-- name: next_reply_again
select id, content_type, raw from egisso.raw_reply r
 where operation = $1 and state = 'again'
   and not exists (select from egisso.reading g where g.what = 'reply' and g.id = r.id::text and g.set_aside_at is not null)
 order by id limit 1;

-- name: unkept
insert into egisso.unkept_reply as u (operation, bytes) values ($1, $2)
on conflict (operation) do update
   set since = case when u.last_at < now() - interval '1 day' then now() else u.since end,
       replies = case when u.last_at < now() - interval '1 day' then 1 else u.replies + 1 end,
       bytes = case when u.last_at < now() - interval '1 day' then excluded.bytes else u.bytes + excluded.bytes end,
       last_at = now()
returning since = now();

-- name: due_acks
select id, message_id, accepted from egisso.ack_order
 where operation = $1 and done_at is null and next_at <= now()
 order by next_at limit $2;

-- name: ack_sent
update egisso.ack_order set done_at = now() where id = $1 and done_at is null;

-- name: ack_put_off
update egisso.ack_order
   set attempts = attempts + 1,
       next_at = now() + egisso.pause(attempts + 1, $2, $3)
 where id = $1;

-- name: inbox
select id, trouble, text, coalesce(operation, ''), received_at, last_seen_at, seen, message_id, coalesce(size, 0), complete, coalesce(sha256, ''),
       acked_at, ack_ordered_at, coalesce(ack_ordered_by, ''), ack_sent_at, done_at, coalesce(done_by, ''), done
  from egisso.inbox where ($1::text is null or id = $1) and ($2 or not done)
 order by received_at desc, id limit $3;

-- name: inbox_problem
-- Of the bytes themselves and of what reading them said only who may read messages.
select case split_part($1, ':', 1)
            when 'reply'    then (select problem from egisso.raw_reply where 'reply:' || id = $1)
            when 'answer'   then (select problem from egisso.answer where 'answer:' || id = $1)
            when 'incoming' then (select problem from egisso.incoming where 'incoming:' || id = $1)
            when 'file'     then (select problem from egisso.received_file where 'file:' || id = $1) end;

-- name: inbox_bytes
select case split_part($1, ':', 1)
            when 'reply'    then (select raw from egisso.raw_reply where 'reply:' || id = $1)
            when 'answer'   then (select egisso.answer_raw(raw, shared, shared_at) from egisso.answer where 'answer:' || id = $1)
            when 'incoming' then (select raw from egisso.incoming where 'incoming:' || id = $1)
            when 'protocol' then (select raw from egisso.protocol_file where 'protocol:' || id = $1)
            when 'file'     then (select content from egisso.received_file where 'file:' || id = $1) end;

-- name: inbox_acknowledge
select egisso.inbox_acknowledge($1, $2, $3);

-- name: inbox_retry
select egisso.inbox_retry($1, $2);

-- name: inbox_finish
select egisso.inbox_finish($1, $2);
