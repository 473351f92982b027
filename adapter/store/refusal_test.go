package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// refusedAsLoaded is a package whose records ЕГИССО refuses because it has them.
func (f fixture) refusedAsLoaded(t *testing.T, answer string, keys ...string) {
	t.Helper()
	_, m := f.sent(t, keys...)
	v := lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "отклонён", Outcomes: outcomes(lifecycle.Rejected, keys...)}
	for _, key := range keys {
		id := recordID(key).String()
		v.Messages = append(v.Messages, lifecycle.ProtocolMessage{RecordID: id, Type: 1, Report: "Факт назначения с идентификатором " + id + " уже загружен"})
	}
	f.answer(t, answer, m, v)
}

// decideSo decides on every changed row of facts.
func (f fixture) decideSo(t *testing.T, decide func(p lifecycle.Pending) lifecycle.Decision) int {
	t.Helper()
	n, err := f.Decide(t.Context(), egisso.RegisterFact, 100, func(p lifecycle.Pending) (lifecycle.Decision, error) { return decide(p), nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f fixture) refusalFindings(t *testing.T) (found []store.Finding) {
	t.Helper()
	st, err := f.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range st.Findings {
		if n.Code == "refusal" {
			found = append(found, n)
		}
	}
	return found
}

// held is what follows of a fact that ЕГИССО has.
func held(p lifecycle.Pending) lifecycle.Decision {
	return lifecycle.Decision{Drop: lifecycle.HeldBefore, Held: &lifecycle.Held{
		ID: p.Last.ID, Event: p.Last.ID, Hash: p.Last.BecomesHash, Provider: p.Last.Provider, Concluded: 1, Unconfirmed: true,
	}}
}

// TestRefusalsAreAskedAboutOnce: the answer holds for the records rejected so and for those
// to come; the package keeps the protocol's word.
func TestRefusalsAreAskedAboutOnce(t *testing.T) {
	f := open(t)
	f.refusedAsLoaded(t, "a1", "1", "2")
	suspect := 0
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if p.Last.Refusal == (lifecycle.Refused{Suspect: true}) && p.Last.Becomes == nil {
			suspect++
		}
		return lifecycle.Decision{}
	})
	asked := f.refusalFindings(t)
	if suspect != 2 || len(asked) != 1 || asked[0].Count != 2 || !strings.Contains(asked[0].Advice, "egissogw refusals mean 1 already-loaded") {
		t.Fatalf("%d suspected, asked %+v", suspect, asked)
	}
	if _, err := f.UnderstandRefusals(t.Context(), func(lifecycle.RefusalKind) lifecycle.Meaning { return "" }); err != nil {
		t.Fatal(err)
	}
	if _, err := f.MeanRefusal(t.Context(), 1, lifecycle.AlreadyLoaded, " "); err == nil {
		t.Error("no reason was demanded")
	}
	text, err := f.MeanRefusal(t.Context(), 1, lifecycle.AlreadyLoaded, "есть в кабинете")
	if err != nil || !strings.HasSuffix(text, "записей: 2") || len(f.refusalFindings(t)) != 0 {
		t.Fatalf("%q, %v; asked %+v", text, err, f.refusalFindings(t))
	}
	f.want(t, `select detail from egisso.operation_log where action = 'mean_refusal'`,
		"1 already_loaded (Факт назначения с идентификатором {UUID} уже загружен): Такие записи уже есть в ЕГИССО; решение будет принято заново, записей: 2")
	// The configuration does not overrule a person.
	if n, err := f.UnderstandRefusals(t.Context(), func(lifecycle.RefusalKind) lifecycle.Meaning { return lifecycle.OtherMeaning }); err != nil || n != 0 {
		t.Errorf("%d records touched, %v", n, err)
	}
	if n := f.decideSo(t, held); n != 2 {
		t.Fatalf("%d rows decided", n)
	}
	f.want(t, `select string_agg(distinct state || ' ' || unconfirmed || ' ' || reason, ',') from egisso.record_status`, "accepted true Есть в ЕГИССО, содержание не подтверждено")
	f.want(t, `select string_agg(distinct outcome, ',') from egisso.package_record`, "rejected")
	f.want(t, `select string_agg(distinct conclusion, ',') from egisso.journal_detail`, "ЕГИССО ответила, что это у неё уже есть: принято без новой отправки")
	f.want(t, `select string_agg(distinct content ->> 'content', ',') from egisso.held`, "first")
	f.want(t, `select count(*) from egisso.record_history where text = 'Принята ЕГИССО, содержание не подтверждено'`, "2")
	st, err := f.Status(t.Context())
	if err != nil || len(st.Unconfirmed) != 1 || st.Unconfirmed[0].Count != 2 {
		t.Errorf("counted %+v, %v", st.Unconfirmed, err)
	}
	f.refusedAsLoaded(t, "a2", "3")
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if !p.Last.Refusal.AlreadyLoaded || !strings.Contains(string(p.Last.Becomes), "first") {
			t.Errorf("the next one: %+v", p.Last)
		}
		return held(p)
	})
}

