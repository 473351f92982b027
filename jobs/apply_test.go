package jobs

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// An answer whose transaction is undone, by a deadlock say, is told of when it is applied, once.
func TestAnswerIsToldOfOnceItIsApplied(t *testing.T) {
	t.Parallel()
	g := newEmptyGateway(t)
	s := g.process(t)
	said, err := lifecycle.Said{}.Stored()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.StoreAnswer(t.Context(), store.InAnswer{
		ID: "a", OriginalMessageID: uuid.NewString(), Kind: "content", Content: said, Raw: []byte("raw"), Body: []byte("body"), Verified: true, Speaker: store.Speaker{Listed: true},
	}); err != nil {
		t.Fatal(err)
	}
	g.exec(t, `create function undo() returns trigger language plpgsql as $$ begin raise exception 'undone'; end $$;
		create trigger undo before update of applied_at on egisso.answer for each row execute function undo()`)
	var log bytes.Buffer
	apply := Apply{Store: s, Log: slog.New(slog.NewTextHandler(&log, nil))}
	told := func(want int) {
		t.Helper()
		if n := strings.Count(log.String(), "answer_id=a"); n != want {
			t.Errorf("told %d times, want %d: %s", n, want, log.String())
		}
	}
	if _, err := apply.answers(t.Context()); err == nil || !strings.Contains(err.Error(), "undone") {
		t.Fatal(err)
	}
	told(0)
	g.exec(t, `drop trigger undo on egisso.answer; update egisso.answer set next_apply_at = now()`)
	if _, err := apply.answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	told(1)
}
