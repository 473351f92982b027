package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/gost3410"
	"egissogw/jobs"
)

// octets are commands whose output is what they are for, or which run until they are stopped.
var octets = []string{"serve", "message", "transform", "demo", "completion", "man"}

func TestEveryCommandSpeaksJSON(t *testing.T) {
	for _, c := range commands {
		if has := flagsOf(c).Lookup("json") != nil; has == slices.Contains(octets, c.name) {
			t.Errorf("%s: --json %v", c.name, has)
		}
	}
}

// TestJSONNames: also what no example holds is named in one way.
func TestJSONNames(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] || of == reflect.TypeFor[time.Time]() {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() && !f.Anonymous || tag == "-" {
				continue
			}
			if !f.Anonymous && !name.MatchString(tag) {
				t.Errorf("%s.%s is %q in JSON", of, f.Name, tag)
			}
			walk(f.Type)
		}
	}
	for _, of := range []reflect.Type{
		reflect.TypeFor[store.Status](), reflect.TypeFor[store.JournalEntry](), reflect.TypeFor[store.JournalDetail](), reflect.TypeFor[recordReport](),
		reflect.TypeFor[previewReport](), reflect.TypeFor[exportedFile](), reflect.TypeFor[store.Export](), reflect.TypeFor[reportMonth](), reflect.TypeFor[store.SummaryLine](), reflect.TypeFor[store.InboxItem](),
		reflect.TypeFor[store.Sender](), reflect.TypeFor[store.HeldChanges](), reflect.TypeFor[store.RefusalKind](), reflect.TypeFor[store.ClassifierOverview](),
		reflect.TypeFor[store.ProtocolOutcome](), reflect.TypeFor[signature.Report](), reflect.TypeFor[checkResult](), reflect.TypeFor[scaffoldReport](), reflect.TypeFor[ruleLine](), reflect.TypeFor[jobs.Brought](), reflect.TypeFor[setupReport](),
	} {
		walk(of)
	}
}

// TestJSONIsWhatIsDocumented runs commands on a site and compares what they print with the
// examples of config/dist/json.md, in which ids, times and what the machine decides are fixed.
func TestJSONIsWhatIsDocumented(t *testing.T) {
	signer, _ := withSigner(t, gost3410.CryptoProA())
	s := newSite(t)
	maps.Copy(s.env, signer.env)
	s.env["EGISSOGW_TIME_ZONE"] = "UTC"
	dir := t.TempDir()
	file := writeFile(t, filepath.Join(dir, "a.xml"), "<a xmlns='urn:a'/>")
	var b strings.Builder
	example := func(call string, args ...string) string {
		_, out, errs := run(t, s.env, args...)
		if !json.Valid([]byte(out)) {
			t.Errorf("%q prints no JSON: %s%s", args, out, errs)
		}
		for _, key := range regexp.MustCompile(`"([^"]*)":`).FindAllStringSubmatch(out, -1) {
			if !regexp.MustCompile(`^[a-z][a-zA-Z0-9_.]*$`).MatchString(key[1]) || strings.ToLower(key[1]) != key[1] && !strings.HasPrefix(call, "preview") {
				t.Errorf("%q: the key %q", args, key[1])
			}
		}
		fmt.Fprintf(&b, "\n## `egissogw %s`\n\n```json\n%s```\n", call, anonymous(out, dir))
		return out
	}
	example("version --json", "version", "--json")
	example("check --json", "check", "--json")
	example("scaffold --json ФАЙЛ", "scaffold", "--json", writeFile(t, filepath.Join(dir, "views.env"), "local_measure.table=mis.mera\n"))
	answers := writeFile(t, filepath.Join(dir, "answers.env"), setupAnswers)
	example("setup --answers ФАЙЛ --json", "setup", "--root", dir, "--answers", answers, "--json")
	example("migrate --json", "migrate", "--json")
	example("signing on --reason ТЕКСТ --json", "signing", "on", "--reason", "начало работы", "--json")
	example("status --json", "status", "--json")
	example("preview --json lmsz", "preview", "--json", "lmsz")
	example("form --json lmsz", "form", "--json", "lmsz")
	var files []exportedFile
	if err := json.Unmarshal([]byte(example("export --register lmsz --json КАТАЛОГ", "export", "--register", "lmsz", "--json", dir)), &files); err != nil || len(files) != 1 {
		t.Fatal(err, files)
	}
	rejected := s.text(t, `select min(id::text) from egisso.record where register = 'lmsz'`)
	key := s.text(t, `select row_key from egisso.record where id::text = (select min(id::text) from egisso.record where register = 'lmsz')`)
	example("import-protocol --json ФАЙЛ", "import-protocol", "--json", protocolFile(t, "10.05.I/2.1.0", files[0], rejected))
	pkg := files[0].Package.String()
	example("journal --json", "journal", "--json")
	example("journal --json ПАКЕТ", "journal", "--json", pkg)
	example("record --register lmsz --json КЛЮЧ", "record", "--register", "lmsz", "--json", key)
	example("retry --register lmsz --reason ТЕКСТ --json КЛЮЧ", "retry", "--register", "lmsz", "--reason", "мера исправлена", "--json", key)
	example("refusals --json", "refusals", "--json")
	example("report --json", "report", "--json")
	example("report --day --json", "report", "--day", "--json")
	for _, name := range []string{"exports", "inbox", "senders", "changes", "unconfirmed"} {
		example(name+" --json", name, "--json")
	}
	example("kmsz show --json", "kmsz", "show", "--json")
	example("reconcile --json", "reconcile", "--json")
	example("cert --json", "cert", "--json")
	example("digest --json ФАЙЛ", "digest", "--json", file)
	example("sign --json ФАЙЛ", "sign", "--json", file)
	example("verify --json ФАЙЛ", "verify", "--json", file+".sig")
	compareWithExamples(t, jsonIntroduction+b.String())
}

