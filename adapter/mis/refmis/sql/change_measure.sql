-- A new wording of one local measure.
update mis.measure
   set condition_text = regexp_replace(condition_text, ' \(изменения № \d+\)$', '')
                     || ' (изменения № ' || (1 + coalesce(substring(condition_text from ' \(изменения № (\d+)\)$')::int, 0)) || ')',
       upd_dt = now()
 where id = $1
