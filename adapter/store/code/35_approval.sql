-- Two pairs of eyes (../../../jobs/README.md#approval). Packages of registers in
-- egisso.approval_rule are not signed, written to a file or moved on before a person approved
-- their content, who is not the one that formed them; who formed by themselves are agreed by
-- another person first. People are login roles of PostgreSQL: what a program states of them
-- does not count. Without a rule everything here ends at an empty table.

-- What a package would say, for a hash: a change of any of it voids what people said.
create or replace view egisso.package_content as
select p.id as package_id,
       sha256(convert_to(concat_ws(E'\t', p.id, p.register, p.format, p.format_version, p.provider, p.channel, p.classifier) || E'\n' || coalesce((
           select string_agg(concat_ws(E'\t', m.record_id, m.kind, k.kind, k.register, k.row_key, k.provider, k.change, k.content), E'\n' order by m.ordinal)
             from egisso.package_record m
             left join lateral (select r.kind, r.register, r.row_key, r.provider, r.change, e.content::text
                                  from egisso.record r left join egisso.element_content e on e.id = r.id where r.id = m.record_id offset 0) k on true
            where m.package_id = p.id and m.outcome is null), ''), 'UTF8')) as hash
  from egisso.package p;

create or replace function egisso.package_hash(id uuid) returns bytea language sql stable set search_path = egisso, pg_temp set enable_seqscan = off as $$
    select c.hash from egisso.package_content c where c.package_id = package_hash.id
$$;

-- Packages that a rule holds: what each waits for. One somebody formed in person needs one
-- more pair of eyes, unless the rule asks for two.
create or replace view egisso.approval_list as
select p.id as package_id, p.register, egisso.register_text(p.register) as title, p.record_count, p.created_at,
       case when d.id is not null then 'disapproved' when a.id is not null then 'approved'
            when g.id is null and (r.agree or not exists (select from egisso.package_former f where f.package_id = p.id and f.person)) then 'agree'
            else 'approve' end as stage,
       (select string_agg(f.who, ', ' order by f.who) from egisso.package_former f where f.package_id = p.id) as formed_by,
       g.who as agreed_by, g.at as agreed_at,
       a.who as approved_by, a.at as approved_at,
       d.who as disapproved_by, d.at as disapproved_at, d.reason as disapproval,
       p.created_at < now() - r.patience as overdue,
       left(encode((select c.hash from egisso.package_content c where c.package_id = p.id), 'hex'), 16) as content
  from egisso.approval_rule r
  join egisso.package p on p.register = r.register and p.state = 'formed'
  left join egisso.approval g on g.package_id = p.id and g.step = 'agree' and g.voided_at is null
  left join egisso.approval a on a.package_id = p.id and a.step = 'approve' and a.voided_at is null
  left join egisso.approval d on d.package_id = p.id and d.step = 'disapprove' and d.voided_at is null;
comment on view egisso.approval_list is 'Пакеты, которые уходят только утверждёнными, пока они не подписаны: чего ждёт каждый';
comment on column egisso.approval_list.package_id is 'Пакет, см. journal.id';
comment on column egisso.approval_list.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.approval_list.title is 'Название реестра';
comment on column egisso.approval_list.record_count is 'Сколько записей';
comment on column egisso.approval_list.created_at is 'Когда сформирован';
comment on column egisso.approval_list.stage is 'agree — ждёт согласования, approve — ждёт утверждения, approved — утверждён и ждёт подписи или выгрузки, disapproved — не утверждён';
comment on column egisso.approval_list.formed_by is 'Роли тех, кто велел его сформировать: им он не утверждается; пусто — сформирован сам, нужны согласование и утверждение двух людей';
comment on column egisso.approval_list.agreed_by is 'Роль того, кто согласовал';
comment on column egisso.approval_list.agreed_at is 'Когда согласован';
comment on column egisso.approval_list.approved_by is 'Роль того, кто утвердил';
comment on column egisso.approval_list.approved_at is 'Когда утверждён';
comment on column egisso.approval_list.disapproved_by is 'Роль того, кто отказал';
comment on column egisso.approval_list.disapproved_at is 'Когда отказано';
comment on column egisso.approval_list.disapproval is 'Почему отказано';
comment on column egisso.approval_list.overdue is 'Ждёт дольше срока из egisso.approval_rule; сам он не уйдёт';
comment on column egisso.approval_list.content is 'Начало хэша состава: третий параметр approve_package и agree_package, чтобы утвердить именно то, что видели';

-- Whether nothing keeps a package from being signed or exported: no rule, or the word of the
-- people it asks for, of the content as it is now.
create or replace function egisso.package_approved(id uuid) returns boolean language plpgsql stable set search_path = egisso, pg_temp as $$
declare
    now_has bytea;
begin
    if not exists (select from egisso.approval_rule)
       or not exists (select from egisso.package p join egisso.approval_rule r on r.register = p.register where p.id = package_approved.id) then
        return true;
    end if;
    now_has := egisso.package_hash(package_approved.id);
    return exists (
        select from egisso.package p
          join egisso.approval_rule r on r.register = p.register
          join egisso.approval a on a.package_id = p.id and a.step = 'approve' and a.voided_at is null and a.content = now_has
         where p.id = package_approved.id
           and not exists (select from egisso.package_former f where f.package_id = p.id and f.who = a.who)
           and not exists (select from egisso.approval d where d.package_id = p.id and d.step = 'disapprove' and d.voided_at is null)
           and (not r.agree and exists (select from egisso.package_former f where f.package_id = p.id and f.person)
                or exists (select from egisso.approval g
                            where g.package_id = p.id and g.step = 'agree' and g.voided_at is null and g.content = now_has and g.who <> a.who
                              and not exists (select from egisso.package_former f where f.package_id = p.id and f.who = g.who))));
end $$;

create or replace function egisso.schema_owner() returns oid language sql stable set search_path = egisso, pg_temp as $$
    select c.relowner from pg_class c where c.oid = 'egisso.approval_rule'::regclass
$$;

-- What was sent before a database was lost is brought back from the archive by the owner.
create or replace function egisso.owner_recovers() returns boolean language sql stable set search_path = egisso, pg_temp as $$
    select exists (select from egisso.archive_loss l where l.kind = 'recovery' and l.ended_at is null)
       and pg_has_role(session_user, egisso.schema_owner(), 'member')
$$;

create or replace function egisso.refuse_unapproved(id uuid) returns void language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception 'Пакет % не утверждён: подписать или выгрузить его нельзя (egissogw approve); из архива доказательств такие возвращает владелец схемы', id;
end $$;

create or replace function egisso.demand_approval(id uuid) returns void language plpgsql set search_path = egisso, pg_temp as $$
begin
    if not egisso.package_approved(demand_approval.id) and not egisso.owner_recovers() then
        perform egisso.refuse_unapproved(demand_approval.id);
    end if;
end $$;

-- The gate ------------------------------------------------------------------------------------

create or replace function egisso.guard_approval() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if tg_table_name = 'package_file' or tg_table_name = 'message' then
        perform egisso.demand_approval(new.package_id);
    elsif tg_table_name = 'attachment' then
        perform egisso.demand_approval(m.package_id) from egisso.message m where m.id = new.message_id and m.package_id is not null;
    elsif (new.id, new.register, new.format, new.format_version, new.provider, new.channel, new.classifier)
          is distinct from (old.id, old.register, old.format, old.format_version, old.provider, old.channel, old.classifier) then
        if exists (select from egisso.approval_rule r where r.register in (old.register, new.register)) then
            raise exception 'package %: it cannot become another one', old.id using errcode = 'check_violation';
        end if;
    else
        perform egisso.demand_approval(new.id);
    end if;
    return new;
end $$;

create or replace trigger guard_approval before update of state, id, register, format, format_version, provider, channel, classifier on egisso.package
    for each row when (old.state = 'formed' and new.state <> 'formed' and (new.state = 'answered' or not egisso.package_final(new.state))
                       or (new.id, new.register, new.format, new.format_version, new.provider, new.channel, new.classifier)
                          is distinct from (old.id, old.register, old.format, old.format_version, old.provider, old.channel, old.classifier))
    execute function egisso.guard_approval();

create or replace trigger guard_approval before insert on egisso.package_file for each row execute function egisso.guard_approval();

create or replace trigger guard_approval before insert on egisso.message
    for each row when (new.package_id is not null) execute function egisso.guard_approval();

create or replace trigger guard_approval before insert on egisso.attachment for each row execute function egisso.guard_approval();

-- A new package waits, and who had ordered it then is noted; an order that somebody left open
-- for more than a day stands for nobody's look at what is formed now. One that is there already when
-- it comes was brought back from the archive.
create or replace function egisso.await_approval() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from egisso.approval_rule r where r.register = new.register) then
        return new;
    end if;
    if new.state <> 'formed' then
        if not egisso.owner_recovers() then perform egisso.refuse_unapproved(new.id); end if;
        return new;
    end if;
    insert into egisso.package_former (package_id, who, person)
    select new.id, o.session_role, bool_or(o.stated is null and o.requested_at > now() - interval '1 day' and egisso.is_person(o.session_role))
      from egisso.form_order o
     where o.register = new.register and o.done_at is null and o.session_role is not null
     group by o.session_role
    on conflict do nothing;
    new.info := egisso.approval_info(case when (select r.agree from egisso.approval_rule r where r.register = new.register)
                                             or not exists (select from egisso.package_former f where f.package_id = new.id and f.person)
                                          then 'agree' else 'approve' end, new.channel, new.held);
    return new;
