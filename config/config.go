// Package config is the gateway's configuration: environment variables with the
// prefix EGISSOGW_, read once, checked as a whole.
//
// [Config] is both the value the program uses and the description people read:
// its struct tags hold names, defaults, bounds and the Russian text of the
// reference table in README.md, which a test keeps equal to [Reference].
//
//	env      name without prefix and go-envconfig's options
//	doc      what the variable means
//	oneof    the values allowed, separated by spaces
//	range    lowest and highest value, "1..1000" or "1s..10m"
//	check    a named check of the text, see textChecks
//	sent     "yes": it decides what is sent, see [Sent]
//	secret   "file": only from a file or credential, never from the variable itself
//
// Every problem found is reported at once, by variable name and never by value.
package config

import (
	"log/slog"
	"time"
)

// Prefix begins the name of every variable.
const Prefix = "EGISSOGW_"

// Config is the whole configuration. Its sub-structs are the groups of the
// reference table.
type Config struct {
	Database Database `group:"database" doc:"База шлюза"`
	Source   Source   `group:"source" doc:"База МИС"`
	Provider Provider `group:"provider" doc:"Поставщик информации"`
	SMEV     SMEV     `group:"smev" doc:"СМЭВ"`
	FTP      FTP      `group:"ftp" doc:"Файловое хранилище СМЭВ"`
	Signer   Signer   `group:"signer" doc:"Подпись"`
	Package  Package  `group:"package" doc:"Пакеты и проверки"`
	Archive  Archive  `group:"archive" doc:"Архив доказательств"`
	Keeping  Keeping  `group:"keeping" doc:"Сроки хранения"`
	Job      Job      `group:"job" doc:"Задания и повторы"`
	Watch    Watch    `group:"watch" doc:"Наблюдение"`
	Log      Log      `group:"log" doc:"Журнал программы"`
}

// Database is the gateway's own database, schema egisso.
type Database struct {
	URL     Secret        `env:"DATABASE_URL,required" check:"postgres" doc:"Строка подключения к базе шлюза: postgres://пользователь@узел/база"`
	Owner   Secret        `env:"OWNER_DATABASE_URL" check:"postgres" doc:"Строка подключения под ролью владельца схемы, только для egissogw migrate; без неё — DATABASE_URL"`
	Timeout time.Duration `env:"DATABASE_TIMEOUT,default=30s" range:"1s..10m" doc:"Предел одного обращения к базе шлюза и остановки посреди чтения МИС, после которой её сервер обрывает чтение; повторной проверке многих записей разом отводится 20m"`
}

// Source is the database of the medical information system, read only.
type Source struct {
	DatabaseURL Secret        `env:"SOURCE_DATABASE_URL,required" check:"postgres" doc:"Строка подключения к базе МИС под ролью, которой разрешено только чтение"`
	Schema      string        `env:"SOURCE_SCHEMA,default=egisso_source" sent:"yes" check:"identifier" doc:"Схема с представлениями для шлюза"`
	Queries     string        `env:"SOURCE_QUERIES" doc:"Каталог с файлами *.sql, которые заменяют запросы шлюза к представлениям (adapter/mis/sql, имена те же); читается при запуске. Файл, который ничего не заменяет, — ошибка; пусто — запросы шлюза"`
	Overlap     time.Duration `env:"SOURCE_OVERLAP,default=10m" range:"0s..24h" doc:"На сколько назад перечитывать изменения, если в представлении нет changed_xid: не меньше самой долгой транзакции МИС"`
	Channel     string        `env:"SOURCE_CHANNEL" check:"identifier" doc:"Канал NOTIFY, на котором МИС сообщает об изменениях: опрос начинается сразу, а не по расписанию; пусто — только по расписанию"`
	Timeout     time.Duration `env:"SOURCE_TIMEOUT,default=10m" range:"1s..24h" doc:"Предел одного чтения изменений"`
	RowBytes    int           `env:"SOURCE_ROW_BYTES,default=1048576" sent:"yes" range:"65536..16777216" doc:"Наибольший размер строки представления в байтах: большая не читается из базы МИС и показывается как непригодная"`
}

// Provider is who sends the registers.
type Provider struct {
	Code string `env:"PROVIDER_CODE,required" sent:"yes" check:"participant" doc:"Код поставщика в реестре участников ЕГИССО, вида 0000.000000"`
}

