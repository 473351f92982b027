-- What a fact says of which its row says all but the ids.
create or replace function egisso.with_ids(content jsonb, id uuid, measure_id uuid, category_id uuid) returns jsonb language sql immutable parallel safe as $$
    select content || jsonb_strip_nulls(jsonb_build_object('uuid', id, 'lmszId', measure_id, 'categoryId', category_id))
$$;

-- What records say; store.withIDs is the same for packages. One that says what its row of the source does, with ids added, does not
-- repeat it: it has content of its own from the moment the source says something else. Each is
-- looked up apart, whatever a plan knows of how many there are; null: its term is over.
create or replace view egisso.element_content as
select r.id,
       case when r.said then egisso.with_ids((select c.content::jsonb from egisso.source_content c where c.register = r.register and c.row_key = r.row_key),
                                             r.id, r.measure_id, r.category_id)
            else (select e.content from egisso.element e where e.id = r.id) end as content,
       case when not r.said then (select e.becomes from egisso.element e where e.id = r.id) end as becomes
  from egisso.record r;

-- Before the row changes: the view still says what it said. Its plan has to be good for tables that were empty when it was made.
create or replace function egisso.keep_element() returns trigger
language plpgsql set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    insert into egisso.element as e (id, content)
    select r.id, (select c.content from egisso.element_content c where c.id = r.id)
      from egisso.record r where r.register = old.register and r.row_key = old.row_key and r.said
    on conflict (id) do update set content = excluded.content, becomes = null;
    if found then
        update egisso.record r set said = false, measure_id = null, category_id = null
         where r.register = old.register and r.row_key = old.row_key and r.said;
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$;

create or replace trigger keep_changed before update on egisso.source_content
    for each row when (old.register = 'fact' and (new.register, new.row_key, new.content::text) is distinct from (old.register, old.row_key, old.content::text))
    execute function egisso.keep_element();

create or replace trigger keep_deleted before delete on egisso.source_content
    for each row when (old.register = 'fact') execute function egisso.keep_element();