end $$;

create or replace trigger await_approval before insert on egisso.package for each row execute function egisso.await_approval();

-- Nothing goes in a package of another register, and what a record is of never changes.
create or replace function egisso.guard_register() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
begin
    if exists (select from egisso.approval_rule)
       and exists (select from added a
                    cross join lateral (select p.register from egisso.package p where p.id = a.package_id offset 0) p
                    cross join lateral (select r.register from egisso.record r where r.id = a.record_id offset 0) r
                    where r.register <> p.register) then
        raise exception 'a member of another register' using errcode = 'check_violation';
    end if;
    return null;
end $$;

create or replace trigger guard_register after insert on egisso.package_record
    referencing new table as added for each statement execute function egisso.guard_register();

create or replace trigger guard_register after update of register on egisso.record
    for each row when (new.register <> old.register) execute function egisso.refuse_change('id', 'its register never changes');

-- An order that was carried out makes nobody the one who formed later packages.
create or replace trigger never_ordered_again before update of done_at on egisso.form_order
    for each row when (old.done_at is not null and new.done_at is distinct from old.done_at) execute function egisso.refuse_change('id', 'it was carried out');

-- What is said in the journal of a package that waits; no stage: nobody is asked.
create or replace function egisso.approval_info(stage text, channel text, held boolean) returns text language sql immutable as $$
    select case stage when 'agree' then 'Пакет сформирован, ожидает согласования'
                      when 'approve' then 'Пакет сформирован, ожидает утверждения'
                      else case stage when 'approved' then 'Пакет утверждён, ' else 'Пакет сформирован, ' end
                           || case when channel = 'manual' then 'ожидает выгрузки в файл'
                                   when held then 'ожидает команды отправить' else 'ожидает подписи' end end