// TestUnconfirmedContentIsSentAndCounted as any alteration.
func TestUnconfirmedContentIsSentAndCounted(t *testing.T) {
	f := open(t)
	f.refusedAsLoaded(t, "a1", "1", "2")
	if _, err := f.UnderstandRefusals(t.Context(), func(lifecycle.RefusalKind) lifecycle.Meaning { return lifecycle.AlreadyLoaded }); err != nil {
		t.Fatal(err)
	}
	f.decideSo(t, held)
	f.LimitChanges(store.ChangeLimits{Window: time.Hour, Least: 1, Most: 1, Percent: 1})
	if _, err := f.SendUnconfirmed(t.Context(), egisso.RegisterFact, "9", "проверка"); err == nil {
		t.Error("a record that is not there was sent")
	}
	if text, err := f.SendUnconfirmed(t.Context(), egisso.RegisterFact, "", "проверка"); err != nil || !strings.HasSuffix(text, "записей: 2") {
		t.Fatalf("%q, %v", text, err)
	}
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if !p.Resend || !p.Unconfirmed || p.Concluded != 1 {
			t.Errorf("decided with %+v", p)
		}
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID("alter " + p.Key), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: lifecycle.Ready,
		}}
	})
	f.want(t, `select string_agg(state || ' ' || reason_code, ',') from egisso.record where change = 'alteration'`, "waiting mass_change,waiting mass_change")
}

// TestAFactNobodyKnowsGoesAgain: only one of which ЕГИССО said so leaves the state accepted.
func TestAFactNobodyKnowsGoesAgain(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.saveRows(t, row("1", "second"))
	again := lifecycle.Decision{Record: &lifecycle.NewRecord{
		ID: recordID("1"), Kind: egisso.KindFact, Provider: "0042.000001", Content: map[string]string{"content": "second"}, BecomesHash: []byte("hash of second"), State: lifecycle.Ready,
	}}
	if _, err := f.Decide(t.Context(), egisso.RegisterFact, 1, func(lifecycle.Pending) (lifecycle.Decision, error) { return again, nil }); err == nil {
		t.Fatal("what is accepted was sent anew")
	}
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		d := again
		d.Drop, d.Held = lifecycle.UnknownFact, &lifecycle.Held{Unknown: p.AcceptedID, Events: 3, Concluded: 1}
		return d
	})
	f.want(t, `select state from egisso.record_status`, "ready")
	f.form(t)
	f.sign(t)
	m = f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	f.answer(t, "a2", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	// Ids of events that were used are not used again.
	f.want(t, `select accepted_id || ' ' || events || ' ' || concluded || ' ' || (unknown_id is not null) from egisso.source_row`, recordID("1").String()+" 3 0 true")
}

