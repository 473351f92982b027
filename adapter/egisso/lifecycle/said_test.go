package lifecycle

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestSaidIsReadAsItWasStored: by the names of its fields, and no other version.
func TestSaidIsReadAsItWasStored(t *testing.T) {
	said := Said{
		Kind: SaidByBus, About: "10060000-0000-4000-9000-000000000001", Sender: "SMEV", SentAt: time.Date(2025, 6, 1, 9, 0, 0, 0, time.UTC),
		Refusals: []Refusal{{Code: "FAILURE", Text: "текст"}}, Final: true, Category: "cancelled", Text: "отменено", Content: []byte("<x/>"),
	}
	stored, err := said.Stored()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"kind":"async_status","about":"10060000-0000-4000-9000-000000000001","sender":"SMEV","sent_at":"2025-06-01T09:00:00Z",` +
		`"refusals":[{"code":"FAILURE","text":"текст"}],"final":true,"category":"cancelled","text":"отменено"}`
	if string(stored) != want {
		t.Errorf("stored as\n%s, want\n%s", stored, want)
	}
	read, err := ReadSaid(stored, said.Content)
	if said.Version = saidVersion; err != nil || !reflect.DeepEqual(*read, said) {
		t.Errorf("read as %+v, %v", read, err)
	}
	for _, bad := range []string{`{}`, `{"version":2,"kind":"content"}`, `{"Kind":"content"}`, `[`} {
		if _, err := ReadSaid([]byte(bad), nil); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
	if strings.Contains(string(stored), "<x/>") {
		t.Error("the content is stored twice")
	}
}
