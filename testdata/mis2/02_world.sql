-- Second reference МИС: its invented people, measures and benefits.

-- СНИЛС of a number with its check sum, as on paper.
create function registr.snils(n bigint) returns text language sql immutable as $$
    select substr(d, 1, 3) || '-' || substr(d, 4, 3) || '-' || substr(d, 7, 3) || ' '
           || lpad((k % 101 % 100)::text, 2, '0')
      from (select lpad(n::text, 9, '0')) as number(d),
           lateral (select sum(substr(d, i, 1)::integer * (10 - i)) from generate_series(1, 9) i) as checksum(k);
$$;

insert into registr.chelovek (id, snils, fam, imya, otch, pol, "DataRozhd")
select md5('chelovek' || n)::uuid, registr.snils(112230000 + n * 37), (array['Полевая', 'Лесников'])[1 + n % 2],
       (array['Анна', 'Пётр'])[1 + n % 2], case when n % 4 > 1 then (array['Ильинична', 'Ильич'])[1 + n % 2] end,
       (array['ж', 'м']::registr.pol[])[1 + n % 2], date '1950-03-01' + n * 100
  from generate_series(1, 8) n;

insert into lgota.organizaciya (kod, kod_egisso, naim, inn, kpp, ogrn, adres, pochta, oktmo, osnovanie, data_osn) values
    ('МИНЗДРАВ', '0042.000001', 'Министерство здравоохранения области', 5900000041, 590001001, 1025900000040,
     '614000, Пермь, ул. Вымышленная, д. 1', 'zdrav@example.org', '{57701000}', '1-п', '29.11.2024'),
    ('СОЦРАЗВИТИЕ', null, 'Министерство социального развития области', 5900000059, 590001001, 1025900000059,
     '614000, Пермь, ул. Вымышленная, д. 2', 'social@example.org', '{57701000,57702000}', '7-п', '29.11.2024');

insert into lgota.mera (id, kod, naim, data_nach, data_okonch, periodichnost, razdel, tip, forma, uroven, kbk, osnovanie, usloviya, oktmo, sposob, semeinaya)
values
    ('\x0001', '0808-Ф', convert_to('Лекарственное обеспечение граждан, сохранивших право на набор социальных услуг', 'UTF8'), '2019-01-01', null,
     5, 30101, 808, '02', 1, 5609020000000010323, 'Рецепт врача', 'Право на набор социальных услуг', '{57701000}', '{1}', null),
    ('\x0002', '0806-Р', convert_to('Лекарственное обеспечение жителей области за счёт бюджета области', 'UTF8'), '2019-01-01', '2030-12-31',
     5, 30102, 806, '02', 2, 81609020000000020323, 'Рецепт врача', 'Место жительства в области', '{57701000}', '{1}', null),
    ('\x0003', '0303-Д', convert_to('Возмещение малоимущим стоимости лекарственных препаратов', 'UTF8'), '2020-01-01', '2030-12-31',
     5, 10102, 303, '01', 2, 81610030000000040313, 'Рецепт врача и чек', 'Доход ниже прожиточного минимума', '{57701000}', '{1,2}', B'01');

insert into lgota.mera_kategoriya (mera, nomer, naim, kmsz) values
    ('\x0001', 1, 'Инвалиды I группы', 2010000), ('\x0002', 1, 'Больные сахарным диабетом', 6010000), ('\x0003', 1, 'Малоимущие граждане', 7000000);
insert into lgota.mera_kriterii (mera, nomer, kod, data) values ('\x0003', 1, 1, '2020-01-01');
insert into lgota.mera_finansy (mera, istochnik, dolya) values ('\x0001', 100, 100), ('\x0002', 10, 100), ('\x0003', 10, 80), ('\x0003', 1, 20);
insert into lgota.akt (mera, nomer, data, naim, organ, ssylka) values
    ('\x0001', '178-ФЗ', '17.07.1999', 'О государственной социальной помощи', 'Российская Федерация', 'http://example.org/npa/178'),
    ('\x0002', '41-п', '14.12.2018', 'О лекарственном обеспечении жителей (вымышленный акт)', 'Правительство области', 'http://example.org/npa/41'),
    ('\x0003', '12-оз', '29.11.2019', 'О поддержке малоимущих граждан (вымышленный акт)', 'Областное собрание', 'http://example.org/npa/12');
insert into lgota.mera_dokument (mera, naim, kolvo, obyazatelen) values
    ('\x0001', 'Рецепт', B'0001', 1), ('\x0002', 'Рецепт', B'0001', 1), ('\x0003', 'Кассовый чек', B'0001', 1);

insert into lgota.sootvetstvie (vid, mera, kategoriya, forma, edinica, kriterii) values
    ('инвалид I группы', '\x0001', 1, 2, 3, null),
    ('диабет', '\x0002', 1, 2, 3, null),
    ('малоимущий', '\x0003', 1, 1, null, '{1}');

insert into lgota.naznachenie (nomer_zapisi, nomer, chelovek, organizaciya, vid, data_resh, s_kakogo, po_kakoe, summa, kolvo, preparat, doza, sostoyanie)
select md5('naznachenie' || n)::uuid, 'Н-' || n, md5('chelovek' || 1 + n % 8)::uuid, case when n % 5 = 0 then 'соцразвитие' else 'МИНЗДРАВ' end,
       (enum_range(null::lgota.vid))[1 + n % 3],
       to_char(date '2025-02-01' + n, 'DD.MM.YYYY'), date '2025-02-01' + n, date '2025-02-01' + n + 29,
       (100 + n)::numeric::money, case when n % 3 < 2 then n % 3 + 1 end, 'Метформин', '500 мг', case n when 12 then 'черновик'::lgota.sostoyanie else 'действует' end
  from generate_series(1, 12) n;

insert into lgota.rodnya (naznachenie, chelovek) values (md5('naznachenie1')::uuid, md5('chelovek5')::uuid);
