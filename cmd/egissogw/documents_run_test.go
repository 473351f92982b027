package main

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/crypto/gost3410"
)

// forPeople are the documents of those who install, run and extend the gateway, without their .md.
var forPeople = []string{"README", "config/README", "config/dist/*", "adapter/*/README", "testdata/mis/README"}

// refused are calls of documents that the site of this test has no use for: by the beginning of the
// call, the words it is refused with. Scripts show each of them succeed, too. All others have to succeed.
var refused = map[string]string{
	"egissogw adopt":            "нет в реестре",
	"egissogw approve":          "только человек",
	"egissogw check":            "соединение отвергнуто",
	"egissogw contour reset":    "его запомнит первый запуск службы",
	"egissogw dissolve":         "освобождает команда release",
	"egissogw inbox ack":        "список — egissogw inbox list",
	"egissogw inbox done":       "список — egissogw inbox list",
	"egissogw inbox retry":      "список — egissogw inbox list",
	"egissogw inbox show":       "список — egissogw inbox list",
	"egissogw kmsz load":        "корневой элемент другого вида сведений",
	"egissogw message":          "сообщения или подписанного пакета",
	"egissogw refusals mean":    "Вида отказов 1 нет",
	"egissogw message ID --out": "уже есть; чтобы заменить его, добавьте --force",
	"egissogw verify ФАЙЛ.zip":  "никто не подписывал",
	"egissogw release":          "его записи свободны или имеют исход",
	"egissogw retry КЛЮЧ --as":  "не ожидает слова о том, чья она",
	"egissogw retry ПАКЕТ":      "нет отклонённых записей",
	"egissogw senders confirm":  "ничего не ждёт решения",
	"egissogw senders refuse":   "ничего не ждёт решения",
	"egissogw scaffold --out":   "обязательны",
	"egissogw unconfirmed send": "среди названных нет",
}

// elsewhere are calls of documents that something else runs: the scenario of packages in a booted
// machine, or a test.
var elsewhere = map[string]string{
	"egissogw check --as-service": "packages-scenario",
	"egissogw serve":              "packages-scenario",
	"egissogw setup":              "packages-scenario",
	"egissogw demo":               "TestDemoLeavesNothing",
}

// callsOf are the calls of the program in the text of a document.
func callsOf(text string) (calls []string) {
	text = fenced.ReplaceAllString(generated.ReplaceAllString(text, ""), "")
	for _, m := range inlineCode.FindAllStringSubmatch(text, -1) {
		call := strings.ReplaceAll(m[1], `\|`, "|")
		words := strings.Fields(call)
		if len(words) < 2 {
			continue
		}
		if _, ok := findCommand(words[0]); ok && words[0] != "man" && subcommand.MatchString(words[1]) {
			calls = append(calls, "egissogw "+call)
		} else if words[0] == "egissogw" {
			calls = append(calls, call)
		}
	}
	return calls
}

var (
	generated  = regexp.MustCompile(`(?s)<!-- commands:begin -->.*<!-- commands:end -->`)
	fenced     = regexp.MustCompile("(?ms)^\\s*```(\\w*)\n(.*?)^\\s*```\\s*$")
	inlineCode = regexp.MustCompile("`([^`\n]+)`")
	subcommand = regexp.MustCompile(`^(-|[a-z]|[А-ЯA-Z]+$)`)
	// mention is a command or a subcommand alone, or several of them: what is called so, not a call.
	mention = regexp.MustCompile(`^egissogw( [a-z|-]+)+$`)
)

// TestCallsOfDocumentsRun runs every call of the program that stands in the text of a document, on
// a site with records, a package and an archive: with real values for the words in capitals it
// succeeds, or is refused for a reason that is known.
func TestCallsOfDocumentsRun(t *testing.T) {
	var calls []string
	for _, text := range peoplesDocuments(t) {
		calls = append(calls, callsOf(text)...)
	}
	d := newDocumentSite(t)
	slices.Sort(calls)
	calls = slices.Compact(calls)
	if len(calls) < 70 {
		t.Errorf("%d calls", len(calls))
	}
	for _, call := range calls {
		if longest(elsewhere, call) != "" {
			continue
		}
		code, said := d.run(t, call)
		words := strings.Join(strings.Fields(said), " ")
		switch want := longest(refused, call); {
		case code == exitUsage && mention.MatchString(call):
		case want == "" && code != exitOK, want != "" && (code != exitFailed || !strings.Contains(words, want)):
			t.Errorf("%s: code %d, want %q\n%s", call, code, want, words)
		}
	}
}