// SMEV is the bus.
type SMEV struct {
	URL                     string        `env:"SMEV_URL,required" check:"url" doc:"Адрес сервиса СМЭВ 3"`
	Schema                  string        `env:"SMEV_SCHEMA,default=1.3" sent:"yes" oneof:"1.1 1.2 1.3" doc:"Версия схем обмена; она же стоит в адресе сервиса"`
	Timeout                 time.Duration `env:"SMEV_TIMEOUT,default=60s" range:"1s..10m" doc:"Предел одного обращения к СМЭВ"`
	SendTimeout             time.Duration `env:"SMEV_SEND_TIMEOUT,default=0s" range:"0s..10m" doc:"Предел отправки сообщения; 0s — как SMEV_TIMEOUT"`
	PollTimeout             time.Duration `env:"SMEV_POLL_TIMEOUT,default=0s" range:"0s..10m" doc:"Предел опроса очереди; 0s — как SMEV_TIMEOUT"`
	AckTimeout              time.Duration `env:"SMEV_ACK_TIMEOUT,default=0s" range:"0s..10m" doc:"Предел подтверждения; 0s — как SMEV_TIMEOUT"`
	Roots                   File          `env:"SMEV_ROOTS" doc:"Файл PEM с корневыми сертификатами для соединений https; без него — системные. Проверка сервера не отключается"`
	Proxy                   Secret        `env:"SMEV_PROXY" check:"proxy" doc:"Прокси к СМЭВ: адрес http, https или socks5; none — без прокси; пусто — HTTPS_PROXY и NO_PROXY окружения"`
	ClockSkew               time.Duration `env:"SMEV_CLOCK_SKEW,default=30s" range:"1s..10m" doc:"Какое расхождение часов со СМЭВ терпеть: о большем говорят журнал, status и check"`
	ReplyLimit              int64         `env:"SMEV_REPLY_LIMIT,default=33554432" range:"65536..1073741824" doc:"Сколько байт ответа СМЭВ читать, считая после распаковки"`
	UnverifiedLimit         int64         `env:"SMEV_UNVERIFIED_LIMIT,default=268435456" range:"1048576..1099511627776" doc:"Сколько байт за сутки сохранять из ответов СМЭВ, подпись которых не сходится или которые не удалось понять; сверх этого они не сохраняются и не подтверждаются. Столько же — из сообщений отправителей, которых никто не подтвердил"`
	FileLimit               int64         `env:"SMEV_FILE_LIMIT,default=33554432" range:"65536..1073741824" doc:"Наибольший размер файла, пришедшего с ответом, в байтах; больший не принимается"`
	FilePatience            time.Duration `env:"SMEV_FILE_PATIENCE,default=1h" range:"1m..168h" doc:"Сколько пробовать получить файл ответа, который хранилище не отдаёт: ответ, пришедший повторно, приносит новые имя и пароль"`
	Certificates            File          `env:"SMEV_CERTIFICATES,required" doc:"Файл PEM с сертификатами, которым верить при проверке подписи СМЭВ"`
	Trust                   string        `env:"SMEV_TRUST,default=pinned" oneof:"pinned chain" doc:"pinned — в файле сами сертификаты подписи СМЭВ; chain — корневые и промежуточные сертификаты, до которых строится цепочка; чей именно сертификат — SMEV_SUBJECT"`
	Subject                 string        `env:"SMEV_SUBJECT" check:"subject" doc:"Чьему сертификату верить как подписи СМЭВ: ОГРН=13 цифр или O=организация, буква в букву как в сертификате. При SMEV_TRUST=chain обязательна: под тем же корневым сертификатом стоят и другие"`
	Senders                 Mnemonics     `env:"SMEV_SENDERS" sent:"yes" doc:"Мнемоники ЕГИССО в СМЭВ через запятую: чьим ответам и рассылкам верить; none — сообщению без мнемоники (бывает в схемах 1.3). Без неё верят отправителю первого ответа на наше сообщение, пока кого-нибудь не подтвердят командой senders, а рассылкам — никому"`
	BusSenders              Mnemonics     `env:"SMEV_BUS_SENDERS,default=smev,SMEV" sent:"yes" doc:"Мнемоники самой СМЭВ через запятую: от кого принимать её состояния сообщений (AsyncProcessingStatus); none — без мнемоники"`
	RefuseUnverified        bool          `env:"SMEV_REFUSE_UNVERIFIED,default=false" doc:"Подтверждать с accepted=false ответ, подпись СМЭВ на котором не сходится: он сохраняется, но больше не придёт. По умолчанию остаётся в очереди СМЭВ"`
	RejectUnexpected        bool          `env:"SMEV_REJECT_UNEXPECTED,default=true" doc:"Отвечать вежливым отказом (UNKNOWN_REQUEST_DESCRIPTION) на чужие запросы, которых шлюз не обрабатывает; false — только сохранять и показывать"`
	TestMessage             bool          `env:"SMEV_TEST_MESSAGE,default=false" sent:"yes" doc:"Ставить в сообщения признак тестового взаимодействия"`
	NodeID                  string        `env:"SMEV_NODE_ID" sent:"yes" check:"node" doc:"Метка узла системы, до 50 знаков: ответы на сообщения с меткой получает только шлюз с той же меткой. Пусто, если база шлюза под этой мнемоникой одна; у шлюзов со своими базами — разные"`
	ForeignWait             time.Duration `env:"SMEV_FOREIGN_WAIT,default=4h" range:"0s..168h" doc:"Сколько оставлять в очереди СМЭВ ответ на чужое сообщение, чтобы его взял шлюз, который отправлял; потом он сохраняется, подтверждается и показывается. 0s — сразу"`
	BusinessProcessMetadata string        `env:"SMEV_BUSINESS_PROCESS_METADATA" sent:"yes" check:"xml" doc:"Содержимое BusinessProcessMetadata (XML), если его требует регламент; {provider} — код поставщика, от имени которого уходит пакет"`
}

