package store_test

import (
	"errors"
	"strings"
	"testing"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

var trial = store.Contour{Bus: "test:80", Test: true, Source: "mis.views", SourceHosts: []string{"a:5432", "b:5432"}, Provider: "0001.000001"}

// A database is of the contour of the first gateway, and refuses another one; a МИС that
// may be in several places is the same in one of them.
func TestContourIsRemembered(t *testing.T) {
	f := open(t)
	if err := f.InContour(t.Context(), trial); err != nil {
		t.Fatalf("before any is remembered: %v", err)
	}
	if err := f.RememberContour(t.Context(), trial); err != nil {
		t.Fatal(err)
	}
	moved := trial
	moved.SourceHosts = []string{"c:5432", "b:5432"}
	if err := f.RememberContour(t.Context(), moved); err != nil {
		t.Errorf("one host of the МИС is the same: %v", err)
	}
	for what, change := range map[string]func(*store.Contour){
		"СМЭВ":             func(c *store.Contour) { c.Bus = "real:80" },
		"тестовый признак": func(c *store.Contour) { c.Test = false },
		"МИС":              func(c *store.Contour) { c.Source = "copy.views" },
		"c:5432":           func(c *store.Contour) { c.SourceHosts = []string{"c:5432"} },
		"поставщик":        func(c *store.Contour) { c.Provider = "0002.000002" },
	} {
		other := trial
		change(&other)
		err := f.RememberContour(t.Context(), other)
		if refused := (*store.OtherContourError)(nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
		if text := finding(t, f, "contour"); !strings.Contains(text, what) {
			t.Errorf("%s: status says %q", what, text)
		}
	}
	st, err := f.Status(t.Context())
	if err != nil || st.Contour == nil || st.Contour.Bus != trial.Bus {
		t.Errorf("status: %+v, %v", st.Contour, err)
	}
}

// finding is the text of the first finding with that code, "" if there is none.
func finding(t *testing.T, f fixture, code string) string {
	t.Helper()
	st, err := f.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range st.Findings {
		if found.Code == code {
			return found.Text + " " + found.Advice
		}
	}
	return ""
}

// Until anything left the contour may be another one, and what another МИС said is
// forgotten. Afterwards only addresses change: what one ЕГИССО accepted is not accepted by
// another one.
func TestContourIsReset(t *testing.T) {
	f := open(t)
	reset := func(c store.Contour, same bool, reason string) error {
		_, err := f.ResetContour(t.Context(), c, same, reason)
		return err
	}
	real := store.Contour{Bus: "real:80", Source: "mis.views", SourceHosts: []string{"real:5432"}, Provider: trial.Provider}
	if err := reset(real, false, "до первого запуска"); err == nil {
		t.Error("nothing is remembered, and it is reset")
	}
	if err := f.RememberContour(t.Context(), trial); err != nil {
		t.Fatal(err)
	}
	f.saveRows(t, row("1", "a"))
	f.follow(t, true, lifecycle.Ready)
	if reset(real, false, " ") == nil || reset(trial, false, "тот же") == nil {
		t.Error("reset without a reason or a change")
	}
	if err := reset(real, false, "ошибка в настройках"); err != nil {
		t.Fatal(err)
	}
	if err := f.InContour(t.Context(), real); err != nil || finding(t, f, "contour") != "" {
		t.Errorf("after the reset: %v", err)
	}
	f.want(t, `select string_agg(format('%s %s', deleted, dirty), ',') from egisso.source_row`, "t t")
	f.want(t, `select count(*)::text from egisso.source_content`, "0")
	f.want(t, `select reason from egisso.operation_log where action = 'reset_contour'`, "ошибка в настройках")

	_, m := f.sent(t, "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "2")})
	if err := reset(trial, false, "вернуть"); err == nil || !strings.Contains(err.Error(), "новую базу") {
		t.Errorf("what was accepted elsewhere is accepted here: %v", err)
	}
	if err := reset(trial, true, "сменился адрес"); err != nil {
		t.Error(err)
	}
	f.want(t, `select count(*)::text from egisso.source_row where accepted_id is not null`, "1")
}
