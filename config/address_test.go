package config_test

import (
	"strings"
	"testing"
)

// secretPart stands for what must not be repeated, whatever is wrong around it.
const secretPart = "tAiNa"

// TestAmbiguousAddressesAreRefused: a password with a sign that ends it early would leave its
// rest as the name of a host, to be asked of DNS and named in errors.
func TestAmbiguousAddressesAreRefused(t *testing.T) {
	passwords := []string{
		"1@" + secretPart, "1#" + secretPart, "1/" + secretPart, "1?" + secretPart, "1?a=" + secretPart, "@" + secretPart, secretPart + "/@", "1#@" + secretPart,
		"1 " + secretPart, "1%" + secretPart, "1/" + secretPart + "@", "1@" + secretPart + "#", "p@" + secretPart + "/x?y=z",
		"1\t" + secretPart, "//" + secretPart, "?" + secretPart + "@x", "1?sslmode=disable&" + secretPart,
	}
	for _, variable := range []string{"DATABASE_URL", "OWNER_DATABASE_URL", "SOURCE_DATABASE_URL"} {
		for _, scheme := range []string{"postgres://", "postgresql://"} {
			for _, password := range passwords {
				refuses(t, variable, scheme+"user:"+password+"@host/db")
				refuses(t, variable, scheme+"user:"+password+"@host/db?sslmode=disable")
			}
		}
		for _, text := range []string{
			"postgres://host/db?user=u&password=1&" + secretPart + "=x", "postgres://host/db?user=u&password=1#" + secretPart,
			"host=h user=u password=1 " + secretPart + "=2", "host=u:" + secretPart + "@h dbname=d", "host=a/" + secretPart,
			"postgres:/u:" + secretPart + "=@h/db", "http://u:" + secretPart + "@h/db",
		} {
			refuses(t, variable, text)
		}
	}
	for _, scheme := range []string{"http://", "https://", "socks5://"} {
		for _, password := range passwords {
			refuses(t, "SMEV_PROXY", scheme+"user:"+password+"@host:3128")
			refuses(t, "SMEV_URL", scheme+"user:"+password+"@host/ws")
		}
	}
	for _, text := range []string{
		"ftp://u:" + secretPart + "@h", "u:" + secretPart + "@h:21", secretPart + "@h:21", secretPart + "@h", "h/" + secretPart + ":21", "h#" + secretPart, "h?" + secretPart + ":21",
	} {
		refuses(t, "FTP_ADDRESS", text)
	}
	for _, text := range []string{"pkcs11:token=x?pin-value=" + secretPart, "x;pin-value=" + secretPart, "x\n" + secretPart} {
		refuses(t, "PKCS11_TOKEN_LABEL", text)
		refuses(t, "PKCS11_KEY_LABEL", text)
	}
	for _, end := range []string{"\r\nDELE x", "\nDELE x", "\rx", "\x00x"} {
		refuses(t, "FTP_USER", secretPart+end)
		refuses(t, "FTP_PASSWORD", secretPart+end)
	}
	refuses(t, "FTP_PASSWORD_FILE", writeFile(t, "ftp", secretPart+"\r\nDELE x\n", 0o600))
	refuses(t, "DATABASE_URL_FILE", writeFile(t, "url", "postgres://user:1@"+secretPart+"@host/db\n", 0o600))
}

// refuses loads a configuration with one wrong value: it is refused before it is used, and
// the error has nothing of it.
func refuses(t *testing.T, variable, value string) {
	t.Helper()
	changes := map[string]string{"EGISSOGW_" + variable: value}
	if name, isFile := strings.CutSuffix(variable, "_FILE"); isFile {
		changes["EGISSOGW_"+name] = ""
	}
	_, err := load(t, changes)
	if err == nil {
		t.Errorf("%s=%q is taken", variable, value)
	} else if strings.Contains(err.Error(), secretPart) || !strings.Contains(err.Error(), strings.TrimSuffix(variable, "_FILE")) {
		t.Errorf("%s=%q: %v", variable, value, err)
	}
}

func TestProxyOfEnvironmentIsLookedAt(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		for _, value := range []string{"http://user:p@" + secretPart + "@proxy:3128", "http://user:1/" + secretPart + "@proxy:3128", "u:1#" + secretPart + "@proxy:3128"} {
			_, err := load(t, map[string]string{name: value})
			if err == nil || strings.Contains(err.Error(), secretPart) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%s: %v", name, value, err)
			}
			if _, err := load(t, map[string]string{name: value, "EGISSOGW_SMEV_PROXY": "none"}); err != nil {
				t.Errorf("%s is not used: %v", name, err)
			}
		}
		if _, err := load(t, map[string]string{name: "http://user:1%40%2F@proxy:3128"}); err != nil {
			t.Error(err)
		}
	}
}

func TestGoodAddressesAreTaken(t *testing.T) {
	for _, c := range []struct{ variable, value string }{
		{"DATABASE_URL", "postgres://user:p%40s%2Fw%23%3F%3A%25@host:5432/db?sslmode=verify-full&application_name=x&pool_max_conns=5"},
		{"DATABASE_URL", "postgres://user:a:b;c!d$e&f'g(h)i*j+k,l=m~n_o-p.q@h1:5432,h2:5433/db?target_session_attrs=read-write"},
		{"DATABASE_URL", "postgres:///db?host=/var/run/postgresql&port=5432&user=postgres"},
		{"DATABASE_URL", "postgres://user@[::1]:5432/db?options=-c%20search_path%3Dx"},
		{"DATABASE_URL", "host=/run/postgresql user=u password='a b@c/d#e' dbname=d statement_timeout=5000"},
		{"DATABASE_URL", "host=пример.рф,10.0.0.1 user=u dbname=d"},
		{"SMEV_PROXY", "http://user:p%40@proxy:3128/"},
		{"SMEV_PROXY", "socks5h://[fe80::1%25eth0]:1080"},
		{"SMEV_URL", "https://172.20.3.12:7500/smev/v1.3/ws?wsdl"},
		{"FTP_ADDRESS", "[::1]:2121"},
		{"FTP_ADDRESS", "::1"},
		{"FTP_ADDRESS", "smev-ftp_1.example.org"},
		{"FTP_USER", "пользователь 1"},
		{"PKCS11_TOKEN_LABEL", "Рутокен ЭЦП 2.0"},
	} {
		if _, err := load(t, map[string]string{"EGISSOGW_" + c.variable: c.value}); err != nil {
			t.Errorf("%s=%s: %v", c.variable, c.value, err)
		}
	}
}