// FTP is the bus's file storage (ФХ), where files with facts are put.
type FTP struct {
	Address  string        `env:"FTP_ADDRESS,required" check:"address" doc:"Узел и порт файлового хранилища; без порта — 21"`
	User     string        `env:"FTP_USER,default=anonymous" check:"line" doc:"Имя для входа"`
	Password Secret        `env:"FTP_PASSWORD,default=smev" check:"line" doc:"Пароль для входа"`
	Timeout  time.Duration `env:"FTP_TIMEOUT,default=60s" range:"1s..10m" doc:"Предел ожидания одной операции с хранилищем"`
	Passive  string        `env:"FTP_PASSIVE,default=auto" oneof:"auto epsv pasv" doc:"Как просить соединение для данных: auto — EPSV, а если соединиться не удалось, PASV, и наоборот; epsv, pasv — только так (межсетевой экран пропускает одно из двух)"`
	MinRate  int64         `env:"FTP_MIN_RATE,default=8192" range:"1..104857600" doc:"Наименьшая скорость передачи файла, байт в секунду: более медленная прерывается и повторяется позже"`
	Total    time.Duration `env:"FTP_TRANSFER_TIMEOUT,default=15m" range:"1m..25m" doc:"Предел передачи одного файла со всеми попытками"`
}

// Signer says which signer makes the signatures and holds the settings of each.
type Signer struct {
	Kind    string  `env:"SIGNER,required" oneof:"softkey pkcs11 command" doc:"Чем подписывать: softkey — ключ в файле (только для тестовых контуров, это не сертифицированное СКЗИ), pkcs11 — токен или CSP через PKCS#11, command — внешняя программа"`
	Softkey Softkey `group:"signer"`
	PKCS11  PKCS11  `group:"signer"`
	Command Command `group:"signer"`
}

// TrustChain is the value of SMEV.Trust that believes issuers.
const TrustChain = "chain"

// Values of Signer.Kind.
const (
	SignerSoftkey = "softkey"
	SignerPKCS11  = "pkcs11"
	SignerCommand = "command"
)

// Values of Package.FactFileWay.
const (
	FileWayFTP    = "ftp"
	FileWayInline = "inline"
	FileWayMTOM   = "mtom"
)

// CommandInputData is the value of Command.Input for programs that hash by themselves.
const CommandInputData = "data"

// Softkey is a private key in a file.
type Softkey struct {
	KeyFile         File   `env:"SOFTKEY_KEY_FILE" doc:"softkey: файл PEM с закрытым ключом (PKCS#8)"`
	CertificateFile File   `env:"SOFTKEY_CERTIFICATE_FILE" doc:"softkey: файл PEM с сертификатом ключа"`
	Password        Secret `env:"SOFTKEY_PASSWORD" secret:"file" doc:"softkey: пароль зашифрованного ключа"`
}

