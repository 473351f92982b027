-- States of records, packages and messages, their moves, and reasons: data that guards,
-- views and statements read. What a list does not name any more goes.
with listed (subject, name, open, flying, final, held, remarked, text) as (values
    --                                      open   flying final  held   remarked
    ('record',  'ready',                  true,  false, false, false, false, 'Готов к отправке'),
    ('record',  'waiting',                true,  false, false, true,  false, 'Ожидает'),
    ('record',  'blocked',                true,  false, false, true,  false, 'Требует исправления'),
    ('record',  'packed',                 true,  true,  false, false, false, 'Отправляется'),
    ('record',  'accepted',               false, false, true,  false, false, 'Передан успешно'),
    ('record',  'accepted_with_warnings', false, false, true,  false, true,  'Передан с предупреждениями'),
    ('record',  'rejected',               false, false, false, false, true,  'Отклонён'),
    ('record',  'dropped',                false, false, false, false, false, 'Снят с отправки'),
    ('package', 'formed',                 true,  false, false, false, false, 'Сформирован'),
    ('package', 'signed',                 true,  true,  false, false, false, 'Подписан'),
    ('package', 'queued',                 true,  true,  false, false, false, 'Поставлен в очередь СМЭВ'),
    ('package', 'answered',               false, false, true,  false, false, 'Завершена обработка ответа'),
    ('package', 'send_failed',            false, false, true,  false, false, 'Ошибка отправки'),
    ('package', 'expired',                false, true,  false, false, false, 'Истёк срок ожидания'),
    ('package', 'dissolved',              false, false, true,  false, false, 'Расформирован'),
    ('message', 'pending',                true,  false, false, false, false, ''),
    ('message', 'in_doubt',               true,  true,  false, false, false, ''),
    ('message', 'delivered',              false, true,  true,  false, false, ''),
    ('message', 'refused',                false, false, true,  false, false, '')),
gone as (
    delete from egisso.state s where not exists (select from listed l where l.subject = s.subject and l.name = s.name))
insert into egisso.state as s select * from listed
on conflict (subject, name) do update
   set open = excluded.open, flying = excluded.flying, final = excluded.final, held = excluded.held, remarked = excluded.remarked, text = excluded.text
 where s is distinct from excluded;

-- Moves that have a condition stand with it, in 30_guards.sql.
with listed (subject, from_state, to_state) as (
    select m.subject, m.from_state, unnest(m.to_states) from (values
        ('record',  'ready',    array['waiting', 'blocked', 'packed', 'dropped']),
        ('record',  'waiting',  array['ready', 'blocked', 'dropped']),
        ('record',  'blocked',  array['ready', 'waiting', 'dropped']),
        ('record',  'packed',   array['accepted', 'accepted_with_warnings', 'rejected']),
        -- Corrected and sent again under the same id.
        ('record',  'rejected', array['ready', 'waiting', 'blocked', 'dropped']),
        ('record',  'dropped',  array['ready', 'waiting', 'blocked']),
        ('package', 'formed',   array['signed', 'send_failed', 'dissolved']),
        ('package', 'signed',   array['queued', 'send_failed', 'answered', 'dissolved']),
        ('package', 'queued',   array['answered', 'send_failed', 'expired']),
        ('package', 'expired',  array['answered', 'send_failed']),
        ('message', 'pending',  array['in_doubt', 'refused']),
        ('message', 'in_doubt', array['delivered', 'refused'])) as m(subject, from_state, to_states)),
gone as (
    delete from egisso.move m where not exists (
        select from listed l where l.subject = m.subject and l.from_state = m.from_state and l.to_state = m.to_state))
insert into egisso.move select * from listed on conflict do nothing;

-- The same as a function that looks nothing up: guards ask for every record three times.
do $$
declare
    moves text;
begin
    select string_agg(quote_literal(m.subject || ' ' || m.from_state || '>' || m.to_state), ', ' order by m.subject, m.from_state, m.to_state) into moves
      from egisso.move m;
    execute format('create or replace function egisso.may_move(subject text, from_state text, to_state text) returns boolean language sql immutable parallel safe as %L',
                   format('select subject || '' '' || from_state || ''>'' || to_state in (%s)', moves));
end $$;

