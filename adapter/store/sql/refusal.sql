-- name: unsaid_refusals
-- Kinds of refusals of which no person said what they mean.
select id, rule, text, meaning from egisso.refusal_kind where said_by = '' order by id;

-- name: mean_refusal_so
-- By the configuration.
update egisso.refusal_kind set meaning = $2, said_at = case when $2 <> '' then now() end where id = $1 and said_by = '' and meaning <> $2;

-- name: touch_refused
select egisso.touch_refused($1);

-- name: refusals
select id, rule, text, suspect, meaning, meaning_text, said_by, said_at, first_at, records from egisso.refusal_list
 order by meaning = '' and suspect desc, records desc, id limit $1;

-- name: mean_refusal
select egisso.mean_refusal($1, $2, $3);

-- name: adopt_record
select egisso.adopt_record($1, $2, $3, $4);

-- name: send_unconfirmed
select egisso.send_unconfirmed($1, $2, $3);

-- name: unconfirmed_counts
select register, '', count(*) from egisso.source_row where unconfirmed group by register order by register;
