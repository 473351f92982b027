-- Reference МИС: records of the other registers that are wrong, one of each way the
-- generator's manifest names.

insert into mis.onmsz (id, name, inn, kpp, ogrn, legal_address, address, email, oktmo, basis_num, basis_date, basis_name) values
    (91, 'Комитет по здравоохранению города', '590000004', '590001001', '1025900000037', '614000, Пермь, ул. Вымышленная, д. 5',
     '614000, Пермь, ул. Вымышленная, д. 5', 'komitet@example.org', '{57701000}', '2-п', '2024-11-29', 'Положение о комитете (вымышленный акт)');

insert into mis.pharmacy (id, name, address, email, phone, is_person, inn, kpp, ogrn, reg_grn, reg_date, reg_issuer) values
    (91, 'Общество с ограниченной ответственностью «Две почты»', '614000, Пермь, ул. Примерная, д. 21',
     'one@example.org, two@example.org', '(342) 200-00-91', false, '5900000010', '590001001', '1025900000015',
     '1025900000015', '2002-10-14', 'Инспекция ФНС по Ленинскому району г. Перми'),
    (92, 'Общество с ограниченной ответственностью «Без точек»', '614000, Пермь, ул. Примерная, д. 22',
     'no@example.org', '(342) 200-00-92', false, '5900000027', '590001001', '1025900000026',
     '1025900000026', '2002-10-14', 'Инспекция ФНС по Ленинскому району г. Перми');
insert into mis.pharmacy_point (id, pharmacy_id, name, address) values
    (911, 91, 'Аптека', '614000, Пермь, ул. Примерная, д. 21');
insert into mis.pharmacy_measure (point_id, pharmacy_id, measure_id, beg_date) values
    (911, 91, 1, '2025-01-01');
insert into mis.pharmacy_contract (id, pharmacy_id, title, contractor) values
    (91, 91, 'Договор об отпуске препаратов', 'Министерство здравоохранения области'),
    (92, 92, 'Договор об отпуске препаратов', 'Министерство здравоохранения области');

insert into mis.reception (id, onmsz_id, name, address, oktmo, phone, schedule, latitude, longitude) values
    (91, 1, 'Приёмная с перепутанными координатами', 'Пермский край, Пермь, ул. Примерная, д. 30', '57701000',
     '(342) 200-00-93', 'Пн–Пт 9–17', 156.230000, 58.011000),
    (92, 1, 'Приёмная с буквой в коде ОКТМО', 'Пермский край, Пермь, ул. Примерная, д. 31', '577О1000',
     '(342) 200-00-94', 'Пн–Пт 9–17', 58.011000, 56.230000);
insert into mis.reception_measure (reception_id, measure_id) values
    (91, 1), (92, 4);
