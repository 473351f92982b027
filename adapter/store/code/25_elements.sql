-- What elements say; store.withIDs is the same for packages. One that says what its row of the source does, with ids added, does not
-- repeat it: it has content of its own from the moment the source says something else.
create or replace view egisso.element_content as
select e.id,
       case when e.row_key is null then e.content
            else (select c.content::jsonb from egisso.source_content c where c.register = 'fact' and c.row_key = e.row_key)
                 || jsonb_strip_nulls(jsonb_build_object('uuid', e.id, 'lmszId', e.measure_id, 'categoryId', e.category_id)) end as content,
       e.becomes
  from egisso.element e;

-- Before the row changes: the view still says what it said. Its plan has to be good for tables that were empty when it was made.
create or replace function egisso.keep_element() returns trigger
language plpgsql set search_path = egisso, pg_temp set enable_seqscan = off as $$
begin
    update egisso.element e
       set content = (select c.content from egisso.element_content c where c.id = e.id), row_key = null, measure_id = null, category_id = null
      from egisso.record r
     where r.register = old.register and r.row_key = old.row_key and e.id = r.id and e.row_key is not null;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$;

create or replace trigger keep_changed before update on egisso.source_content
    for each row when (old.register = 'fact' and (new.register, new.row_key, new.content::text) is distinct from (old.register, old.row_key, old.content::text))
    execute function egisso.keep_element();

create or replace trigger keep_deleted before delete on egisso.source_content
    for each row when (old.register = 'fact') execute function egisso.keep_element();
