package jobs

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// TestRegistersOnCommandWaitForIt: nothing is formed before the order, and what is
// formed is held until somebody sends it.
func TestRegistersOnCommandWaitForIt(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	text, err := json.Marshal(invented())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRows(ctx, egisso.RegisterFact, []store.SourceRow{{Key: "1", RecordNo: "1", ChangedAt: testClock(), Content: text, ContentHash: []byte("h")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decide(ctx, egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{ID: first, Kind: egisso.KindFact, Provider: testProvider, Content: p.Content, State: lifecycle.Ready}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	form := Form{Store: s, MaxRecords: 10, MaxBytes: 1 << 20, RetryMin: time.Minute, RetryMax: time.Minute,
		OnCommand: map[egisso.Register]bool{egisso.RegisterFact: true}, Log: slog.New(slog.DiscardHandler)}
	run := func() int {
		t.Helper()
		report, err := form.Run(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return report.Done
	}
	if n := run(); n != 0 {
		t.Fatalf("%d packages without an order", n)
	}
	if n, err := s.OrderPackage(ctx, egisso.RegisterFact); err != nil || n != 1 {
		t.Fatalf("%d records ready: %v", n, err)
	}
	if n := run(); n != 1 {
		t.Fatalf("%d packages for the order, want 1", n)
	}
	if orders, err := s.Orders(ctx); err != nil || len(orders) > 0 {
		t.Errorf("the order is not done with: %v, %v", orders, err)
	}
	if p, err := s.ClaimFormed(ctx, time.Minute); err != nil || p != nil {
		t.Fatalf("a package formed on command is signed without one: %v", err)
	}
	entries, err := s.Journal(ctx, 10)
	if err != nil || len(entries) != 1 {
		t.Fatalf("journal %v: %v", entries, err)
	}
	if _, err := s.SendPackage(ctx, uuid.UUID(entries[0].ID)); err != nil {
		t.Fatal(err)
	}
	if p, err := s.ClaimFormed(ctx, time.Minute); err != nil || p == nil {
		t.Errorf("the package is not signed after the command: %v", err)
	}
}
