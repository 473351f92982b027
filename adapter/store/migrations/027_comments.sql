-- What every public view, column and function holds, for README.md, \d+ and screens. Only comments.

comment on view egisso.service is 'Состояние сервиса под прежним именем: используйте service_state';
comment on function egisso.awaited_sender(uuid) is
    'Отправитель, ответ которого на пакет сохранён и ждёт решения человека; пусто — такого нет';

comment on column egisso.journal.id is 'Идентификатор пакета (packageId)';
comment on column egisso.journal.created_at is 'Когда пакет сформирован';
comment on column egisso.journal.package_type is 'Название реестра или «Запрос обновлений КМСЗ»';
comment on column egisso.journal.record_count is 'Сколько записей в пакете; пусто у запроса КМСЗ';
comment on column egisso.journal.status is
    'Статус словами: Сформирован, Подписан, Отправляется, Поставлен в очередь СМЭВ, Принят ЕГИССО, Обрабатывается, Завершена обработка ответа, Выгружен в файл, Ошибка отправки, Отклонён СМЭВ, Истёк срок ожидания';
comment on column egisso.journal.info is 'Информация: итог или причина словами';
comment on column egisso.journal.state is
    'formed — сформирован, signed — подписан, queued — передан, answered — ответ разобран, send_failed — не отправлен, записи возвращены, expired — ответа нет в срок';
comment on column egisso.journal.result is
    'Итог ответа: accepted — принят, partial — принят частично, rejected — отклонён; пусто, пока ответа нет';
comment on column egisso.journal.review is 'Почему пакет требует внимания человека; пусто — не требует. Снимает egisso.mark_reviewed';
comment on column egisso.journal.register is 'onmsz, lmsz, point, organization, fact или kmsz (запрос классификатора)';
comment on column egisso.journal.format is 'Вид сведений и его версия, например 10.05.I-2.1.0';
comment on column egisso.journal.message_id is 'MessageID последнего сообщения пакета; пусто, пока не подписан';
comment on column egisso.journal.signed_at is 'Когда подписан';
comment on column egisso.journal.queued_at is 'Когда передан: СМЭВ приняла сообщение или файл выгружен';
comment on column egisso.journal.closed_at is 'Когда у пакета появился итог';
comment on column egisso.journal.provider is 'Код поставщика, от имени которого передаётся пакет; пусто — из настроек';
comment on column egisso.journal.channel is 'Как передаётся: smev — через СМЭВ, manual — файлом через кабинет поставщика';
comment on column egisso.journal.held is 'Ждёт команды отправить: egisso.send_package';
comment on column egisso.journal.file_name is 'Имя выгруженного файла; пусто, если выгрузки не было';

comment on column egisso.journal_detail.package_id is 'Пакет, см. journal.id';
comment on column egisso.journal_detail.position is 'Порядок строк внутри пакета';
comment on column egisso.journal_detail.record_no is 'Номер записи в МИС; стоит только в первой строке своей записи';
comment on column egisso.journal_detail.comment is 'Текст ЕГИССО';
comment on column egisso.journal_detail.code is 'Код правила ЕГИССО, например 019; пусто, если не назван';
comment on column egisso.journal_detail.message_type is 'Ошибка или Предупреждение';
comment on column egisso.journal_detail.record_id is 'UUID записи, как его назвала ЕГИССО';
comment on column egisso.journal_detail.register is 'Реестр записи: onmsz, lmsz, point, organization, fact; пусто, если такой записи нет';
comment on column egisso.journal_detail.row_key is 'Ключ записи в МИС';

comment on column egisso.record_status.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_status.row_key is 'Ключ записи в МИС';
comment on column egisso.record_status.record_no is 'Номер, по которому запись знают люди';
comment on column egisso.record_status.record_id is 'UUID записи или события, о котором говорит состояние';
comment on column egisso.record_status.kind is 'Элемент, которым запись передаётся, например localMSZ, fact, errorsInvalidation';
comment on column egisso.record_status.state is
    'new — решения ещё нет, nothing_to_send — передавать нечего, ready — готова, waiting — ждёт другого, blocked — требует исправления, packed — в пакете, sent — передана, accepted — принята, accepted_with_warnings — принята с предупреждениями, rejected — отклонена; dropped (снята с отправки) здесь не показывается';
comment on column egisso.record_status.status is
    'Состояние словами: Новый, Не подлежит отправке, Готов к отправке, Ожидает, Требует исправления, Отправляется, Передан успешно, Передан с предупреждениями, Отклонён';
comment on column egisso.record_status.reason is
    'Почему запись ждёт, задержана или отклонена: код правила и текст; пусто — нечего пояснять';
