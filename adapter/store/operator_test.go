package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// retry asks for a record again and wants the answer to hold a text.
func (f fixture) retry(t *testing.T, key, want string) {
	t.Helper()
	text, err := f.RetryRecord(t.Context(), egisso.RegisterFact, key, "проверено")
	if err != nil || !strings.Contains(text, want) {
		t.Errorf("retry of %s: %q, %v; want %q", key, text, err, want)
	}
}

func TestRetryOfARejectedRecordSendsItUnderTheSameID(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "отклонён", Outcomes: outcomes(lifecycle.Rejected, "1")})
	seen := func() (last *lifecycle.RecordHead) {
		t.Helper()
		if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			last = p.Last
			return lifecycle.Decision{}, nil
		}); err != nil {
			t.Fatal(err)
		}
		return last
	}
	if last := seen(); last == nil || last.State != lifecycle.Rejected {
		t.Fatalf("after the protocol the decision sees %+v", last)
	}
	f.retry(t, "1", "отправлена снова")
	f.decideAll(t, lifecycle.Ready)
	f.want(t, `select id::text || ' ' || state from egisso.record`, recordID("1").String()+" ready")
	f.want(t, `select again::text from egisso.source_row`, "false")
	f.want(t, `select action || ' ' || row_key || ' ' || reason from egisso.operation_log`, "retry_record 1 проверено")
	if pkg, n := f.form(t); n != 1 {
		t.Errorf("package %s has %d records", pkg, n)
	}
}

