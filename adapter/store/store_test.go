package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

func migrate(ctx context.Context, url string) error {
	_, _, err := store.Migrate(ctx, url)
	return err
}

func TestMain(m *testing.M) { pgtest.Main(m, migrate) }

// fixture is one gateway database and a plain connection to look into it.
type fixture struct {
	*store.Store
	url  string
	conn *pgx.Conn
}

func open(t *testing.T) fixture {
	t.Helper()
	url := pgtest.Database(t)
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return fixture{s, url, conn}
}

// text runs a query that returns one value and shows it as text.
func (f fixture) text(t *testing.T, query string, args ...any) string {
	t.Helper()
	var value *string
	if err := f.conn.QueryRow(t.Context(), "select ("+query+")::text", args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if value == nil {
		return "null"
	}
	return *value
}

func (f fixture) want(t *testing.T, query, want string) {
	t.Helper()
	if got := f.text(t, query); got != want {
		t.Errorf("%s = %q, want %q", query, got, want)
	}
}

// row is a source row of a fact with the given content.
func row(key, content string) store.SourceRow {
	text, _ := json.Marshal(map[string]string{"content": content})
	return store.SourceRow{
		Key: key, RecordNo: "N" + key, ChangedAt: time.Now(), Content: text, ContentHash: []byte("hash of " + content), Needs: []egisso.Need{{Register: egisso.RegisterMeasure, Key: "m"}},
	}
}

func (f fixture) saveRows(t *testing.T, rows ...store.SourceRow) int {
	t.Helper()
	changed, err := f.SaveRows(t.Context(), egisso.RegisterFact, rows)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// decideAll makes every changed row a ready record with the id its key names.
func (f fixture) decideAll(t *testing.T, state lifecycle.State) int {
	t.Helper()
	n, err := f.Decide(t.Context(), egisso.RegisterFact, 1000, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID(p.Key), Kind: egisso.KindFact, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: state,
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func recordID(key string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(key)) }

func (f fixture) form(t *testing.T) (uuid.UUID, int) {
	t.Helper()
	id := uuid.New()
	n, err := f.FormPackage(t.Context(), store.PackagePlan{
		ID: id, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", KindOrder: []string{"fact", "errorsInvalidation"},
		MaxRecords: 1000, MaxBytes: 1 << 20, RetryMin: time.Hour, RetryMax: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, n
}

// sent brings rows with the given keys to a package that SMEV has queued.
func (f fixture) sent(t *testing.T, keys ...string) (packageID uuid.UUID, m *store.OutMessage) {
	t.Helper()
	for _, key := range keys {
		f.saveRows(t, row(key, "first"))
	}
	f.decideAll(t, lifecycle.Ready)
	packageID, _ = f.form(t)
	f.sign(t)
	m = f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	return packageID, m
}

func (f fixture) sign(t *testing.T) *store.FormedPackage {
	t.Helper()
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p == nil {
		t.Fatalf("no formed package: %v", err)
	}
	id, _ := uuid.NewUUID()
	if err := f.StoreSigned(t.Context(), p, store.Message{ID: id, Envelope: []byte("<signed/>")}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (f fixture) claim(t *testing.T) *store.OutMessage {
	t.Helper()
	m, err := f.ClaimMessage(t.Context(), time.Minute, true)
	if err != nil || m == nil {
		t.Fatalf("no message to send: %v", err)
	}
	return m
}

// answer stores an answer to m and applies the verdict to it.
func (f fixture) answer(t *testing.T, id string, m *store.OutMessage, v lifecycle.Verdict) {
	t.Helper()
	if _, err := f.StoreAnswer(t.Context(), store.InAnswer{
		ID: id, OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("raw"), Verified: true, Speaker: store.Speaker{Listed: true},
	}); err != nil {
		t.Fatal(err)
	}
	found, err := f.ApplyNext(t.Context(), func(a store.InAnswer, pkg *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
		if pkg == nil {
			t.Errorf("answer %s found no package", a.ID)
		}
		return v, nil
	})
	if err != nil || !found {
		t.Fatalf("apply answer: found %v, %v", found, err)
	}
}

func outcomes(state lifecycle.State, keys ...string) map[uuid.UUID]lifecycle.State {
	m := map[uuid.UUID]lifecycle.State{}
	for _, key := range keys {
		m[recordID(key)] = state
	}
	return m
}
