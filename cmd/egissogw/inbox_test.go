package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/store"
)

// A person sees what could not be understood, takes it off the queue, has it read
// again, marks it; with a reason, and in the log of operations.
func TestInboxCommand(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	s, err := store.Open(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, r := range []store.RawReply{
		{Operation: "GetResponse", MessageID: "m1", Raw: []byte("<a>Иванов</a>")},
		{Operation: "GetResponse", Raw: []byte("<html/>")},
		{Operation: "GetRequest", MessageID: "m3", Raw: []byte(strings.Repeat("x", 100_000)), Cut: true},
	} {
		b, err := s.BeginReply(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if fresh, err := s.ReplyUnread(t.Context(), b.ID, "larger than allowed"); err != nil || !fresh {
			t.Fatal(fresh, err)
		}
	}
	file := filepath.Join(t.TempDir(), "reply")
	for _, tc := range []struct {
		args string
		code int
		want string
	}{
		{"inbox", exitOK, "reply:1"},
		{"status", exitTrouble, "снять с очереди СМЭВ: egissogw inbox ack reply:1 --reason ТЕКСТ"},
		{"status", exitTrouble, "Текст для поддержки СМЭВ: «На запрос GetResponse с"},
		{"inbox show reply:1", exitOK, "larger than allowed"},
		{"inbox show reply:3", exitOK, "100000, сохранено только начало"},
		{"inbox show reply:1 --out " + file, exitOK, ""},
		{"inbox show reply:9", exitFailed, "нет такого"},
		{"inbox show", exitUsage, "нужно одно из"},
		{"inbox drop reply:1", exitUsage, "нет действия"},
		{"inbox ack reply:1", exitUsage, "укажите причину"},
		{"inbox ack reply:1 --reason проверено", exitOK, "Подтверждение будет отправлено"},
		{"inbox ack reply:2 --reason проверено", exitFailed, "--message-id"},
		{"inbox ack reply:2 --reason проверено --message-id m2", exitOK, "Подтверждение будет отправлено"},
		{"inbox ack reply:9 --reason проверено", exitFailed, "Нет такого"},
		{"inbox retry reply:3 --reason проверено", exitOK, "сохранено только начало"},
		{"inbox retry reply:1 --reason проверено", exitOK, "Будет прочитано снова"},
		{"inbox done reply:3 --reason проверено", exitOK, "просмотренное"},
		{"inbox", exitOK, "Ничего"},
		{"inbox list --all", exitOK, "снятие с очереди поручено"},
	} {
		code, out, errs := run(t, env, strings.Fields(tc.args)...)
		if code != tc.code || !strings.Contains(strings.ToLower(out+errs), strings.ToLower(tc.want)) {
			t.Errorf("%s: code %d, want %d and %q:\n%s%s", tc.args, code, tc.code, tc.want, out, errs)
		}
		if strings.Contains(out+errs, "Иванов") {
			t.Errorf("%s shows what is in the reply", tc.args)
		}
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "<a>Иванов</a>" {
		t.Errorf("%q, %v", raw, err)
	}
	code, out, _ := run(t, env, "inbox", "list", "--all", "--json")
	var items []store.InboxItem
	if err := json.Unmarshal([]byte(out), &items); err != nil || code != exitOK || len(items) != 3 {
		t.Fatalf("code %d, %v: %s", code, err, out)
	}
	orders, err := s.DueAcks(t.Context(), "GetResponse", 10)
	if err != nil || len(orders) != 2 || orders[0].MessageID != "m1" || orders[0].Accepted || orders[1].MessageID != "m2" {
		t.Errorf("%+v, %v", orders, err)
	}
	if id, _, raw, err := s.ReplyAgain(t.Context(), "GetResponse"); err != nil || id != 1 || string(raw) != "<a>Иванов</a>" {
		t.Errorf("to be read again: %d %q, %v", id, raw, err)
	}
}
