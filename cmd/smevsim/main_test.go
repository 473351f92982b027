package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"egissogw/adapter/smev/smevtest/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRunUntilInterrupted(t *testing.T) {
	dir := t.TempDir()
	keys, ledgerFile := filepath.Join(dir, "keys"), filepath.Join(dir, "ledger.jsonl")
	var firstKey []byte
	for range 2 {
		ctx, interrupt := context.WithCancel(t.Context())
		out, w := io.Pipe()
		done := make(chan int, 1)
		var errText strings.Builder
		go func() {
			done <- run(ctx, []string{"--keys", keys, "--ledger", ledgerFile, "--save", filepath.Join(dir, "save")}, w, &errText)
			_ = w.Close()
		}()
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatalf("no line: %v, %s", err, errText.String())
		}
		m := regexp.MustCompile(`^ready soap=(http://127\.0\.0\.1:\d+/smev/v1\.3/ws) ftp=127\.0\.0\.1:\d+\n$`).FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line = %q", line)
		}
		res, err := http.Post(m[1], "text/xml", strings.NewReader("hello")) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(body), "soap:Fault") {
			t.Errorf("reply = %s, %v", body, err)
		}
		_ = res.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		interrupt()
		if code := <-done; code != exitOK {
			t.Errorf("exit code %d: %s", code, errText.String())
		}
		if !strings.Contains(errText.String(), "violations 0") {
			t.Errorf("no summary: %s", errText.String())
		}
		key, err := os.ReadFile(filepath.Join(keys, "client.key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		if firstKey == nil {
			firstKey = key
		} else if string(firstKey) != string(key) {
			t.Error("the second start made new keys")
		}
	}
	if _, err := ledger.Read(ledgerFile); err != nil {
		t.Error(err)
	}
}

// Every flag that is not tried elsewhere, and the example of the documentation.
func TestFlagsAndExampleScript(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for line := range strings.Lines(string(source)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			script.WriteString(code)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"script.json": script.String(), "10.01.O.xml": `<r xmlns="urn:r"/>`, "question.xml": `<q xmlns="urn:q"/>`, "a.zip": "PK",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, interrupt := context.WithCancel(t.Context())
	out, w := io.Pipe()
	done := make(chan int, 1)
	var errText strings.Builder
	go func() {
		done <- run(ctx, []string{"--keys", filepath.Join(dir, "keys"), "--script", filepath.Join(dir, "script.json"),
			"--chaos", "0.2", "--seed", "7", "--answers", "file", "--statuses", "both", "--replies", "multipart", "--parts", "always",
			"--subfolder", "--keep-logins", "--login-term", "1h", "--logins-end-at-ack", "--redeliver-limit", "3", "--blocking",
			"--attachments-limit", "1", "--quota", "1000", "--quota-hold", "1h", "--queue-limit", "5", "--rate", "100/1m=SMEVFailure",
			"--message-id-age", "1h", "--timestamp-margin", "1h", "--clock-ahead", "30m"}, w, &errText)
		_ = w.Close()
	}()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("no line: %v, %s", err, errText.String())
	}
	interrupt()
	if code := <-done; code != exitOK || !strings.Contains(errText.String(), "pushed 4") {
		t.Errorf("exit code %d: %s", code, errText.String())
	}
}

func TestMakeKeys(t *testing.T) {
	dir := t.TempDir()
	var out, errText strings.Builder
	if code := run(t.Context(), []string{"--make-keys", dir}, &out, &errText); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errText.String())
	}
	for _, name := range []string{"bus", "egisso", "client"} {
		info, err := os.Stat(filepath.Join(dir, name+".key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", name, info.Mode())
		}
	}
	if out.Len() != 0 {
		t.Errorf("output = %q", out.String())
	}
}

func TestWrongCommandLines(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nothing":         {nil, exitUsage, "--make-keys"},
		"unknown flag":    {[]string{"--nonsense"}, exitUsage, "nonsense"},
		"argument":        {[]string{"--make-keys", "x", "y"}, exitUsage, "unexpected"},
		"everything":      {[]string{"--replies", "x", "--rules", "019=x", "--client-cert", "x", "--version", "2"}, exitUsage, "--version"},
		"forms":           {[]string{"--keys", "x", "--parts", "x"}, exitUsage, "--parts"},
		"answers":         {[]string{"--keys", "x", "--answers", "x"}, exitUsage, "--answers"},
		"statuses":        {[]string{"--keys", "x", "--statuses", "x"}, exitUsage, "--statuses"},
		"rate":            {[]string{"--keys", "x", "--rate", "5"}, exitUsage, "--rate"},
		"fault of rate":   {[]string{"--keys", "x", "--rate", "5/1m=x"}, exitUsage, "--rate"},
		"chaos":           {[]string{"--keys", "x", "--chaos", "2"}, exitUsage, "--chaos"},
		"no such key":     {[]string{"--key", missing, "--cert", missing}, exitFailed, "key of the bus"},
		"no such script":  {[]string{"--keys", t.TempDir(), "--script", missing}, exitFailed, "script"},
		"no such client":  {[]string{"--keys", t.TempDir(), "--client-cert", "A=" + missing}, exitFailed, "certificate of A"},
		"no such kmsz":    {[]string{"--keys", t.TempDir(), "--kmsz", missing}, exitFailed, "classifier"},
		"unusable listen": {[]string{"--keys", t.TempDir(), "--listen", "256.0.0.1:1"}, exitFailed, "listen"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errText strings.Builder
			if code := run(t.Context(), c.args, &out, &errText); code != c.code || !strings.Contains(errText.String(), c.want) {
				t.Errorf("exit code %d, want %d; %s", code, c.code, errText.String())
			}
		})
	}
}
