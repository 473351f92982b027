package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/store"
)

// runs has a job run once.
func runs(t *testing.T, l *store.JobLog, name, failure string) {
	t.Helper()
	fails(t, l, name, failure, "")
}

func fails(t *testing.T, l *store.JobLog, name, failure string, cause store.JobCause) {
	t.Helper()
	if err := l.JobStarted(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := l.JobFinished(t.Context(), name, failure, cause); err != nil {
		t.Fatal(err)
	}
}

// jobVersions tell every write of the table from none.
const jobVersions = `select string_agg(name || ' ' || xmin, ', ' order by name) from egisso.job`

// A healthy run after another writes nothing; after a minute one statement notes all of them.
func TestHealthyRunsAreNotedTogether(t *testing.T) {
	f := open(t)
	now := time.Now()
	l := f.JobLog(func() time.Time { return now })
	for _, name := range []string{"send", "receive"} {
		runs(t, l, name, "")
	}
	f.want(t, `select string_agg(name, ' ' order by name) from egisso.job where last_started_at <= last_success_at`, "receive send")
	before := f.text(t, jobVersions)
	for range 5 {
		now = now.Add(10 * time.Second)
		runs(t, l, "receive", "")
		runs(t, l, "send", "")
	}
	f.want(t, jobVersions, before)

	f.exec(t, `update egisso.job set last_started_at = now() - interval '1 minute', last_success_at = now() - interval '1 minute'`)
	now = now.Add(10 * time.Second)
	runs(t, l, "send", "")
	f.want(t, `select count(*) from egisso.job where last_started_at > now() - interval '30 seconds' and last_success_at > now() - interval '30 seconds'`, "2")
	f.want(t, `select count(distinct xmin::text) from egisso.job`, "1")
	f.want(t, `select last_started_at < (select last_started_at from egisso.job where name = 'send') from egisso.job where name = 'receive'`, "true")
}

// What fails and what works again is written at once, and a job that seldom runs is seen to begin.
func TestChangesOfJobsAreNotedAtOnce(t *testing.T) {
	f := open(t)
	now := time.Now()
	l := f.JobLog(func() time.Time { return now })
	state := `select failures || ' ' || last_error || ' ' || (failing_since is not null) from egisso.job where name = 'collect'`
	runs(t, l, "collect", "")
	for _, want := range []string{"1 x true", "2 x true", "3 x true"} {
		now = now.Add(10 * time.Second)
		runs(t, l, "collect", "x")
		f.want(t, state, want)
	}
	f.want(t, `select code from egisso.health_now() where code = 'job_failing'`, "job_failing")
	now = now.Add(10 * time.Second)
	runs(t, l, "collect", "")
	f.want(t, state, "0  false")

	f.exec(t, `update egisso.job set last_started_at = now() - interval '1 hour'`)
	now = now.Add(time.Hour)
	if err := l.JobStarted(t.Context(), "collect"); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select last_started_at > now() - interval '1 minute' from egisso.job`, "true")
}

// Two gateways note in one row. Who is healthy takes back what failed before, and nothing of later.
func TestHealthyNeighbourTakesFailuresBack(t *testing.T) {
	f := open(t)
	now := time.Now()
	healthy, failing := f.JobLog(func() time.Time { return now }), f.JobLog(func() time.Time { return now })
	runs(t, healthy, "collect", "")
	failures := `select failures from egisso.job where name = 'collect'`
	runs(t, failing, "collect", "x")
	runs(t, failing, "collect", "x")
	f.want(t, failures, "2")
	runs(t, healthy, "collect", "")
	f.want(t, failures, "0")

	runs(t, healthy, "collect", "") // remembered only
	runs(t, failing, "collect", "x")
	now = now.Add(time.Second)
	f.exec(t, `update egisso.job set last_error_at = now() + interval '1 second' where name = 'collect'`)
	runs(t, healthy, "send", "") // writes what is remembered
	f.want(t, failures, "1")
}

// What was noted by a clock of the database that was set back since does not hide for an hour that jobs work again, or
// that they are silent.
func TestJobsAreNotedOfNoTimeToCome(t *testing.T) {
	f := open(t)
	now := time.Now()
	l := f.JobLog(func() time.Time { return now })
	runs(t, l, "links", "")
	runs(t, l, "links", "x")
	f.exec(t, `update egisso.job set last_success_at = now() + interval '1 hour', last_error_at = now() + interval '1 hour'`)
	now = now.Add(10 * time.Second)
	if err := l.JobStarted(t.Context(), "links"); err != nil {
		t.Fatal(err)
	}
	f.exec(t, `update egisso.job set last_started_at = last_success_at`)
	if err := l.JobFinished(t.Context(), "links", "", ""); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select failures || last_error || (last_started_at <= now()) || (last_success_at <= now()) from egisso.job`, "0truetrue")
}

// What fails many jobs at once is one finding, by the cause that was noted, until a run goes well.
func TestCauseOfFailures(t *testing.T) {
	f := open(t)
	now := time.Now()
	l := f.JobLog(func() time.Time { return now })
	for cause, want := range map[store.JobCause]string{
		store.CauseSigning: "signing", store.CauseUnregistered: "unregistered", "": "job_failing receive, job_failing send",
	} {
		for range 3 {
			for _, name := range []string{"receive", "send"} {
				now = now.Add(time.Second)
				fails(t, l, name, "x", cause)
			}
		}
		f.want(t, `select string_agg(btrim(code || ' ' || subject), ', ' order by subject) from egisso.health where code in ('signing', 'unregistered', 'job_failing')`, want)
		for _, name := range []string{"receive", "send"} {
			now = now.Add(time.Second)
			fails(t, l, name, "", "")
		}
		f.want(t, `select count(*) from egisso.job where cause <> '' or failures > 0`, "0")
	}
}
