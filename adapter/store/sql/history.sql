-- name: rows_of_key
-- By the key, by the number people know the record by, or by an id of its elements.
select s.register, s.row_key from egisso.source_row s
 where s.row_key = $1 and ($2::text is null or s.register = $2)
union
select s.register, s.row_key from egisso.source_row s
 where s.record_no = $1 and ($2::text is null or s.register = $2)
union
select r.register, r.row_key from egisso.record r
 where r.id = $3::uuid and ($2::text is null or r.register = $2)
 order by 1, 2 limit 20;

-- name: record_now
-- With why its package waits, where that is known.
select register, row_key, record_no, state, status,
       case when state = 'packed' and reason = '' then
            coalesce('Пришёл ответ отправителя «' || egisso.awaited_sender(package_id) || '», которого никто не подтвердил: он сохранён и не применён', '')
            else reason end,
       record_id, kind, package_id, deleted, accepted_id, accepted_at, decision_due
  from egisso.record_status where register = $1 and row_key = $2;

-- name: record_findings
-- What holds now first.
select code, severity, field, text, message_type, origin, found, found_text, current, record_id, package_id
  from egisso.record_finding where register = $1 and row_key = $2
 order by current desc, found desc, record_id, package_id, origin, position;

-- name: record_history
select at, what, text, record_id, package_id from egisso.record_history
 where register = $1 and row_key = $2
union all
select h.held_at, 'held', 'Пришёл ответ отправителя «' || h.sender || '»: ' ||
       case when h.refused then 'отправитель отклонён, ответ не применяется' else 'отправителя никто не подтвердил, ответ сохранён и не применён' end,
       s.record_id, h.package_id
  from egisso.record_status s join egisso.held_message h on h.package_id = s.package_id
 where s.register = $1 and s.row_key = $2
 order by at, what, text;