// PKCS11 is a key on a token or in a CSP with a PKCS#11 module.
type PKCS11 struct {
	Module          File   `env:"PKCS11_MODULE" doc:"pkcs11: библиотека модуля (.so)"`
	TokenLabel      string `env:"PKCS11_TOKEN_LABEL" check:"label" doc:"pkcs11: метка токена"`
	KeyLabel        string `env:"PKCS11_KEY_LABEL" check:"label" doc:"pkcs11: метка ключа (метка или идентификатор обязательны)"`
	KeyID           string `env:"PKCS11_KEY_ID" check:"hex" doc:"pkcs11: идентификатор ключа, шестнадцатеричный"`
	PIN             Secret `env:"PKCS11_PIN" secret:"file" doc:"pkcs11: ПИН-код пользователя"`
	CertificateFile File   `env:"PKCS11_CERTIFICATE_FILE" doc:"pkcs11: файл PEM с сертификатом, если его нет на токене"`
}

// Command is an external signing program.
type Command struct {
	Path            File          `env:"COMMAND_PATH" doc:"command: полный путь программы"`
	Args            Args          `env:"COMMAND_ARGS" doc:"command: параметры через пробел; если в них есть пробелы — массив JSON"`
	CertificateFile File          `env:"COMMAND_CERTIFICATE_FILE" doc:"command: файл PEM с сертификатом ключа"`
	Input           string        `env:"COMMAND_INPUT,default=digest" oneof:"digest data" doc:"command: что программа получает на вход: digest — хэш, data — сами данные, которые она хэширует сама (csptest)"`
	Timeout         time.Duration `env:"COMMAND_TIMEOUT,default=30s" range:"1s..10m" doc:"command: предел одной подписи"`
}