const jsonIntroduction = `# Вывод в JSON

` + "`--json`" + ` есть у каждой команды, кроме тех, что выдают сами байты или работают до остановки (` + "`serve`, `message`, `transform`, `demo`, `completion`, `man`" + `). Имена полей —
строчные через подчёркивание, поля только добавляются, значения — коды; ` + "`text`, `info`, `reason`, `advice`, `result`" + ` и подобные — слова для человека. Время — RFC 3339 со смещением.
Ошибка — на стандартном выводе ошибок, код завершения тот же, что без ` + "`--json`" + `. Команда, которая меняет состояние через базу (` + "`retry`, `dissolve`, `send`, `adopt`" + `,
` + "`changes release`" + ` и другие), отвечает ` + "`{\"result\": \"…\"}`" + `.

Примеры — настоящий вывод, идентификаторы, время и отпечатки заменены; списки ключей в них полны. Их сверяет тест: ` + "`go test ./cmd/egissogw -run JSON -update`" + `.
`

// anonymous fixes what differs from run to run.
func anonymous(out, dir string) string {
	out = strings.ReplaceAll(out, dir, "/srv")
	for _, fix := range []struct{ pattern, fixed string }{
		{`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, "00000000-0000-4000-8000-000000000000"},
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, "2026-01-02T03:04:05+03:00"},
		{`\d\d\.\d\d\.\d{4} \d\d:\d\d(:\d\d)?( [A-Z]{3,4})?`, "02.01.2026 03:04:05 MSK"},
		{`\b[0-9A-F]{30,64}\b`, "00"},
		{`\b[0-9a-f]{40,64}\b`, "00"},
		{`"days_left": \d+`, `"days_left": 100`},
		{`"(version|go)": "[^"]*"`, `"$1": "1.0"`},
		{`"(changed_by|said_by)": "[^"]*"`, `"$1": "egisso_operator (со слов: Иванова И.И.)"`},
		{`-?\d+\.\d+ ± \d+\.\d+ с`, "0.0 ± 0.0 с"},
		{`(Включен|Выключен) \(с [^)]*\)+`, "$1"},
		{`"from": \d+,\n  "to": \d+`, `"from": 1,` + "\n" + `  "to": 1`},
	} {
		out = regexp.MustCompile(fix.pattern).ReplaceAllString(out, fix.fixed)
	}
	return out
}

func compareWithExamples(t *testing.T, want string) {
	const path = "../../config/dist/json.md"
	have, err := os.ReadFile(path)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil || string(have) != want {
		h, w := strings.Split(string(have), "\n"), strings.Split(want, "\n")
		for i := range min(len(h), len(w)) {
			if h[i] != w[i] {
				t.Fatalf("config/dist/json.md, line %d: %q, now %q; go test ./cmd/egissogw -run JSON -update, then read the diff", i+1, h[i], w[i])
			}
		}
		t.Fatalf("config/dist/json.md has %d lines, now %d; %v", len(h), len(w), err)
	}
}
