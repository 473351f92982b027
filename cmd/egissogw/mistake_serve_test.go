package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/fault"
)

// quietMistakes lead to no trouble of a gateway that has nothing to send: check alone sees them.
var quietMistakes = map[string]bool{
	"код поставщика из образца": true, "неверный пароль файлового хранилища": true, "неверный порт файлового хранилища": true, "не та версия схем СМЭВ": true,
}

// said is what a program writes while others read it.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// nothingWrong is in the table where status has no trouble.
const nothingWrong = "неисправностей нет: это видит только `check`"

// servedWith runs serve with a mistake until it ends, or until what comes of it can be seen, and says
// what it and status say.
func servedWith(t *testing.T, env map[string]string, name string, m mistake, db string) (serve, status string) {
	t.Helper()
	if m.part == "smev" || m.part == "signer" {
		onSource(t, db, `select egisso.set_signing_service(true, 'проверка')`)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs said
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &errs, lookuper: envconfig.MapLookuper(env), now: time.Now}
	ended := make(chan int, 1)
	go func() { ended <- a.main(ctx, []string{"serve"}) }()
	code, works := awaitServe(t, ended, &errs)
	if works && !quietMistakes[name] {
		awaitTrouble(t, db, m.part)
	}
	status = statusOn(t, env, m)
	// Once a minute it is noted that the bus does not answer, and then its jobs are not shown: before that they are.
	for deadline := time.Now().Add(time.Minute); works && !quietMistakes[name] && status == nothingWrong && time.Now().Before(deadline); {
		onSource(t, db, `delete from egisso.link`)
		status = statusOn(t, env, m)
	}
	if works {
		cancel()
		<-ended
		serve = "работает, остальное идёт"
	} else {
		serve = servedText(t, code, errs.String(), m.what)
	}
	onSource(t, db, `delete from egisso.contour; truncate egisso.job, egisso.failed_start, egisso.instance, egisso.archive_trouble, egisso.link, egisso.signing_certificate, egisso.reconciliation;
		select egisso.set_signing_service(false, 'проверка')`)
	return serve, status
}

// awaitServe waits until serve ended with a code, or works.
func awaitServe(t *testing.T, ended <-chan int, errs *said) (code int, works bool) {
	t.Helper()
	for deadline := time.After(time.Minute); ; {
		select {
		case code := <-ended:
			return code, false
		case <-deadline:
			t.Fatalf("serve neither works nor ends: %s", errs)
		case <-time.After(5 * time.Millisecond):
			if strings.Contains(errs.String(), "gateway started") {
				return 0, true
			}
		}
	}
}

// servedText is how serve ended, in the words of the table.
func servedText(t *testing.T, code int, errs, what string) string {
	t.Helper()
	if !strings.Contains(errs, what) {
		t.Errorf("serve ends with %d and does not say %q: %s", code, what, errs)
	}
	switch code {
	case exitConfig:
		return "код 78, то же"
	case exitFailed:
		return "код 1, то же; systemd запускает снова"
	}
	t.Errorf("serve ends with %d: %s", code, errs)
	return ""
}

// firstToFail is the job that shows a mistake of a part, so that the table does not depend on which of several is quicker.
var firstToFail = map[string]string{"source": "collect"}

// awaitTrouble waits until something went wrong, and lets the job of the part that failed once have
// failed as often as it takes to be shown.
func awaitTrouble(t *testing.T, db, part string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var seen bool
		if err := conn.QueryRow(t.Context(), `with often as (update egisso.job set failures = greatest(failures, 3) where failures > 0 and (name = $1 or $1 = '') returning 1)
			select case when $2 = 'signer' then exists (select from egisso.health where code = 'certificate')
			            else exists (select from often) or $1 = '' and exists (select from egisso.health where severity = 'trouble') end`, firstToFail[part], part).Scan(&seen); err != nil {
			t.Fatal(err)
		}
		if seen {
			return
		}
		if time.Now().After(deadline) {
			t.Error("nothing comes of it")
			return
		}
	}
}

// statusOn is what status says: the worst it knows, or of a database it does not reach the same as check.
func statusOn(t *testing.T, env map[string]string, m mistake) string {
	t.Helper()
	code, out, errs := run(t, env, "status", "--json")
	if code == exitFailed {
		if !strings.Contains(errs, m.what) {
			t.Errorf("status says otherwise: %s%s", out, errs)
		}
		return "то же"
	}
	var answer struct {
		Findings []struct{ Severity, Code, Subject, Text, Detail, Advice string }
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	for _, f := range answer.Findings {
		if job := firstToFail[m.part]; f.Severity == "trouble" && (job == "" || f.Code != "job_failing" || f.Subject == job) {
			if f.Code == "not_started" {
				return f.Text + ": то же"
			}
			text := f.Text
			if f.Detail != "" {
				text += ": " + fault.Cause(f.Detail)
			}
			return text + ". " + f.Advice
		}
	}
	return nothingWrong
}

// takenPort is an address somebody else listens on.
func takenPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// rsaPair is what a site has lying about beside the key of GOST.
func rsaPair(t *testing.T) (key, certificate string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key = writeFile(t, filepath.Join(dir, "rsa.key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))
	return key, writeFile(t, filepath.Join(dir, "rsa.crt"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
}
