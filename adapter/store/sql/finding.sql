-- What people should look at, as `egissogw status` shows it. Every query gives
-- code, subject, count, since, text and advice; see finding.go.

-- name: finding_unverified
-- What nobody can believe and the bus still has.
select 'unverified', '', count(*)::int, min(received_at),
       'Сообщения СМЭВ, подпись на которых не сходится: сохранены, не применены и не подтверждены',
       'Проверьте сертификаты СМЭВ (EGISSOGW_SMEV_CERTIFICATES); пока подпись не сойдётся, такие сообщения приходят снова'
  from (select received_at from egisso.answer where not verified and acked_at is null
        union all
        select received_at from egisso.incoming where not verified and acked_at is null) m
having count(*) > 0;
