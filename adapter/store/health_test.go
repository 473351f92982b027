package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/store"
)

// Each story makes one thing wrong in a database in which all is well.
var healthStories = []struct {
	name, does string
	want       string // "severity code subject count", of all lines
}{
	{"all is well", ``, ""},
	{"serve never ran", `delete from egisso.job`, "todo serve_never  1"},
	{"serve fell silent", `update egisso.job set last_started_at = now() - interval '6 minutes'`, "trouble serve_silent  1"},
	{"one of two gateways lives", `insert into egisso.job (name, last_started_at) values ('collect', now() - interval '1 day')`, ""},
	{"signing is off", `select egisso.set_signing_service(false, 'проверка')`, "todo signing_off  1"},
	{"signing was forgotten", `select egisso.set_signing_service(false, 'проверка'); alter table egisso.service_log disable trigger user;
		update egisso.service_log set changed_at = now() - interval '25 hours'`, "trouble signing_off  1"},
	{"a job failed twice", `insert into egisso.job (name, failures, failing_since) values ('collect', 2, now())`, ""},
	{"a job fails again and again", `insert into egisso.job (name, failures, failing_since, last_error) values ('collect', 3, now(), 'password')`, "trouble job_failing collect 3"},
	{"the port is taken", `insert into egisso.job (name, failures, failing_since, last_error_at) values ('listener', 1, now() - interval '1 day', now() - interval '30 seconds')`, "trouble job_failing listener 1"},
	{"it was, for a gateway that ended", `insert into egisso.job (name, failures, failing_since, last_error_at) values ('listener', 9, now() - interval '1 day', now() - interval '6 minutes')`, ""},
	{"a rare job fails", `insert into egisso.job (name, failures, failing_since) values ('watch', 1, now() - interval '61 minutes')`, "trouble job_failing watch 1"},
	{"one password, three jobs", `insert into egisso.job (name, failures, failing_since) select n, 3, now() from unnest(array['collect', 'settle', 'reconcile']) n`, "trouble job_failing collect 3"},
	{"the bus is down", `insert into egisso.link (name, down_since, failures) values ('smev', now() - interval '6 minutes', 9);
		insert into egisso.job (name, failures, failing_since) select n, 3, now() from unnest(array['send', 'receive', 'listen', 'statuses']) n`, "trouble link_down smev 9"},
	{"the storage blinked", `insert into egisso.link (name, down_since, failures) values ('ftp', now(), 5);
		insert into egisso.job (name, failures, failing_since) values ('receive', 4, now())`, "trouble job_failing receive 4; todo link_down ftp 5"},
	{"a link nobody keeps", `insert into egisso.link (name, down_since, failures, updated_at) values ('smev', now(), 9, now() - interval '6 minutes')`, ""},
	{"a clock apart", `insert into egisso.link (name, skew, uncertainty, measured_at) values ('smev', '-301 seconds', '0.5 seconds', now())`, "trouble clock smev 1"},
	{"a clock uncertain", `insert into egisso.link (name, skew, uncertainty, measured_at) values ('smev', '61 seconds', '2 seconds', now())`, ""},
	{"a register rests", `insert into egisso.register_rest (register, provider, until, failures, reason) values ('fact', '0001.000001', now() + interval '1 minute', 1, 'x')`, "todo resting fact 0001.000001 1"},
	{"nothing passes", `insert into egisso.register_rest (register, provider, until, failures, reason) values ('fact', '0001.000001', now() + interval '1 minute', 3, 'x')`, "trouble resting fact 0001.000001 3"},
	{"reconciliation overdue", `insert into egisso.job (name, last_started_at) values ('reconcile', now());
		insert into egisso.reconciliation (register, started_at, finished_at, problem) values ('fact', now() - interval '3 days', now(), ''), ('fact', now(), now(), 'не видно')`,
		"trouble reconcile_overdue fact 1"},
	{"reconciliation never ended", `insert into egisso.job (name, last_started_at) values ('reconcile', now());
		insert into egisso.reconciliation (register, started_at) values ('fact', now() - interval '3 days')`, "trouble reconcile_overdue fact 1"},
	{"reconciliation is off", `insert into egisso.reconciliation (register, started_at, finished_at) values ('fact', now() - interval '3 days', now())`, ""},
	{"a reconciliation that does not start", running("'collect', 'reconcile'") + `; insert into egisso.job (name, last_started_at) values ('reconcile', now() - interval '3 days');
		insert into egisso.reconciliation (register, started_at, finished_at) values ('fact', now() - interval '3 days', now())`, "trouble reconcile_overdue fact 1"},
	{"one that was switched off since", running("'collect'") + `; insert into egisso.job (name, last_started_at) values ('reconcile', now() - interval '1 day');
		insert into egisso.reconciliation (register, started_at, finished_at) values ('fact', now() - interval '3 days', now())`, ""},
	{"a job that is switched off failed", running("'collect', 'send'") + `; insert into egisso.job (name, failures, failing_since) values ('archive', 9, now()), ('send', 9, now())`, "trouble job_failing send 9"},
	{"another gateway has it", running("'archive'") + ";" + running("'collect'") + `; insert into egisso.job (name, failures, failing_since) values ('archive', 9, now())`, "trouble job_failing archive 9"},
	{"no gateway says what it does", `insert into egisso.job (name, failures, failing_since) values ('archive', 9, now())`, "trouble job_failing archive 9"},
	{"a gateway did not start", failedStart("now() - interval '10 minutes'"), "trouble not_started  1"},
	{"long ago, and nobody works", failedStart("now() - interval '3 days'"), "trouble not_started  1"},
	{"long ago, and others work", failedStart("now() - interval '25 hours'") + ";" + running("'collect'"), ""},
	{"the certificate ends soon", `insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '07', now() + interval '29 days')`, "todo certificate 07 1"},
	{"the certificate ends", `insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '07', now() + interval '6 days')`, "trouble certificate 07 1"},
	{"a certificate that was exchanged", `insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '07', now() - interval '1 day'), ('\x02', '08', now() + interval '1 year');` +
		running("'collect'") + `; update egisso.instance set certificate = '\x02'`, ""},
	{"one over, in three jobs", `insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '07', now() - interval '1 day');
		insert into egisso.job (name, failures, failing_since, cause) select n, 9, now(), 'signing' from unnest(array['send', 'receive', 'listen']) n`, "trouble certificate 07 1"},
	{"a signing program that hangs", `insert into egisso.job (name, failures, failing_since, cause) select n, 9, now(), 'signing' from unnest(array['send', 'receive', 'listen']) n`, "trouble signing  9"},
	{"one the bus does not know", `insert into egisso.job (name, failures, failing_since, cause) select n, 9, now(), 'unregistered' from unnest(array['receive', 'listen']) n`, "trouble unregistered  9"},
	{"serve was stopped", `update egisso.job set last_started_at = now() - interval '90 seconds'`, "trouble serve_silent  1"},
	{"serve is at work", running("'collect'") + `; update egisso.job set last_started_at = now() - interval '90 seconds'`, ""},
	{"facts are late", `insert into egisso.package (id, register, format, format_version, provider, state, result, record_count, queued_at, closed_at) values (md5('late')::uuid, 'fact', '10.06.S', '1.1.0', 'p', 'answered', 'accepted', 9, now(), now());
		insert into egisso.package_total values (md5('late')::uuid, 'm', 9, 9, 0, 2)`, ""},
	{"where they may not be", `update egisso.report_term set days = 3`, "todo facts_late  2"},
	{"they are no more", `delete from egisso.package_total`, ""},
	{"a row to correct", `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, row_findings) values ('fact', '1', '1', now(), false, '[{"severity": "error"}]'), ('fact', '2', '2', now(), true, '[{"severity": "error"}]')`, "todo blocked fact 1"},
	{"an organisation without a code", `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) values ('onmsz', '7', '7', now(), false);
		insert into egisso.record (id, register, row_key, kind, provider, state) values (gen_random_uuid(), 'onmsz', '7', 'application', 'p', 'rejected')`, "todo code_unknown 7 1"},
	{"its code was typed into the МИС", `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, participant_code) values ('onmsz', '7', '7', now(), false, '0042.000001');
		insert into egisso.record (id, register, row_key, kind, provider, state) values (gen_random_uuid(), 'onmsz', '7', 'application', 'p', 'rejected')`, ""},
	{"another rule than the settings say", `delete from egisso.approval_rule; select egisso.require_approval('lmsz', true), egisso.require_approval('fact');
		insert into egisso.instance (process, pid, version, started_at, settings) values (gen_random_uuid(), 1, 'v', now(), jsonb_build_object('EGISSOGW_APPROVAL', '` + hashOf("fact+") + `'))`,
		"trouble approval_differs  1"},
	{"the rule the settings say", running("'collect'") + `; update egisso.instance set settings = jsonb_build_object('EGISSOGW_APPROVAL', '` + hashOf("fact,lmsz+lmsz") + `')`, ""},
	{"worst first", `select egisso.set_signing_service(false, 'проверка'); update egisso.job set last_started_at = now() - interval '1 day';
		insert into egisso.job (name, failures, failing_since) values ('collect', 3, now())`, "trouble serve_silent  1; trouble job_failing collect 3; todo signing_off  1"},
}