func TestRetryOfARejectedRecordThatIsGoneDropsIt(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "отклонён", Outcomes: outcomes(lifecycle.Rejected, "1")})
	f.retry(t, "1", "отправлена снова")
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Drop: lifecycle.RefusedGone}, nil
	}); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select state from egisso.record`, "dropped")
	f.want(t, `select state || ': ' || left(reason, 40) from egisso.record_status`, "nothing_to_send: Исчезла из источника после отказа ЕГИССО")
}

// What ended before the first export says so, as long as the source has it.
func TestNotActualIsSaid(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID(p.Key), Kind: egisso.KindFact, Provider: "0042.000001", Content: p.Content, State: lifecycle.Dropped, Reason: lifecycle.NotActual,
		}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	const said = `select state || ': ' || left(reason, 31) || ' ' || rule_codes::text from egisso.record_status`
	f.want(t, said, "nothing_to_send: L-ACTUAL Назначение закончилось {L-ACTUAL}")
	f.exec(t, `update egisso.source_row set deleted = true, content_hash = null`)
	f.want(t, said, "nothing_to_send:  {}")
}

func TestRetryOverridesOnlyWhatThePolicyBlocks(t *testing.T) {
	f := open(t)
	decide := func() (overridden bool) {
		t.Helper()
		if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			overridden = p.Overridden
			findings := []egisso.Finding{{Code: "019", Severity: egisso.Error, Text: "дата", ByPolicy: true}}
			if p.Key == "2" {
				findings = append(findings, egisso.Finding{Code: "L-SNILS", Severity: egisso.Error, Text: "СНИЛС"})
			}
			return lifecycle.Decision{Record: &lifecycle.NewRecord{
				ID: recordID(p.Key), Kind: egisso.KindFact, Provider: "0042.000001", Content: p.Content, State: lifecycle.Blocked, Findings: findings,
			}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		return overridden
	}
	f.saveRows(t, row("1", "a"))
	decide()
	f.retry(t, "1", "сняты")
	if !decide() {
		t.Error("the decision does not know that the warnings are overridden")
	}
	f.saveRows(t, row("1", "b"))
	if decide() {
		t.Error("an override outlives the content it was given for")
	}
	f.saveRows(t, row("2", "a"))
	decide()
	f.retry(t, "2", "исправляют в источнике")
	if decide() {
		t.Error("an error of the record itself is overridden")
	}
}

func TestRetryGivesBackWhatAProtocolLeftInDoubt(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1", "2")
	if _, err := f.RetryRecord(t.Context(), egisso.RegisterFact, "1", "рано"); err == nil {
		t.Error("a record in flight was given back")
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackagePartial, Review: "исход не известен", Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.retry(t, "2", "отправлена снова")
	f.want(t, `select string_agg(state, ',' order by row_key) from egisso.record`, "accepted,ready")
	if _, err := f.RetryRecord(t.Context(), egisso.RegisterFact, "2", " "); err == nil {
		t.Error("a retry without a reason")
	}
	if _, err := f.RetryRecord(t.Context(), egisso.RegisterFact, "3", "нет такой"); err == nil || !strings.Contains(err.Error(), "нет в реестре") {
		t.Errorf("retry of an unknown record: %v", err)
	}
}

func TestReleaseOnlyWhenTheTermIsOver(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1", "2")
	if _, err := f.ReleasePackage(t.Context(), pkg, "пора"); err == nil || !strings.Contains(err.Error(), "ещё ожидается") {
		t.Errorf("release before the term: %v", err)
	}
	if _, err := f.Expire(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if n, err := f.ReleasePackage(t.Context(), pkg, "в кабинете пакета нет"); err != nil || n != 2 {
		t.Fatalf("%d records released: %v", n, err)
	}
	f.want(t, `select string_agg(distinct state, ',') from egisso.record`, "ready")
	f.want(t, `select status || ' / ' || info from egisso.journal`, "Ошибка отправки / Записи освобождены оператором: в кабинете пакета нет")
	f.want(t, `select string_agg(distinct outcome, ',') from egisso.package_record`, "released")
	if _, err := f.ReleasePackage(t.Context(), pkg, "ещё раз"); err == nil {
		t.Error("a package was released twice")
	}
	f.decideAll(t, lifecycle.Ready)
	if _, n := f.form(t); n != 2 {
		t.Errorf("%d records go on, want 2: a released package is no failure of the bus", n)
	}
	f.answer(t, "late", m, lifecycle.Verdict{Review: "сверьте"})
	f.want(t, `select count(*) from egisso.journal where review = 'сверьте'`, "1")
}

func TestReleaseStopsAMessageThatNeverLeft(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	pkg, _ := f.form(t)
	f.sign(t)
	m := f.claim(t)
	if _, err := f.ReleasePackage(t.Context(), pkg, "застрял"); err == nil || !strings.Contains(err.Error(), "сейчас") {
		t.Errorf("release of a message being sent: %v", err)
	}
	if err := f.ReleaseMessage(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if n, err := f.ReleasePackage(t.Context(), pkg, "застрял"); err != nil || n != 1 {
		t.Fatalf("%d records released: %v", n, err)
	}
	if late, err := f.ClaimMessage(t.Context(), time.Minute, true); err != nil || late != nil {
		t.Errorf("a released message can still be sent: %v, %v", late, err)
	}
}

func TestRetryOfAFailedPackageEndsTheRest(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	pkg, _ := f.form(t)
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Refuse(t.Context(), m, attempt, store.Failure{Fault: "AccessDenied", Detail: "x", Info: "нет прав"}); err != nil {
		t.Fatal(err)
	}
	f.decideAll(t, lifecycle.Ready)
	if _, n := f.form(t); n != 0 {
		t.Fatal("the record does not rest")
	}
	if _, err := f.RetryPackage(t.Context(), pkg, "права выданы"); err != nil {
		t.Fatal(err)
	}
	if _, n := f.form(t); n != 1 {
		t.Error("the record rests in spite of the operator")
	}
}

func TestRetryOfAPackageSendsAtOnceAndRepeatsTheRejected(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	pkg, _ := f.form(t)
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.RetryLater(t.Context(), m, attempt, store.Failure{Detail: "x", After: time.Hour, MayHaveArrived: true}); err != nil {
		t.Fatal(err)
	}
	if due, _ := f.ClaimMessage(t.Context(), time.Minute, true); due != nil {
		t.Fatal("the message is due at once")
	}
	if text, err := f.RetryPackage(t.Context(), pkg, "связь есть"); err != nil || !strings.Contains(text, "теми же байтами") {
		t.Errorf("%q, %v", text, err)
	}
	again := f.claim(t)
	if again.ID != m.ID {
		t.Error("another message goes")
	}
	f.answer(t, "a1", again, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1")})
	f.decideAll(t, lifecycle.Ready)
	if text, err := f.RetryPackage(t.Context(), pkg, "мера исправлена"); err == nil {
		t.Errorf("the record was decided anew, nothing is rejected any more: %q", text)
	}
}

func TestOrdersAreKeptUntilFormed(t *testing.T) {
	f := open(t)
	if _, err := f.OrderPackage(t.Context(), egisso.RegisterFact); err == nil {
		t.Error("an unknown register was ordered")
	}
	f.saveRows(t, row("1", "a"))
	if n, err := f.OrderPackage(t.Context(), egisso.RegisterFact); err != nil || n != 0 {
		t.Errorf("%d records ready before the decision: %v", n, err)
	}
	f.decideAll(t, lifecycle.Ready)
	if n, err := f.OrderPackage(t.Context(), egisso.RegisterFact); err != nil || n != 1 {
		t.Errorf("%d records ready: %v", n, err)
	}
	orders, err := f.Orders(t.Context())
	if err != nil || len(orders) != 1 {
		t.Fatalf("orders %v: %v", orders, err)
	}
	if err := f.OrderDone(t.Context(), egisso.RegisterFact, orders[egisso.RegisterFact]); err != nil {
		t.Fatal(err)
	}
	if orders, err := f.Orders(t.Context()); err != nil || len(orders) != 0 {
		t.Errorf("orders after forming %v: %v", orders, err)
	}
}

func TestHeldPackageWaitsForTheCommand(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	id := uuid.New()
	if n, err := f.FormPackage(t.Context(), store.PackagePlan{
		ID: id, Register: egisso.RegisterFact, Format: "10.06.S", Version: "1.1.0", MaxRecords: 10, MaxBytes: 1 << 20, Held: true,
	}); err != nil || n != 1 {
		t.Fatalf("%d records: %v", n, err)
	}
	if p, err := f.ClaimFormed(t.Context(), time.Minute); err != nil || p != nil {
		t.Fatalf("a held package is signed: %v, %v", p, err)
	}
	f.want(t, `select info from egisso.journal`, "Пакет сформирован, ожидает команды отправить")
	f.saveRows(t, row("1", "b"))
	f.follow(t, false, lifecycle.Ready)
	f.want(t, `select info from egisso.journal`, "Пакет сформирован, ожидает команды отправить; после формирования обновлён")
	if text, err := f.SendPackage(t.Context(), id); err != nil || !strings.Contains(text, "выключен") {
		t.Errorf("%q, %v", text, err)
	}
	f.want(t, `select info from egisso.journal`, "Пакет сформирован, ожидает подписи; после формирования обновлён")
	f.sign(t)
	if _, err := f.SendPackage(t.Context(), id); err == nil {
		t.Error("a signed package was sent again")
	}
}

// TestHistoryTellsTheWholeWay: one view says what happened, in order.
func TestHistoryTellsTheWholeWay(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "Пакет отклонен", Outcomes: outcomes(lifecycle.Rejected, "1"),
		Messages: []lifecycle.ProtocolMessage{{RecordID: recordID("1").String(), Type: 1, RuleCode: "026", Report: "форма"}}})
	f.retry(t, "1", "снова")
	for _, name := range []string{"1", "N1", recordID("1").String()} {
		keys, err := f.FindRecords(t.Context(), "", name)
		if err != nil || len(keys) != 1 || keys[0].Key != "1" {
			t.Errorf("%s is found as %v: %v", name, keys, err)
		}
	}
	if keys, err := f.FindRecords(t.Context(), egisso.RegisterMeasure, "1"); err != nil || len(keys) != 0 {
		t.Errorf("found in another register: %v, %v", keys, err)
	}
	now, history, err := f.RecordHistory(t.Context(), store.RecordKey{Register: egisso.RegisterFact, Key: "1"})
	if err != nil || now.State != "rejected" || now.Reason != "026 форма" {
		t.Fatalf("%+v: %v", now, err)
	}
	var told strings.Builder
	for _, h := range history {
		told.WriteString(h.What + ": " + h.Text + "\n")
	}
	for _, part := range []string{"source: Изменена", "record: Подготовлена к отправке: fact", "package: Включена в пакет", "package: Пакет подписан",
		"package: Пакет принят СМЭВ", "attempt: Попытка отправки: принято СМЭВ", "protocol: Ошибка ЕГИССО: 026 форма",
		"package: Протокол пакета применён: Пакет отклонен", "state: Отклонён", "operator: "} {
		if !strings.Contains(told.String(), part) {
			t.Errorf("the history lacks %q:\n%s", part, told.String())
		}
	}
	message, found, err := f.FindMessage(t.Context(), pkg)
	if err != nil || !found || message.ID != m.ID || string(message.Envelope) != "<signed/>" {
		t.Errorf("message of the package %+v, %v, %v", message, found, err)
	}
	answers, err := f.AnswersTo(t.Context(), m.ID)
	if err != nil || len(answers) != 1 || string(answers[0].Raw) != "raw" {
		t.Errorf("answers %+v: %v", answers, err)
	}
}

func TestRetryConfirmsAChangeOfPeople(t *testing.T) {
	f := open(t)
	decide := func() (released bool) {
		t.Helper()
		if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			released = p.PeopleReleased
			return lifecycle.Decision{Record: &lifecycle.NewRecord{
				ID: recordID(p.Key), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: p.Content,
				State: lifecycle.Waiting, Reason: lifecycle.ConfirmPeople,
			}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		return released
	}
	f.saveRows(t, row("1", "a"))
	if decide() {
		t.Fatal("nobody confirmed anything yet")
	}
	f.retry(t, "1", "подтверждено")
	if !decide() {
		t.Error("the decision does not know of the confirmation")
	}
}

// A package that cannot be signed rests between the attempts; its records must not
// be in it for ever.
func TestReleaseOfAPackageThatCannotBeSigned(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	pkg, _ := f.form(t)
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p == nil {
		t.Fatalf("no formed package: %v", err)
	}
	if err := f.SignFailed(t.Context(), p, "Пакет не подписан: L-XSD", time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := f.ReleasePackage(t.Context(), pkg, "исправляем запись"); err != nil || n != 1 {
		t.Fatalf("%d records released: %v", n, err)
	}
	// Whoever was signing it at that moment stores nothing.
	id, _ := uuid.NewUUID()
	if err := f.StoreSigned(t.Context(), p, store.Message{ID: id, Envelope: []byte("<signed/>")}); !errors.Is(err, store.ErrLost) {
		t.Errorf("a released package was signed: %v", err)
	}
}

// Behind what ЕГИССО rejected a change of people may be held back: the retry lets
// both go.
func TestRetryOfARejectedRecordConfirmsPeopleToo(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "отклонён", Outcomes: outcomes(lifecycle.Rejected, "1")})
	f.retry(t, "1", "отправлена снова")
	released := false
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		released = p.PeopleReleased
		return lifecycle.Decision{}, nil
	}); err != nil || !released {
		t.Errorf("the decision does not know of the confirmation: %v", err)
	}
}
