package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/pkcs11"
)

// mistakeLine is what is said of one mistake by the three an administrator asks.
type mistakeLine struct{ name, part, check, serve, status string }

// mistakeParts are parts of check in their order, and what each is called.
var mistakeParts = []struct{ code, title string }{
	{"settings", "Настройки"}, {"database", "База шлюза"}, {"source", "База МИС"}, {"signer", "Подпись"}, {"smev", "СМЭВ"}, {"ftp", "Файловое хранилище"}, {"archive", "Архив"},
}

// unlike is what differs from run to run in a line.
var unlike = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`Не удаётся (приём ответов|опрос состояний|отправка)`), "Не удаётся приём входящих"}, {regexp.MustCompile(`(/tmp|/dev/shm|/var/tmp)/[^\s,;:»)]*`), "/путь"}, {regexp.MustCompile(`127\.0\.0\.1:\d+`), "УЗЕЛ:ПОРТ"},
	{regexp.MustCompile(`\d\d\.\d\d\.\d{4} \d\d:\d\d(:\d\d)? \w+`), "ВРЕМЯ"}, {regexp.MustCompile(`\d{4}-\d\d-\d\d(T| )[\d:]+[^\s)]*( [+-]\d{4} \w+)?`), "ВРЕМЯ"}, {regexp.MustCompile(`\|`), `\|`}, {regexp.MustCompile(`\s*\n\s*`), " "},
}

const mistakesFile = "../../config/dist/mistakes.md"

const mistakesIntroduction = `# Ошибки настройки и что о них говорят

Что скажет ` + "`egissogw check`" + `, запустится ли служба и что покажет ` + "`egissogw status`" + `, если ошибиться. Таблица составлена тестом: каждая ошибка в ней
сделана нарочно, служба с ней запущена, и это настоящие ответы (` + "`status`" + ` — худшее, что он показал). Частей адресов и паролей в них нет. После кода 78 служба сама не перезапускается: исправьте, выполните
` + "`egissogw check --as-service`" + ` и ` + "`systemctl restart egissogw`" + `.
`

// compareMistakes keeps the document equal to what was said.
func compareMistakes(t *testing.T, lines []mistakeLine) {
	t.Helper()
	var b strings.Builder
	b.WriteString(mistakesIntroduction)
	slices.SortFunc(lines, func(x, y mistakeLine) int { return cmp.Compare(x.name, y.name) })
	for _, p := range mistakeParts {
		fmt.Fprintf(&b, "\n## %s\n\n| Ошибка | `check` | `serve` | `status` |\n| --- | --- | --- | --- |\n", p.title)
		for _, l := range lines {
			if l.part == p.code {
				for _, u := range unlike {
					l.check, l.status = u.pattern.ReplaceAllString(l.check, u.with), u.pattern.ReplaceAllString(l.status, u.with)
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.name, l.check, l.serve, l.status)
			}
		}
	}
	b.WriteString("\n## Чего тест сам не может сделать\n\n| Ошибка | Что говорят |\n| --- | --- |\n")
	for _, e := range []struct {
		name string
		text string
	}{
		{"неверное имя узла", fault.Network(&net.DNSError{IsNotFound: true})},
		{"не отвечает DNS", fault.Network(&net.DNSError{IsTemporary: true})},
		{"неверный ПИН-код", fault.Because(pkcs11.ErrPINIncorrect).Error()},
		{"токен другой или не вставлен", fault.Because(pkcs11.ErrNoToken).Error()},
		{"диск архива полон", "`status`: «Архив доказательств не пишется: этот шлюз ничего не отправляет и не подтверждает»; когда место появится, работа продолжится сама"},
		{"файл не прочесть без прав", "`check` называет файл; что видит служба — `check --as-service`"},
		{"одно значение в файле, другое в окружении", "`check`: «в окружении одно значение, в файле (строка N) другое»"},
	} {
		text, _, _ := strings.Cut(e.text, " (pkcs11")
		fmt.Fprintf(&b, "| %s | %s |\n", e.name, strings.TrimSpace(text))
	}
	sameFile(t, mistakesFile, b.String())
}

// sameFile compares a generated document with the one that is there, or writes it with -update.
func sameFile(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != want {
		haveLines, wantLines := strings.Split(string(have), "\n"), strings.Split(want, "\n")
		for i, line := range wantLines {
			if i >= len(haveLines) || haveLines[i] != line {
				t.Fatalf("%s is not what is said (-update writes it): line %d should be\n%s", path, i+1, line)
			}
		}
		t.Fatalf("%s: %v", path, err)
	}
}
