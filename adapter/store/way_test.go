package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/retry"
	"egissogw/adapter/store"
)

func TestMigrateTwiceChangesNothing(t *testing.T) {
	f := open(t)
	from, to, err := store.Migrate(t.Context(), f.url)
	if err != nil || from != to {
		t.Fatalf("second migration went from %d to %d: %v", from, to, err)
	}
	if err := f.CheckVersion(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.schema_version set version = version + 1`); err != nil {
		t.Fatal(err)
	}
	if err := f.CheckVersion(t.Context()); err == nil {
		t.Error("a newer schema was taken for ours")
	}
	if _, _, err := store.Migrate(t.Context(), f.url); err == nil {
		t.Error("a newer schema was migrated")
	}
}

func TestUnchangedRowsAreNotDecidedAgain(t *testing.T) {
	f := open(t)
	if n := f.saveRows(t, row("1", "a"), row("2", "b")); n != 2 {
		t.Errorf("%d new rows, want 2", n)
	}
	if n := f.decideAll(t, lifecycle.Ready); n != 2 {
		t.Errorf("%d rows decided, want 2", n)
	}
	if n := f.saveRows(t, row("1", "a"), row("2", "changed")); n != 1 {
		t.Errorf("%d changed rows, want 1", n)
	}
	if n := f.decideAll(t, lifecycle.Blocked); n != 1 {
		t.Errorf("%d rows decided, want 1", n)
	}
	f.want(t, `select string_agg(status, ',' order by row_key) from egisso.record_status`, "Готов к отправке,Требует исправления")
}

func TestRowInFlightIsDecidedAfterItsOutcome(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1")
	f.want(t, `select state from egisso.record`, "packed")
	f.saveRows(t, row("1", "second"))
	if n := f.decideAll(t, lifecycle.Ready); n != 0 {
		t.Errorf("%d rows decided while in flight", n)
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.want(t, `select state || '/' || result from egisso.package`, "answered/accepted")
	f.want(t, `select accepted_id::text from egisso.source_row`, recordID("1").String())
	f.want(t, `select convert_from(accepted_hash, 'UTF8') from egisso.source_row`, "hash of first")
	var seen lifecycle.Pending
	n, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		seen = p
		return lifecycle.Decision{}, nil
	})
	if err != nil || n != 1 {
		t.Fatalf("%d rows decided after the outcome: %v", n, err)
	}
	if seen.Last == nil || seen.Last.State != lifecycle.Accepted || seen.AcceptedID != recordID("1") {
		t.Errorf("decision was asked with %+v", seen)
	}
	f.want(t, `select status from egisso.journal where id = '`+pkg.String()+`'`, "Завершена обработка ответа")
}

func TestPartialAnswerShowsDetailsByRecordNumber(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{
		Result:   lifecycle.PackagePartial,
		Outcomes: map[uuid.UUID]lifecycle.State{recordID("1"): lifecycle.Accepted, recordID("2"): lifecycle.Rejected},
		Messages: []lifecycle.ProtocolMessage{
			{RecordID: recordID("2").String(), Type: 1, RuleCode: "019", Report: "Дата начала не входит"},
			{RecordID: recordID("2").String(), Type: 1, RuleCode: "026", Report: "Форма не совпадает"},
			{RecordID: "чужой", Type: 2, Report: "неизвестная запись"},
		},
	})
	entry, details, found, err := f.JournalEntry(t.Context(), pkg)
	if err != nil || !found || *entry.RecordCount != 2 {
		t.Fatalf("journal entry %+v, found %v: %v", entry, found, err)
	}
	want := []store.JournalDetail{
		{RecordNo: "N2", Comment: "Дата начала не входит", Code: "019", MessageType: "Ошибка", Severity: "error"},
		{RecordNo: "", Comment: "Форма не совпадает", Code: "026", MessageType: "Ошибка", Severity: "error"},
		{RecordNo: "чужой", Comment: "неизвестная запись", MessageType: "Предупреждение", Severity: "warning"},
	}
	if len(details) != len(want) {
		t.Fatalf("details %+v", details)
	}
	for i := range want {
		if details[i] != want[i] {
			t.Errorf("detail %d is %+v, want %+v", i, details[i], want[i])
		}
	}
	f.want(t, `select reason from egisso.record_status where row_key = '2'`, "019 Дата начала не входит; 026 Форма не совпадает")
}

func TestSameAnswerTwiceChangesNothing(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	fresh, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "a1", OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("again"), Verified: true, Speaker: store.Speaker{Listed: true}})
	if err != nil || fresh {
		t.Errorf("second delivery: fresh %v, %v", fresh, err)
	}
	f.want(t, `select convert_from(raw, 'UTF8') from egisso.answer`, "raw")
}

func TestUnverifiedAnswerNeverHidesTheTrueOne(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	forged := store.InAnswer{ID: "a1", OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("forged"), Problem: "signature"}
	if fresh, err := f.StoreAnswer(t.Context(), forged); err != nil || !fresh {
		t.Fatalf("forged answer: %v, %v", fresh, err)
	}
	found, err := f.ApplyNext(t.Context(), func(store.InAnswer, *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
		t.Error("an unverified answer was applied")
		return lifecycle.Verdict{}, nil
	})
	if err != nil || found {
		t.Fatalf("found %v, %v", found, err)
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.want(t, `select convert_from(raw, 'UTF8') from egisso.answer`, "raw")
}

func TestUndecidedMembersStaySentAndAreShown(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackagePartial, Review: "исход не известен", Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.want(t, `select string_agg(state, ',' order by row_key) from egisso.record`, "accepted,packed")
	f.want(t, `select review from egisso.journal`, "исход не известен")
}

func TestRefusedPackageReleasesItsRecordsAndTheyRest(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	f.form(t)
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Refuse(t.Context(), m, attempt, store.Failure{Fault: "AccessDenied", Detail: "no right", Info: "Ошибка отправки"}); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select status from egisso.journal`, "Ошибка отправки")
	f.want(t, `select outcome from egisso.package_record`, "released")
	f.decideAll(t, lifecycle.Ready)
	f.want(t, `select state from egisso.record`, "ready")
	if _, n := f.form(t); n != 0 {
		t.Error("the record did not rest after a failure")
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.record set state_at = state_at - interval '2 hours'`); err != nil {
		t.Fatal(err)
	}
	if _, n := f.form(t); n != 1 {
		t.Error("the record rests for ever")
	}
}

func TestDoubtfulMessageGoesAgainWithTheSameBytes(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	f.form(t)
	f.sign(t)
	first := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), first, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.RetryLater(t.Context(), first, attempt, store.Failure{Detail: "connection reset", MayHaveArrived: true}); err != nil {
		t.Fatal(err)
	}
	second := f.claim(t)
	if second.ID != first.ID || string(second.Envelope) != string(first.Envelope) || !second.MayHaveArrived || second.Attempts != 1 {
		t.Errorf("second claim %+v", second)
	}
	f.want(t, `select count(*) from egisso.attempt where outcome = 'unknown'`, "1")
}

func TestLostClaimIsFenced(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	f.form(t)
	slow, err := f.ClaimFormed(t.Context(), 0) // its lease is over at once
	if err != nil {
		t.Fatal(err)
	}
	f.sign(t)
	id, _ := uuid.NewUUID()
	if err := f.StoreSigned(t.Context(), slow, store.Message{ID: id, Envelope: []byte("late")}); !errors.Is(err, store.ErrLost) {
		t.Errorf("a lost claim stored its bytes: %v", err)
	}
	late, err := f.ClaimMessage(t.Context(), 0, true)
	if err != nil {
		t.Fatal(err)
	}
	f.claim(t)
	if _, err := f.BeginAttempt(t.Context(), late, time.Minute); !errors.Is(err, store.ErrLost) {
		t.Errorf("a lost claim began to send: %v", err)
	}
}

func TestOverdueAnswerIsShownAndStillApplied(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	expired, err := f.Expire(t.Context(), 0)
	if err != nil || len(expired) != 1 {
		t.Fatalf("expired %v: %v", expired, err)
	}
	f.want(t, `select status from egisso.journal`, "Истёк срок ожидания")
	f.answer(t, "late", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.want(t, `select status from egisso.record_status`, "Передан успешно")
}

func TestAnswerOvertakesTheNoteOfDelivery(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	f.form(t)
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select state from egisso.package`, "answered")
	f.want(t, `select state from egisso.message`, "delivered")
}

