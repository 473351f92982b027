package main

import (
	"maps"
	"strings"
	"testing"
)

// nowhere is a configuration that serve takes, with nothing behind it: any file is a key.
var nowhere = map[string]string{
	"EGISSOGW_DATABASE_URL": "postgres://u@127.0.0.1:1/gateway", "EGISSOGW_SOURCE_DATABASE_URL": "postgres://u@127.0.0.1:1/mis",
	"EGISSOGW_PROVIDER_CODE": "0042.000001", "EGISSOGW_SMEV_URL": "http://127.0.0.1:1/ws", "EGISSOGW_SMEV_CERTIFICATES": "withdrawal_test.go", "EGISSOGW_SMEV_SENDERS": "EGISSO",
	"EGISSOGW_FTP_ADDRESS": "127.0.0.1:1", "EGISSOGW_SIGNER": "softkey", "EGISSOGW_SOFTKEY_KEY_FILE": "withdrawal_test.go", "EGISSOGW_SOFTKEY_CERTIFICATE_FILE": "withdrawal_test.go",
}

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
		maps.Copy(env, nowhere)
		_, _, log := run(t, env, "serve")
		if told := strings.Contains(log, "a version that is sent is withdrawn"); told != (tc.want != "") {
			t.Errorf("%s: serve says %s", name, log)
		}
	}
	_, out, _ := run(t, map[string]string{"EGISSOGW_WITHDRAWN_VERSIONS": "10.06.S=1.0.7@01.12.2025"}, "check")
	if !strings.Contains(out, "EGISSOGW_WITHDRAWN_VERSIONS: ожидаются") {
		t.Errorf("a wrong correction: %s", out)
	}
}
