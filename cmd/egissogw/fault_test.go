package main

import (
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store/pgtest"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/pkcs11"
)

// mistake is one an administrator makes, and what check says of it: in which part, where, what
// is wrong and what to do, in one line.
type mistake struct {
	change              map[string]string
	part                string
	where, what, remedy string
}

// TestMistakes: every line names the variable or object, the cause in Russian and the remedy,
// and holds no part of an address with a password.
func TestMistakes(t *testing.T) {
	inOrder := ready(t)
	dir := t.TempDir()
	closed := listenerThatCloses(t)
	text := writeFile(t, filepath.Join(dir, "text.pem"), "hello")
	otherKey, _ := keyPair(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	oldKey, oldCertificate := keyPair(t, time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour))
	missing := filepath.Join(dir, "missing")
	db, source := inOrder["EGISSOGW_DATABASE_URL"], inOrder["EGISSOGW_SOURCE_DATABASE_URL"]
	onSource(t, source, `create role egissogw_poor login`)
	altered := sourceDatabase(t)
	onSource(t, altered, `alter view egisso_source.fact rename column decision_date to decided; drop view egisso_source.local_measure cascade`)
	url := func(address string) string { return "postgres://u:secretword@" + address + "/db?sslmode=disable" }
	is := func(name, value string) map[string]string { return map[string]string{name: value} }
	onSource(t, source, `create role egissogw_nologin`)
	otherType := sourceDatabase(t)
	onSource(t, otherType, `alter view egisso_source.local_measure rename to measures; do $$ begin
		execute 'create view egisso_source.local_measure as select ' || (select string_agg(case column_name when 'changed_at' then 'changed_at::text as changed_at' else column_name end, ', ' order by ordinal_position)
			from information_schema.columns where table_schema = 'egisso_source' and table_name = 'measures') || ' from egisso_source.measures'; end $$`)
	rsaKey, rsaCertificate := rsaPair(t)
	taken := takenPort(t)
	short := writeFile(t, filepath.Join(dir, "short"), "abc")
	program := writeFile(t, filepath.Join(dir, "program.sh"), "#!/bin/sh\necho garbage\n")
	newer := migrated(t)["EGISSOGW_DATABASE_URL"]
	onSource(t, newer, `update egisso.schema_version set version = 99`)
	var lines []mistakeLine
	for name, m := range map[string]mistake{
		"схема новее программы":               {is("DATABASE_URL", newer), "database", "egisso", "схем", ""},
		"диск сервера базы полон":             {is("DATABASE_URL", url(refusing(t, "53100"))), "database", "EGISSOGW_DATABASE_URL", "кончилось место", "освободите"},
		"каталог вместо файла":                {is("SOFTKEY_KEY_FILE", dir), "settings", "EGISSOGW_SOFTKEY_KEY_FILE", "не обычный файл", ""},
		"пароль базы в файле, его нет":        {map[string]string{"DATABASE_URL": "", "DATABASE_URL_FILE": missing}, "settings", "EGISSOGW_DATABASE_URL_FILE", "не найден", ""},
		"неверный пароль базы":                {is("DATABASE_URL", url(refusing(t, "28P01"))), "database", "EGISSOGW_DATABASE_URL", "не принял пароль", "проверьте имя и пароль"},
		"роль базы не пускают (pg_hba.conf)":  {is("DATABASE_URL", url(refusing(t, "28000"))), "database", "EGISSOGW_DATABASE_URL", "сервер не пускает", "pg_hba.conf"},
		"роли нельзя подключаться к базе МИС": {is("SOURCE_DATABASE_URL", url(refusing(t, "42501"))), "source", "EGISSOGW_SOURCE_DATABASE_URL", "не разрешено подключаться", "grant connect"},
		"неверное имя базы":                   {is("DATABASE_URL", db+"&dbname=nosuch"), "database", "EGISSOGW_DATABASE_URL", "базы с таким именем", "проверьте имя базы"},
		"неверная роль базы МИС":              {is("SOURCE_DATABASE_URL", source+"&user=nosuch"), "source", "EGISSOGW_SOURCE_DATABASE_URL", "такой роли нет", "pg_hba.conf"},
		"неверный порт базы":                  {is("DATABASE_URL", url(closed)), "database", "EGISSOGW_DATABASE_URL", "соединение отвергнуто", "проверьте порт"},
		"неверный каталог сокета базы":        {is("DATABASE_URL", "postgres:///db?host="+dir), "database", "EGISSOGW_DATABASE_URL", "нет сокета", "проверьте каталог"},
		"неверная схема адреса базы":          {is("DATABASE_URL", "mysql://u@h/db"), "settings", "EGISSOGW_DATABASE_URL", "не строка подключения", "ожидается postgres://"},
		"знак в пароле не записан через %":    {is("DATABASE_URL", "postgres://u:secretword%zz@h/db"), "settings", "EGISSOGW_DATABASE_URL", "не строка подключения", "% — %25"},
		"схема не создана":                    {is("DATABASE_URL", pgtest.Empty(t)), "database", "egisso", "схемы", "egissogw migrate"},
		"нет прав на представления МИС":       {is("SOURCE_DATABASE_URL", source+"&user=egissogw_poor"), "source", "fact", "нет права чтения", "grant select on"},
		"столбец представления переименован":  {is("SOURCE_DATABASE_URL", altered), "source", "fact.decision_date", "нет обязательного столбца", "добавьте его в представление"},
		"представления нет":                   {is("SOURCE_DATABASE_URL", altered), "source", "local_measure", "нет представления", "создайте"},
		"неверная схема представлений":        {is("SOURCE_SCHEMA", "elsewhere"), "source", "elsewhere", "нет", ""},
		"неверный порт СМЭВ":                  {is("SMEV_URL", "http://"+closed+"/ws"), "smev", "EGISSOGW_SMEV_URL", "соединение отвергнуто", "проверьте порт"},
		"неверный путь СМЭВ":                  {is("SMEV_URL", inOrder["EGISSOGW_SMEV_URL"]+"s"), "smev", "по этому адресу", "404", "проверьте путь"},
		"https вместо http":                   {is("SMEV_URL", strings.Replace(inOrder["EGISSOGW_SMEV_URL"], "http:", "https:", 1)), "smev", "EGISSOGW_SMEV_URL", "без TLS", "https или http"},
		"не та версия схем СМЭВ":              {map[string]string{"SMEV_SCHEMA": "1.2", "SMEV_URL": "http://" + closed + "/v1.3/ws"}, "smev", "EGISSOGW_SMEV_SCHEMA=1.2", "для схем 1.3", ""},
		"в файле доверия не сертификаты СМЭВ": {is("SMEV_CERTIFICATES", text), "smev", "EGISSOGW_SMEV_CERTIFICATES", "сертификат не читается", "нужен файл PEM"},
		"неверный порт файлового хранилища":   {is("FTP_ADDRESS", closed), "ftp", "EGISSOGW_FTP_ADDRESS", "соединение отвергнуто", "проверьте порт"},
		"неверный пароль файлового хранилища": {is("FTP_PASSWORD", "wrong"), "ftp", "EGISSOGW_FTP_PASSWORD", "вход не удался", "проверьте"},
		"ключ не от этого сертификата":        {is("SOFTKEY_KEY_FILE", otherKey), "signer", "сертификат", "не подходит к закрытому ключу", ""},
		"сертификат истёк":                    {map[string]string{"SOFTKEY_KEY_FILE": oldKey, "SOFTKEY_CERTIFICATE_FILE": oldCertificate}, "signer", "сертификата", "срок действия сертификата истёк", ""},
		"в файле ключа не ключ":               {is("SOFTKEY_KEY_FILE", text), "signer", "закрытый ключ", "не читается", ""},
		"файла ключа нет":                     {is("SOFTKEY_KEY_FILE", missing), "settings", "EGISSOGW_SOFTKEY_KEY_FILE", missing + " не найден", ""},
		"секрет вместо имени файла с ним":     {is("FTP_PASSWORD_FILE", "secretword"), "settings", "EGISSOGW_FTP_PASSWORD_FILE", "файл не найден", ""},
		"неверный часовой пояс":               {is("TIME_ZONE", "Europe/Moskow"), "settings", "EGISSOGW_TIME_ZONE", "неизвестный часовой пояс", "например Europe/Moscow"},
		"код поставщика из образца":           {is("PROVIDER_CODE", "0000.000000"), "settings", "EGISSOGW_PROVIDER_CODE", "образец", "укажите код"},
		"роли МИС не разрешён вход":           {is("SOURCE_DATABASE_URL", source+"&user=egissogw_nologin"), "source", "EGISSOGW_SOURCE_DATABASE_URL", "не разрешён вход", "login"},
		"у роли нет прав на схему шлюза":      {is("DATABASE_URL", db+"&user=egissogw_poor"), "database", "EGISSOGW_DATABASE_URL", "нет прав на схему egisso", "egisso_gateway"},
		"столбец другого типа":                {is("SOURCE_DATABASE_URL", otherType), "source", "local_measure.changed_at", "тип столбца text", "приведите"},
		"неизвестный sslmode":                 {is("DATABASE_URL", "postgres://u:secretword@h/db?sslmode=on"), "settings", "EGISSOGW_DATABASE_URL", "неизвестный sslmode", "годятся"},
		"нет файла sslrootcert":               {is("DATABASE_URL", "postgres://u:secretword@h/db?sslmode=verify-full&sslrootcert="+missing), "settings", "sslrootcert", "не читается", "проверьте путь"},
		"IPv6 без скобок":                     {is("DATABASE_URL", "postgres://u:secretword@::1/db"), "settings", "EGISSOGW_DATABASE_URL", "адрес IPv6", "в квадратных скобках"},
		"опечатка в расписании":               {is("SCHEDULE_RECONCILE", "0 3 * *"), "settings", "EGISSOGW_SCHEDULE_RECONCILE", "не расписание", "пять полей"},
		"размер с единицами":                  {is("PACKAGE_BYTES", "5 MB"), "settings", "EGISSOGW_PACKAGE_BYTES", "не целое число", "без единиц"},
		"код поставщика с опечаткой":          {is("PROVIDER_CODE", "0042 000001"), "settings", "EGISSOGW_PROVIDER_CODE", "ожидается код", "0000.000000"},
		"ключ RSA":       {map[string]string{"SOFTKEY_KEY_FILE": rsaKey, "SOFTKEY_CERTIFICATE_FILE": rsaCertificate}, "signer", "EGISSOGW_SOFTKEY_KEY_FILE", "не ГОСТ", "а не RSA"},
		"сертификат RSA": {is("SOFTKEY_CERTIFICATE_FILE", rsaCertificate), "signer", "EGISSOGW_SOFTKEY_CERTIFICATE_FILE", "не ГОСТ", "а не RSA"},
		"программа подписи не исполняемая": {map[string]string{"SIGNER": "command", "COMMAND_PATH": program, "COMMAND_CERTIFICATE_FILE": inOrder["EGISSOGW_SOFTKEY_CERTIFICATE_FILE"]}, "settings", "EGISSOGW_COMMAND_PATH", "не исполняемый", ""},
		"порт для метрик занят":            {is("LISTEN", taken), "settings", "EGISSOGW_LISTEN", "порт занят", "задайте другой"},
		"короткий ключ страницы":           {map[string]string{"LISTEN": "127.0.0.1:0", "PAGE_TOKEN_FILE": short}, "settings", "EGISSOGW_PAGE_TOKEN_FILE", "не меньше 16", "openssl rand"},
		"каталога архива нет":              {is("ARCHIVE_DIR", missing), "archive", "EGISSOGW_ARCHIVE_DIR", "нет " + missing, "проверьте путь"},
		"каталога схем нет":                {is("SCHEMA_DIR", missing), "settings", "EGISSOGW_SCHEMA_DIR", "нет " + missing, "проверьте путь"},
		"каталога запросов к МИС нет":      {is("SOURCE_QUERIES", missing), "source", "EGISSOGW_SOURCE_QUERIES", "нет " + missing, "проверьте путь"},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(inOrder)
			for variable, value := range m.change {
				env["EGISSOGW_"+variable] = value
			}
			said := problemsOf(t, env, m.part)
			for _, line := range said {
				if strings.Contains(line, "secretword") || strings.Contains(line, closed) || strings.Contains(line, taken) {
					t.Errorf("a part of an address is shown: %s", line)
				}
				if strings.Contains(line, m.where) && strings.Contains(line, m.what) && strings.Contains(line, m.remedy) {
					serve, status := servedWith(t, env, name, m, db)
					lines = append(lines, mistakeLine{name, m.part, line, serve, status})
					return
				}
			}
			t.Errorf("no line with %q, %q and %q among\n%s", m.where, m.what, m.remedy, strings.Join(said, "\n"))
		})
	}
	if !t.Failed() {
		compareMistakes(t, lines)
	}
}