// TestARemovalThatIsThereAlready leaves the row with its reason.
func TestARemovalThatIsThereAlready(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.exec(t, `insert into egisso.record (id, register, row_key, kind, provider, state, package_id, change) select gen_random_uuid(), 'fact', '1', 'errorsInvalidation', '0042.000001', 'rejected', id, 'removal' from egisso.package`)
	f.exec(t, `update egisso.source_row set deleted = true, dirty = true`)
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		return lifecycle.Decision{Drop: lifecycle.RemovedBefore, Held: &lifecycle.Held{Event: p.Last.ID, Generation: 1, Concluded: 1}}
	})
	f.want(t, `select status || ': ' || reason from egisso.record_status`, "Не подлежит отправке: ЕГИССО ответила, что это удаление у неё уже есть: записи в ней больше нет")
	st, err := f.Status(t.Context())
	if err != nil || len(st.Records) != 1 || st.Records[0].State != "nothing_to_send" {
		t.Errorf("counted %+v, %v", st.Records, err)
	}
}

// TestADoubtfulRefusalStays: a row that goes while nobody said what the refusal of its record
// means, while the source moved or when refusals led in a circle, is decided again once that is
// known. What ЕГИССО said is not lost meanwhile, and a person can let it go again.
func TestADoubtfulRefusalStays(t *testing.T) {
	for _, review := range []lifecycle.Reason{lifecycle.RefusedUnclear, lifecycle.SourceMoved, lifecycle.HeldByHand} {
		f := open(t)
		f.refusedAsLoaded(t, "a1", "1")
		f.exec(t, `update egisso.source_row set deleted = true, dirty = true`)
		f.decideSo(t, func(lifecycle.Pending) lifecycle.Decision { return lifecycle.Decision{Review: review} })
		f.want(t, `select state || ' ' || review_code from egisso.source_row join egisso.record using (register, row_key)`, "rejected "+string(review))
		if asked := f.refusalFindings(t); len(asked) != 1 || asked[0].Count != 1 {
			t.Errorf("%s: asked %+v", review, asked)
		}
		if text, err := f.MeanRefusal(t.Context(), 1, lifecycle.AlreadyLoaded, "есть в кабинете"); err != nil || !strings.HasSuffix(text, "записей: 1") {
			t.Fatalf("%s: %q, %v", review, text, err)
		}
		n := f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
			if p.Last == nil || !p.Last.Refusal.AlreadyLoaded || !p.Deleted {
				t.Errorf("%s: decided with %+v", review, p)
			}
			return lifecycle.Decision{Drop: lifecycle.RefusedGone}
		})
		if n != 1 {
			t.Errorf("%s: %d rows decided again", review, n)
		}
	}
}