// Package says how packages are built and records checked.
type Package struct {
	Records           int           `env:"PACKAGE_RECORDS,default=1000" sent:"yes" range:"1..1000" doc:"Наибольшее число записей в пакете"`
	Bytes             int64         `env:"PACKAGE_BYTES,default=4194304" sent:"yes" range:"65536..1073741824" doc:"Наибольший размер пакета в байтах"`
	FactFileName      string        `env:"FACT_FILE_NAME,default=facts_{package}.xml" sent:"yes" check:"file-name" doc:"Имя файла с фактами; {package} — идентификатор пакета"`
	FactFileWay       string        `env:"FACT_FILE_WAY,default=ftp" sent:"yes" oneof:"ftp inline mtom" doc:"Как передавать файл с фактами: ftp — через файловое хранилище СМЭВ, как велит 10.10.I; inline, mtom — внутри сообщения (base64 или часть MIME), пока он не больше FACT_INLINE_LIMIT"`
	FactInlineLimit   int64         `env:"FACT_INLINE_LIMIT,default=5242880" sent:"yes" range:"1024..104857600" doc:"Больший файл с фактами идёт через хранилище и при inline, mtom"`
	FactMIMEType      string        `env:"FACT_MIME_TYPE,default=application/xml" sent:"yes" check:"mime" doc:"Тип файла с фактами в заголовке вложения"`
	FactNamespaceURI  string        `env:"FACT_NAMESPACE_URI" sent:"yes" check:"uri" doc:"NamespaceUri файла с фактами в заголовке вложения; пусто — пространство имён отправляемой версии 10.06.S"`
	KindVersions      string        `env:"KIND_VERSIONS" sent:"yes" check:"versions" doc:"Версии видов сведений, в которых отправлять, например 10.05.I=1.0.7,10.15.I=1.0.3,10.10.I=1.0.4; не названные — в текущей"`
	WithdrawnVersions string        `env:"WITHDRAWN_VERSIONS" check:"withdrawn" doc:"Поправки к срокам вывода версий из эксплуатации: ВИД=ВЕРСИЯ@ГГГГ-ММ-ДД или ВИД=ВЕРСИЯ@off через запятую; о выведенной версии из KIND_VERSIONS предупреждают check и журнал"`
	EventPolicy       string        `env:"EVENT_POLICY" sent:"yes" check:"events" doc:"Какое событие следует из какой причины, например expired=terminationBasedOnEndOfValidityPeriod,refused=off; см. adapter/egisso/README.md, «Изменения фактов»"`
	PersonChanges     string        `env:"PERSON_CHANGES,default=hold" sent:"yes" oneof:"hold send" doc:"Изменения фактов, в которых изменились только сведения о людях: hold — ждут подтверждения (egisso.release_person_changes), send — отправляются сразу"`
	GuardWindow       time.Duration `env:"GUARD_WINDOW,default=24h" sent:"yes" range:"0s..168h" doc:"За какое время считать изменения принятого ЕГИССО: если их больше, чем бывает, они ждут человека (egissogw changes); 0s — не считать"`
	GuardLeast        int           `env:"GUARD_LEAST,default=20" sent:"yes" range:"1..1000000" doc:"Столько удалений, прекращений или изменений реестра за GUARD_WINDOW уходит всегда"`
	GuardPercent      int           `env:"GUARD_PERCENT,default=1" sent:"yes" range:"1..100" doc:"Сверх GUARD_LEAST — до стольких процентов записей реестра, которые есть в ЕГИССО"`
	GuardMost         int           `env:"GUARD_MOST,default=500" sent:"yes" range:"1..100000000" doc:"Но не больше стольких"`
	GuardLimits       string        `env:"GUARD_LIMITS" sent:"yes" doc:"Свои пределы вместо этих: removal, termination, alteration, через @ — поставщика, например removal=50,alteration@0042.000001=off; off — не считать"`
	AlreadyLoaded     string        `env:"ALREADY_LOADED" sent:"yes" doc:"Какие отказы ЕГИССО значат «запись с этим идентификатором уже загружена»: коды правил и части текста через точку с запятой, номера и идентификаторы в тексте не важны. Настоящие тексты ЕГИССО нам неизвестны: пока список пуст, о каждом похожем виде отказов спрашивает status (egissogw refusals)"`
	UnknownRecord     string        `env:"UNKNOWN_RECORD" sent:"yes" doc:"Какие отказы значат «записи, к которой относится событие, в ЕГИССО нет или она не наша»; вид тот же, настоящие тексты тоже неизвестны"`
	FormOnCommand     Registers     `env:"FORM_ON_COMMAND" sent:"yes" doc:"Реестры через запятую (onmsz, lmsz, point, organization, fact; годятся и другие имена, которые понимают команды), пакеты которых формируются и отправляются только по команде: кнопкой МИС, form, send или export; остальные — сами"`
	Approval          Registers     `env:"APPROVAL" sent:"yes" doc:"Реестры через запятую, пакеты которых уходят только после утверждения человеком (egissogw approve). Требование стоит в базе: добавляет его egissogw migrate, снимает только владелец схемы (egisso.lift_approval); о расхождении говорят check и status. См. config/dist/README.md, «Две пары глаз»"`
	ApprovalAgree     Registers     `env:"APPROVAL_AGREE" sent:"yes" doc:"Из них те, где перед утверждением нужно согласование (egissogw agree) и у пакетов, которые сформировал человек; сформированные сами согласуют всегда"`
	ExportTimes       ExportTimes   `env:"EXPORT_TIMES" sent:"yes" doc:"Когда уходят выгрузки, в TIME_ZONE: пять полей cron на все реестры или РЕЕСТР=пять полей через точку с запятой, например lmsz=0 18 * * *;fact=0 19 * * *. Уходит то, что решено к этому времени; пропущенное время наверстывается. Чтение, проверки и preview идут всё время. Не названные реестры — по мере готовности"`
	ExportFileName    string        `env:"EXPORT_FILE_NAME,default={prefix}_{kind}_{package}.xml" check:"export-name" doc:"Имя файла для загрузки в кабинете поставщика; {package} — идентификатор пакета, {prefix} — четыре знака кода поставщика, {provider} — код поставщика, {kind} — вид сведений, {date} — дата выгрузки"`
	FactsActualOn     string        `env:"FACTS_ACTUAL_ON" sent:"yes" check:"date" doc:"Дата актуальности первой выгрузки, ГГГГ-ММ-ДД: факты, которые закончились раньше и ЕГИССО ещё не приняты, не передаются; без неё передаются все"`
	SchemaDir         string        `env:"SCHEMA_DIR" doc:"Каталог официальных схем XSD ЕГИССО; если задан, каждый пакет перед подписью проверяется и по ним"`
	RulePolicy        RulePolicy    `env:"RULE_POLICY" sent:"yes" doc:"Изменение строгости правил проверки, например 019=block,026=warn: block — запись не отправляется, warn — отправляется с предупреждением, off — правило выключено"`
}

