-- A protocol file larger than any protocol is refused when it is handed in: it is read
-- into memory as a whole.

create function egisso.bound_protocol_file() returns trigger
language plpgsql set search_path = egisso, pg_temp as $$
begin
    raise exception 'Файл протокола больше 8 МиБ: протоколов такого размера не бывает';
end $$;
revoke all on function egisso.bound_protocol_file() from public;

create trigger protocol_file_size before insert on egisso.protocol_file
    for each row when (octet_length(new.raw) > 8388608) execute function egisso.bound_protocol_file();
