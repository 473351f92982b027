package store_test

import (
	"testing"

	"egissogw/adapter/egisso/lifecycle"
)

// What a clock that was a day ahead claimed or put off goes on; pauses of the right clock stay.
func TestAClockThatWasAheadPutsNothingOff(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		waits  bool
	}{
		"a lease of tomorrow": {`update egisso.message set claimed_until = now() + interval '25 hours'`, false},
		"a pause after a try of tomorrow": {`insert into egisso.attempt (message_id, started_at) select id, now() + interval '1 day' from egisso.message;
			update egisso.message set next_attempt_at = now() + interval '25 hours'`, false},
		"a pause beside a package of tomorrow": {`update egisso.package set created_at = now() + interval '1 day';
			update egisso.message set next_attempt_at = now() + interval '25 hours'`, false},
		"a lease of now":                        {`update egisso.message set claimed_until = now() + interval '1 hour'`, true},
		"a pause after a try of now":            {`insert into egisso.attempt (message_id) select id from egisso.message`, true},
		"a pause of now beside one of tomorrow": {`update egisso.package set created_at = now() + interval '1 day'`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			f.saveRows(t, row("1", "first"))
			f.decideAll(t, lifecycle.Ready)
			f.form(t)
			f.sign(t)
			f.exec(t, `update egisso.message set next_attempt_at = now() + interval '20 minutes'`)
			f.exec(t, c.change)
			n, err := f.ForgetFuture(t.Context())
			if err != nil || (n == 0) != c.waits {
				t.Fatalf("%d go on, %v", n, err)
			}
			want := "true"
			if c.waits {
				want = "false"
			}
			f.want(t, `select bool_and(next_attempt_at <= now() and coalesce(claimed_until, '-infinity') < now())::text from egisso.message`, want)
		})
	}
}

// A package that failed while the clock was ahead makes its register rest no longer than one
// that failed when it was formed.
func TestAFailureOfTomorrowMakesNoRegisterRest(t *testing.T) {
	t.Parallel()
	f := open(t)
	_, m := f.sent(t, "1", "3")
	f.answer(t, "a1", m, lifecycle.Verdict{Returned: true, Info: "не обработан"})
	f.exec(t, `update egisso.package set created_at = now() - interval '2 hours', suspect = false`)
	f.saveRows(t, row("2", "first"))
	f.decideAll(t, lifecycle.Ready)
	if _, n := f.form(t); n != 0 {
		t.Fatalf("%d records go right after a failure", n)
	}
	f.exec(t, `update egisso.package set closed_at = now() + interval '1 day'`)
	if _, n := f.form(t); n == 0 {
		t.Error("the register rests until tomorrow")
	}
	f.want(t, `select count(*) from egisso.resting_register where until > now()`, "0")
}
