package config_test

import (
	"errors"
	"testing"
	"time"

	"egissogw/config"
)

// A claim must last as long as the work under it: an upload in three attempts and
// the post of the message, or two signatures by an external program.
func TestLeaseOutlastsTheWorkUnderIt(t *testing.T) {
	command := map[string]string{
		"EGISSOGW_SIGNER":                   "command",
		"EGISSOGW_COMMAND_PATH":             writeFile(t, "sign", "x", 0o755),
		"EGISSOGW_COMMAND_CERTIFICATE_FILE": writeFile(t, "cert.pem", "x", 0o600),
	}
	for name, tc := range map[string]struct {
		lease, ftp, smev, command string // an empty one is the default
		ok                        bool
	}{
		"defaults":                      {ok: true},
		"defaults of the command":       {command: "30s", ok: true},
		"as long as sending":            {lease: "4m"},
		"longer than sending":           {lease: "241s", ok: true},
		"slow file storage":             {ftp: "2m"},
		"slow bus":                      {smev: "3m"},
		"slow file storage, long lease": {ftp: "2m", lease: "8m", ok: true},
		"as long as two signatures":     {command: "150s"},
		"longer than two signatures":    {command: "149s", ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			changes := map[string]string{"EGISSOGW_LEASE": tc.lease, "EGISSOGW_FTP_TIMEOUT": tc.ftp, "EGISSOGW_SMEV_TIMEOUT": tc.smev}
			if tc.command != "" {
				for variable, value := range command {
					changes[variable] = value
				}
				changes["EGISSOGW_COMMAND_TIMEOUT"] = tc.command
			}
			_, err := load(t, changes)
			if tc.ok {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var problems *config.Problems
			if !errors.As(err, &problems) || len(problems.List) != 1 || problems.List[0].Variable != "EGISSOGW_LEASE" {
				t.Errorf("error %v, want a problem with EGISSOGW_LEASE", err)
			}
		})
	}
}

// A file of the archive goes after everything in it has gone from the database.
func TestTheArchiveKeepsLonger(t *testing.T) {
	for name, tc := range map[string]struct {
		days, archive string
		ok            bool
	}{
		"for ever": {"0", "0", true}, "the database forgets": {"365", "0", true}, "as long": {"365", "365", true},
		"shorter": {"365", "364", false}, "the database never forgets": {"0", "365", false},
	} {
		_, err := load(t, map[string]string{"EGISSOGW_KEEP_DAYS": tc.days, "EGISSOGW_ARCHIVE_KEEP_DAYS": tc.archive})
		var problems *config.Problems
		if (err == nil) != tc.ok || err != nil && (!errors.As(err, &problems) || len(problems.List) != 1 || problems.List[0].Variable != "EGISSOGW_ARCHIVE_KEEP_DAYS") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A cron line that parses but never fires would stop a job in silence.
func TestScheduleThatNeverFiresIsRefused(t *testing.T) {
	for _, spec := range []string{"0 0 30 2 *", "0 0 31 4,6,9,11 *"} {
		var s config.Schedule
		if err := s.EnvDecode(spec); err == nil {
			t.Errorf("%q is taken", spec)
		}
	}
	for _, spec := range []string{"0 0 29 2 *", "*/5 8-18 * * 1-5", "@every 30s", "@yearly"} {
		var s config.Schedule
		if err := s.EnvDecode(spec); err != nil || s.Schedule.Next(time.Now()).IsZero() {
			t.Errorf("%q: %v", spec, err)
		}
	}
}
