package ledger_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
)

var at = time.Date(2023, 2, 1, 10, 0, 0, 0, time.UTC)

// story writes one accepted message with two records and its answer.
func story(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	for _, err := range []error{
		l.Attempt(ledger.Attempt{At: at, MessageID: "m1", Bytes: "b1", Content: "c1", Fault: "SMEVFailure"}),
		l.Attempt(ledger.Attempt{At: at, MessageID: "m1", Bytes: "b1", Content: "c1",
			Acceptance: &ledger.Acceptance{MessageID: "m1", Sender: "MIS", Content: "<x/>"}}),
		l.Attempt(ledger.Attempt{At: at, MessageID: "m1", Bytes: "b1", Content: "c1", Fault: "MessageIsAlreadySent"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := l.Pending(); len(got) != 1 || got[0].Content != "<x/>" {
		t.Fatalf("pending = %+v", got)
	}
	for _, err := range []error{
		l.Processed(ledger.Processed{At: at, MessageID: "m1", PackageID: "p1", Records: []ledger.Record{
			{ID: "f1", Kind: "fact", Accepted: true, State: json.RawMessage(`{"a":1}`), Content: "same"},
			{ID: "f2", Kind: "fact", Codes: []string{"019"}},
		}, Answers: []ledger.Answer{{ID: "a1", Owner: "MIS", OriginalID: "m1", Data: "<d/>"}}}),
		l.Delivered(ledger.Delivered{At: at, ID: "a1"}),
		l.Acked(ledger.Acked{At: at, ID: "a1", Owner: "MIS", Accepted: true}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestStoryHasNoViolations(t *testing.T) {
	l, err := ledger.Open("", nil)
	if err != nil {
		t.Fatal(err)
	}
	story(t, l)
	check(t, l)
}

func check(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if v := l.Violations(); len(v) != 0 {
		t.Errorf("violations = %v", v)
	}
	if l.Accepted("F1") != 1 || l.Accepted("f2") != 0 || l.Rejected("f2") != 1 {
		t.Error("wrong outcome of records")
	}
	sum := l.Summary()
	if sum.Messages != 1 || sum.Attempts != 3 || sum.Accepted != 1 || sum.Refused != 2 || sum.Unacked != 0 ||
		sum.Faults["SMEVFailure"] != 1 || sum.RecordsAccepted["fact"] != 1 {
		t.Errorf("summary = %+v", sum)
	}
	if len(l.Pending()) != 0 {
		t.Error("something is still pending")
	}
}

func TestFileSurvivesAndTornLineIsDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l, err := ledger.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	story(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"processed":{"message":"m1","records":[{"id":"f1","kind":"fa`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := ledger.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	check(t, read)

	var restored []ledger.Record
	l, err = ledger.Open(path, func(r ledger.Record) { restored = append(restored, r) })
	if err != nil {
		t.Fatal(err)
	}
	check(t, l)
	if len(restored) != 2 || string(restored[0].State) != `{"a":1}` {
		t.Errorf("restored = %+v", restored)
	}
	if err := l.Acked(ledger.Acked{At: at, ID: "a1", Owner: "MIS", Accepted: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Read(path); err != nil {
		t.Errorf("ledger is not readable after the torn line was cut: %v", err)
	}
}

func TestViolations(t *testing.T) {
	record := func(message, pkg, id string, accepted bool) ledger.Processed {
		return ledger.Processed{MessageID: message, PackageID: pkg,
			Records: []ledger.Record{{ID: id, Kind: "fact", Accepted: accepted}}}
	}
	cases := []struct {
		name string
		do   func(l *ledger.Ledger) error
		want string
	}{
		{"another content under the same id", func(l *ledger.Ledger) error {
			return l.Attempt(ledger.Attempt{MessageID: "m1", Bytes: "b2", Content: "c2"})
		}, ledger.MessageIDReused},
		{"signed anew instead of resent", func(l *ledger.Ledger) error {
			return l.Attempt(ledger.Attempt{MessageID: "m1", Bytes: "b2", Content: "c1"})
		}, ledger.MessageChanged},
		{"package in a second message", func(l *ledger.Ledger) error {
			return l.Processed(ledger.Processed{MessageID: "m2", PackageID: "p1"})
		}, ledger.PackageRepeated},
		{"accepted record again", func(l *ledger.Ledger) error {
			return l.Processed(record("m2", "p2", "f1", false))
		}, ledger.RecordRepeated},
		{"rejected record again is right", func(l *ledger.Ledger) error {
			return l.Processed(record("m2", "p2", "f2", true))
		}, ""},
		{"ack of something that is not an answer", func(l *ledger.Ledger) error {
			return l.Acked(ledger.Acked{ID: "m1", Owner: "MIS", Accepted: true})
		}, ledger.UnknownAck},
		{"second ack after a crash is right", func(l *ledger.Ledger) error {
			return l.Acked(ledger.Acked{ID: "a1", Owner: "MIS", Accepted: true})
		}, ""},
		{"ack of somebody else's answer", func(l *ledger.Ledger) error {
			return l.Acked(ledger.Acked{ID: "a1", Owner: "OTHER", Accepted: true})
		}, ledger.UnknownAck},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l, err := ledger.Open("", nil)
			if err != nil {
				t.Fatal(err)
			}
			story(t, l)
			if err := c.do(l); err != nil {
				t.Fatal(err)
			}
			got := ""
			if v := l.Violations(); len(v) > 0 {
				got = v[0].Kind
			}
			if got != c.want {
				t.Errorf("violation = %q, want %q", got, c.want)
			}
		})
	}
}
