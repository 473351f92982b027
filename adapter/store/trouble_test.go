package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

func (f fixture) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := f.conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestFactWaitingInVainIsWoken(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Waiting)
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 0 {
		t.Fatalf("woken %d without a measure: %v", n, err)
	}
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, accepted_id, accepted_hash, accepted_content)
		values ('lmsz', 'm', 'm', now(), false, gen_random_uuid(), 'h', '{}')`)
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 1 {
		t.Fatalf("woken %d although the measure is there: %v", n, err)
	}
	f.want(t, `select dirty from egisso.source_row where register = 'fact'`, "true")
}

// A fact ЕГИССО does not have waits as long as its measure is to be removed. To wake it
// whenever somebody looks would decide the same again for ever.
func TestNewFactOfAMeasureThatLeavesIsNotWoken(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Waiting)
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, deleted, accepted_id, accepted_hash, accepted_content)
		values ('lmsz', 'm', 'm', now(), false, true, gen_random_uuid(), 'h', '{}')`)
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 0 {
		t.Fatalf("woken %d although the measure is to be removed: %v", n, err)
	}
	f.exec(t, `update egisso.source_row set accepted_id = gen_random_uuid(), accepted_hash = 'h', accepted_content = '{}' where register = 'fact'`)
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 1 {
		t.Fatalf("woken %d although ЕГИССО holds the fact: %v", n, err)
	}
	// What is no fact may name it still.
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, needs) values ('point', 'p', 'p', now(), false, '{lmsz/m}');
		insert into egisso.record (id, register, row_key, kind, provider, state, reason_code) values (gen_random_uuid(), 'point', 'p', 'point', '0001.000001', 'waiting', 'wait_measure')`)
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 1 {
		t.Fatalf("woken %d although a point does not wait for it: %v", n, err)
	}
}

func TestProgressOvertakesTheNoteOfDelivery(t *testing.T) {
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
	f.answer(t, "a1", m, lifecycle.Verdict{Progress: 2, Info: "в работе"})
	f.want(t, `select state || ' ' || (queued_at is not null) from egisso.package`, "queued true")
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	if expired, err := f.Expire(t.Context(), 0); err != nil || len(expired) != 1 {
		t.Errorf("a package without a final answer never expires: %v, %v", expired, err)
	}
}

func TestPackageThatCannotBeSignedLetsOthersPass(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Ready)
	bad, _ := f.form(t)
	f.saveRows(t, row("2", "a"))
	f.decideAll(t, lifecycle.Ready)
	good, _ := f.form(t)
	for range 3 {
		p, err := f.ClaimFormed(t.Context(), time.Minute)
		if err != nil || p == nil || p.ID != bad {
			t.Fatalf("claimed %v: %v", p, err)
		}
		if err := f.SignFailed(t.Context(), p, "не подписан", time.Minute); err != nil {
			t.Fatal(err)
		}
		f.exec(t, `update egisso.package set claimed_until = created_at - interval '1 minute' where sign_failures between 1 and 2`)
	}
	f.want(t, `select review from egisso.package where sign_failures = 3`, "не подписан")
	p, err := f.ClaimFormed(t.Context(), time.Minute)
	if err != nil || p == nil || p.ID != good {
		t.Fatalf("the good package does not come to its turn: %v, %v", p, err)
	}
}

func TestAnswerThatCannotBeAppliedLetsOthersPass(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	for _, id := range []string{"bad", "good"} {
		if _, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: id, OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("raw"), Verified: true, Speaker: store.Speaker{Listed: true}}); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("cannot be understood")
	judge := func(a store.InAnswer, _ *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
		if a.ID == "bad" {
			return lifecycle.Verdict{}, broken
		}
		return lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")}, nil
	}
	if found, err := f.ApplyNext(t.Context(), judge); !found || !errors.Is(err, broken) {
		t.Fatalf("found %v, %v", found, err)
	}
	if found, err := f.ApplyNext(t.Context(), judge); !found || err != nil {
		t.Fatalf("found %v, %v", found, err)
	}
	f.want(t, `select state from egisso.record`, "accepted")
	f.want(t, `select problem || ' ' || apply_attempts from egisso.answer where id = 'bad'`, "answer bad: cannot be understood 1")
}

func TestUnreadableChangeOfAnAcceptedRowIsShown(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	unreadable := row("1", "")
	unreadable.Content, unreadable.ContentHash = nil, nil
	unreadable.Findings = []egisso.Finding{{Code: "L-ROW", Severity: egisso.Error, Field: "content", Text: "столбец content: не заполнено"}}
	f.saveRows(t, unreadable)
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Drop: lifecycle.Unreadable}, nil
	}); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select status || ': ' || reason from egisso.record_status`, "Требует исправления: L-ROW столбец content: не заполнено")
	st, err := f.Status(t.Context())
	if err != nil || len(st.Records) != 1 || st.Records[0].State != "blocked" || len(st.BlockedRules) != 1 {
		t.Errorf("status %+v %+v, %v", st.Records, st.BlockedRules, err)
	}
}

