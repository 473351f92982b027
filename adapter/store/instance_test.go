package store_test

import (
	"strings"
	"testing"

	"egissogw/adapter/store"
)

// Two gateways that run with different settings are told of, with the names of these; one
// that stopped goes from the view, at once or by its age.
func TestInstances(t *testing.T) {
	f := open(t)
	second := opened(t, f.url)
	instance := func(pid int, code string) store.Instance {
		return store.Instance{PID: pid, Version: "1", Settings: map[string]string{"EGISSOGW_PROVIDER_CODE": code, "EGISSOGW_SETTLE": "0"}}
	}
	save := func(s *store.Store, i store.Instance) {
		t.Helper()
		if err := s.SaveInstance(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	save(f.Store, instance(1, "a"))
	save(second, instance(2, "a"))
	if text := finding(t, f, "instances_differ"); text != "" {
		t.Errorf("two that agree: %s", text)
	}
	f.want(t, `select format('%s %s', count(*), count(distinct settings_hash)) from egisso.running_instance`, "2 1")
	other := opened(t, f.url)
	save(other, instance(3, "b"))
	if text := finding(t, f, "instances_differ"); !strings.Contains(text, "EGISSOGW_PROVIDER_CODE") || strings.Contains(text, "EGISSOGW_SETTLE") {
		t.Errorf("two that differ: %q", text)
	}
	if st, err := f.Status(t.Context()); err != nil || len(st.Instances) != 3 || st.Instances[0].Hash == st.Instances[2].Hash {
		t.Errorf("status: %+v, %v", st.Instances, err)
	}
	f.exec(t, `update egisso.instance set seen_at = now() - interval '6 minutes' where pid = 3`)
	if text := finding(t, f, "instances_differ"); text != "" {
		t.Errorf("one that died counts: %s", text)
	}
	save(other, instance(3, "b")) // it only stood still
	if finding(t, f, "instances_differ") == "" {
		t.Error("one that came back does not count")
	}
	if err := other.EndInstance(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select count(*)::text from egisso.running_instance`, "2")

	if err := f.RememberContour(t.Context(), trial); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ResetContour(t.Context(), store.Contour{Bus: "b", Source: "s", SourceHosts: []string{"h"}, Provider: "p"}, false, "x"); err == nil || !strings.Contains(err.Error(), "остановите шлюзы") {
		t.Errorf("the contour changes under a gateway: %v", err)
	}
}

// A setting the database knows nothing of is said as such.
func TestApprovalThatOnlyASettingAsksFor(t *testing.T) {
	f := open(t)
	if err := f.SaveInstance(t.Context(), store.Instance{PID: 1, Version: "1", Settings: map[string]string{"EGISSOGW_APPROVAL": "another"}}); err != nil {
		t.Fatal(err)
	}
	if text := finding(t, f, "approval_differs"); !strings.Contains(text, "база не требует утверждать ничего") {
		t.Errorf("%q", text)
	}
}
