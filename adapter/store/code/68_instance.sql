-- Gateways that run on this database. One that stopped without a word goes by its age.
create or replace view egisso.running_instance as
select i.process, i.pid, i.version, i.started_at, i.seen_at,
       left(encode(sha256(convert_to((select string_agg(s.key || '=' || s.value, E'\n' order by s.key collate "C") from jsonb_each_text(i.settings) s), 'UTF8')), 'hex'), 16) as settings_hash
  from egisso.instance i
 where i.seen_at > now() - interval '5 minutes' and i.outdated_at is null;
comment on view egisso.running_instance is 'Шлюзы, которые сейчас работают с этой базой; остановленный исчезает сам, самое позднее через 5 минут';
comment on column egisso.running_instance.process is 'Шлюз: при каждом запуске другой';
comment on column egisso.running_instance.pid is 'Номер процесса на его машине';
comment on column egisso.running_instance.version is 'Версия программы';
comment on column egisso.running_instance.started_at is 'Когда запущен';
comment on column egisso.running_instance.seen_at is 'Когда последний раз дал о себе знать (раз в минуту)';
comment on column egisso.running_instance.settings_hash is 'Хэш настроек, от которых зависит, что отправляется; у шлюзов одной базы он одинаков';

-- Those gateways sign with; one that was exchanged is not among them. Where none says which, those seen last.
create or replace view egisso.certificate_in_use as
select c.fingerprint, c.serial, c.ends_at
  from egisso.signing_certificate c
 where coalesce((select bool_or(i.certificate = c.fingerprint) from egisso.running_instance r join egisso.instance i using (process) where i.certificate is not null),
                c.seen_at > (select max(seen_at) from egisso.signing_certificate) - interval '5 minutes');
comment on view egisso.certificate_in_use is 'Сертификаты, которыми подписывают работающие шлюзы';
comment on column egisso.certificate_in_use.fingerprint is 'SHA-256 сертификата';
comment on column egisso.certificate_in_use.serial is 'Серийный номер';
comment on column egisso.certificate_in_use.ends_at is 'До какого времени им можно подписывать';