// peoplesDocuments are the texts of those for people, but for config/dist/json.md: a test writes it.
func peoplesDocuments(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for path, text := range documents(t) {
		path = strings.TrimPrefix(path, "../../")
		for _, pattern := range forPeople {
			if match, _ := filepath.Match(pattern, strings.TrimSuffix(path, ".md")); match && path != "config/dist/json.md" {
				found[path] = text
			}
		}
	}
	return found
}

// longest is the value of the longest key the call begins with.
func longest(of map[string]string, call string) string {
	best := ""
	for begin := range of {
		if len(begin) > len(best) && (call == begin || strings.HasPrefix(call, begin+" ")) {
			best = begin
		}
	}
	return of[best]
}

type documentSite struct {
	site
	values map[string]string // by a word in capitals, or by command and word
	calls  *int
}

func newDocumentSite(t *testing.T) documentSite {
	t.Helper()
	signer, _ := withSigner(t, gost3410.CryptoProA())
	s := newSite(t)
	maps.Copy(s.env, signer.env)
	dir := t.TempDir()
	t.Chdir(dir)
	s.env["EGISSOGW_ARCHIVE_DIR"] = filepath.Join(dir, "archive")
	s.env["EGISSOGW_SMEV_CERTIFICATES"] = signer.env["EGISSOGW_SOFTKEY_CERTIFICATE_FILE"]
	if err := os.Mkdir("archive", 0o700); err != nil {
		t.Fatal(err)
	}
	_, file := s.exported(t, "lmsz")
	protocol := protocolFile(t, "10.05.I/2.1.0", file, "")
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	maps.Copy(s.env, map[string]string{"EGISSOGW_SMEV_URL": "http://127.0.0.1:1/ws", "EGISSOGW_FTP_ADDRESS": "127.0.0.1:1"})
	d := documentSite{s, map[string]string{
		"КЛЮЧ": s.text(t, `select min(id::text) from egisso.record where register = 'lmsz'`), "ПАКЕТ": file.Package.String(),
		"ТЕКСТ": "проверка", "ПРИЧИНА": "проверка", "…": "проверка", "КАТАЛОГ": filepath.Join(dir, "out"), "РЕЕСТР": "lmsz",
		"МНЕМОНИКА": "EGISSO", "ИД": "1", "ВИД": "1", "ID": file.Package.String(), "КОМАНДА": "status", "ИЗМЕНЕНИЕ": "removal", "ЧИСЛО": "10",
		"UUID": "0a8e2f5c-6a52-41f0-9c1e-0242ac120002", "ВЕРСИЯ": "1",
		"import-protocol ФАЙЛ": protocol, "retry КЛЮЧ": s.text(t, `select min(row_key) from egisso.source_row where register = 'fact'`),
	}, new(int)}
	d.values["recover КАТАЛОГ"], d.values["КАТАЛОГ..."] = s.env["EGISSOGW_ARCHIVE_DIR"], s.env["EGISSOGW_ARCHIVE_DIR"]
	writeFile(t, "заявка.pdf", "%PDF-1.4")
	writeFile(t, "kmsz.xml", "<a/>")
	s.run(t, "import-protocol", protocol)
	s.run(t, "evidence", "--whole", "--reason", "проверка", "--out", "ФАЙЛ.zip", d.values["ПАКЕТ"])
	writeFile(t, "plain.xml", `<a xmlns="urn:a" Id="ID"/>`)
	s.run(t, "sign", "--xml", "enveloped", "plain.xml", "--out", "сообщение.xml")
	return d
}

// run runs the calls of a pipe one after another and returns the exit code and what the last said.
func (d documentSite) run(t *testing.T, line string) (code int, said string) {
	t.Helper()
	var stdin bytes.Buffer
	for _, call := range strings.Split(line, " | ") {
		args := quoted.FindAllString(call, -1)[1:]
		for i, arg := range args {
			arg = strings.Trim(arg, "'\"[]")
			args[i] = cmp.Or(d.values[args[0]+" "+arg], d.values[arg], arg)
		}
		if c, ok := findCommand(args[0]); ok && flagsOf(c).Lookup("reason") != nil && !slices.Contains(args, "--reason") {
			args = append(args, "--reason", "проверка") // «указав причину»
		}
		var out, errs bytes.Buffer
		a := &app{stdin: &stdin, stdout: &out, stderr: &errs, lookuper: envconfig.MapLookuper(d.env)}
		*d.calls++
		later := time.Duration(*d.calls) * time.Second // files are named by the second
		a.now = func() time.Time { return time.Now().Add(later) }
		code = a.main(t.Context(), args)
		said = out.String() + errs.String()
		stdin = *bytes.NewBuffer(out.Bytes())
	}
	return code, said
}