comment on column egisso.record_status.package_id is 'Последний пакет записи, см. journal.id';
comment on column egisso.record_status.deleted is 'Запись удалена в источнике';
comment on column egisso.record_status.accepted_id is 'UUID, под которым запись лежит в ЕГИССО; пусто — её там нет';
comment on column egisso.record_status.accepted_at is 'Когда ЕГИССО приняла то, что в ней лежит';
comment on column egisso.record_status.decision_due is 'Источник изменился, решения ещё нет';
comment on column egisso.record_status.updated_at is 'Когда состояние изменилось';
comment on column egisso.record_status.participant_code is 'Код ЕГИССО, присвоенный организации (onmsz); иначе пусто';

comment on column egisso.record_history.register is 'onmsz, lmsz, point, organization или fact';
comment on column egisso.record_history.row_key is 'Ключ записи в МИС';
comment on column egisso.record_history.at is 'Когда';
comment on column egisso.record_history.what is
    'source — изменение в источнике, record — подготовлена, state — состояние, package — ход пакета, attempt — попытка отправки, protocol — слова ЕГИССО, accepted — принята, operator — действие человека';
comment on column egisso.record_history.text is 'То же словами';
comment on column egisso.record_history.record_id is 'UUID записи или события';
comment on column egisso.record_history.package_id is 'Пакет, см. journal.id';

comment on column egisso.service_state.enabled is 'Сервис включён';
comment on column egisso.service_state.state is 'Включен или Выключен';
comment on column egisso.service_state.changed_at is 'Когда переключён';
comment on column egisso.service_state.changed_by is 'Кем: роль сеанса и, со слов программы, человек';
comment on column egisso.service_state.reason is 'Причина';

comment on column egisso.service.enabled is 'Сервис включён';
comment on column egisso.service.changed_at is 'Когда переключён';
comment on column egisso.service.changed_by is 'Кем: роль сеанса и, со слов программы, человек';
comment on column egisso.service.reason is 'Причина';

comment on column egisso.operation_log.id is 'Номер строки';
comment on column egisso.operation_log.at is 'Когда';
comment on column egisso.operation_log.action is
    'Что сделано: имя функции (retry_record, release_package, import_protocol …), export или view_… — показаны персональные данные';
comment on column egisso.operation_log.register is 'Реестр, если действие о записи или реестре';
comment on column egisso.operation_log.row_key is 'Ключ записи в МИС, если действие о записи';
comment on column egisso.operation_log.package_id is 'Пакет, если действие о пакете';
comment on column egisso.operation_log.reason is 'Причина, названная человеком; пусто у просмотра';
comment on column egisso.operation_log.detail is 'Что именно: идентификатор, имя файла, исход';

comment on column egisso.protocol_import.id is 'Номер загруженного файла';
comment on column egisso.protocol_import.imported_at is 'Когда загружен';
comment on column egisso.protocol_import.imported_by is 'Кем: роль сеанса и, со слов программы, человек';
comment on column egisso.protocol_import.package_id is 'Пакет, к которому отнесён протокол; пусто — не определён';
comment on column egisso.protocol_import.status is 'Применён, Отклонён или Ожидает разбора';
comment on column egisso.protocol_import.note is 'Что вышло или почему отклонён, словами';
comment on column egisso.protocol_import.outcome is 'applied — применён, refused — отклонён; пусто — ожидает разбора';
comment on column egisso.protocol_import.applied_at is 'Когда разобран';

comment on column egisso.incoming_journal.id is 'MessageId входящего сообщения';
comment on column egisso.incoming_journal.received_at is 'Когда получено';
comment on column egisso.incoming_journal.kind_text is 'Рассылка, Запрос, Отзыв запроса или Неизвестное';
comment on column egisso.incoming_journal.status is 'Что с ним стало, словами';
comment on column egisso.incoming_journal.namespace is 'Пространство имён содержания';
comment on column egisso.incoming_journal.root is 'Имя корневого элемента содержания';
comment on column egisso.incoming_journal.sender is 'Мнемоника отправителя, как её назвала СМЭВ';
comment on column egisso.incoming_journal.info is 'Текст нашего отказа; пусто, если его не было';
comment on column egisso.incoming_journal.review is
    'Почему требует внимания человека; пусто — не требует. Снимает egisso.mark_incoming_reviewed';
comment on column egisso.incoming_journal.reviewed_at is 'Когда человек отметил, что просмотрел';
comment on column egisso.incoming_journal.kind is 'broadcast — рассылка, request — запрос, cancel — отзыв запроса, unknown — неизвестное';
comment on column egisso.incoming_journal.verified is 'Подпись СМЭВ сошлась';
comment on column egisso.incoming_journal.verdict is
    'handled — обработано, rejected — отклонено, cancelled — отозвано отправителем, unhandled — не обработано; пусто — решения ещё нет';
comment on column egisso.incoming_journal.reply is
    'Наш ответ: due — должен уйти, signed — подписан, delivered — передан, failed — не передан; пусто — ответа нет';
