package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/store"
)

// Whoever lost a message to another gateway does not say in the journal that it
// was not sent.
func TestLateFailureSaysNothingOfAMessageThatIsGone(t *testing.T) {
	for name, refuse := range map[string]bool{"put off": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.saveRows(t, row("1", "a"))
			f.decideAll(t, store.Ready)
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
