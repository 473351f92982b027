package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// TestJournalFitsTheTerminal: whatever is said of a package, and with what was concluded of it.
func TestJournalFitsTheTerminal(t *testing.T) {
	var out bytes.Buffer
	records, long := 1000, strings.Repeat("Дата решения не входит в период действия. ", 5)
	entry := store.JournalEntry{ID: uuid.New(), CreatedAt: time.Now(), PackageType: "Реестр локальных мер социальной защиты", RecordCount: &records,
		Status: "Завершена обработка ответа", Info: long, Review: "ЕГИССО ответила дважды по-разному", Warned: 3}
	if err := printJournal(&out, []store.JournalEntry{entry}); err != nil {
		t.Fatal(err)
	}
	if err := printDetails(&out, []store.JournalDetail{
		{RecordNo: "50275", Comment: long, Code: "019", MessageType: "Ошибка", Conclusion: "ЕГИССО ответила, что это у неё уже есть: принято без новой отправки"},
		{Comment: "без кода", MessageType: "Предупреждение"},
	}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if utf8.RuneCountInString(line) > screen.Width+1 {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{screen.Time(entry.CreatedAt) + " Реестр", "записей: 1000", entry.ID.String(), "дважды по-разному", "предупреждениями проверок: 3",
		"Запись 50275 Ошибка 019: Дата", "Заключение шлюза: ЕГИССО ответила, что это", "Предупреждение: без кода"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// TestTimesAreInTheConfiguredZone: the process takes the zone of the settings, and times name it.
func TestTimesAreInTheConfiguredZone(t *testing.T) {
	taken := ""
	a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, now: time.Now,
		lookuper: envconfig.MapLookuper(map[string]string{"EGISSOGW_TIME_ZONE": "Asia/Omsk"}), inZone: func(zone *time.Location) { taken = zone.String() }}
	if code := a.main(t.Context(), []string{"checks"}); code != exitOK || taken != "Asia/Omsk" {
		t.Errorf("code %d, zone %q", code, taken)
	}
	zone, _ := time.Now().Zone()
	if text := screen.Time(time.Now()); !strings.HasSuffix(text, " "+zone) {
		t.Errorf("%s names no zone", text)
	}
}