// TestWrongPIN: what the token answers is told with what follows.
func TestWrongPIN(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{pkcs11.ErrPINIncorrect, "ПИН-код неверен; повторно он не предъявляется"},
		{pkcs11.ErrPINFinalTry, "войдите один раз программой токена"},
		{pkcs11.ErrPINNeeded, "токен требует ПИН-код"},
		{pkcs11.ErrNoToken, "метка токена другая"},
	} {
		if text := fault.Because(fmt.Errorf("open: %w", c.err)).Error(); !strings.Contains(strings.SplitN(text, "(", 2)[0], c.want) {
			t.Errorf("%v: %s", c.err, text)
		}
	}
}

// problemsOf is what one part of check finds.
func problemsOf(t *testing.T, env map[string]string, part string) []string {
	t.Helper()
	a := &app{lookuper: envconfig.MapLookuper(env), now: time.Now}
	c, problems, err := a.configToCheck(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if part == "settings" {
		r := checkConfiguration(a, c, problems)
		if text := checkListener(t.Context(), c.Watch); text != "" {
			r.Problem = append(r.Problem, text)
		}
		return r.Problem
	}
	for _, p := range checkParts {
		if p.code == part {
			return p.look(t.Context(), c).Problem
		}
	}
	t.Fatalf("no part %s", part)
	return nil
}

func onSource(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// refusing is the address of a PostgreSQL server that lets nobody in, with this code.
func refusing(t *testing.T, code string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			backend := pgproto3.NewBackend(conn, conn)
			if _, err := backend.ReceiveStartupMessage(); err == nil {
				backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: "said in English of user u"})
				_ = backend.Flush()
			}
			conn.Close()
		}
	}()
	return listener.Addr().String()
}
