package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

const troubleshooting = "../../config/dist/troubleshooting.md"

// classTexts are what the gateway does about a fault of a class, and what is left to a person.
var classTexts = map[smev.Class][2]string{
	smev.ClassUnknown:          {"хранит сообщение, повторяет те же байты ограниченное число раз", "показать поддержке СМЭВ: `egissogw journal ПАКЕТ`"},
	smev.ClassRetry:            {"повторяет те же байты без предела", "ничего; если долго — `egissogw check`, поддержка СМЭВ"},
	smev.ClassRetryLater:       {"повторяет те же байты после долгой паузы", "ничего; если больше суток — поддержка СМЭВ"},
	smev.ClassFixData:          {"возвращает записи, ищет негодную среди них", "исправить её в МИС: `egissogw record КЛЮЧ`"},
	smev.ClassFixConfiguration: {"ждёт: без человека ничто не поможет", "исправить, `egissogw check`, затем `egissogw retry ПАКЕТ --reason ТЕКСТ`"},
	smev.ClassAlreadyDone:      {"считает повтор доставленным", "ничего"},
	smev.ClassNewID:            {"посылает под новым идентификатором, если прежнее точно не принято", "ничего; если исход неизвестен — `egissogw journal ПАКЕТ`"},
	smev.ClassOperator:         {"хранит сообщение и не повторяет", "обновить программу; не помогло — сообщение разработчику: `egissogw message ID`"},
}

// TestTroubleshooting keeps the tables of the document equal to those of the program, and sees
// that every finding stands in it.
func TestTroubleshooting(t *testing.T) {
	t.Parallel()
	have, err := os.ReadFile(troubleshooting)
	if err != nil {
		t.Fatal(err)
	}
	text := string(have)
	for name, table := range map[string]string{"faults": faultTexts(), "rules": ruleTexts(), "reasons": reasonTexts(t)} {
		begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
		before, rest, found := strings.Cut(text, begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s has no place for %s", troubleshooting, name)
		}
		text = before + begin + "\n" + table + "\n" + end + after
	}
	sameFile(t, troubleshooting, text)
	for _, code := range store.FindingCodes {
		if !strings.Contains(text, "`"+code+"`") {
			t.Errorf("%s does not say what to do about finding %s", troubleshooting, code)
		}
	}
}

func faultTexts() string {
	var b strings.Builder
	b.WriteString("| Ошибка СМЭВ | Что значит | Что делает шлюз | Что делать |\n| --- | --- | --- | --- |\n")
	line := func(name string, f *smev.Fault) {
		said := classTexts[f.Class()]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, f.Explain(), said[0], said[1])
	}
	for _, name := range smev.FaultNames() {
		line(name, &smev.Fault{Name: name, Operation: smev.OpSendRequest})
	}
	for _, code := range smev.SignatureFaultCodes() {
		line("SignatureVerificationFault "+code, &smev.Fault{Name: "SignatureVerificationFault", SignatureCode: code, Operation: smev.OpSendRequest})
	}
	return b.String()
}

func ruleTexts() string {
	var b strings.Builder
	b.WriteString("| Код | Реестр | Что требуется | Где исправить (элемент) | Если не выполнено |\n| --- | --- | --- | --- | --- |\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ").Replace
	for _, r := range check.Rules() {
		what := "уходит с предупреждением"
		if r.Severity == egisso.Error {
			what = "задержана, пока не исправлена в МИС"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Code, r.Register, cell(r.Text), cell(r.Reads), what)
	}
	return b.String()
}

// reasonTexts are why records wait or are not sent, of the table in the database's code.
func reasonTexts(t *testing.T) string {
	t.Helper()
	code, err := os.ReadFile("../../adapter/store/code/05_states.sql")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^    \('(\w+)', *'(L-\w+)', *'([^']+)'\)`).FindAllStringSubmatch(string(code), -1)
	if len(found) < 10 {
		t.Fatalf("%d reasons", len(found))
	}
	var b strings.Builder
	b.WriteString("| Код | Почему запись не уходит и что сделать |\n| --- | --- |\n")
	for _, m := range found {
		fmt.Fprintf(&b, "| `%s` | %s |\n", m[2], m[3])
	}
	return b.String()
}