// PersonChangesSend is the value of Package.PersonChanges that asks nobody.
const PersonChangesSend = "send"

// Archive is the evidence outside the database.
type Archive struct {
	Dir      string `env:"ARCHIVE_DIR" check:"folder" doc:"Каталог, куда до отправки пишется каждое наше сообщение с его записями и до подтверждения — каждое пришедшее, чтобы потеря базы не стала потерей доказательств; пока писать туда нельзя, ничего не отправляется и не подтверждается. У каждой базы шлюза свой; создаётся заранее, 0700. Пусто — архива нет"`
	KeepDays int    `env:"ARCHIVE_KEEP_DAYS,default=0" range:"0..36500" doc:"Сколько суток хранить файлы архива; удаляются целиком, когда всё, что в них, удалено из базы по KEEP_DAYS; не меньше его. 0 — всегда"`
}

// Keeping is how long evidence is kept.
type Keeping struct {
	Days     int      `env:"KEEP_DAYS,default=0" range:"0..36500" doc:"Сколько суток после закрытия пакета хранить в базе документы (сообщения, файлы, ответы, протоколы) и содержание записей; потом остаются идентификаторы, хэши, исходы и подписи. Не удаляется то, что не решено, в споре (egissogw evidence hold) или есть в ЕГИССО. 0 — всегда"`
	Schedule Schedule `env:"SCHEDULE_PRUNE,default=45 4 * * *" doc:"Когда удалять то, чей срок хранения истёк"`
}

// Job says when and how persistently the jobs run.
type Job struct {
	Collect        Schedule      `env:"SCHEDULE_COLLECT,default=@every 30s" doc:"Когда читать изменения МИС"`
	Form           Schedule      `env:"SCHEDULE_FORM,default=@every 30s" doc:"Когда собирать пакеты"`
	Send           Schedule      `env:"SCHEDULE_SEND,default=@every 10s" doc:"Когда подписывать и отправлять; при off неудачная отправка сама не повторится"`
	Receive        Schedule      `env:"SCHEDULE_RECEIVE,default=@every 10s" doc:"Когда опрашивать очередь ответов; при off она опрашивается только после отправки"`
	Listen         Schedule      `env:"SCHEDULE_LISTEN,default=@every 1m" doc:"Когда опрашивать очередь входящих запросов и рассылок СМЭВ; при off они не забираются"`
	Status         Schedule      `env:"SCHEDULE_STATUS,default=@every 5m" doc:"Когда опрашивать очередь состояний СМЭВ (GetStatus), дополнительно к очереди ответов; off — не опрашивать"`
	Apply          Schedule      `env:"SCHEDULE_APPLY,default=@every 10s" doc:"Когда разбирать полученные протоколы"`
	Classifier     Schedule      `env:"SCHEDULE_CLASSIFIER,default=15 4 * * *" doc:"Когда запрашивать КМСЗ и справочники; при первом запуске они запрашиваются сразу. При off — только по просьбе человека и когда пропущена версия"`
	Reconcile      Schedule      `env:"SCHEDULE_RECONCILE,default=30 3 * * *" doc:"Когда сверять весь источник с тем, что знает шлюз; off — только командой reconcile"`
	TimeZone       TimeZone      `env:"TIME_ZONE,default=Europe/Moscow" sent:"yes" doc:"Часовой пояс расписаний, дат и времени, которое показывают и принимают команды"`
	Settle         time.Duration `env:"SETTLE,default=10m" sent:"yes" range:"0s..24h" doc:"Сколько записи не должно быть в источнике, чтобы её удаление ушло в ЕГИССО: вернувшаяся раньше ничего не меняет"`
	KMSZWait       time.Duration `env:"KMSZ_WAIT,default=1h" sent:"yes" range:"0s..72h" doc:"Сколько ЛМСЗ ждут первого КМСЗ после того, как ушёл запрос: потом они отправляются без сверки с ним, с предупреждением. Без запросов по расписанию (SCHEDULE_CLASSIFIER=off) не ждут"`
	Lease          time.Duration `env:"LEASE,default=5m" range:"10s..1h" doc:"На сколько задание закрепляет за собой работу; больше 3×FTP_TIMEOUT + SMEV_TIMEOUT и 2×COMMAND_TIMEOUT"`
	RetryMin       time.Duration `env:"RETRY_MIN,default=5s" range:"100ms..1h" doc:"Первая пауза перед повтором"`
	RetryMax       time.Duration `env:"RETRY_MAX,default=15m" range:"1s..24h" doc:"Наибольшая пауза перед повтором"`
	AnswerTerm     time.Duration `env:"ANSWER_TERM,default=72h" range:"1h..2160h" doc:"Сколько ждать протокола, прежде чем показать пакет как просроченный; что потом — ANSWER_RESEND"`
	AnswerResend   int           `env:"ANSWER_RESEND,default=0" sent:"yes" range:"0..10" doc:"Сколько раз записи пакета, протокол которого не пришёл за ANSWER_TERM, уходят сами в новом пакете под прежними идентификаторами; 0 — только по команде release. Нужна ALREADY_LOADED: первый пакет мог дойти"`
	MessageIDLimit time.Duration `env:"MESSAGE_ID_LIMIT,default=24h" range:"1h..47h" doc:"Возраст MessageID, после которого ни разу не отправленное сообщение получает новый; СМЭВ отвергает старше двух суток"`
	Shutdown       time.Duration `env:"SHUTDOWN_TIMEOUT,default=30s" range:"1s..10m" doc:"Сколько ждать завершения начатой работы при остановке"`
}

