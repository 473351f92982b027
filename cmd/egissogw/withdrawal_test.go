package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/config"
)

// A version the operator has withdrawn is taken with a word, and the day.
func TestWithdrawnVersionsAreTold(t *testing.T) {
	for name, tc := range map[string]struct{ versions, corrections, want string }{
		"withdrawn":  {"10.06.S=1.0.7", "", "01.12.2025"},
		"moved":      {"10.06.S=1.0.7", "10.06.S=1.0.7@2099-03-01", "выводится из эксплуатации с 01.03.2099"},
		"taken back": {"10.06.S=1.0.7", "10.06.S=1.0.7@off", ""},
		"current":    {"", "", ""},
	} {
		env := map[string]string{"EGISSOGW_KIND_VERSIONS": tc.versions, "EGISSOGW_WITHDRAWN_VERSIONS": tc.corrections}
		_, out, errs := run(t, env, "check")
		if told := strings.Contains(out, "из эксплуатации"); told != (tc.want != "") || !strings.Contains(out, tc.want) {
			t.Errorf("%s: check says %s%s", name, out, errs)
		}
		c, _ := config.Load(t.Context(), envconfig.MapLookuper(env))
		var log bytes.Buffer
		warnOfWithdrawal(c, slog.New(slog.NewTextHandler(&log, nil)))
		if told := strings.Contains(log.String(), "withdrawn"); told != (tc.want != "") {
			t.Errorf("%s: serve says %s", name, &log)
		}
	}
	_, out, _ := run(t, map[string]string{"EGISSOGW_WITHDRAWN_VERSIONS": "10.06.S=1.0.7@01.12.2025"}, "check")
	if !strings.Contains(out, "EGISSOGW_WITHDRAWN_VERSIONS: ожидаются") {
		t.Errorf("a wrong correction: %s", out)
	}
}
