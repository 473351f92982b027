package jobs_test

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

func (w *world) statuses() jobs.Statuses {
	return jobs.Statuses{Store: w.store, Switch: w.store, Bus: w.client, Now: w.clock.Now, Log: w.log}
}

// What the bus says of a message counts whichever way it comes, once.
func TestStatusesByEitherWay(t *testing.T) {
	for name, route := range map[string]smevtest.StatusRoute{
		"by GetStatus": smevtest.StatusByGetStatus, "both ways": smevtest.StatusByBoth,
	} {
		for _, version := range smev.Versions() {
			t.Run(name+", "+version.Name, func(t *testing.T) {
				w := newWorld(t, 1, io.Discard, func(o *smevtest.Options) { o.Statuses, o.StatusAck, o.RedeliverAfter = route, true, time.Minute })
				w.assemble(version)
				w.form.MaxRecords = 1000
				w.run(w.collect)
				w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
				w.script(smevtest.Rule{On: "SendRequest", Statuses: []string{"requestIsAcceptedBySmev"}, Reject: "InvalidContent"})
				w.everything()
				for range 3 { // nothing acknowledges a status, so the bus may give it again
					w.run(w.statuses())
					w.run(w.apply)
					w.advance(2 * time.Minute)
				}
				if n := w.count(`select count(*) from egisso.package where state = 'send_failed' and review like 'СМЭВ отклонила сообщение после приёма%'`); n != 1 {
					t.Errorf("%d packages failed by the bus's word", n)
				}
				if n := w.count(`select count(*) from egisso.answer where id like 'status:%'`); n != 2 {
					t.Errorf("%d statuses are stored, want 2", n)
				}
				if n := w.count(`select count(*) from egisso.answer where acked_at is null or applied_at is null`); n != 0 {
					t.Errorf("%d answers are not done with", n)
				}
			})
		}
	}
}

func TestForgedStatusIsKeptAndNotBelieved(t *testing.T) {
	w := newWorld(t, 1, io.Discard, func(o *smevtest.Options) { o.Statuses = smevtest.StatusByGetStatus })
	w.run(w.collect)
	w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
	w.script(smevtest.Rule{On: "SendRequest", Reject: "InvalidContent"})
	w.everything()
	w.script(smevtest.Rule{On: "GetStatus", Tamper: true})
	if _, err := w.statuses().Run(context.Background()); err == nil {
		t.Error("a forged status is no failure")
	}
	w.run(w.apply)
	if n := w.count(`select count(*) from egisso.raw_reply where state = 'unread'`); n != 1 {
		t.Errorf("%d forged statuses are kept", n)
	}
	if n := w.count(`select count(*) from egisso.package where state = 'send_failed'`); n != 0 {
		t.Error("a forged status decided something")
	}
}

func TestLinksTellHowTheBusLooks(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	var clock smev.ClockGauge
	w.assemble(smev.Version13, func(o *smev.Options) {
		o.ObserveClock = clock.Observe
		o.Now = func() time.Time { return w.clock.Now().Add(-time.Minute) } // ours is behind
	})
	down := &bus.Breaker{Policy: bus.BreakerPolicy{Threshold: 1}}
	down.Do(w.clock.Now, func(told func(error)) { told(smev.PortError(&smev.TransportError{})) })
	w.measuresAccepted()
	w.run(jobs.Links{Store: w.store, Bus: &bus.Breaker{}, Files: down, Clock: func() (store.LinkClock, bool) {
		r, known := clock.Reading()
		return store.LinkClock{Skew: r.Skew, Uncertainty: r.Uncertainty, MeasuredAt: r.At}, known
	}})
	w.run(jobs.Links{Store: w.store, Bus: &bus.Breaker{}, Files: down, Certificate: w.certificate(90)})
	w.run(jobs.Links{Store: w.store, Bus: &bus.Breaker{}, Files: down}) // a process that has not called yet
	st, err := w.store.Status(t.Context())
	if err != nil || len(st.Links) != 2 || st.Links[0].Name != "smev" || st.Links[0].DownSince != nil || st.Links[1].DownSince == nil || st.Links[1].Failures != 1 {
		t.Fatalf("links %+v, %v", st.Links, err)
	}
	if len(st.Certificates) != 1 || slices.ContainsFunc(st.Findings, ofCertificate) {
		t.Errorf("certificates %+v, findings %+v", st.Certificates, st.Findings)
	}
	c := st.Links[0].Clock
	if c == nil || (c.Skew-time.Minute).Abs() > c.Uncertainty+time.Second || st.Links[1].Clock != nil {
		t.Errorf("clock %+v, want a minute ahead of ours", c)
	}
}
