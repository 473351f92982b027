package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sslModes are the values sslmode may have.
var sslModes = []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}

// keptParameter is a parameter of a connection string that is not written as an address.
var keptParameter = regexp.MustCompile(`(?:^|\s)(sslmode|sslrootcert|sslcert|sslkey|port)\s*=\s*(?:'([^']*)'|(\S*))`)

// notPostgres says why a connection string cannot be used: the mistake if it is a known one, of
// which the parser's words may be parts of a password. They are not repeated.
func notPostgres(text, parser string) string {
	value := connectionParameters(text)
	_, _, named := strings.Cut(text, "://")
	switch {
	case strings.Contains(parser, "sslmode is invalid") || value["sslmode"] != "" && !slices.Contains(sslModes, value["sslmode"]):
		return "в строке подключения неизвестный sslmode: годятся " + strings.Join(sslModes, ", ")
	case strings.Contains(parser, "unable to read CA file"):
		return unreadableFile("sslrootcert", value)
	case strings.Contains(parser, "unable to add CA"):
		return "в файле sslrootcert нет сертификатов PEM: укажите корневой сертификат сервера базы"
	case strings.Contains(parser, "unable to read cert"), strings.Contains(parser, "unable to load cert"):
		return unreadableFile("sslcert", value)
	case strings.Contains(parser, "unable to read sslkey"), strings.Contains(parser, "failed to decode sslkey"):
		return unreadableFile("sslkey", value)
	case strings.Contains(parser, `both "sslcert" and "sslkey"`):
		return "sslcert и sslkey в строке подключения задают вместе"
	case named && bareIPv6(text):
		return "адрес IPv6 в строке подключения пишется в квадратных скобках: [::1]:5432"
	case wrongPort(text, value):
		return "порт в строке подключения — не число от 1 до 65535"
	}
	return "не строка подключения PostgreSQL: ожидается postgres://пользователь@узел/база; " + percentHint
}

// unreadableFile names a file of a connection string.
func unreadableFile(parameter string, value map[string]string) string {
	path := value[parameter]
	if path == "" {
		return "файл " + parameter + " строки подключения не читается: проверьте путь и права"
	}
	return parameter + " в строке подключения: файл " + path + " не читается: проверьте путь и права учётной записи службы"
}

// connectionParameters are those of TLS and the port, however the string is written.
func connectionParameters(text string) map[string]string {
	found := map[string]string{}
	if _, query, isURL := strings.Cut(text, "?"); isURL && strings.Contains(text, "://") {
		if values, err := url.ParseQuery(query); err == nil {
			for name := range values {
				found[name] = values.Get(name)
			}
		}
		return found
	}
	for _, m := range keptParameter.FindAllStringSubmatch(text, -1) {
		found[m[1]] = m[2] + m[3]
	}
	return found
}

// hostPart is what stands between the user and the database of an address.
func hostPart(text string) string {
	_, rest, _ := strings.Cut(text, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return rest
}

func bareIPv6(text string) bool {
	return slices.ContainsFunc(strings.Split(hostPart(text), ","), func(host string) bool {
		return !strings.Contains(host, "[") && strings.Count(host, ":") > 1
	})
}

func wrongPort(text string, value map[string]string) bool {
	ports := []string{}
	if _, _, named := strings.Cut(text, "://"); named {
		for _, host := range strings.Split(hostPart(text), ",") {
			if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
				ports = append(ports, host[i+1:])
			}
		}
	} else if value["port"] != "" {
		ports = append(ports, strings.Split(value["port"], ",")...)
	}
	return slices.ContainsFunc(ports, func(port string) bool {
		n, err := strconv.Atoi(port)
		return err != nil || n < 1 || n > 65535
	})
}