$$;

-- The same with what became of it since it was formed, which whoever approved it has seen.
-- Null for one that was refused: the reason stays.
create or replace function egisso.formed_info(id uuid, channel text, held boolean, followed boolean, withdrawn integer) returns text
language sql stable security definer set search_path = egisso, pg_temp as $$
    select egisso.approval_info(s.stage, formed_info.channel, formed_info.held)
           || case when formed_info.followed and s.stage is distinct from 'approved'
                   then '; после формирования обновлён' || case when formed_info.withdrawn > 0 then ', изъято записей: ' || formed_info.withdrawn else '' end
                   else '' end
      from (select (select l.stage from egisso.approval_list l where l.package_id = formed_info.id)) as s(stage)
     where s.stage is distinct from 'disapproved'
$$;

-- A package that followed the source (../sql/follow.sql) to another content is to be approved
-- anew: the gate sees that by itself, here it is said.
create or replace function egisso.void_approvals() returns trigger language plpgsql security definer set search_path = egisso, pg_temp as $$
begin
    if not exists (select from egisso.approval a where a.package_id = new.id and a.voided_at is null and a.content <> egisso.package_hash(new.id)) then
        return new;
    end if;
    update egisso.approval a set voided_at = clock_timestamp(), void = 'changed' where a.package_id = new.id and a.voided_at is null;
    perform egisso.note_action('void_approval', new.register, null, new.id, '', 'Состав пакета изменился: его согласуют и утверждают заново');
    new.info := coalesce(egisso.formed_info(new.id, new.channel, new.held, new.followed, new.withdrawn), new.info);
    return new;
