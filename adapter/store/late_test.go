package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// A later protocol is compared with the one applied last, whichever way each came.
func TestLastProtocolIsKnownToEveryWay(t *testing.T) {
	f := open(t)
	id, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackagePartial, Info: "частично", Outcomes: outcomes(lifecycle.Accepted, "1"), Protocol: []byte("first")})
	if _, _, err := f.StoreProtocol(t.Context(), id, []byte("<protocol/>"), ""); err != nil {
		t.Fatal(err)
	}
	var seen string
	if _, err := f.ApplyNextProtocol(t.Context(), "", func(_ lifecycle.ProtocolFile, find store.PackageFinder) (store.FileVerdict, error) {
		p, err := find(id)
		if p != nil {
			seen = string(p.Protocol)
		}
		return store.FileVerdict{Refused: "не применяется"}, err
	}); err != nil {
		t.Fatal(err)
	}
	if seen != "first" {
		t.Errorf("the file is compared with %q", seen)
	}
}

// Of two gateways that apply answers about one package the second sees what the
// first one applied while it waited.
func TestProtocolAppliedMeanwhileIsSeen(t *testing.T) {
	f := open(t)
	id, m := f.sent(t, "1", "2")
	if _, err := f.StoreAnswer(t.Context(), store.InAnswer{ID: "a1", OriginalMessageID: m.ID.String(), Kind: "content", Raw: []byte("raw"), Verified: true, Speaker: store.Speaker{Listed: true}}); err != nil {
		t.Fatal(err)
	}
	f.exec(t, `begin`)
	f.exec(t, `select from egisso.package for update`)
	seen := make(chan string, 1)
	go func() {
		_, err := f.ApplyNext(t.Context(), func(_ store.InAnswer, p *lifecycle.AnsweredPackage) (lifecycle.Verdict, error) {
			seen <- p.State + " " + string(p.Protocol)
			return lifecycle.Verdict{}, nil
		})
		if err != nil {
			seen <- err.Error()
		}
	}()
	for f.text(t, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == "0" {
		time.Sleep(time.Millisecond)
		f.exec(t, `select pg_stat_clear_snapshot()`)
	}
	f.exec(t, `update egisso.package set state = 'answered', result = 'partial'`)
	if _, err := f.conn.Exec(t.Context(), `insert into egisso.package_protocol (package_id, content) values ($1, 'first')`, id); err != nil {
		t.Fatal(err)
	}
	f.exec(t, `commit`)
	if got := <-seen; got != "answered first" {
		t.Errorf("the second gateway sees %q", got)
	}
}

// Whoever lost a message to another gateway does not say in the journal that it
// was not sent.
func TestLateFailureSaysNothingOfAMessageThatIsGone(t *testing.T) {
	for name, refuse := range map[string]bool{"put off": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.saveRows(t, row("1", "a"))
			f.decideAll(t, lifecycle.Ready)
			f.form(t)
			f.sign(t)
			begin := func() (*store.OutMessage, int64) {
				m := f.claim(t)
				attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				return m, attempt
			}
			slow, failing := begin()
			f.exec(t, `update egisso.message set claimed_until = now() - interval '1 second'`)
			m, attempt := begin()
			if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
				t.Fatal(err)
			}
			late, failure := f.RetryLater, store.Failure{Detail: "timeout", Info: "не отправлено", Review: "нужна помощь", After: time.Minute}
			if refuse {
				late = f.Refuse
			}
			if err := late(t.Context(), slow, failing, failure); err != nil {
				t.Fatal(err)
			}
			f.want(t, `select state || ' ' || info || ' ' || coalesce(review, '') from egisso.package`, "queued в очереди ")
			f.want(t, `select count(*) from egisso.attempt where finished_at is null`, "0")
		})
	}
}
