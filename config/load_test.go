package config_test

import (
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/config"
)

// writeFile makes a file for a variable that wants one.
func writeFile(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// valid returns the least configuration that is right.
func valid(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"EGISSOGW_DATABASE_URL":             "postgres://gateway@localhost/egisso",
		"EGISSOGW_SOURCE_DATABASE_URL":      "postgres://reader@localhost/mis",
		"EGISSOGW_PROVIDER_CODE":            "0123.000001",
		"EGISSOGW_SMEV_URL":                 "http://127.0.0.1:7500/ws",
		"EGISSOGW_SMEV_CERTIFICATES":        writeFile(t, "bus.pem", "x", 0o600),
		"EGISSOGW_FTP_ADDRESS":              "127.0.0.1",
		"EGISSOGW_SIGNER":                   "softkey",
		"EGISSOGW_SOFTKEY_KEY_FILE":         writeFile(t, "key.pem", "x", 0o600),
		"EGISSOGW_SOFTKEY_CERTIFICATE_FILE": writeFile(t, "cert.pem", "x", 0o600),
	}
}

// load reads valid variables with changes; an empty change unsets a variable.
func load(t *testing.T, changes map[string]string) (config.Config, error) {
	t.Helper()
	env := valid(t)
	maps.Copy(env, changes)
	return config.Load(t.Context(), envconfig.MapLookuper(env))
}

func TestLeastConfigurationGetsDefaults(t *testing.T) {
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"database":  c.Database.URL.Reveal(),
		"schema":    c.Source.Schema,
		"overlap":   c.Source.Overlap,
		"smev":      c.SMEV.Schema,
		"trust":     c.SMEV.Trust,
		"ftp":       c.FTP.Address,
		"password":  c.FTP.Password.Reveal(),
		"records":   c.Package.Records,
		"file name": c.Package.FileName("0b5f"),
		"zone":      c.Job.TimeZone.String(),
		"collect":   c.Job.Collect.Spec,
		"answer":    c.Job.AnswerTerm,
		"level":     c.Log.Level,
		"format":    c.Log.Format,
	}
	want := map[string]any{
		"database":  "postgres://gateway@localhost/egisso",
		"schema":    "egisso_source",
		"overlap":   10 * time.Minute,
		"smev":      "1.3",
		"trust":     "pinned",
		"ftp":       "127.0.0.1:21",
		"password":  "smev",
		"records":   1000,
		"file name": "facts_0b5f.xml",
		"zone":      "Europe/Moscow",
		"collect":   "@every 30s",
		"answer":    72 * time.Hour,
		"level":     slog.LevelInfo,
		"format":    "text",
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %v, want %v", name, got[name], want[name])
		}
	}
	if c.Job.Collect.Schedule == nil {
		t.Error("a schedule without cron.Schedule")
	}
}