end $$;

create or replace trigger void_approvals before update of withdrawn on egisso.package
    for each row when (old.state = 'formed' and new.state = 'formed') execute function egisso.void_approvals();

-- What people do ------------------------------------------------------------------------------

-- A role of one person: nobody's who rules the database, and not that of the service.
create or replace function egisso.is_person(role text) returns boolean language sql stable set search_path = egisso, pg_temp as $$
    select exists (select from pg_roles r
                    where r.rolname = is_person.role and r.rolcanlogin and not r.rolsuper and not pg_has_role(r.oid, egisso.schema_owner(), 'member')
                      and not exists (select from pg_roles g where g.rolname = 'egisso_gateway' and pg_has_role(r.oid, g.oid, 'member')))
$$;

create or replace function egisso.demand_person(roles text[]) returns void language plpgsql stable set search_path = egisso, pg_temp as $$
begin
    if not egisso.is_person(session_user::text) then
        raise exception 'Согласовать и утвердить может только человек под своей ролью с входом: % — роль службы, владельца схемы, суперпользователя или без входа', session_user;
    elsif not exists (select from pg_roles g where g.rolname = any(roles) and pg_has_role(session_user, g.oid, 'member')) then
        raise exception 'Роли % это не поручено: нужна %', session_user, array_to_string(roles, ' или ');
    end if;
end $$;

-- The package a person speaks of, locked; seen, unless empty, is the beginning of the hash the
-- person looked at.
create or replace function egisso.package_to_approve(id uuid, seen text) returns egisso.package language plpgsql set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
begin
    select * into p from egisso.package k where k.id = package_to_approve.id for update;
    if not found then
        raise exception 'Пакета % нет', package_to_approve.id;
    elsif not exists (select from egisso.approval_rule r where r.register = p.register) then
        raise exception 'Пакеты реестра % уходят без утверждения', p.register;
    elsif p.state <> 'formed' then
        raise exception 'Пакет % уже подписан, выгружен или закрыт', p.id;
    elsif exists (select from egisso.package_former f where f.package_id = p.id and f.who = session_user) then
        raise exception 'Пакет % сформирован по команде роли %: его согласует и утверждает другой человек', p.id, session_user;
    elsif coalesce(seen, '') <> '' and not starts_with(encode(egisso.package_hash(p.id), 'hex'), lower(seen)) then
        raise exception 'Состав пакета % уже не тот, что вы видели: посмотрите его снова', p.id;
    elsif exists (select from egisso.approval d where d.package_id = p.id and d.step = 'disapprove' and d.voided_at is null and d.who <> session_user) then
        raise exception 'Пакет % не утверждён другим человеком: отказ снимет он сам или изменение состава', p.id;
    end if;
    update egisso.approval a set voided_at = clock_timestamp(), void = 'reconsidered' where a.package_id = p.id and a.step = 'disapprove' and a.voided_at is null;
    update egisso.approval a set voided_at = clock_timestamp(), void = 'changed'
     where a.package_id = p.id and a.voided_at is null and a.content <> egisso.package_hash(p.id);
    return p;
