package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/store"
)

// What a gateway says of itself is kept by the database's clock, an hour ahead of which, or behind, its own may be.
func TestGatewayWithAnotherClock(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.instance (process, pid, version, started_at, seen_at, settings, outdated_at)
		values (gen_random_uuid(), 1, '1.0', now() - interval '1 hour', now() - interval '1 hour', '{}', now() - interval '1 minute')`)
	behind := time.Now().Add(-time.Hour)
	if err := f.SaveInstance(t.Context(), store.Instance{PID: 2, Version: "1.1", Started: behind, Settings: map[string]string{"EGISSOGW_SETTLE": "0"}}); err != nil {
		t.Fatal(err)
	}
	if text := finding(t, f, "outdated"); text != "" {
		t.Errorf("another started since: %s", text)
	}

	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		theirs := time.Now().Add(off)
		since := theirs.Add(-6 * time.Minute)
		l := store.Link{Name: "smev", Failures: 9, DownSince: &since, Clock: &store.LinkClock{Skew: 2 * time.Minute, MeasuredAt: theirs.Add(-50 * time.Minute)}}
		if err := f.SaveLink(t.Context(), l, theirs); err != nil {
			t.Fatal(err)
		}
		f.want(t, `select string_agg(code || ' ' || severity || ' ' || coalesce((since between now() - interval '7 minutes' and now() - interval '5 minutes')::text, ''), ', ' order by code)
			from egisso.health where code in ('link_down', 'clock')`, "clock todo , link_down trouble true")
	}
}

// A gateway that is restarted is not missed, whenever its last note was; one that stays away is, a minute later.
func TestRestartIsNoSilence(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.job (name, last_started_at) values ('links', now() - interval '110 seconds')`)
	if err := f.SaveInstance(t.Context(), store.Instance{PID: 1, Version: "1", Settings: map[string]string{"EGISSOGW_SETTLE": "0"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.EndInstance(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := finding(t, f, "serve_silent"); text != "" {
		t.Errorf("it ended just now: %s", text)
	}
	f.exec(t, `update egisso.job set last_started_at = last_started_at - interval '61 seconds'`)
	if finding(t, f, "serve_silent") == "" {
		t.Error("nobody works")
	}
}
