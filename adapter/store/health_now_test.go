package store_test

import (
	"slices"
	"testing"

	"egissogw/adapter/store"
)

// What makes a line of each code appear, in a database in which nothing ever was.
var healthOf = map[string]string{
	"read_only":    `set local default_transaction_read_only = on`,
	"contour":      `insert into egisso.contour (bus, test, source, source_hosts, provider, since, refused_at) values ('b', true, 's', '{h}', 'p', now() - interval '1 hour', now())`,
	"archive_loss": `insert into egisso.archive_loss (kind, id) values ('sent', '1')`,
	"archive":      `insert into egisso.archive_trouble (process, problem) values (gen_random_uuid(), 'x')`,
	"serve_silent": `insert into egisso.job (name, last_started_at) values ('links', now() - interval '6 minutes')`,
	"serve_never":  ``,
	"signing_off":  ``,
	"not_started":  `insert into egisso.failed_start (machine, version, problem, lasting) values ('m', 'v', 'x', true)`,
	"outdated":     `insert into egisso.instance (process, pid, version, started_at, settings, outdated_at, seen_at) values (gen_random_uuid(), 1, 'v', now(), '{}', now(), now() - interval '1 hour')`,
	"instances_differ": `insert into egisso.instance (process, pid, version, started_at, settings) values
		(gen_random_uuid(), 1, 'v', now(), '{"A": "1"}'), (gen_random_uuid(), 2, 'v', now(), '{"A": "2"}')`,
	"approval_differs": `insert into egisso.instance (process, pid, version, started_at, settings) values (gen_random_uuid(), 1, 'v', now(), jsonb_build_object('EGISSOGW_APPROVAL', 'another'))`,
	"approval":         `insert into egisso.approval_rule (register) values ('fact');` + healthPackage + `update egisso.package set created_at = now() - interval '2 days'`,
	"disapproved": `insert into egisso.approval_rule (register) values ('fact');` + healthPackage + `
		insert into egisso.approval (package_id, step, content, who, reason) values (md5('p')::uuid, 'disapprove', '\x', 'w', 'не та мера')`,
	"certificate":       `insert into egisso.signing_certificate (fingerprint, serial, ends_at) values ('\x01', '07', now() + interval '29 days')`,
	"signing":           `insert into egisso.job (name, failures, failing_since, cause) values ('send', 3, now(), 'signing')`,
	"unregistered":      `insert into egisso.job (name, failures, failing_since, cause) values ('send', 1, now(), 'unregistered')`,
	"job_failing":       `insert into egisso.job (name, failures, failing_since) values ('collect', 3, now())`,
	"link_down":         `insert into egisso.link (name, down_since, failures) values ('smev', now(), 1)`,
	"clock":             `insert into egisso.link (name, skew, uncertainty, measured_at) values ('smev', '-301 seconds', '0.5 seconds', now())`,
	"source_held":       `insert into egisso.source_holder (xid, who, ends, since) values (1, 'w', 'e', now() - interval '1 hour')`,
	"expired":           healthPackage + `update egisso.package set state = 'expired', queued_at = now()`,
	"package":           healthPackage + `update egisso.package set review = 'посмотрите'`,
	"resting":           `insert into egisso.register_rest (register, provider, until, failures, reason) values ('fact', 'p', now() + interval '1 minute', 1, 'x')`,
	"sender_unknown":    `insert into egisso.answer (id, kind, raw, verified, part, sender, held_at) values ('a', 'k', '\x01', true, 'egisso', 'S', now())`,
	"sender_remembered": `insert into egisso.sender (part, mnemonic, standing) values ('egisso', 'S', 'remembered')`,
	"unread":            healthReply + `'unread', 'm', 'GetResponse', now())`,
	"interrupted":       healthReply + `'reading', 'm', 'GetStatus', now() - interval '2 hours')`,
	"nameless":          healthReply + `'unread', '', 'GetResponse', now())`,
	"unverified":        `insert into egisso.incoming (id, kind, raw, verified) values ('i', 'unknown', '\x01', false)`,
	"set_aside": `insert into egisso.protocol_file (id, raw, imported_by) values ('f', '\x01', 'w');
		insert into egisso.reading (what, id, process, set_aside_at) values ('protocol', 'f', gen_random_uuid(), now())`,
	"stranger":          `insert into egisso.answer (id, kind, raw, verified, review) values ('a', 'k', '\x01', true, 'чужой')`,
	"unkept":            `insert into egisso.unkept_reply (operation, bytes) values ('GetResponse', 1)`,
	"foreign":           `insert into egisso.foreign_answer (id) values ('a')`,
	"mass_change":       `insert into egisso.change_guard (register, change, provider) values ('fact', 'removal', 'p');` + healthRecord + `'fact', 'waiting', 'mass_change', 'removal')`,
	"code_unknown":      `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) values ('onmsz', '1', '1', now(), false);` + healthRecord + `'onmsz', 'rejected', '', '')`,
	"late":              `insert into egisso.late_change (register, records) values ('fact', 1)`,
	"reconcile_overdue": `insert into egisso.job (name, last_started_at) values ('reconcile', now()); insert into egisso.reconciliation (register, started_at) values ('fact', now() - interval '3 days')`,
	"incoming":          `insert into egisso.incoming (id, kind, raw, verified, review) values ('i', 'unknown', '\x01', true, 'посмотрите')`,
	"unconfirmed":       `insert into egisso.unconfirmed_outcome (package_id, record_id, outcome, file_id, sent) values (md5('p')::uuid, md5('r')::uuid, 'accepted', 'f', '{}')`,
	"facts_late": `update egisso.report_term set days = 3;` + healthPackage + `update egisso.package set state = 'answered', result = 'accepted', queued_at = now(), closed_at = now();
		insert into egisso.package_total values (md5('p')::uuid, 'm', 9, 9, 0, 2)`,
	"blocked": `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty, review_code) values ('fact', '1', '1', now(), false, 'confirm_people')`,
	"refusal": `insert into egisso.refusal_kind (rule, text, suspect) values ('019', 'уже есть', true);` + healthRecord + `'fact', 'rejected', '', '');
		update egisso.record set package_id = md5('p')::uuid;
		insert into egisso.record_message (package_id, position, element_id, type, rule_code, report, kind) select md5('p')::uuid, 1, md5('r')::uuid, 1, '019', 'уже есть', id from egisso.refusal_kind`,
}