end $$;

create or replace function egisso.say_of_package(p egisso.package, step text, reason text) returns text language plpgsql set search_path = egisso, pg_temp as $$
declare
    stage text;
    said text;
begin
    if exists (select from egisso.approval a where a.package_id = p.id and a.step = say_of_package.step and a.voided_at is null) then
        raise exception 'Пакет % уже %', p.id, case say_of_package.step when 'agree' then 'согласован' else 'утверждён' end;
    end if;
    if coalesce(reason, '') <> '' then perform egisso.demand_reason(reason); end if;
    insert into egisso.approval (package_id, step, content, who, reason)
    values (p.id, say_of_package.step, egisso.package_hash(p.id), session_user, coalesce(btrim(say_of_package.reason), ''));
    select l.stage into stage from egisso.approval_list l where l.package_id = p.id;
    said := egisso.approval_info(stage, p.channel, p.held);
    update egisso.package k set info = said where k.id = p.id;
    perform egisso.note_action(say_of_package.step || '_package', p.register, null, p.id, reason, said);
    perform egisso.wake('sign');
    return said;
end $$;

create or replace function egisso.agree_package(id uuid, reason text default '', seen text default '') returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
begin
    perform egisso.demand_person(array['egisso_agreer', 'egisso_approver']);
    p := egisso.package_to_approve(agree_package.id, seen);
    if exists (select from egisso.approval a where a.package_id = p.id and a.step = 'approve' and a.voided_at is null and a.who = session_user) then
        raise exception 'Пакет % утвердила эта же роль: согласует другой человек', p.id;
    end if;
    return egisso.say_of_package(p, 'agree', reason);
end $$;
comment on function egisso.agree_package(uuid, text, text) is
    'Согласовать пакет, который уходит только утверждённым: пакет, примечание, начало хэша состава (approval_list.content), который видели; роль egisso_agreer или egisso_approver, не тот, кто сформировал';

create or replace function egisso.approve_package(id uuid, reason text default '', seen text default '') returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
begin
    perform egisso.demand_person(array['egisso_approver']);
    p := egisso.package_to_approve(approve_package.id, seen);
    if exists (select from egisso.approval_list l where l.package_id = p.id and l.stage = 'agree') then
        raise exception 'Пакет % сначала согласует другой человек (egissogw agree)', p.id;
    elsif exists (select from egisso.approval a where a.package_id = p.id and a.step = 'agree' and a.voided_at is null and a.who = session_user) then
        raise exception 'Пакет % согласовала эта же роль: утверждает другой человек', p.id;
    end if;
    return egisso.say_of_package(p, 'approve', reason);
end $$;
comment on function egisso.approve_package(uuid, text, text) is
    'Утвердить пакет: его подпишут или выгрузят; параметры как у agree_package; роль egisso_approver, не тот, кто сформировал или согласовал';

create or replace function egisso.disapprove_package(id uuid, reason text) returns text
language plpgsql security definer set search_path = egisso, pg_temp as $$
declare
    p egisso.package;
