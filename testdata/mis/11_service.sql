-- Reference МИС: a fifth local measure, in the form of a service, so that all four
-- forms of provision occur.

insert into mis.measure (id, code, title, beg_date, end_date, periodicity, part_code, msz_code, form_code, npa_level,
                         sum_rules, kbk, reason_text, condition_text, keep_facts) values
    (5, '0401-У', 'Доставка лекарственных препаратов на дом инвалидам I группы',
        '2019-01-01', null, '05', '020101', '0401', '04', '02',
        'По стоимости одной доставки', '81610020000000050323',
        'Рецепт врача', 'Инвалидность I группы', true);

insert into mis.measure_category (id, measure_id, code, title, kmsz_code) values
    (501, 5, 'У1', 'Инвалиды I группы', '02010000');
insert into mis.measure_funding (measure_id, source, share) values (5, '0010', 100);
insert into mis.measure_territory (measure_id, oktmo) values (5, '57701000');
insert into mis.measure_act (id, measure_id, num, act_date, title, authority, url) values
    (5, 5, '41-п', '2018-12-14', 'О лекарственном обеспечении отдельных категорий жителей (вымышленный акт)', 'Правительство области', 'http://example.org/npa/41');
insert into mis.measure_method (measure_id, method) values (5, '01');
insert into mis.measure_document (id, measure_id, name, origin, qty, required) values
    (6, 5, 'Рецепт', 'оригинал', 1, true);

insert into mis.privilege_type (id, code, name, finance) values
    (12, '951', 'Инвалиды I группы: доставка на дом', 2);
insert into mis.egisso_mapping (privilege_type_id, discount, measure_id, category_id, form_code, unit_code, monetization, criterion_code) values
    (12, 100, 5, 501, '04', '03', null, null);
