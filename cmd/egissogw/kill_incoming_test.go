package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/demo"
)

// incomingKillPoints are those of what the bus brings: a request on its own, and
// protocols as files.
var incomingKillPoints = []struct{ name, query string }{
	{"with a request stored", `select exists (select from egisso.incoming)`},
	{"with its refusal decided", `select exists (select from egisso.incoming where reply is not null)`},
	{"with the refusal signed", `select exists (select from egisso.message where incoming_id is not null)`},
	{"with the refusal in doubt", `select exists (select from egisso.message where incoming_id is not null and state in ('in_doubt', 'delivered'))`},
	{"with a file announced", `select exists (select from egisso.received_file)`},
	{"with a file fetched", `select exists (select from egisso.received_file where state = 'checked')`},
	{"with its answer acknowledged", `select exists (select from egisso.answer a join egisso.received_file f on f.answer_id = a.id where a.acked_at is not null)`},
}

// The program is killed while it handles what the bus brings: a request is refused
// once, and files whose one-time logins were used up are fetched all the same.
func TestKilledGatewayFinishesWhatTheBusBrought(t *testing.T) {
	t.Parallel()
	gateway, simulator := programs(t)
	script := filepath.Join(t.TempDir(), "script.json")
	for name, text := range map[string]string{
		script: `{"push": [{"name": "question", "type": "request", "to": "` + demo.Mnemonic + `", "from": "OTHER", "content": "question.xml"}]}`,
		filepath.Join(filepath.Dir(script), "question.xml"): `<q:question xmlns:q="urn:test/question"><q:text>вопрос</q:text></q:question>`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, manifest := testStage(t, demo.StageOptions{
		Sim: simulator, SimArg: []string{"--delay", "100ms", "--redeliver-after", "1s", "--answers", "file", "--script", script},
		Source: refmis.Options{Seed: 7, Facts: 60, Defects: map[refmis.Kind]int{}},
		Env:    []string{"EGISSOGW_PACKAGE_RECORDS=10", "EGISSOGW_LEASE=10s", "EGISSOGW_SMEV_TIMEOUT=5s", "EGISSOGW_FTP_TIMEOUT=1s", "EGISSOGW_SCHEDULE_LISTEN=@every 1s"},
	})
	for _, point := range incomingKillPoints {
		if err := s.StartGateway(gateway); err != nil {
			t.Fatal(err)
		}
		s.waitFor(t, point.query)
		s.Gateway.Kill()
		t.Logf("killed %s: %s", point.name, s.picture(t))
	}
	if err := s.StartGateway(gateway); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	rows := demo.SourceRows(manifest)
	done := func(st store.Status) bool {
		return demo.SettledRows(st) == rows && st.FilesDue == 0 && st.Unapplied == 0 && st.Incoming.Unanswered+st.Incoming.Unhandled == 0
	}
	if _, err := s.Settled(ctx, done, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Gateway.Stop(); err != nil {
		t.Errorf("the gateway did not stop in good order: %v", err)
	}
	s.compareWithLedger(t, manifest)
	l, err := ledger.Read(s.LedgerFile())
	if err != nil {
		t.Fatal(err)
	}
	if r := l.Responses(); len(r) != 1 || r[0].Kind != ledger.ResponseRejected {
		t.Errorf("answers to the request: %+v", r)
	}
	var state string
	const what = `select verdict || ' ' || reply || ' ' || (acked_at is not null) from egisso.incoming`
	if err := s.GatewayDB.QueryRow(t.Context(), what).Scan(&state); err != nil || state != "rejected delivered true" {
		t.Errorf("the request is %q, %v", state, err)
	}
}