func TestRemovalBeginsANewLife(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	gone := row("1", "")
	gone.Deleted, gone.Content, gone.ContentHash, gone.Needs = true, nil, nil, nil
	f.saveRows(t, gone)
	removal := uuid.New()
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{ID: removal, Kind: egisso.KindFactInvalidation, Provider: "0042.000001", Content: struct{}{}, State: lifecycle.Ready}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	f.form(t)
	f.sign(t)
	m = f.claim(t)
	if _, err := f.BeginAttempt(t.Context(), m, time.Minute); err != nil {
		t.Fatal(err)
	}
	f.answer(t, "a2", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: map[uuid.UUID]lifecycle.State{removal: lifecycle.Accepted}})
	f.want(t, `select generation::text || ' ' || coalesce(accepted_id::text, '-') from egisso.source_row`, "1 -")
}

func TestSwitchKeepsWhoWhenAndWhy(t *testing.T) {
	f := open(t)
	state, err := f.Service(t.Context())
	if err != nil || state.Enabled {
		t.Fatalf("a fresh gateway signs: %+v, %v", state, err)
	}
	if err := f.SetService(t.Context(), true, " "); err == nil {
		t.Error("the switch was moved without a reason")
	}
	if err := f.SetService(t.Context(), true, "начало работы"); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select state || ': ' || reason from egisso.service_state`, "Включен: начало работы")
	f.want(t, `select count(*) from egisso.service_log where enabled`, "1")
}

func TestNotificationsReachTheListener(t *testing.T) {
	f := open(t)
	heard := make(chan string, 10)
	done := make(chan error, 1)
	ctx, cancel := contextWithCancel(t)
	go func() {
		done <- f.Listen(ctx, []string{store.ChannelService}, func(channel string) { heard <- channel })
	}()
	if first := receive(t, heard); first != "" {
		t.Errorf("first call with %q", first)
	}
	if err := f.SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	if channel := receive(t, heard); channel != store.ChannelService {
		t.Errorf("heard %q", channel)
	}
	cancel()
	<-done
}

// What is put off in the database waits as long as what is put off outside of it.
func TestPausesOfTheDatabaseAreThoseOfTheProgram(t *testing.T) {
	f := open(t)
	for _, b := range []retry.Backoff{{Min: 5 * time.Second, Max: 15 * time.Minute}, {Min: time.Second, Max: 10 * time.Second}, {Min: time.Hour, Max: time.Hour}} {
		for _, failures := range []int{0, 1, 2, 3, 8, 12, 60, 100_000} {
			f.want(t, fmt.Sprintf(`select extract(epoch from egisso.pause(%d, '%s', '%s'))::float`, failures, b.Min, b.Max), fmt.Sprint(b.Whole(failures).Seconds()))
		}
	}
}

// Forming and deciding meet on one record: whoever packs it is waited for, and then it leaves
// the package, which nobody has signed. A record is never in two packages.
func TestDecisionWaitsForWhoeverPacksTheRecord(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "first"), row("2", "first"))
	f.decideAll(t, lifecycle.Ready)
	other, err := pgx.Connect(t.Context(), f.url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.WithoutCancel(t.Context()))
	tx, err := other.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`insert into egisso.package (id, register, format, format_version, provider, record_count) values ('10060000-0000-4000-8000-000000000009', 'fact', '10.06.S', '1.1.0', '0042.000001', 1)`,
		`update egisso.record set state = 'packed', package_id = '10060000-0000-4000-8000-000000000009' where row_key = '1'`,
		`insert into egisso.package_record (package_id, ordinal, record_id, kind) select package_id, 1, id, kind from egisso.record where row_key = '1'`,
	} {
		if _, err := tx.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.conn.Exec(t.Context(), `update egisso.source_row set dirty = true`); err != nil {
		t.Fatal(err)
	}
	decided := make(chan []string, 1)
	go func() {
		var keys []string
		_, err := f.Decide(context.WithoutCancel(t.Context()), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			keys = append(keys, p.Key)
			return lifecycle.Decision{Record: &lifecycle.NewRecord{ID: recordID(p.Key), Kind: egisso.KindFact, Provider: "0042.000001", Content: "new", State: lifecycle.Blocked}}, nil
		})
		if err != nil {
			t.Errorf("decide: %v", err)
		}
		decided <- keys
	}()
	for f.text(t, `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%for update%'`) == "0" {
		runtime.Gosched()
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := receive(t, decided); len(keys) != 2 {
		t.Errorf("decided rows %v, want both", keys)
	}
	f.want(t, `select string_agg(state, ',' order by row_key) from egisso.record`, "blocked,blocked")
	f.want(t, `select state from egisso.package`, "dissolved")
}

// Several providers through one gateway: a package is one provider's.
func TestPackagesAreOfOneProvider(t *testing.T) {
	f := open(t)
	for _, key := range []string{"1", "2", "3"} {
		r := row(key, "a")
		r.Provider = map[string]string{"1": "0042.000001", "2": "0042.000002", "3": "0042.000001"}[key]
		f.saveRows(t, r)
	}
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID(p.Key), Kind: egisso.KindFact, Provider: p.Provider, Content: p.Content, BecomesHash: p.ContentHash, State: lifecycle.Ready,
		}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, first := f.form(t); first == 0 {
		t.Fatal("nothing formed")
	}
	f.form(t)
	f.want(t, `select string_agg(provider || ' ' || record_count, ', ' order by provider) from egisso.package`, "0042.000001 2, 0042.000002 1")
	if p := f.sign(t); p.Provider == "" {
		t.Error("the signer is not told the provider")
	}
}