with listed (code, rule, text) as (values
    ('wait_measure',           'L-SEQ',    'Ожидает принятия ЛМСЗ в ЕГИССО'),
    ('fix_measure',            'L-SEQ',    'ЛМСЗ ещё не принята в ЕГИССО: исправьте запись ЛМСЗ'),
    ('wait_participant',       'L-SEQ',    'Ожидает присвоения организации кода в ЕГИССО'),
    ('measure_in_use',         'L-SEQ',    'ЛМСЗ удалена в источнике, но на неё ещё ссылаются назначения: она будет удалена в ЕГИССО после них'),
    ('settling',               'L-SETTLE', 'Запись исчезла из источника: удаление уйдёт, если она не вернётся в установленный срок (EGISSOGW_SETTLE)'),
    ('wait_classifier',        'L-NOKMSZ', 'Ожидает первого КМСЗ, чтобы сверить с ним меру (EGISSOGW_KMSZ_WAIT)'),
    ('mass_change',            'L-MASS',   'Таких изменений за сутки больше, чем бывает: они ждут человека (egissogw changes)'),
    ('declined',               '',         'Отправка отменена человеком'),
    ('confirm_adopted',        'L-ADOPT',  'Запись принята со слов человека: прекращение и удаление ждут, пока ЕГИССО не примет её изменение (egissogw unconfirmed send) или человек не отправит их сам (egissogw retry)'),
    ('accepted_late',          '',         'ЕГИССО приняла её: протокол пришёл, когда пакет был уже освобождён'),
    ('held_before',            '',         'ЕГИССО ответила, что это у неё уже есть: принято без новой отправки'),
    ('removed_before',         '',         'ЕГИССО ответила, что это удаление у неё уже есть: записи в ней больше нет'),
    ('goes_again',             '',         'ЕГИССО ответила, что событие с этим идентификатором у неё уже есть: оно уйдёт под следующим'),
    ('unknown_fact',           '',         'ЕГИССО ответила, что не знает записи, к которой это относится'),
    ('unknown_gone',           '',         'ЕГИССО ответила, что не знает этой записи: удалять нечего'),
    ('adopted_by_hand',        '',         'Человек видел запись в ЕГИССО: она принята с его слов'),
    ('taken_over',             '',         'Источник называет UUID, под которым запись уже лежит в ЕГИССО: принята без отправки'),
    ('held_by_hand',           'L-HELD',   'Отказы ЕГИССО противоречат друг другу или повторяются: сверьте запись в кабинете поставщика; отправить снова — egissogw retry'),
    ('source_moved',           'L-MOVED',  'База МИС стала другой: пока это не подтверждено (egissogw reconcile --accept-gone), из отказа «уже загружено» ничего не следует'),
    ('adoption_refused',       'L-ADOPT',  'ЕГИССО не знает записи, которую назвал человек или источник, или она не наша: назовите другой UUID (egissogw adopt или egisso_id источника) или отправьте как новую (egissogw retry)'),
    ('refused_unclear',        'L-HELD',   'Исчезла из источника после отказа, который может значить, что в ЕГИССО она уже есть: скажите, что он значит (egissogw refusals)'),
    ('confirm_people',         'L-PERSON', 'Изменились только сведения о людях: подтвердите отправку (egisso.release_person_changes)'),
    ('confirm_identity',       'L-IDENTITY', 'Запись называет другого человека, чем принятая ЕГИССО: скажите, исправлены ли его данные или ключ отдан другому назначению (egisso.confirm_identity)'),
    ('not_actual',             'L-ACTUAL', 'Назначение закончилось до даты актуальности первой выгрузки и не передаётся'),
    ('exclude_by_hand',        'L-REVIEW', 'Организация удалена в источнике, а вид сведений 10.07.I удаления не знает: исключите её в кабинете поставщика информации'),
    ('unknown_ending',         'L-REVIEW', 'Источник прекращает назначение по неизвестной причине: исправьте причину прекращения'),
    ('unreadable',             '',         'Запись источника не читается'),
    ('not_needed',             '',         'Отправка больше не нужна'),
    ('refused_gone',           '',         'Исчезла из источника после отказа ЕГИССО; если отказ значил, что такая запись там уже есть, её удаляют в кабинете поставщика'),
    ('code_known',             '',         'Код организации известен: заявка не нужна'),
    ('replaced',               '',         'Заменена записью с новым содержанием'),
    ('needs_person',           '',         'Требуется решение человека')),
gone as (
    delete from egisso.reason r where not exists (select from listed l where l.code = r.code))
insert into egisso.reason as r (code, rule, text) select * from listed
on conflict (code) do update set rule = excluded.rule, text = excluded.text
 where (r.rule, r.text) is distinct from (excluded.rule, excluded.text);

-- What the record needs ends such a wait, not a person, nor that nothing needs it any more.
create or replace function egisso.waits_for_needs(reason_code text) returns boolean language sql immutable parallel safe as $$
    select reason_code not in ('confirm_people', 'confirm_identity', 'measure_in_use', 'settling', 'wait_classifier', 'mass_change', 'confirm_adopted')
$$;

-- Sets of states. Statements ask by these names: they are inlined, so that partial indexes
-- match. A test compares each with the columns of egisso.state.

-- Its outcome is to come.
create or replace function egisso.record_open(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('ready', 'waiting', 'blocked', 'packed')
$$;

-- Open and in no package: what decides on its row changes it freely.
create or replace function egisso.record_unsent(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('ready', 'waiting', 'blocked')
$$;

create or replace function egisso.record_held(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('waiting', 'blocked')
$$;

-- On its way without anybody's help.
create or replace function egisso.record_underway(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('ready', 'packed')
$$;

-- ЕГИССО holds what it says; outcomes have the same names.
create or replace function egisso.record_accepted(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('accepted', 'accepted_with_warnings')
$$;

-- It was accepted, and ЕГИССО holds it no more, though it accepted no removal.
create or replace function egisso.record_forsaken(register text, state text, change text, accepted_id uuid) returns boolean language sql immutable parallel safe as $$
    select state in ('accepted', 'accepted_with_warnings') and change <> 'removal' and accepted_id is null and register <> 'onmsz'
$$;

-- ЕГИССО said what becomes of it.
create or replace function egisso.record_answered(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('accepted', 'accepted_with_warnings', 'rejected')
$$;

create or replace function egisso.record_remarked(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('accepted_with_warnings', 'rejected')
$$;

create or replace function egisso.package_open(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('formed', 'signed', 'queued')
$$;

-- An answer may come.
create or replace function egisso.package_flying(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('signed', 'queued', 'expired')
$$;

create or replace function egisso.package_final(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('answered', 'send_failed', 'dissolved')
$$;

create or replace function egisso.message_open(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('pending', 'in_doubt')
$$;

-- The bus has it, or may have it.
create or replace function egisso.message_flying(state text) returns boolean language sql immutable parallel safe as $$
    select state in ('in_doubt', 'delivered')
$$;
