package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store/pgtest"
	"egissogw/crypto/signertest"
)

func TestMain(m *testing.M) {
	if err := os.Setenv("TERM", "xterm"); err != nil { // shells without a terminal say "dumb", which the tests' terminals are not
		panic(err)
	}
	code := signertest.Runner(func() int { return pgtest.Run(m) }).Run()
	removePrograms()
	os.Exit(code)
}

// run runs one command with the given variables and returns all it said.
func run(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, environ: environ, lookuper: envconfig.MapLookuper(env), now: time.Now}
	code = a.main(t.Context(), args)
	return code, out.String(), errs.String()
}

func TestCommandLineIsChecked(t *testing.T) {
	for name, args := range map[string][]string{
		"no command":              {},
		"unknown command":         {"sing"},
		"unknown flag":            {"status", "--colour"},
		"signing without verb":    {"signing"},
		"signing with two":        {"signing", "on", "off", "--reason", "x"},
		"signing without reason":  {"signing", "off"},
		"signing with other verb": {"signing", "maybe"},
		"journal of no uuid":      {"journal", "12"},
		"journal of nothing":      {"journal", "--limit", "0"},
		"tiny demo":               {"demo", "--facts", "1"},
		"serve with more":         {"serve", "now"},
		"check with more":         {"check", "all"},
		"migrate with more":       {"migrate", "up"},
		"status with more":        {"status", "--json", "x"},
		"version with more":       {"version", "x"},
		"demo with more":          {"demo", "x"},
		"journal with more":       {"journal", "a", "b"},
		"cert with more":          {"cert", "x"},
		"help on nothing":         {"help", "sing"},
		"help on two":             {"help", "sign", "verify"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{}
			if name == "journal of no uuid" {
				env = migrated(t)
			}
			if code, out, errs := run(t, env, args...); code != exitUsage || errs == "" {
				t.Errorf("code %d, output %q, error %q", code, out, errs)
			}
		})
	}
	if code, out, _ := run(t, nil, "help"); code != exitOK || !strings.Contains(out, "signing") || !strings.Contains(out, "78") {
		t.Errorf("help: %d, %q", code, out)
	}
	if code, out, _ := run(t, nil, "help", "journal"); code != exitOK || !strings.HasPrefix(out, "egissogw journal") {
		t.Errorf("help on a command: %d, %q", code, out)
	}
	if code, out, _ := run(t, nil, "version", "--json"); code != exitOK || !json.Valid([]byte(out)) {
		t.Errorf("version: %d, %q", code, out)
	}
}

func TestSchemaIsAskedFor(t *testing.T) {
	t.Parallel()
	env := map[string]string{"EGISSOGW_DATABASE_URL": pgtest.Empty(t)}
	if code, _, errs := run(t, env, "status"); code != exitFailed || !strings.Contains(errs, "egissogw migrate") {
		t.Errorf("status without schema: %d, %q", code, errs)
	}
	for _, want := range []string{"обновлена", "уже версии"} {
		if code, out, errs := run(t, env, "migrate"); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("migrate: %d, %q %q, want %q", code, out, errs, want)
		}
	}
}

// A database that has no code for some letters, or does not look, is refused before
// anything is made in it.
func TestOtherEncodingIsRefused(t *testing.T) {
	t.Parallel()
	c := pgtest.Cluster(t)
	for name, encoding := range map[string]string{"cyrillic": "WIN1251", "unchecked": "SQL_ASCII"} {
		if err := c.Exec(t.Context(), "create database "+name+" encoding '"+encoding+"' template template0 lc_collate 'C' lc_ctype 'C'"); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"EGISSOGW_DATABASE_URL": c.SocketURL(name)}
		for _, command := range []string{"migrate", "check", "status"} {
			code, out, errs := run(t, env, command)
			if want := "в кодировке " + encoding + ", а нужна UTF8"; code != exitFailed || command != "check" && !strings.Contains(errs, want) {
				t.Errorf("%s: code %d, want %q: %s%s", command, code, want, out, errs)
			}
		}
		conn, err := pgx.Connect(t.Context(), c.SocketURL(name))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		var made bool
		if err := conn.QueryRow(t.Context(), "select to_regnamespace('egisso') is not null").Scan(&made); err != nil || made {
			t.Errorf("%s: something was made, %v", encoding, err)
		}
	}
}

func TestSwitchByCommand(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	for _, step := range []struct{ args, want string }{
		{"signing status", "Выключен"},
		{"signing on --reason начало", "Включен"},
		{"signing status", "начало"},
		{"signing off --reason обслуживание", "Выключен"},
		{"status", "обслуживание"},
	} {
		if code, out, errs := run(t, env, strings.Fields(step.args)...); code != exitOK || !strings.Contains(out, step.want) {
			t.Errorf("%s: %d, %q %q", step.args, code, out, errs)
		}
	}
	for _, args := range []string{"status --json", "journal --json", "signing status --json"} {
		if code, out, errs := run(t, env, strings.Fields(args)...); code != exitOK || !json.Valid([]byte(out)) {
			t.Errorf("%s: %d, %q %q", args, code, out, errs)
		}
	}
	if code, _, errs := run(t, env, "journal", "10060000-0000-4000-8000-000000000001"); code != exitFailed || !strings.Contains(errs, "нет в журнале") {
		t.Errorf("unknown package: %d, %q", code, errs)
	}
}

func TestCheckTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	inOrder := ready(t)
	if code, out, errs := run(t, inOrder, "check"); code != exitOK {
		t.Fatalf("everything is in order, but: %s %s", out, errs)
	}
	_, otherCertificate := keyPair(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	oldKey, oldCertificate := keyPair(t, time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour))
	dyingKey, dyingCertificate := keyPair(t, time.Now().Add(-48*time.Hour), time.Now().Add(11*24*time.Hour))
	withMark := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(withMark, []byte("\ufeffsmev\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := listenerThatCloses(t)
	for name, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"no login to the files":      {map[string]string{"FTP_PASSWORD": "wrong"}, []string{"вход не удался", "EGISSOGW_FTP_PASSWORD"}},
		"address of another version": {map[string]string{"SMEV_SCHEMA": "1.2", "SMEV_URL": "http://127.0.0.1:1/smev/v1.3/ws"}, []string{"для схем 1.3"}},
		"several at once":            {map[string]string{"PROVIDER_CODE": "12", "SMEV_URL": "nowhere", "FTP_ADDRESS": closed}, []string{"EGISSOGW_PROVIDER_CODE", "EGISSOGW_SMEV_URL", "нет соединения"}},
		"certificate of another key": {map[string]string{"SOFTKEY_CERTIFICATE_FILE": otherCertificate}, []string{"EGISSOGW_SOFTKEY_CERTIFICATE_FILE", "сертификат не подходит к закрытому ключу"}},
		"expired certificate":        {map[string]string{"SOFTKEY_KEY_FILE": oldKey, "SOFTKEY_CERTIFICATE_FILE": oldCertificate}, []string{"Подпись", "НЕ ГОТОВО"}},
		"source without views":       {map[string]string{"SOURCE_SCHEMA": "elsewhere"}, []string{"База МИС", "НЕ ГОТОВО", "elsewhere"}},
		"database unreachable":       {map[string]string{"DATABASE_URL": "postgres://u:secretword@" + closed + "/db?sslmode=disable"}, []string{"База шлюза", "НЕ ГОТОВО"}},
		"wrong policies":             {map[string]string{"RULE_POLICY": "L-NOSUCH=off", "EVENT_POLICY": "boredom=off", "KIND_VERSIONS": "10.06.S=9.9.9"}, []string{"L-NOSUCH", "boredom", "9.9.9"}},
		"nobody may answer":          {map[string]string{"SMEV_SENDERS": ""}, []string{"СМЭВ", "НЕ ГОТОВО", "EGISSOGW_SMEV_SENDERS не задана"}},
		"a chain to anybody":         {map[string]string{"SMEV_TRUST": "chain"}, []string{"EGISSOGW_SMEV_SUBJECT"}},
		"path that is not there":     {map[string]string{"SMEV_URL": inOrder["EGISSOGW_SMEV_URL"] + "s"}, []string{"СМЭВ", "404"}},
		"code of the example":        {map[string]string{"PROVIDER_CODE": "0000.000000"}, []string{"образец"}},
		"our certificate as theirs":  {map[string]string{"SMEV_CERTIFICATES": inOrder["EGISSOGW_SOFTKEY_CERTIFICATE_FILE"]}, []string{"сертификат самого шлюза"}},
		"certificate that ends":      {map[string]string{"SOFTKEY_KEY_FILE": dyingKey, "SOFTKEY_CERTIFICATE_FILE": dyingCertificate}, []string{"ещё 10 дн."}},
		"database that is only read": {map[string]string{"DATABASE_URL": inOrder["EGISSOGW_DATABASE_URL"] + "&default_transaction_read_only=on"}, []string{"только для чтения"}},
		"mark of an editor":          {map[string]string{"FTP_PASSWORD_FILE": withMark}, []string{"BOM"}},
		"misspelt variable":          {map[string]string{"SMEV_ULR": "x"}, []string{"EGISSOGW_SMEV_ULR: такой переменной нет", "похожа на EGISSOGW_SMEV_URL"}},
		"variable of nobody":         {map[string]string{"NOBODY_READS_IT": "x"}, []string{"EGISSOGW_NOBODY_READS_IT: такой переменной нет"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(inOrder)
			for variable, value := range c.change {
				env["EGISSOGW_"+variable] = value
			}
			code, out, errs := run(t, env, "check")
			if wantCode := map[bool]int{true: exitOK, false: exitFailed}[name == "variable of nobody"]; code != wantCode {
				t.Errorf("code %d: %s %s", code, out, errs)
			}
			for _, want := range c.want {
				if !strings.Contains(out+errs, want) {
					t.Errorf("%q is not said:\n%s%s", want, out, errs)
				}
			}
			if strings.Contains(out+errs, "secretword") {
				t.Error("a password is shown")
			}
		})
	}
	conn, err := pgx.Connect(t.Context(), inOrder["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), `insert into egisso.answer (id, kind, raw, verified, problem) values ('a', 'content', 'x', false, 'digest')`); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := run(t, inOrder, "check"); code != exitFailed || !strings.Contains(out+errs, "Подпись СМЭВ не сходится") {
		t.Errorf("no answer can be believed, and check ends with %d:\n%s%s", code, out, errs)
	}
}