func TestRejectedRecordLeavesWithItsCause(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1")})
	f.want(t, `select status from egisso.record_status`, "Отклонён")
	gone := row("1", "")
	gone.Deleted, gone.Content, gone.ContentHash = true, nil, nil
	f.saveRows(t, gone)
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 10, func(lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Drop: lifecycle.NotNeeded}, nil
	}); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select status from egisso.record_status`, "Не подлежит отправке")
}

func TestNewBasisOfTheChecksTouchesWhatHasNotLeft(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "a"))
	f.decideAll(t, lifecycle.Blocked)
	for _, step := range []struct {
		basis string
		want  int
	}{{"rules 1", 1}, {"rules 1", 0}, {"rules 2", 1}} {
		if n, err := f.SetCheckBasis(t.Context(), step.basis); err != nil || n != step.want {
			t.Errorf("%s: touched %d, want %d; %v", step.basis, n, step.want, err)
		}
	}
}

func TestReviewIsMarkedAndAskedAgain(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackagePartial, Review: "исход не известен", Outcomes: outcomes(lifecycle.Accepted, "1")})
	needReview := func(want int) {
		t.Helper()
		if st, err := f.Status(t.Context()); err != nil || st.NeedReview != want {
			t.Errorf("%d packages to review, want %d; %v", st.NeedReview, want, err)
		}
	}
	needReview(1)
	f.exec(t, `select egisso.mark_reviewed('`+pkg.String()+`')`)
	needReview(0)
	f.exec(t, `update egisso.package set review = 'снова'`)
	needReview(1)
}

// A package without an answer needs a person until an answer comes or somebody decides.
func TestPackageWithoutAnswerIsShownUntilItEnds(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1")
	shown := func(want bool) {
		t.Helper()
		st, err := f.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(st.Findings, func(x store.Finding) bool { return x.Code == "expired" && x.Subject == pkg.String() && x.Since != nil })
		if found != want || (st.NeedReview == 1) != want {
			t.Errorf("shown %t, counted %d, want %t", found, st.NeedReview, want)
		}
	}
	shown(false)
	if _, err := f.Expire(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	shown(true)
	f.answer(t, "late", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	shown(false)
}

// What nobody can believe is counted until a person has dealt with it, whether the bus was
// told of it or not.
func TestForgedMessagesAreCleared(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.answer (id, kind, raw, verified, acked_at) values ('kept', 'unknown', 'raw', false, null), ('refused', 'unknown', 'raw', false, now())`)
	f.exec(t, `insert into egisso.incoming (id, kind, raw, verified) values ('request', 'unknown', 'raw', false)`)
	state := func(answers, incoming, findings int) {
		t.Helper()
		st, err := f.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, x := range st.Findings {
			if x.Code == "unverified" {
				shown += x.Count
			}
		}
		if st.Unverified != answers || st.Incoming.Unverified != incoming || shown != findings {
			t.Errorf("answers %d, incoming %d, found %d; want %d, %d, %d", st.Unverified, st.Incoming.Unverified, shown, answers, incoming, findings)
		}
	}
	state(2, 1, 3)
	for _, done := range []string{`select egisso.inbox_finish('answer:refused', 'подделка')`, `select egisso.inbox_acknowledge('answer:kept', 'подделка')`,
		`select egisso.inbox_finish('incoming:request', 'подделка')`} {
		f.exec(t, done)
	}
	state(0, 0, 0)
}

func TestUnbelievableAnswersAreBounded(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.answer (id, kind, raw, verified) select 'x' || n, 'unknown', 'raw', false from generate_series(1, 200) n`)
	if fresh, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "one more", Kind: "unknown", Raw: []byte("raw")}); !errors.Is(err, store.ErrNotKept) || fresh {
		t.Errorf("kept one more: %v, %v", fresh, err)
	}
	if fresh, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "x1", Kind: "unknown", Raw: []byte("raw")}); err != nil || fresh {
		t.Errorf("one that is there already: %v, %v", fresh, err)
	}
	if fresh, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "true", Kind: "unknown", Raw: []byte("raw"), Verified: true, Speaker: store.Speaker{Listed: true}}); err != nil || !fresh {
		t.Errorf("a verified answer was not kept: %v, %v", fresh, err)
	}
}
