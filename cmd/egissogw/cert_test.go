package main

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

func TestCert(t *testing.T) {
	c, id := withSigner(t, gost3410.CryptoProA())
	cases := []struct {
		name  string
		now   time.Time
		code  int
		days  int
		texts []string // on either output
	}{
		{"far from the end", signertest.KeyEnd.AddDate(-1, 0, 0), exitOK, 365, []string{"Осталось дней: 365"}},
		{"31 days", signertest.KeyEnd.AddDate(0, 0, -31), exitOK, 31, []string{"Осталось дней: 31"}},
		{"30 days", signertest.KeyEnd.AddDate(0, 0, -30), exitOK, 30, []string{"ВНИМАНИЕ", "ещё 30 дн."}},
		{"last hour", signertest.KeyEnd.Add(-time.Hour), exitOK, 0, []string{"ВНИМАНИЕ"}},
		{"key term over", signertest.KeyEnd.Add(time.Second), exitFailed, 0, []string{"срок закрытого ключа истёк"}},
		{"expired", signertest.End.Add(time.Second), exitFailed, 0, []string{"срок действия сертификата истёк"}},
		{"not yet valid", signertest.Begin.Add(-time.Second), exitFailed, 3652, []string{"начнёт действовать"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c.now = tc.now
			r := c.run(t, "cert")
			if r.code != tc.code {
				t.Fatalf("exit code %d: %s", r.code, r.stderr)
			}
			for _, text := range append(tc.texts, "Тестовая информационная система", id.Certificate.SerialHex(), "256 бит") {
				if !strings.Contains(r.stdout+r.stderr, text) {
					t.Errorf("no %q in\n%s%s", text, r.stdout, r.stderr)
				}
			}
			if len(tc.texts) == 1 && strings.Contains(r.stdout, "ВНИМАНИЕ") && tc.texts[0] != "ВНИМАНИЕ" {
				t.Errorf("warned too early:\n%s", r.stdout)
			}
			var v signerView
			if err := json.Unmarshal([]byte(c.run(t, "cert", "--json").stdout), &v); err != nil {
				t.Fatal(err)
			}
			if v.DaysLeft != tc.days || v.Usable != (tc.code == exitOK) || v.Serial != id.Certificate.SerialHex() || !v.SigningEnds.Equal(signertest.KeyEnd) {
				t.Errorf("JSON %+v", v)
			}
		})
	}
}

// TestCertOfBadSigners: each broken configuration has its own text, and none of
// them shows a secret.
func TestCertOfBadSigners(t *testing.T) {
	good, id := withSigner(t, gost3410.CryptoProA())
	other := signertest.NewIdentity(t, gost3410.CryptoProA())
	change := func(name, value string) map[string]string {
		env := map[string]string{}
		for k, v := range good.env {
			env[k] = v
		}
		env["EGISSOGW_"+name] = value
		return env
	}
	program := func(path, certificate string) map[string]string {
		return map[string]string{"EGISSOGW_SIGNER": "command", "EGISSOGW_COMMAND_PATH": path, "EGISSOGW_COMMAND_CERTIFICATE_FILE": certificate}
	}
	both := string(cert.EncodePEM(id.Certificate.Raw)) + string(cert.EncodePEM(other.Certificate.Raw))
	cases := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"key of another certificate", change("SOFTKEY_CERTIFICATE_FILE", signertest.File(t, "c", cert.EncodePEM(other.Certificate.Raw))), "не подходит к закрытому ключу"},
		{"no such key file", change("SOFTKEY_KEY_FILE", "/nonexistent/key.pem"), "файл /nonexistent/key.pem не найден"},
		{"key file is text", change("SOFTKEY_KEY_FILE", signertest.File(t, "k", []byte("текст"))), "закрытый ключ не читается"},
		{"certificate file is text", change("SOFTKEY_CERTIFICATE_FILE", signertest.File(t, "c", []byte("текст"))), "сертификат не читается"},
		{"unknown kind", change("SIGNER", "magic"), "допустимо одно из"},
		{"no such program", program("/nonexistent/signer", good.env["EGISSOGW_SOFTKEY_CERTIFICATE_FILE"]), "EGISSOGW_COMMAND_PATH"},
		{"two certificates for a program", program("/bin/true", signertest.File(t, "c", []byte(both))), "several certificates"},
		{"PKCS#11 without settings", map[string]string{"EGISSOGW_SIGNER": "pkcs11"}, "EGISSOGW_PKCS11_MODULE"},
		{"PKCS#11 with a module that is none", map[string]string{
			"EGISSOGW_SIGNER": "pkcs11", "EGISSOGW_PKCS11_MODULE": signertest.File(t, "m.so", []byte("text")), "EGISSOGW_PKCS11_TOKEN_LABEL": "t",
			"EGISSOGW_PKCS11_KEY_ID": "cafe", "EGISSOGW_PKCS11_PIN_FILE": signertest.File(t, "pin", []byte("73519264")),
		}, "PKCS"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			for _, args := range [][]string{{"cert"}, {"sign", "--out", "-", "-"}} {
				r := console{env: tc.env, stdin: []byte("x")}.run(t, args...)
				if r.code != exitFailed || !strings.Contains(r.stderr, tc.want) || r.stdout != "" {
					t.Errorf("%s: exit code %d, want text %q: %s%s", args[0], r.code, tc.want, r.stderr, r.stdout)
				}
				if strings.Contains(r.stderr, "73519264") {
					t.Errorf("the PIN is shown: %s", r.stderr)
				}
			}
		})
	}
}

// TestCertOfProgram: an external program signs, and one that has another key is
// found out.
func TestCertOfProgram(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	id := signertest.NewIdentity(t, gost3410.TC26_256A())
	key, err := softkey.MarshalPKCS8(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	c := console{env: map[string]string{
		"EGISSOGW_SIGNER":                   "command",
		"EGISSOGW_COMMAND_PATH":             openssl.Path(),
		"EGISSOGW_COMMAND_ARGS":             "pkeyutl -engine gost -sign -inkey " + signertest.File(t, "key.pem", key),
		"EGISSOGW_COMMAND_CERTIFICATE_FILE": signertest.File(t, "cert.pem", cert.EncodePEM(id.Certificate.Raw)),
	}}
	if r := c.mustRun(t, "cert"); !strings.Contains(r.stdout, id.Certificate.SerialHex()) {
		t.Error(r.stdout)
	}
	file := signertest.File(t, "letter.txt", []byte("письмо"))
	c.mustRun(t, "sign", file)
	c.mustRun(t, "verify", file)
	// A certificate of another key: the program's signature cannot hold.
	other, err := cert.SelfSigned(signertest.NewIdentity(t, gost3410.TC26_256A()).Key, signertest.Template(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.env["EGISSOGW_COMMAND_CERTIFICATE_FILE"] = signertest.File(t, "other.pem", cert.EncodePEM(other))
	if r := c.run(t, "sign", "--force", file); r.code != exitFailed || !strings.Contains(r.stderr, "не подходит к сертификату") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}
