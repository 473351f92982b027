package main

import (
	"bufio"
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/config/setup"
	"egissogw/crypto/gost3410"
)

// setupAnswers are enough for a test contour.
const setupAnswers = `EGISSOGW_PROVIDER_CODE=0042.000001
EGISSOGW_DATABASE_URL=postgres://egisso_gateway@db/egisso
EGISSOGW_SOURCE_DATABASE_URL=postgres://egissogw_source@db/mis
EGISSOGW_SMEV_URL=http://smev.example.org:7500/smev/v1.3/ws
EGISSOGW_SMEV_CERTIFICATES=/etc/egissogw/nosuch.pem
EGISSOGW_FTP_ADDRESS=smev.example.org:21
EGISSOGW_SIGNER=command
EGISSOGW_COMMAND_PATH=/bin/true
EGISSOGW_COMMAND_CERTIFICATE_FILE=/etc/egissogw/nosuch.pem
`

// TestSetupAsks: a person answers in a terminal; a wrong answer is asked for again, what is known
// is offered, and no secret is shown.
func TestSetupAsks(t *testing.T) {
	signer, _ := withSigner(t, gost3410.CryptoProA())
	key := signer.env["EGISSOGW_SOFTKEY_KEY_FILE"]
	secrets := []string{"gate/way", "", "key"}
	var out bytes.Buffer
	q := &questioner{
		in: bufio.NewReader(strings.NewReader("42\n0042.000001\npostgres://egisso_gateway:shown@db/egisso\npostgres://root@db/egisso\npostgres://egisso_gateway@db/egisso\n\n" +
			"bus\nhttp://bus/smev/v1.3/ws\n\n\n\nbus:21\nsoftkey\n/nosuch\n" + key + "\n\n")),
		out:    &out,
		hidden: func(context.Context) (string, error) { s := secrets[0]; secrets = secrets[1:]; return s, nil },
	}
	answers, err := q.all(t.Context(), setup.Answers{"EGISSOGW_SMEV_SENDERS": "EGISSO"})
	if err != nil {
		t.Fatal(err)
	}
	want := setup.Answers{
		"EGISSOGW_PROVIDER_CODE": "0042.000001", "EGISSOGW_DATABASE_URL": "postgres://egisso_gateway:gate%2Fway@db/egisso",
		"EGISSOGW_SOURCE_DATABASE_URL": "postgres://egissogw_source@127.0.0.1:5432/mis", "EGISSOGW_SMEV_SENDERS": "EGISSO",
		"EGISSOGW_SOFTKEY_KEY_FILE": string(readFile(t, key)), "EGISSOGW_SOFTKEY_PASSWORD": "key", "EGISSOGW_SMEV_TEST_MESSAGE": "false",
	}
	for name, text := range want {
		if answers[name] != text {
			t.Errorf("%s: %q, want %q", name, answers[name], text)
		}
	}
	for _, told := range []string{"ожидается код", "пароль здесь не нужен", "имя роли постоянно", "http:// или https://", "/nosuch не найден"} {
		if strings.Count(out.String(), told) != 1 {
			t.Errorf("%q is not told once:\n%s", told, &out)
		}
	}
	if strings.Contains(out.String(), "gate/way") || strings.Contains(out.String(), "PKCS") {
		t.Errorf("shown:\n%s", &out)
	}
	s := setupCall{app: &app{now: nil}, root: filepath.Join(t.TempDir(), "root")}
	if err := s.look(); err != nil {
		t.Fatal(err)
	}
	answers.Complete()
	report, err := s.carryOut(t.Context(), answers)
	if err != nil || len(report.Written) != 9 {
		t.Errorf("%+v, %v", report, err)
	}
}
