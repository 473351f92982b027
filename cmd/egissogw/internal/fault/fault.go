// Package fault says in Russian what is wrong with what the program works with, and what to
// look at: databases, files, the network, signers. It says, too, which faults the next start
// would meet again.
package fault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/config"
)

// fault is an error told in Russian, cause first. What it was stays to be asked for.
type fault struct {
	text string
	err  error
}

func (f fault) Error() string { return f.text }
func (f fault) Unwrap() error { return f.err }

// Told tells an error in Russian.
func Told(text string, err error) error { return fault{text, err} }

// Network says in Russian why no connection is made and what to look at, "" if it is not
// known. It holds no part of an address.
func Network(err error) string {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "такого узла нет в DNS: проверьте имя узла"
	case errors.As(err, &dns):
		return "служба имён (DNS) не отвечает: проверьте /etc/resolv.conf"
	case errors.As(err, &unknown):
		return "сертификат сервера выпущен центром, которому здесь не верят: добавьте корневой сертификат (для СМЭВ — EGISSOGW_SMEV_ROOTS)"
	case errors.As(err, &name):
		return "сертификат сервера выпущен на другое имя: проверьте имя узла"
	case errors.As(err, &invalid):
		return "сертификат сервера не годится (срок, назначение): его меняют на сервере; проверьте и часы этой машины"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "на этом порту отвечают без TLS: проверьте порт и схему, https или http"
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return "сервер работает без TLS: включите его на сервере или укажите sslmode=disable"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "соединение отвергнуто, на этом порту никто не слушает: проверьте порт и запущен ли сервер"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "нет маршрута до узла: проверьте адрес и сеть"
	case errors.Is(err, syscall.ENOENT):
		return "нет сокета сервера: проверьте каталог, порт и запущен ли сервер"
	case errors.Is(err, syscall.EACCES):
		return "нет прав на сокет сервера: проверьте учётную запись, под которой запущена программа"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "нет ответа за отведённое время: проверьте адрес, порт и межсетевой экран"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "другая сторона оборвала соединение: проверьте порт (там может быть другая служба) и межсетевой экран"
	}
	return ""
}

// connectTexts are why a PostgreSQL server does not let somebody in.
var connectTexts = map[string]string{
	pgerrcode.InvalidPassword:                   "сервер не принял пароль: проверьте имя и пароль",
	pgerrcode.InvalidAuthorizationSpecification: "сервер не пускает: такой роли нет, ей не разрешён вход (alter role … login), или pg_hba.conf не пускает её отсюда",
	pgerrcode.InvalidCatalogName:                "базы с таким именем на сервере нет: проверьте имя базы",
	pgerrcode.InsufficientPrivilege:             "роли не разрешено подключаться: grant connect on database",
	pgerrcode.DiskFull:                          "на диске сервера базы кончилось место: освободите его",
	pgerrcode.TooManyConnections:                "на сервере кончились соединения: max_connections",
	pgerrcode.CannotConnectNow:                  "сервер запускается или останавливается: повторите позже",
}

// Database says why a database named by a variable is not reached; another error stays.
func Database(variable string, err error) error {
	return Connect(config.Prefix+variable, err)
}

// Connect is Database with the name of the database; what has been told stays.
func Connect(name string, err error) error {
	var connect *pgconn.ConnectError
	var known fault
	if !errors.As(err, &connect) || errors.As(err, &known) {
		return err
	}
	text := Network(err)
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if text = connectTexts[pg.Code]; text == "" {
			text = "сервер ответил: " + pg.Message
		}
		text += " (SQLSTATE " + pg.Code + ")"
	}
	if text == "" {
		return err
	}
	return Told(name+": "+text, err)
}

// Rights says what a role lacks that may connect and read nothing.
func Rights(err error) error {
	var pg *pgconn.PgError
	var told fault
	if !errors.As(err, &pg) || pg.Code != pgerrcode.InsufficientPrivilege || errors.As(err, &told) {
		return err
	}
	return fault{config.Prefix + "DATABASE_URL: у роли нет прав на схему egisso: подключайтесь под ролью, которая состоит в egisso_gateway (для людей — egisso_operator), или дайте ей права: grant egisso_gateway to РОЛЬ", err}
}

// Path says which file or folder of a setting is not there or may not be read.
func Path(variable string, err error) error {
	var path *fs.PathError
	text := err.Error()
	switch {
	case !errors.As(err, &path):
	case errors.Is(err, fs.ErrNotExist):
		text = "нет " + path.Path + ": проверьте путь"
	case errors.Is(err, fs.ErrPermission):
		text = "нет прав на " + path.Path + " у учётной записи, под которой запущена программа"
	}
	return Told(fmt.Sprintf("%s%s: %s", config.Prefix, variable, text), err)
}