// running is a gateway with these jobs, in quotes.
func running(jobs string) string {
	return `insert into egisso.instance (process, pid, version, started_at, settings, jobs) values (gen_random_uuid(), 1, 'v', now(), '{}', array[` + jobs + `])`
}

func failedStart(at string) string {
	return `insert into egisso.failed_start (machine, failed_at, version, problem, lasting) values ('m', ` + at + `, 'v', 'ПИН-код неверен', true)`
}

// hashOf is the hash of a setting as config.ValueHash makes it.
func hashOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

func TestHealth(t *testing.T) {
	f := open(t)
	const well = `truncate egisso.job, egisso.link, egisso.register_rest, egisso.reconciliation, egisso.signing_certificate, egisso.instance, egisso.failed_start;
		delete from egisso.record; delete from egisso.source_row; insert into egisso.job (name, last_started_at) values ('links', now());
		alter table egisso.service_log enable trigger user; select egisso.set_signing_service(true, 'проверка')`
	for _, story := range healthStories {
		if _, err := f.conn.Exec(t.Context(), well+";"+story.does); err != nil {
			t.Fatalf("%s: %v", story.name, err)
		}
		list, err := f.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range list {
			got = append(got, fmt.Sprintf("%s %s %s %d", found.Severity, found.Code, found.Subject, found.Count))
			if found.Text == "" || found.Advice == "" {
				t.Errorf("%s: %+v says nothing", story.name, found)
			}
		}
		if text := strings.Join(got, "; "); text != story.want {
			t.Errorf("%s: %q, want %q", story.name, text, story.want)
		}
		if store.Troubled(list) != strings.HasPrefix(story.want, "trouble") {
			t.Errorf("%s: troubled %v", story.name, store.Troubled(list))
		}
	}
}

// A job fails since the first failure after its last success.
func TestFailingSince(t *testing.T) {
	f := open(t)
	note := func(failure string) {
		t.Helper()
		if err := f.JobStarted(t.Context(), "collect"); err != nil {
			t.Fatal(err)
		}
		if err := f.JobFinished(t.Context(), "collect", failure, ""); err != nil {
			t.Fatal(err)
		}
	}
	note("")
	since := time.Now()
	for range 3 {
		note("МИС: password")
	}
	list, err := f.Health(t.Context())
	if err != nil || len(list) == 0 || list[0].Code != "job_failing" || list[0].Since.Before(since.Add(-time.Second)) ||
		!strings.Contains(list[0].Text, "чтение изменений МИС") || list[0].Detail != "МИС: password" {
		t.Errorf("%+v, %v", list, err)
	}
	note("")
	if list, err = f.Health(t.Context()); err != nil || store.Troubled(list) {
		t.Errorf("%+v, %v", list, err)
	}
}