const (
	healthPackage = `insert into egisso.package (id, register, format, format_version, provider, state, record_count) values (md5('p')::uuid, 'fact', '10.06.S', '1.1.0', 'p', 'formed', 1);`
	healthRecord  = `insert into egisso.record (id, row_key, kind, provider, register, state, reason_code, change) values (md5('r')::uuid, '1', 'fact', 'p', `
	healthReply   = `insert into egisso.raw_reply (key, raw, complete, size, sha256, state, message_id, operation, last_seen_at) values ('k', '\x01', true, 1, '\x01', `
)

// TestHealthNowIsTheList: the list that plans only what there may be says the same as the view that plans
// everything, whatever it is that is there alone.
func TestHealthNowIsTheList(t *testing.T) {
	f := open(t)
	for _, code := range store.FindingCodes {
		does, ok := healthOf[code]
		if !ok {
			t.Errorf("nothing makes %s appear", code)
			continue
		}
		if _, err := f.conn.Exec(t.Context(), `begin; set local session_replication_role = replica;`+does); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		var codes, view, now []string
		err := f.conn.QueryRow(t.Context(), `with v as materialized (select h.code, h::text as line, h.position from egisso.health h)
			select array(select code from v), array(select line from v order by position), array(select h::text from egisso.health_now() h order by position)`).Scan(&codes, &view, &now)
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		if !slices.Contains(codes, code) {
			t.Errorf("%s is not among %q", code, codes)
		}
		if !slices.Equal(view, now) {
			t.Errorf("%s: health_now says\n%q\nview health\n%q", code, now, view)
		}
		if _, err := f.conn.Exec(t.Context(), `rollback`); err != nil {
			t.Fatal(err)
		}
	}
}
