package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// noise is text that does not compress: an index entry of it is as long as it is.
func noise(n int) string {
	dice := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n/2)
	for i := range b {
		b[i] = byte(dice.Uint32())
	}
	return hex.EncodeToString(b)
}

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// TestRowTheDatabaseRefusesStopsOnlyItself: every way a row can be refused, in
// the middle of a batch of good ones.
func TestRowTheDatabaseRefusesStopsOnlyItself(t *testing.T) {
	long := noise(6000)
	tests := []struct {
		name  string
		spoil func(*store.SourceRow)
		key   string // the row is found under, its own if empty
		state string // SQLSTATE
	}{
		{"zero in the content", func(r *store.SourceRow) { r.Content = json.RawMessage(`{"content": "a\u0000b"}`) }, "", "22P05"},
		{"half of a surrogate pair", func(r *store.SourceRow) { r.Content = json.RawMessage(`{"content": "\ud83d"}`) }, "", "22P02"},
		{"content that is no JSON", func(r *store.SourceRow) { r.Content = json.RawMessage(`{`) }, "", "22P02"},
		{"number without a limit", func(r *store.SourceRow) { r.Content = json.RawMessage(`{"amount": 1e999999}`) }, "", "22003"},
		{"content that is not UTF-8", func(r *store.SourceRow) { r.Content = json.RawMessage("\"\xd2\"") }, "", "22021"},
		{"long key of a measure", func(r *store.SourceRow) { r.Needs = []egisso.Need{{Register: egisso.RegisterMeasure, Key: long}} }, "", "54000"},
		{"number with a zero", func(r *store.SourceRow) { r.RecordNo = "1\x00" }, "", "22021"},
		{"long key", func(r *store.SourceRow) { r.Key = long }, hashed(long), "54000"},
		{"key with a zero", func(r *store.SourceRow) { r.Key = "1\x00" }, hashed("1\x00"), "22021"},
		{"key that is not UTF-8", func(r *store.SourceRow) { r.Key = "\xd2" }, hashed("\xd2"), "22021"},
	}
	f := open(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := f.conn.Exec(t.Context(), `truncate egisso.source_row, egisso.due_row cascade`); err != nil {
				t.Fatal(err)
			}
			rows := make([]store.SourceRow, 7)
			for i := range rows {
				rows[i] = row(fmt.Sprint(i), "good")
			}
			tt.spoil(&rows[4])
			if tt.key == "" {
				tt.key = rows[4].Key
			}
			for _, want := range []int{7, 0} { // a second time nothing changes
				if changed := f.saveRows(t, rows...); changed != want {
					t.Errorf("%d rows changed, want %d", changed, want)
				}
			}
			f.want(t, `select count(*) from egisso.source_row join egisso.source_content using (register, row_key) where row_findings = '[]'`, "6")
			f.want(t, `select string_agg(row_key, ' ') from egisso.source_row left join egisso.source_content using (register, row_key) where content is null`, tt.key)
			finding := f.text(t, `select row_findings from egisso.source_row left join egisso.source_content using (register, row_key) where content is null`)
			if !strings.Contains(finding, "L-ROW") || !strings.Contains(finding, "SQLSTATE "+tt.state) || !strings.Contains(finding, string(egisso.Error)) {
				t.Errorf("findings %s", finding)
			}
		})
	}
}

func TestRefusedRowIsTakenOnceItIsRepaired(t *testing.T) {
	f := open(t)
	bad := row("1", "good")
	bad.Content = json.RawMessage(`{"content": "\u0000"}`)
	f.saveRows(t, bad)
	f.want(t, `select content is null and row_findings <> '[]' from egisso.source_row left join egisso.source_content using (register, row_key)`, "true")
	if changed := f.saveRows(t, row("1", "good")); changed != 1 {
		t.Errorf("%d rows changed", changed)
	}
	f.want(t, `select content ->> 'content' || row_findings from egisso.source_row left join egisso.source_content using (register, row_key)`, "good[]")

	gone := row("1", "good")
	gone.Content, gone.ContentHash, gone.Deleted, gone.RecordNo = nil, nil, true, "\x00"
	f.saveRows(t, gone)
	f.want(t, `select deleted::text || row_findings from egisso.source_row`, "true[]")
}

func TestBatchThatFailsForAnotherReasonIsAnError(t *testing.T) {
	f := open(t)
	if _, err := f.SaveRows(t.Context(), "nothing", []store.SourceRow{row("1", "a"), row("2", "b")}); err == nil {
		t.Error("an unknown register was taken")
	}
	f.want(t, `select count(*) from egisso.source_row`, "0")
	f.Close()
	if _, err := f.SaveRows(t.Context(), egisso.RegisterFact, []store.SourceRow{row("1", "a")}); err == nil {
		t.Error("no error without a database")
	}
}

func TestNewNumberIsNotedWithoutADecision(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"), row("2", "b"))
	if _, err := f.conn.Exec(t.Context(), `update egisso.source_row set dirty = false`); err != nil {
		t.Fatal(err)
	}
	before := f.text(t, `select string_agg(updated_at::text, ' ' order by row_key) from egisso.source_row`)
	renumbered := row("1", "a")
	renumbered.RecordNo = "17/2025"
	if changed := f.saveRows(t, renumbered, row("2", "b")); changed != 0 {
		t.Errorf("%d rows changed", changed)
	}
	f.want(t, `select string_agg(record_no || ' ' || dirty, ', ' order by row_key) from egisso.source_row`, "17/2025 false, N2 false")
	f.want(t, `select string_agg(updated_at::text, ' ' order by row_key) from egisso.source_row`, before)

	// A decision that is due stays due.
	renumbered.Content, renumbered.ContentHash = json.RawMessage(`{}`), []byte("new")
	f.saveRows(t, renumbered)
	renumbered.RecordNo = "18/2025"
	if changed := f.saveRows(t, renumbered); changed != 0 {
		t.Errorf("%d rows changed", changed)
	}
	f.want(t, `select record_no || ' ' || dirty from egisso.source_row where row_key = '1'`, "18/2025 true")
}

