
-- Роль, под которой читает шлюз: ей видны только представления. Пароль задаёт администратор: \password
{make role}
grant usage on schema {schema} to {role};
grant select on {views} to {role};

commit;
