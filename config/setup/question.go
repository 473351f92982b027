// Package setup makes the first configuration of a gateway of a few answers: the file of settings,
// the credentials, the drop-in of the unit that hands them over and the SQL of the roles. It plans
// and checks; nothing here writes a file.
package setup

import (
	"cmp"
	"net/url"
	"strings"

	"egissogw/config"
)

// Answers are texts by the full names of variables, as in the file of settings; a secret stands
// under its name without _FILE.
type Answers map[string]string

// Question is asked of a person in a terminal.
type Question struct {
	Variable string
	Text     string // Russian
	Standard string // what an empty answer means
	Optional bool   // an empty answer means none
	Secret   bool   // not shown while it is typed
	signer   string // only for this one
}

// Names of variables that more than one place here knows.
const (
	database = config.Prefix + "DATABASE_URL"
	owner    = config.Prefix + "OWNER_DATABASE_URL"
	source   = config.Prefix + "SOURCE_DATABASE_URL"
	signer   = config.Prefix + "SIGNER"
	bus      = config.Prefix + "SMEV_URL"
	schema   = config.Prefix + "SMEV_SCHEMA"
	key      = config.Prefix + "SOFTKEY_KEY_FILE"
)

// Questions are those whose answers no default can give, in the order they are asked in.
var Questions = []Question{
	{Variable: config.Prefix + "PROVIDER_CODE", Text: "Код поставщика в реестре участников ЕГИССО, вида 0000.000000"},
	{Variable: database, Text: "База шлюза, без пароля", Standard: "postgres://" + gatewayRole + "@127.0.0.1:5432/egisso"},
	{Variable: source, Text: "База МИС, без пароля, роль только для чтения", Standard: "postgres://egissogw_source@127.0.0.1:5432/mis"},
	{Variable: bus, Text: "Адрес сервиса СМЭВ 3"},
	{Variable: config.Prefix + "SMEV_CERTIFICATES", Text: "Файл PEM с сертификатами подписи СМЭВ", Standard: "/etc/egissogw/smev.pem"},
	{Variable: config.Prefix + "SMEV_SENDERS", Text: "Мнемоника ЕГИССО в СМЭВ", Optional: true},
	{Variable: config.Prefix + "SMEV_TEST_MESSAGE", Text: "Тестовый контур: true или false", Standard: "false"},
	{Variable: config.Prefix + "FTP_ADDRESS", Text: "Узел и порт файлового хранилища СМЭВ"},
	{Variable: signer, Text: "Чем подписывать: pkcs11, command или softkey (только для тестовых контуров)", Standard: config.SignerPKCS11},
	{Variable: config.Prefix + "PKCS11_MODULE", Text: "Библиотека модуля PKCS#11", Standard: "/usr/lib/librtpkcs11ecp.so", signer: config.SignerPKCS11},
	{Variable: config.Prefix + "PKCS11_TOKEN_LABEL", Text: "Метка токена", Standard: "egisso", signer: config.SignerPKCS11},
	{Variable: config.Prefix + "PKCS11_KEY_LABEL", Text: "Метка ключа", Standard: "egisso", signer: config.SignerPKCS11},
	{Variable: config.Prefix + "PKCS11_PIN", Text: "ПИН-код пользователя", Secret: true, signer: config.SignerPKCS11},
	{Variable: config.Prefix + "COMMAND_PATH", Text: "Полный путь программы подписи", signer: config.SignerCommand},
	{Variable: config.Prefix + "COMMAND_ARGS", Text: "Её параметры", Optional: true, signer: config.SignerCommand},
	{Variable: config.Prefix + "COMMAND_INPUT", Text: "Что она получает: digest — хэш, data — сами данные", Standard: "digest", signer: config.SignerCommand},
	{Variable: config.Prefix + "COMMAND_CERTIFICATE_FILE", Text: "Файл PEM с сертификатом ключа", Standard: "/etc/egissogw/signer.pem", signer: config.SignerCommand},
	{Variable: key, Text: "Файл PEM с закрытым ключом: его копия ляжет в учётные данные", signer: config.SignerSoftkey},
	{Variable: config.Prefix + "SOFTKEY_CERTIFICATE_FILE", Text: "Файл PEM с сертификатом ключа", Standard: "/etc/egissogw/signer.pem", signer: config.SignerSoftkey},
	{Variable: config.Prefix + "SOFTKEY_PASSWORD", Text: "Пароль ключа, если он есть", Optional: true, Secret: true, signer: config.SignerSoftkey},
}

// Asked tells whether the question is asked after what has been answered.
func (q Question) Asked(a Answers) bool { return q.signer == "" || q.signer == a[signer] }

// Database tells whether the answer is the address of a database, whose password is asked apart.
func (q Question) Database() bool { return q.Variable == database || q.Variable == source }

// Kept stands for a secret that is there already.
const Kept = "***"

// Default gives the standard answers to questions that neither the answers nor what is known
// answer, and returns those that have none.
func (a Answers) Default(known Answers) (wrong []config.Problem) {
	for _, q := range Questions {
		chosen := cmp.Or(a[signer], known[signer])
		switch {
		case q.signer != "" && q.signer != chosen || a[q.Variable] != "" || known[q.Variable] != "" || q.Optional:
		case q.Standard != "":
			a[q.Variable] = q.Standard
		default:
			wrong = append(wrong, config.Problem{Variable: q.Variable, Text: "нет ответа: " + q.Text})
		}
	}
	return wrong
}

// Complete adds what follows from the answers: the owner's address from the gateway's, the schema
// from the bus's address.
func (a Answers) Complete() {
	if a[owner] == "" {
		if u, err := url.Parse(a[database]); err == nil && u.User != nil {
			u.User = url.User(ownerRole)
			a[owner] = u.String()
		}
	}
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		if a[schema] == "" && strings.Contains(a[bus], "/v"+version+"/") {
			a[schema] = version
		}
	}
}
