package store_test

import (
	"strings"
	"testing"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// says stores an answer to m by somebody and applies what may be applied.
func (f fixture) says(t *testing.T, id string, m *store.OutMessage, who store.Speaker) {
	t.Helper()
	if _, err := f.StoreAnswer(t.Context(), store.InAnswer{
		ID: id, OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("raw"), Content: []byte("{}"), Verified: true, Speaker: who,
	}); err != nil {
		t.Fatal(err)
	}
}

func (f fixture) applyAll(t *testing.T, v lifecycle.Verdict) (ids []string) {
	t.Helper()
	for {
		found, err := f.ApplyNext(t.Context(), func(a store.InAnswer, _ *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
			ids = append(ids, a.ID)
			return v, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return ids
		}
	}
}

// A package an unknown system answered waits: it neither expires nor is it released,
// until a person says who that is.
func TestAnswerOfAStrangerKeepsItsPackage(t *testing.T) {
	f := open(t)
	pkg, m := f.sent(t, "1")
	f.says(t, "evil", m, store.Speaker{Mnemonic: "EVIL01"})
	if ids := f.applyAll(t, lifecycle.Verdict{}); ids != nil {
		t.Errorf("applied %v", ids)
	}
	f.want(t, `select info from egisso.package`, "Пришёл ответ отправителя «EVIL01», которого никто не подтвердил: он сохранён и не применён, см. egissogw status")
	if expired, err := f.Expire(t.Context(), 0); err != nil || len(expired) > 0 {
		t.Errorf("expired %v, %v", expired, err)
	}
	// Whatever made it expire before, it cannot be released now.
	f.exec(t, `alter table egisso.package disable trigger guard_awaited_sender`)
	f.exec(t, `update egisso.package set state = 'expired'`)
	f.exec(t, `alter table egisso.package enable trigger guard_awaited_sender`)
	if _, err := f.ReleasePackage(t.Context(), pkg, "ответа нет"); err == nil || !strings.Contains(err.Error(), "EVIL01") {
		t.Errorf("released: %v", err)
	}
	now, history, err := f.RecordHistory(t.Context(), store.RecordKey{Register: "fact", Key: "1"})
	if err != nil || !strings.Contains(now.Reason, "EVIL01") || !strings.Contains(history[len(history)-1].Text, "EVIL01") {
		t.Errorf("the record says %q, %v", now.Reason, err)
	}
	f.want(t, `select subject || ': ' || advice from egisso.health where code = 'sender_unknown'`,
		"EVIL01: Если это ЕГИССО: egissogw senders confirm --reason ПРИЧИНА 'EVIL01'; если чужой: egissogw senders refuse --reason ПРИЧИНА 'EVIL01'")

	if _, err := f.RefuseSender(t.Context(), "EVIL01", store.PartEGISSO, ""); err == nil {
		t.Error("refused without a reason")
	}
	if _, err := f.RefuseSender(t.Context(), "EVIL01", store.PartEGISSO, "не наша система"); err != nil {
		t.Fatal(err)
	}
	if ids := f.applyAll(t, lifecycle.Verdict{}); ids != nil {
		t.Errorf("applied %v of a refused sender", ids)
	}
	f.want(t, `select string_agg(code, ' ') from egisso.health where code <> 'serve_never' and code <> 'signing_off'`, "expired")
	if n, err := f.ReleasePackage(t.Context(), pkg, "ответа нет"); err != nil || n != 1 {
		t.Errorf("released %d, %v", n, err)
	}
	f.want(t, `select string_agg(action || ' ' || reason, '; ' order by id) from egisso.operation_log`, "refuse_sender не наша система; release_package ответа нет")
}

// Confirming a sender applies everything that waits of it, in the order it came.
func TestConfirmedSenderIsApplied(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	f.says(t, "a1", m, store.Speaker{Mnemonic: "EGISSO2"})
	f.says(t, "a2", m, store.Speaker{Mnemonic: "EGISSO2"})
	f.says(t, "a3", m, store.Speaker{Mnemonic: "EVIL01"})
	f.says(t, "b1", m, store.Speaker{Part: store.PartBus, Mnemonic: "EGISSO2"})
	for _, unknown := range []string{"EGISSO3", "", "none"} {
		if _, err := f.ConfirmSender(t.Context(), unknown, store.PartEGISSO, "проверка"); err == nil {
			t.Errorf("confirmed %q, of whom nothing came", unknown)
		}
	}
	text, err := f.ConfirmSender(t.Context(), "EGISSO2", store.PartEGISSO, "письмо оператора")
	if err != nil || !strings.Contains(text, "ответов: 2") {
		t.Errorf("confirmed: %q, %v", text, err)
	}
	if got := strings.Join(f.applyAll(t, lifecycle.Verdict{}), " "); got != "a1 a2" {
		t.Errorf("applied %q", got)
	}
	f.says(t, "a4", m, store.Speaker{Mnemonic: "EGISSO2"})
	if got := strings.Join(f.applyAll(t, lifecycle.Verdict{}), " "); got != "a4" {
		t.Errorf("then applied %q", got)
	}
	list, err := f.Senders(t.Context())
	if err != nil || len(list) != 3 || list[0].Standing != "unknown" || list[2].Mnemonic != "EGISSO2" || list[2].Reason != "письмо оператора" || list[2].Held != 0 {
		t.Errorf("senders %+v, %v", list, err)
	}
}

// Where nobody is configured the first who answers a message of ours is believed, and
// nobody else, until a person confirms somebody.
func TestFirstSenderIsRemembered(t *testing.T) {
	f := open(t)
	_, m := f.sent(t, "1")
	anybody := func(mnemonic string) store.Speaker { return store.Speaker{Mnemonic: mnemonic, Remember: true} }
	// Of an answer to nobody's message nobody becomes known.
	if _, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "orphan", OriginalMessageID: "x", Kind: "content", Raw: []byte("raw"), Verified: true, Speaker: anybody("EVIL01")}); err != nil {
		t.Fatal(err)
	}
	f.says(t, "a1", m, anybody("EGISSO"))
	f.says(t, "a2", m, anybody("EVIL01"))
	f.says(t, "a3", m, anybody(""))
	if got := strings.Join(f.applyAll(t, lifecycle.Verdict{}), " "); got != "orphan a1" {
		t.Errorf("applied %q", got)
	}
	if believed, _, err := f.Believes(t.Context(), anybody("EGISSO")); err != nil || believed {
		t.Errorf("broadcasts of who was the first are believed (%v)", err)
	}
	f.want(t, `select string_agg(code, ' ') from egisso.health where code ~ '^sender'`, "sender_unknown sender_unknown sender_remembered")
	// Somebody else is confirmed: the first is not believed any more.
	text, err := f.ConfirmSender(t.Context(), "none", store.PartEGISSO, "схема 1.3")
	if err != nil || !strings.Contains(text, "«EGISSO»: применено его ответов 1") {
		t.Errorf("confirmed: %q, %v", text, err)
	}
	f.says(t, "a4", m, anybody("EGISSO"))
	f.says(t, "a5", m, anybody(""))
	if got := strings.Join(f.applyAll(t, lifecycle.Verdict{}), " "); got != "a3 a5" {
		t.Errorf("then applied %q", got)
	}
	// The list of the configuration lets go what waits, and forgets who was the first.
	if err := f.Listed(t.Context(), []string{"EGISSO"}, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.applyAll(t, lifecycle.Verdict{}), " "); got != "a4" {
		t.Errorf("at the end applied %q", got)
	}
	// With a list who was remembered counts for nothing.
	f.says(t, "a6", m, store.Speaker{Mnemonic: "EVIL01"})
	if ids := f.applyAll(t, lifecycle.Verdict{}); ids != nil {
		t.Errorf("applied %v", ids)
	}
}