// TestWhatIsHeldByHandStays: what ЕГИССО refuses again and again is shown with what it said, and
// goes again when a person says so.
func TestWhatIsHeldByHandStays(t *testing.T) {
	f := open(t)
	f.refusedAsLoaded(t, "a1", "2")
	f.exec(t, `update egisso.source_row set dirty = true`)
	f.decideSo(t, func(lifecycle.Pending) lifecycle.Decision { return lifecycle.Decision{Review: lifecycle.HeldByHand} })
	f.want(t, `select r.state || ' ' || s.state || ' ' || s.reason from egisso.record_status s join egisso.record r using (register, row_key) where s.row_key = '2'`,
		"rejected blocked L-HELD Отказы ЕГИССО противоречат друг другу или повторяются: сверьте запись в кабинете поставщика; отправить снова — egissogw retry; "+
			"Факт назначения с идентификатором "+recordID("2").String()+" уже загружен")
	text, err := f.RetryRecord(t.Context(), egisso.RegisterFact, "2", "сверено")
	if err != nil || text != "Отклонённая запись будет проверена и отправлена снова" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestAdoptRecord: ids that others hold are refused, and what cannot be adopted; ЕГИССО's
// acceptance ends the waiting.
func TestAdoptRecord(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "1")})
	f.saveRows(t, row("2", "b"), row("3", "c"))
	id := uuid.New()
	adopt := func(key string, id uuid.UUID) string {
		t.Helper()
		_, err := f.AdoptRecord(t.Context(), egisso.RegisterFact, key, id, "видел в кабинете")
		if err == nil {
			return ""
		}
		return err.Error()
	}
	for _, c := range []struct {
		key  string
		id   uuid.UUID
		want string
	}{
		{"2", recordID("1"), "принадлежит другой записи"}, {"1", id, "уже есть в ЕГИССО"}, {"9", id, "нет в реестре"}, {"2", uuid.Nil, "Укажите UUID"},
		{"2", id, ""}, {"3", id, "принадлежит другой записи"},
	} {
		if got := adopt(c.key, c.id); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s as %s: %q, want %q", c.key, c.id, got, c.want)
		}
	}
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if p.Key != "2" {
			return lifecycle.Decision{}
		}
		if p.Adoption != lifecycle.AdoptionAsked || p.AdoptID != id {
			t.Errorf("decided with %+v", p)
		}
		return lifecycle.Decision{Drop: lifecycle.AdoptedByHand, Held: &lifecycle.Held{
			ID: id, Event: id, Hash: p.ContentHash, Content: p.Content, Provider: "0042.000001", Unconfirmed: true, Adoption: lifecycle.AdoptionHeld,
		}}
	})
	f.want(t, `select status || ': ' || reason from egisso.record_status where row_key = '2'`, "Передан успешно: Есть в ЕГИССО, содержание не подтверждено: со слов человека")
	f.exec(t, `update egisso.source_row set dirty = true where row_key = '2'`)
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID("2"), Kind: egisso.KindFactInvalidation, Provider: "0042.000001", Content: map[string]string{}, State: lifecycle.Waiting, Reason: lifecycle.ConfirmAdopted,
		}}
	})
	f.retry(t, "2", "Прекращение или удаление записи, принятой со слов человека, будет отправлено")
	f.want(t, `select adoption || dirty from egisso.source_row where row_key = '2'`, "true")

	// It stays another row's while ЕГИССО holds it, also in a database that was brought back.
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if p.Key != "2" {
			return lifecycle.Decision{}
		}
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID("2"), Kind: egisso.KindFactInvalidation, Provider: "0042.000001", Content: map[string]string{}, State: lifecycle.Ready,
		}}
	})
	if got := adopt("3", id); !strings.Contains(got, "принадлежит другой записи") {
		t.Errorf("adopted twice: %q", got)
	}
	f.form(t)
	f.sign(t)
	brought := f.evidence(t, f.claim(t))
	f = open(t)
	f.bring(t, true, brought)
	f.saveRows(t, row("3", "c"))
	if got := adopt("3", id); !strings.Contains(got, "принадлежит другой записи") {
		t.Errorf("adopted twice in a database that was brought back: %q", got)
	}
}

// TestNothingIsConcludedWhileTheSourceMoved: the decision knows, and the reconciliation that
// ends it has such rows decided again.
func TestNothingIsConcludedWhileTheSourceMoved(t *testing.T) {
	f := open(t)
	f.refusedAsLoaded(t, "a1", "1")
	f.exec(t, `insert into egisso.source_cursor (register, position, source_moved_at) values ('fact', '', now())`)
	f.decideSo(t, func(p lifecycle.Pending) lifecycle.Decision {
		if !p.SourceMoved {
			t.Error("the decision does not know that the source moved")
		}
		return lifecycle.Decision{Review: lifecycle.SourceMoved}
	})
	f.want(t, `select array_to_string(rule_codes, ',') || ' ' || decision_due from egisso.record_status`, "L-MOVED false")
	r, err := f.BeginReconciliation(t.Context(), egisso.RegisterFact)
	if err == nil {
		err = f.FinishReconciliation(t.Context(), r)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, `select decision_due from egisso.record_status`, "true")
}