func TestProviderOfARowFollowsTheSource(t *testing.T) {
	f := open(t)
	const a, b = "0001.000001", "0002.000002"
	says := func(provider string, deleted bool) store.SourceRow {
		r := row("1", "a")
		if r.Provider, r.Deleted = provider, deleted; deleted {
			r.Content, r.ContentHash = nil, nil
		}
		return r
	}
	steps := []struct {
		name    string
		row     store.SourceRow
		changed int
		want    string
	}{
		{"new", says(a, false), 1, a},
		{"the same again", says(a, false), 0, a},
		{"another provider", says(b, false), 1, b},
		{"the gateway's own", says("", false), 1, "null"},
		{"another one again", says(b, false), 1, b},
		{"deleted without saying whose it was", says("", true), 1, b},
		{"still deleted", says("", true), 0, b},
	}
	for _, step := range steps {
		if changed := f.saveRows(t, step.row); changed != step.changed {
			t.Errorf("%s: %d rows changed, want %d", step.name, changed, step.changed)
		}
		if got := f.text(t, `select provider from egisso.source_row`); got != step.want {
			t.Errorf("%s: provider %s, want %s", step.name, got, step.want)
		}
	}
}

// TestBatchesInAnyOrderDoNotBlockEachOther: two gateways read the same source at
// once and get its rows in different orders.
func TestBatchesInAnyOrderDoNotBlockEachOther(t *testing.T) {
	f := open(t)
	const rows, rounds = 400, 8
	var running sync.WaitGroup
	for writer := range 4 {
		running.Go(func() {
			dice := rand.New(rand.NewPCG(7, uint64(writer)))
			for round := range rounds {
				batch := make([]store.SourceRow, rows)
				for i, n := range dice.Perm(rows) {
					batch[i] = row(fmt.Sprint(n), fmt.Sprint(writer, round))
				}
				if _, err := f.SaveRows(t.Context(), egisso.RegisterFact, batch); err != nil {
					t.Errorf("writer %d: %v", writer, err)
					return
				}
			}
		})
	}
	running.Wait()
	f.want(t, `select count(*) from egisso.source_row`, fmt.Sprint(rows))
}

func TestSourceRowsPrintMasked(t *testing.T) {
	const secret = "Тайнов"
	r := row("50001", secret)
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("row", "row", r)
	log.Info("row", "row", &r)
	fmt.Fprintf(&out, "%v %+v %#v %s %x", r, &r, r, []store.SourceRow{r}, r)
	text := out.String()
	if strings.Contains(text, secret) || strings.Count(text, "row 50001 ***") != 7 {
		t.Error(text)
	}
}

// A gateway that stood still between reading the source and storing what it read does not
// put old contents in the place of newer ones.
func TestOvertakenReadingIsRefused(t *testing.T) {
	f := open(t)
	read := func(number int64, rows ...store.SourceRow) error {
		t.Helper()
		for i := range rows {
			rows[i].Reading = number
		}
		_, err := f.SaveRows(t.Context(), egisso.RegisterFact, rows)
		return err
	}
	number := func() int64 {
		t.Helper()
		n, err := f.BeginReading(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	gone := row("2", "")
	gone.Content, gone.ContentHash, gone.Deleted = nil, nil, true
	old, later := number(), number()
	if old >= later {
		t.Fatalf("readings %d and %d", old, later)
	}
	if err := errors.Join(read(old, row("1", "old"), row("2", "old")), read(later, row("1", "new"), gone)); err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]store.SourceRow{{row("1", "old")}, {row("2", "old")}, {row("3", "fresh"), row("1", "old")}} {
		if err := read(old, rows...); !errors.Is(err, store.ErrOvertaken) {
			t.Errorf("%v: %v", rows, err)
		}
	}
	f.want(t, `select string_agg(row_key || ' ' || deleted || coalesce(' ' || (content ->> 'content'), ''), ', ' order by row_key)
		from egisso.source_row left join egisso.source_content using (register, row_key)`, "1 false new, 2 true")
	if err := errors.Join(read(old, row("1", "new")), read(number(), row("1", "newer"))); err != nil {
		t.Errorf("what says the same, or began later: %v", err)
	}
}

// A key may hold whatever characters the source likes.
func TestNeedsAreKeptAsTheyAre(t *testing.T) {
	f := open(t)
	r := row("1", "x")
	r.Needs = []egisso.Need{{Register: egisso.RegisterMeasure, Key: `a"b\c`}, {Register: egisso.RegisterParticipant, Key: "{NULL, ,}"}, {Register: egisso.RegisterMeasure}}
	none := row("2", "x")
	none.Needs = nil
	f.saveRows(t, r, none)
	f.want(t, `select string_agg(to_json(needs)::text, ' ' order by row_key) from egisso.source_row`, `["lmsz/a\"b\\c","onmsz/{NULL, ,}","lmsz/"] []`)
}