begin
    perform egisso.demand_person(array['egisso_agreer', 'egisso_approver']);
    perform egisso.demand_reason(reason);
    select * into p from egisso.package k where k.id = disapprove_package.id for update;
    if not found then
        raise exception 'Пакета % нет', disapprove_package.id;
    elsif not exists (select from egisso.approval_rule r where r.register = p.register) then
        raise exception 'Пакеты реестра % уходят без утверждения', p.register;
    elsif not egisso.package_unsigned(p.id) then
        raise exception 'Пакет % уже подписан, записан в файл или закрыт', p.id;
    end if;
    update egisso.approval a set voided_at = clock_timestamp(), void = 'disapproved' where a.package_id = p.id and a.voided_at is null;
    insert into egisso.approval (package_id, step, content, who, reason) values (p.id, 'disapprove', egisso.package_hash(p.id), session_user, btrim(disapprove_package.reason));
    -- Who signs it at this moment has lost the claim.
    update egisso.package k set epoch = k.epoch + 1, claimed_until = null, info = left('Пакет не утверждён: ' || btrim(disapprove_package.reason), 2000) where k.id = p.id;
    perform egisso.note_action('disapprove_package', p.register, null, p.id, reason, '');
    return 'Пакет не утверждён и не уйдёт, пока его состав не изменится или его не расформируют';
end $$;
comment on function egisso.disapprove_package(uuid, text) is
    'Отказать пакету в согласовании или утверждении: он не уйдёт, пока не изменится состав, отказ не снимет тот же человек или пакет не расформируют; причина обязательна';

-- The rule, by its owner ----------------------------------------------------------------------

create or replace function egisso.note_approval_rule() returns trigger language plpgsql set search_path = egisso, pg_temp as $$
declare
    r egisso.approval_rule;
begin
    if tg_op = 'DELETE' then r := old; else r := new; end if;
    -- What people said was said under another rule.
    update egisso.approval a set voided_at = clock_timestamp(), void = 'rule'
      from egisso.package p where a.package_id = p.id and a.voided_at is null and p.register = r.register and egisso.package_unsigned(p.id);
    perform egisso.note_action(case tg_op when 'DELETE' then 'lift_approval' else 'require_approval' end, r.register, null, null,
        coalesce(nullif(current_setting('egisso.reason', true), ''), ''),
        case when tg_op = 'DELETE' then 'Пакеты реестра уходят без утверждения'
             else 'Пакеты реестра уходят только утверждёнными' || case when r.agree then ', после согласования' else '' end end);
    return null;
end $$;

create or replace trigger note_approval_rule after insert or update or delete on egisso.approval_rule
    for each row execute function egisso.note_approval_rule();

-- Adds to what is required, and changes how; it never takes a register out.
create or replace function egisso.require_approval(register text, agree boolean default false, patience interval default null, reason text default '') returns void
language plpgsql set search_path = egisso, pg_temp as $$
begin
    perform set_config('egisso.reason', coalesce(reason, ''), true);
    insert into egisso.approval_rule as r (register, agree, patience)
    values (require_approval.register, require_approval.agree, coalesce(require_approval.patience, '1 day'))
    on conflict on constraint approval_rule_pkey do update set agree = excluded.agree, patience = coalesce(require_approval.patience, r.patience)
     where (r.agree, r.patience) is distinct from (excluded.agree, coalesce(require_approval.patience, r.patience));
    perform set_config('egisso.reason', '', true);
end $$;
comment on function egisso.require_approval(text, boolean, interval, text) is
    'Только владелец схемы: пакеты реестра уходят утверждёнными; требовать ли согласования и у тех, которые сформировал человек, через какое время ожидание показывать в health, причина';

create or replace function egisso.lift_approval(register text, reason text) returns void
language plpgsql set search_path = egisso, pg_temp as $$
begin
    perform egisso.demand_reason(reason);
    perform set_config('egisso.reason', reason, true);
    delete from egisso.approval_rule r where r.register = lift_approval.register;
    if not found then
        raise exception 'Пакеты реестра % и так уходят без утверждения', lift_approval.register;
    end if;
    perform set_config('egisso.reason', '', true);
    perform egisso.wake('sign');
end $$;
comment on function egisso.lift_approval(text, text) is
    'Только владелец схемы: пакеты реестра снова уходят без утверждения; причина обязательна';