// TestEveryBadVariableIsNamed gives each variable a wrong value: the error names
// that variable and only it, and never shows the value.
func TestEveryBadVariableIsNamed(t *testing.T) {
	const secretish = "zЖqх7"
	cases := []struct{ variable, value string }{
		{"DATABASE_URL", "postgres://user:" + secretish + "@host:port/"},
		{"DATABASE_TIMEOUT", secretish},
		{"DATABASE_TIMEOUT", "1h"},
		{"SOURCE_DATABASE_URL", "host=" + secretish + " port=x"},
		{"SOURCE_SCHEMA", "a;drop " + secretish},
		{"SOURCE_OVERLAP", "-1s"},
		{"SOURCE_TIMEOUT", "10"},
		{"PROVIDER_CODE", "01I3.000001"},
		{"PROVIDER_CODE", "0123.00001"},
		{"SMEV_URL", "ftp://" + secretish},
		{"SMEV_URL", "http://user:" + secretish + "@host/"},
		{"SMEV_SCHEMA", "1.4"},
		{"SMEV_TIMEOUT", "0s"},
		{"SMEV_REPLY_LIMIT", "1MB"},
		{"SMEV_REPLY_LIMIT", "10"},
		{"SMEV_CERTIFICATES", "/nowhere/" + secretish},
		{"SMEV_TRUST", "all"},
		{"SMEV_TEST_MESSAGE", "да"},
		{"SMEV_NODE_ID", strings.Repeat("x", 51)},
		{"SMEV_BUSINESS_PROCESS_METADATA", "<a xmlns='urn:x'>" + secretish},
		{"SMEV_BUSINESS_PROCESS_METADATA", "<a>" + secretish + "</a>"},
		{"SMEV_BUSINESS_PROCESS_METADATA", secretish},
		{"FTP_ADDRESS", "ftp://host/"},
		{"FTP_ADDRESS", "host:0"},
		{"FTP_TIMEOUT", "1"},
		{"SIGNER", "token"},
		{"SOFTKEY_KEY_FILE", "/nowhere/" + secretish},
		{"SOFTKEY_CERTIFICATE_FILE", "/"},
		{"SOFTKEY_PASSWORD_FILE", "/nowhere/" + secretish},
		{"DATABASE_URL_FILE", "/nowhere/" + secretish},
		{"PKCS11_KEY_ID", "abc"},
		{"COMMAND_ARGS", `["` + secretish},
		{"PACKAGE_RECORDS", "1001"},
		{"PACKAGE_RECORDS", "0"},
		{"PACKAGE_BYTES", "x"},
		{"FACT_FILE_NAME", "../{package}"},
		{"FACT_FILE_NAME", "1{package}.xml"},
		{"EXPORT_FILE_NAME", "facts.xml"},
		{"EXPORT_FILE_NAME", "../{package}.xml"},
		{"EXPORT_FILE_NAME", "{package} {name}.xml"},
		{"FACTS_ACTUAL_ON", "01.01.2024"},
		{"FORM_ON_COMMAND", "facts"},
		{"FORM_ON_COMMAND", "fact lmsz"},
		{"APPROVAL_AGREE", "fact"},
		{"FACT_MIME_TYPE", "xml"},
		{"FACT_NAMESPACE_URI", "10.06.S"},
		{"KIND_VERSIONS", "10.06.S"},
		{"EVENT_POLICY", "expired"},
		{"PERSON_CHANGES", "ask"},
		{"RULE_POLICY", "019=maybe"},
		{"RULE_POLICY", "019=warn,019=off"},
		{"RULE_POLICY", secretish},
		{"COMMAND_INPUT", secretish},
		{"SCHEDULE_COLLECT", "every minute"},
		{"SCHEDULE_FORM", "TZ=Europe/Moscow"},
		{"SCHEDULE_SEND", "@every " + secretish},
		{"SCHEDULE_RECEIVE", "61 * * * *"},
		{"SCHEDULE_APPLY", "* * * *"},
		{"SCHEDULE_APPLY", "0 0 30 2 *"},
		{"OWNER_DATABASE_URL", "postgres://user:" + secretish + "@host:port/"},
		{"TIME_ZONE", "Moskva"},
		{"LEASE", "30s"},
		{"RETRY_MIN", "30m"},
		{"RETRY_MAX", "25h"},
		{"ANSWER_TERM", "3 days"},
		{"MESSAGE_ID_LIMIT", "48h"},
		{"SHUTDOWN_TIMEOUT", "-"},
		{"LOG_LEVEL", "trace"},
		{"LOG_FORMAT", "pretty"},
	}
	for _, tc := range cases {
		t.Run(tc.variable+"="+tc.value, func(t *testing.T) {
			changes := map[string]string{"EGISSOGW_" + tc.variable: tc.value}
			if tc.variable == "DATABASE_URL_FILE" {
				changes["EGISSOGW_DATABASE_URL"] = ""
			}
			_, err := load(t, changes)
			var problems *config.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v is not *Problems", err)
			}
			if len(problems.List) != 1 || problems.List[0].Variable != "EGISSOGW_"+tc.variable {
				t.Errorf("problems %v", problems.List)
			}
			// An absolute path is a name, and shown; what stands in the place of one may be a secret.
			if strings.HasPrefix(tc.value, "/") {
				if !strings.Contains(err.Error(), "файл "+tc.value+" ") {
					t.Errorf("the error does not name the file: %v", err)
				}
				return
			}
			if len(tc.value) > 4 && strings.Contains(err.Error(), tc.value) || strings.Contains(err.Error(), secretish) {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
}

func TestNothingSetReportsEverythingRequired(t *testing.T) {
	_, err := config.Load(t.Context(), envconfig.MapLookuper(nil))
	var problems *config.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems.List {
		got = append(got, strings.TrimPrefix(p.Variable, config.Prefix))
	}
	want := []string{"DATABASE_URL", "SOURCE_DATABASE_URL", "PROVIDER_CODE", "SMEV_URL", "SMEV_CERTIFICATES", "FTP_ADDRESS", "SIGNER"}
	if !slices.Equal(got, want) {
		t.Errorf("reported %v, want %v", got, want)
	}
	if err := problems.Of("database"); err == nil || strings.Contains(err.Error(), "SMEV") {
		t.Errorf("problems of the database group: %v", err)
	}
	if err := problems.Of("job", "log"); err != nil {
		t.Errorf("problems of groups that have none: %v", err)
	}
}

func TestScheduleCanBeSwitchedOff(t *testing.T) {
	c, err := load(t, map[string]string{"EGISSOGW_SCHEDULE_FORM": "off", "EGISSOGW_SCHEDULE_SEND": "*/5 8-18 * * 1-5"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Job.Form.Schedule != nil {
		t.Error("off still has a schedule")
	}
	if c.Job.Send.Schedule == nil {
		t.Error("a cron line gave no schedule")
	}
}

func TestUnknownFindsTypingErrors(t *testing.T) {
	got := config.Unknown([]string{"PATH=/bin", "EGISSOGW_SMEV_URL=x", "EGISSOGW_SMEV_ULR=x", "EGISSOGW_DATABASE_URL_FILE=x", "EGISSOGW_OTHER=x", "egissogw_Provider_code=x", "EGISSOGW_SMEV_SENDER=x"})
	if !slices.Equal(got, []config.UnknownVariable{
		{Name: "EGISSOGW_SMEV_ULR", Like: "EGISSOGW_SMEV_URL"}, {Name: "EGISSOGW_OTHER"},
		{Name: "egissogw_Provider_code", Like: "EGISSOGW_PROVIDER_CODE"}, {Name: "EGISSOGW_SMEV_SENDER", Like: "EGISSOGW_SMEV_SENDERS"},
	}) {
		t.Errorf("unknown variables %v", got)
	}
}