comment on column egisso.incoming_journal.acked_at is 'Когда подтверждено СМЭВ; пусто — ещё нет';
comment on column egisso.incoming_journal.handled_at is 'Когда решено, что с ним делать';

comment on column egisso.inbox.id is 'Как называть в командах inbox: вид и идентификатор, например reply:17';
comment on column egisso.inbox.trouble is
    'set_aside — отложено: чтение завершало программу, unread — не понято, interrupted — чтение прервалось, unverified — подпись СМЭВ не сходится, stranger — ни к чему нашему не относится';
comment on column egisso.inbox.text is 'То же словами';
comment on column egisso.inbox.operation is 'Чем получено: GetResponse, GetRequest, GetStatus; пусто — файл';
comment on column egisso.inbox.received_at is 'Когда пришло впервые';
comment on column egisso.inbox.last_seen_at is 'Когда пришло или отложено в последний раз';
comment on column egisso.inbox.seen is 'Сколько раз приходило';
comment on column egisso.inbox.message_id is 'Идентификатор сообщения СМЭВ; пусто — не прочитан';
comment on column egisso.inbox.size is 'Размер в байтах';
comment on column egisso.inbox.complete is 'Получено целиком';
comment on column egisso.inbox.sha256 is 'Хэш SHA-256 полученного, шестнадцатерично; пусто, если не считался';
comment on column egisso.inbox.acked_at is 'Когда подтверждено СМЭВ; пусто — ещё нет';
comment on column egisso.inbox.ack_ordered_at is 'Когда человек велел снять с очереди СМЭВ';
comment on column egisso.inbox.ack_ordered_by is 'Кто велел';
comment on column egisso.inbox.ack_sent_at is 'Когда команда выполнена';
comment on column egisso.inbox.done_at is 'Когда отмечено просмотренным';
comment on column egisso.inbox.done_by is 'Кем отмечено';
comment on column egisso.inbox.done is 'Больше не требует внимания; снова false, если придёт ещё раз';

comment on column egisso.held_message.kind is 'answer — ответ на наше сообщение, broadcast — рассылка';
comment on column egisso.held_message.id is 'Идентификатор сообщения СМЭВ';
comment on column egisso.held_message.part is 'egisso — слово ЕГИССО, bus — состояние самой СМЭВ; пусто у старых сообщений';
comment on column egisso.held_message.sender is 'Мнемоника отправителя; none — сообщение без мнемоники';
comment on column egisso.held_message.held_at is 'С какого времени ждёт решения человека';
comment on column egisso.held_message.package_id is 'Пакет, на который отвечено; пусто у рассылки';
comment on column egisso.held_message.refused is 'Отправитель отклонён: ответ не будет применён';

comment on column egisso.sender_list.part is 'egisso — ответы и рассылки ЕГИССО, bus — состояния самой СМЭВ';
comment on column egisso.sender_list.mnemonic is 'Мнемоника; none — сообщение без мнемоники';
comment on column egisso.sender_list.standing is
    'remembered — ответил первым, confirmed — подтверждён, refused — отклонён, unknown — ждёт решения';
comment on column egisso.sender_list.since is 'С какого времени так';
comment on column egisso.sender_list.decided_by is 'Кто решил; пусто — никто';
comment on column egisso.sender_list.reason is 'Причина решения';
comment on column egisso.sender_list.held is 'Сколько сохранённых сообщений отправителя не применено';

comment on column egisso.kmsz_versions.version is 'Номер версии';
comment on column egisso.kmsz_versions.status is 'Проект, В процессе публикации, Опубликована, В процессе активации, Активна или Архив';
comment on column egisso.kmsz_versions.start_date is 'Начало действия';
comment on column egisso.kmsz_versions.finish_date is 'Окончание действия; пусто — не назначено';
comment on column egisso.kmsz_versions.document is 'Документ, которым утверждена';
comment on column egisso.kmsz_versions.note is 'Примечание ЕГИССО';
comment on column egisso.kmsz_versions.received_at is 'Когда получена';
comment on column egisso.kmsz_versions.measures is 'Сколько типовых мер';
comment on column egisso.kmsz_versions.parts is 'Сколько разделов';
comment on column egisso.kmsz_versions.categories is 'Сколько категорий';
comment on column egisso.kmsz_versions.levels is 'Сколько уровней регулирования';
comment on column egisso.kmsz_versions.funding is 'Сколько источников финансирования и их сумм';
comment on column egisso.kmsz_versions.forms is 'Сколько форм предоставления';
comment on column egisso.kmsz_versions.rules is 'Сколько правил';