// Watch is how others see and hear that the gateway is well.
type Watch struct {
	Listen         string        `env:"LISTEN" check:"listen" doc:"Узел и порт, на которых служба показывает /metrics (Prometheus), /healthz и /readyz, например 127.0.0.1:9464; без узла — 127.0.0.1; пусто — не слушает. Персональных данных там нет, входа тоже: вход есть только на страницу для людей (PAGE_TOKEN)"`
	Certificate    File          `env:"LISTEN_CERTIFICATE_FILE" doc:"Файл PEM с сертификатом TLS этого узла и цепочкой; с ним и LISTEN_KEY_FILE служба слушает только https. Обновлённый файл читается без перезапуска"`
	Key            File          `env:"LISTEN_KEY_FILE" doc:"Файл PEM с ключом этого сертификата"`
	PageToken      Secret        `env:"PAGE_TOKEN" secret:"file" check:"token" doc:"Ключ доступа к странице для людей (журнал, реестры, что не так), не короче 16 знаков, например openssl rand -hex 32; страница только показывает и сведений о людях не содержит. Не на 127.0.0.1 нужен TLS. Пусто — страницы нет"`
	PageHosts      string        `env:"PAGE_HOSTS" check:"hosts" doc:"Имена через запятую, под которыми открывают страницу, если она за прокси с TLS; кроме них — узел из LISTEN, localhost и имена сертификата. Запрос к другому имени отклоняется"`
	AlertCommand   File          `env:"ALERT_COMMAND" doc:"Программа (полный путь, без оболочки и параметров), которой служба сообщает о начале и о конце неисправности: JSON на стандартный вход, без персональных данных, не дольше 30 секунд; пусто — не сообщает"`
	Heartbeat      Secret        `env:"HEARTBEAT_URL" check:"url" doc:"Адрес (http или https), к которому служба обращается GET-запросом раз в HEARTBEAT_EVERY, пока может работать: следящая служба (healthchecks, Uptime Kuma, Zabbix) поднимает тревогу, когда обращения прекращаются. Данных в запросе нет; адрес с ключом лучше хранить в файле. Пусто — не обращается"`
	HeartbeatEvery time.Duration `env:"HEARTBEAT_EVERY,default=1m" range:"10s..1h" doc:"Как часто"`
	Summary        Schedule      `env:"SCHEDULE_SUMMARY,default=0 8 * * *" doc:"Когда раз в сутки передать ALERT_COMMAND сводку: что ушло, что вернулось, кому что делать (представление egisso.day_summary). О реестрах с EXPORT_TIMES её передают, когда закрыта последняя выгрузка дня, а в это время — если она ещё не закрыта; off — не передавать"`
	ReportTerm     int           `env:"REPORT_TERM,default=0" range:"0..3650" doc:"За сколько суток после решения о назначении ЕГИССО должна принять факт: принятые позже считает отчёт (egissogw report) и показывает status. Спецификация срока не называет, его задаёт регион; 0 — срока нет"`
}

// Log is the program's own log.
type Log struct {
	Level  slog.Level `env:"LOG_LEVEL,default=info" oneof:"debug info warn error" doc:"Подробность"`
	Format string     `env:"LOG_FORMAT,default=text" oneof:"text json" doc:"Вид строк"`
}