comment on column egisso.kmsz_measures.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_measures.active is 'Версия действует';
comment on column egisso.kmsz_measures.code is 'Код меры';
comment on column egisso.kmsz_measures.name is 'Наименование';
comment on column egisso.kmsz_measures.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_parts.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_parts.active is 'Версия действует';
comment on column egisso.kmsz_parts.code is 'Код раздела';
comment on column egisso.kmsz_parts.name is 'Наименование';
comment on column egisso.kmsz_parts.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_categories.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_categories.active is 'Версия действует';
comment on column egisso.kmsz_categories.code is 'Код категории';
comment on column egisso.kmsz_categories.name is 'Наименование';
comment on column egisso.kmsz_categories.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_levels.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_levels.active is 'Версия действует';
comment on column egisso.kmsz_levels.code is 'Код уровня';
comment on column egisso.kmsz_levels.name is 'Наименование';
comment on column egisso.kmsz_levels.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_funding.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_funding.active is 'Версия действует';
comment on column egisso.kmsz_funding.code is 'Код источника или суммы источников';
comment on column egisso.kmsz_funding.name is 'Наименование';
comment on column egisso.kmsz_funding.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_forms.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_forms.active is 'Версия действует';
comment on column egisso.kmsz_forms.code is 'Код формы';
comment on column egisso.kmsz_forms.name is 'Наименование';
comment on column egisso.kmsz_forms.parent_code is 'Код вышестоящей позиции; пусто — верхний уровень';

comment on column egisso.kmsz_rules.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_rules.active is 'Версия действует';
comment on column egisso.kmsz_rules.measure_code is 'Код меры';
comment on column egisso.kmsz_rules.measure_name is 'Наименование меры';
comment on column egisso.kmsz_rules.category_code is 'Код категории';
comment on column egisso.kmsz_rules.category_name is 'Наименование категории';
comment on column egisso.kmsz_rules.level_code is 'Код уровня регулирования';
comment on column egisso.kmsz_rules.level_name is 'Наименование уровня';
comment on column egisso.kmsz_rules.funding_code is 'Код источника или суммы источников';
comment on column egisso.kmsz_rules.funding_name is 'Наименование источника';
comment on column egisso.kmsz_rules.form_code is 'Код формы предоставления';
comment on column egisso.kmsz_rules.form_name is 'Наименование формы';
comment on column egisso.kmsz_rules.part_code is 'Код раздела';
comment on column egisso.kmsz_rules.part_name is 'Наименование раздела';

comment on column egisso.kmsz_periodicity.code is 'Код периодичности';
comment on column egisso.kmsz_periodicity.title is 'Наименование';
comment on column egisso.kmsz_periodicity.start_date is 'Начало действия';
comment on column egisso.kmsz_periodicity.finish_date is 'Окончание действия; пусто — действует';

comment on column egisso.kmsz_units.code is 'Код единицы ЕГИССО';
comment on column egisso.kmsz_units.title is 'Наименование';
comment on column egisso.kmsz_units.short_title is 'Краткое наименование';
comment on column egisso.kmsz_units.okei_code is 'Код ОКЕИ; пусто — нет';
comment on column egisso.kmsz_units.start_date is 'Начало действия';
comment on column egisso.kmsz_units.finish_date is 'Окончание действия; пусто — действует';

comment on column egisso.kmsz_invalid.version is 'Номер версии КМСЗ';
comment on column egisso.kmsz_invalid.version_status is 'Статус версии словами';
comment on column egisso.kmsz_invalid.active is 'Версия действует; false — вступит в силу позже';
comment on column egisso.kmsz_invalid.start_date is 'Начало действия версии';
comment on column egisso.kmsz_invalid.row_key is 'Ключ ЛМСЗ в МИС';
comment on column egisso.kmsz_invalid.record_no is 'Номер ЛМСЗ, по которому её знают люди';
comment on column egisso.kmsz_invalid.title is 'Наименование ЛМСЗ';
comment on column egisso.kmsz_invalid.code is 'Код правила, например 002';
comment on column egisso.kmsz_invalid.finding_type is 'Ошибка или Предупреждение';
comment on column egisso.kmsz_invalid.comment is 'Чего нет в классификаторе';

comment on column egisso.kmsz_requests.classifier is '010 — КМСЗ, 022 — периодичность, 023 — единицы измерения';
comment on column egisso.kmsz_requests.title is 'То же словами';
comment on column egisso.kmsz_requests.requested is 'Запрос нужен и ещё не исполнен';
comment on column egisso.kmsz_requests.requested_at is 'С какого времени нужен';
comment on column egisso.kmsz_requests.reason is 'Почему запрошено';
comment on column egisso.kmsz_requests.asked_at is 'Когда запрос уходил в последний раз';
comment on column egisso.kmsz_requests.received_at is 'Когда получен последний ответ';
comment on column egisso.kmsz_requests.package_id is 'Пакет последнего запроса, см. journal.id';
