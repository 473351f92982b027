package store_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// people of the tests of approval: login roles, because who approves is who logged in.
var people = map[string]string{
	"a_service": "egisso_gateway", "a_operator": "egisso_operator", "a_agreer": "egisso_agreer", "a_approver": "egisso_approver",
	"a_both": "egisso_operator, egisso_approver", "a_mixed": "egisso_gateway, egisso_approver", "a_owner": "egisso_owner, egisso_approver",
}

// approvals is a database whose facts are approved, with connections of its people.
type approvals struct {
	fixture
	as map[string]*pgx.Conn
}

func withApproval(t *testing.T) approvals {
	t.Helper()
	database, owner := installed(t)
	admin := connect(t, database)
	a := approvals{as: map[string]*pgx.Conn{}}
	for name, roles := range people {
		if _, err := admin.Exec(t.Context(), `drop role if exists `+name+`; create role `+name+` login in role `+roles); err != nil {
			t.Fatal(err)
		}
		a.as[name] = connect(t, login(t, database, name))
	}
	a.fixture = fixture{opened(t, login(t, database, "a_service")), database, owner}
	a.exec(t, `select egisso.require_approval('fact')`)
	if err := a.SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	return a
}

// login is the connection string of somebody else.
func login(t *testing.T, database, user string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if q := u.Query(); q.Has("user") {
		q.Set("user", user)
		u.RawQuery = q.Encode()
	} else {
		u.User = url.User(user)
	}
	return u.String()
}

// says runs a function of the schema as somebody; want is what it says or why it refuses.
func (a approvals) says(t *testing.T, who, call, want string) {
	t.Helper()
	var said string
	if err := a.as[who].QueryRow(t.Context(), "select egisso."+call+"::text").Scan(&said); err != nil {
		said = err.Error()
	}
	if !strings.Contains(said, want) {
		t.Errorf("%s: %s: %q, want %q", who, call, said, want)
	}
}

// formed brings rows to a package that nobody has approved.
func (a approvals) formed(t *testing.T, content string, keys ...string) (id string) {
	t.Helper()
	for _, key := range keys {
		a.saveRows(t, row(key, content+key))
	}
	a.decideAll(t, lifecycle.Ready)
	pkg, n := a.form(t)
	if n != len(keys) {
		t.Fatalf("%d records formed, want %d", n, len(keys))
	}
	return pkg.String()
}

func (a approvals) claims(t *testing.T, want bool) {
	t.Helper()
	p, err := a.ClaimFormed(t.Context(), time.Minute)
	if err != nil || (p != nil) != want {
		t.Errorf("claimed to be signed %v, want %v: %v", p != nil, want, err)
	}
	if p != nil {
		if err := a.ReleaseFormed(t.Context(), p); err != nil {
			t.Error(err)
		}
	}
}

func TestApproval(t *testing.T) {
	a := withApproval(t)
	for name, part := range map[string]func(*testing.T){
		"two pairs of eyes": a.twoPairsOfEyes, "who forms does not approve": a.whoFormsDoesNotApprove, "nobody passes the gate": a.nobodyPassesTheGate,
	} {
		a.exec(t, `truncate egisso.package, egisso.record, egisso.element, egisso.source_row, egisso.source_content, egisso.package_record,
			egisso.package_former, egisso.form_order cascade`)
		t.Run(name, part)
	}
}

// twoPairsOfEyes: what formed by itself is agreed and approved by two people, what a person
// formed is approved by another one; a change of the content asks them again.
func (a approvals) twoPairsOfEyes(t *testing.T) {
	id := a.formed(t, "first", "1", "2")
	q := "'" + id + "'"
	stage := `select concat_ws('|', approval, agreed_by, approved_by, info) from egisso.journal where id = ` + q
	a.want(t, stage, "agree|Пакет сформирован, ожидает согласования")
	a.claims(t, false)
	a.says(t, "a_approver", "approve_package("+q+")", "сначала согласует")
	a.says(t, "a_agreer", "approve_package("+q+")", "permission denied")
	a.says(t, "a_operator", "agree_package("+q+")", "permission denied")
	a.says(t, "a_mixed", "agree_package("+q+")", "только человек")
	a.says(t, "a_owner", "agree_package("+q+")", "только человек")
	a.says(t, "a_agreer", "agree_package("+q+", '', 'dead')", "не тот")
	a.says(t, "a_approver", "agree_package("+q+", 'смотрели', (select content from egisso.approval_list))", "ожидает утверждения")
	a.says(t, "a_approver", "approve_package("+q+")", "эта же роль")
	a.says(t, "a_both", "approve_package("+q+")", "Пакет утверждён, ожидает подписи")
	a.says(t, "a_both", "approve_package("+q+")", "уже утверждён")
	a.claims(t, true)
	a.want(t, stage, "approved|a_approver|a_both|Пакет утверждён, ожидает подписи")

	// A record that is decided anew and says the same changes nothing; another content does.
	a.exec(t, `update egisso.source_row set dirty = true`)
	a.decideAll(t, lifecycle.Ready)
	a.want(t, `select approval from egisso.journal where id = `+q, "approved")
	a.saveRows(t, row("1", "second"))
	a.follow(t, false, lifecycle.Ready)
	a.want(t, stage, "agree|Пакет сформирован, ожидает согласования; после формирования обновлён")
	a.claims(t, false)
}

// whoFormsDoesNotApprove: also when he may.
func (a approvals) whoFormsDoesNotApprove(t *testing.T) {
	before := a.text(t, `select max(id) from egisso.audit`)
	a.saveRows(t, row("1", "first"))
	a.decideAll(t, lifecycle.Ready)
	a.says(t, "a_both", "form_package('fact')", "1")
	pkg, _ := a.form(t)
	if err := a.OrderDone(t.Context(), egisso.RegisterFact, 1<<40); err != nil {
		t.Fatal(err)
	}
	q := "'" + pkg.String() + "'"
	a.want(t, `select stage || ' ' || formed_by from egisso.approval_list`, "approve a_both")
	a.says(t, "a_both", "approve_package("+q+")", "сформирован по команде роли a_both")
	a.says(t, "a_both", "agree_package("+q+")", "сформирован по команде роли a_both")
	a.says(t, "a_agreer", "disapprove_package("+q+", '')", "Укажите причину")
	a.says(t, "a_agreer", "disapprove_package("+q+", 'не та мера')", "не уйдёт")
	a.want(t, `select severity || ' ' || detail from egisso.health where code = 'disapproved'`, "todo не та мера")
	a.says(t, "a_approver", "approve_package("+q+")", "отказ снимет он сам")
	a.says(t, "a_agreer", "agree_package("+q+")", "ожидает утверждения")
	a.exec(t, `update egisso.approval_rule set patience = '1 microsecond'`) // and what was said is void
	a.want(t, `select severity || ' ' || subject || ' ' || count from egisso.health where code = 'approval'`, "todo fact 1")
	a.claims(t, false)
	a.says(t, "a_approver", "approve_package("+q+")", "ожидает подписи")
	a.sign(t)
	a.want(t, `select concat_ws(' ', approval, approved_by, agreed_by) from egisso.journal`, "approved a_approver")
	a.want(t, `select string_agg(concat_ws(' ', action, session_role, package_id is not null), ', ' order by id) from egisso.operation_log
		where id > `+before+` and (action like '%appr%' or action like 'agree%')`,
		"disapprove_package a_agreer t, agree_package a_agreer t, require_approval "+a.text(t, `select session_user`)+" f, approve_package a_approver t")

	// A person who is only stated is nobody: two others are asked.
	a.saveRows(t, row("2", "first"))
	a.decideAll(t, lifecycle.Ready)
	a.says(t, "a_operator", "form_package(set_config('egisso.actor', '', false) || 'fact')", "1")
	a.exec(t, `update egisso.form_order set stated = 'Иванова' where done_at is null`)
	a.form(t)
	a.want(t, `select stage from egisso.approval_list`, "agree")

	// Nor does an old order that the service left open stand for anybody.
	a.saveRows(t, row("3", "first"))
	a.decideAll(t, lifecycle.Ready)
	a.exec(t, `update egisso.form_order set stated = null, requested_at = now() - interval '25 hours' where done_at is null`)
	a.form(t)
	a.want(t, `select string_agg(stage || ' ' || formed_by, ', ') from egisso.approval_list`, "agree a_operator, agree a_operator")
}

// nobodyPassesTheGate tries, as the service and as an operator, every way around people.
func (a approvals) nobodyPassesTheGate(t *testing.T) {
	first := a.formed(t, "first", "1")
	a.says(t, "a_agreer", "agree_package('"+first+"')", "ожидает утверждения")
	a.says(t, "a_approver", "approve_package('"+first+"')", "ожидает подписи")
	a.saveRows(t, row("2", "first"))
	a.decideAll(t, lifecycle.Ready)
	waiting, _ := a.form(t)
	a.saveRows(t, row("3", "first"))
	a.decideAll(t, lifecycle.Ready)
	manual, _ := a.formManual(t, egisso.Date{})
	if _, err := a.conn.Exec(t.Context(), `insert into egisso.form_order (register, records, requested_by, session_role, done_at) values ('fact', 1, 'a_operator', 'a_operator', now())`); err != nil {
		t.Fatal(err)
	}
	if p, err := a.ClaimManual(t.Context(), time.Minute); p != nil || err != nil {
		t.Errorf("a file is made of a package that waits: %v, %v", p, err)
	}
	names := strings.NewReplacer("$first", "'"+first+"'", "$waiting", "'"+waiting.String()+"'", "$manual", "'"+manual.String()+"'")
	for _, way := range waysAround {
		for _, who := range []string{"a_service", "a_operator"} {
			a.tries(t, who, names.Replace(way))
		}
	}
	a.want(t, `select string_agg(state, ' ') || count(distinct id) from egisso.package`, "formed formed formed3")
	a.claims(t, true)
	if p := a.sign(t); p.ID.String() != first {
		t.Errorf("signed %s, approved %s", p.ID, first)
	}
	// What was sent once is brought back from the archive by the owner, who rules the rule.
	a.exec(t, `begin; select egisso.begin_recovery('x');
		insert into egisso.package (id, register, format, format_version, provider, record_count, state) values (gen_random_uuid(), 'fact', '10.06.S', '1', 'p', 1, 'signed'); rollback`)
	// A file of before the rule goes when it is approved, like the others.
	a.exec(t, `alter table egisso.package_file disable trigger guard_approval; insert into egisso.package_file (package_id, file_name, content) values (`+names.Replace("$manual")+`, 'x', 'x');
		alter table egisso.package_file enable trigger guard_approval`)
	if files, err := a.FilesToExport(t.Context(), egisso.Registers()); len(files) > 0 || err != nil {
		t.Errorf("a file that nobody approved is exported: %v, %v", files, err)
	}
	if err := a.MarkExported(t.Context(), store.ManualFile{PackageID: manual, Name: "x"}); err == nil {
		t.Error("a package that nobody approved was exported")
	}
}

// waysAround are statements of which none may let a package pass.
var waysAround = []string{
	`update egisso.package set state = 'signed', signed_at = now() where id = $waiting`,
	`update egisso.package set state = 'queued', queued_at = now() where id = $manual`,
	`update egisso.package set state = 'queued', channel = 'manual' where id = $waiting`,
	`update egisso.package set state = 'answered', result = 'accepted' where id = $waiting`,
	`update egisso.package set register = 'organization', state = 'signed' where id = $waiting`,
	`update egisso.package set register = 'organization' where id = $waiting`,
	`update egisso.package set id = gen_random_uuid(), state = 'signed' where id = $waiting`,
	`update egisso.package set state = 'signed', channel = 'manual' where id = $first`,
	`update egisso.package set provider = '0001.000001', state = 'signed' where id = $first`,
	`insert into egisso.message (id, package_id, envelope) values (gen_random_uuid(), $waiting, 'x')`,
	`insert into egisso.package_file (package_id, file_name, content) values ($manual, 'x', 'x')`,
	`insert into egisso.package (id, register, format, format_version, provider, record_count, state, signed_at) values (gen_random_uuid(), 'fact', '10.06.S', '1', 'p', 1, 'signed', now())`,
	`select egisso.begin_recovery('x'); insert into egisso.package (id, register, format, format_version, provider, record_count, state) values (gen_random_uuid(), 'fact', '10.06.S', '1', 'p', 1, 'signed')`,
	`select egisso.begin_recovery('x'); update egisso.package set state = 'signed' where id = $waiting`,
	// What was approved, and then other content.
	`insert into egisso.package_record (package_id, ordinal, record_id, kind) select $first, 9, record_id, kind from egisso.package_record where package_id = $waiting;
		update egisso.package set state = 'signed' where id = $first`,
	`update egisso.record set state = 'ready' where package_id = $first; update egisso.element set content = '{}' where id in (select record_id from egisso.package_record where package_id = $first);
		update egisso.record set state = 'packed' where package_id = $first; update egisso.package set state = 'signed' where id = $first`,
	`update egisso.package_record set outcome = 'withdrawn' where package_id = $first; update egisso.package set state = 'signed' where id = $first`,
	`update egisso.record set state = 'ready' where package_id = $waiting; update egisso.record set register = 'organization' where state = 'ready'`,
	`insert into egisso.package (id, register, format, format_version, provider, record_count) values ('00000000-0000-0000-0000-000000000001', 'organization', '10.05.I', '1', 'p', 1);
		insert into egisso.package_record (package_id, ordinal, record_id, kind) select '00000000-0000-0000-0000-000000000001', 1, record_id, kind from egisso.package_record where package_id = $waiting`,
	// People who are none.
	`select egisso.approve_package($waiting)`, `select egisso.agree_package($waiting)`, `select egisso.disapprove_package($first, 'x')`,
	`set local egisso.actor = 'a_approver'; select egisso.approve_package($waiting)`,
	`set local role egisso_approver; select egisso.approve_package($waiting)`,
	`set local role egisso_owner; delete from egisso.approval_rule`, `set session authorization a_approver`,
	`insert into egisso.approval (package_id, step, content, who) values ($waiting, 'approve', 'x', 'a_approver')`,
	`update egisso.approval set package_id = $waiting`, `delete from egisso.approval`, `insert into egisso.package_former values ($waiting, 'a_operator', true)`,
	`update egisso.form_order set done_at = null`,
	`insert into egisso.form_order (register, records, requested_by, session_role) values ('fact', 1, 'a_operator', 'a_operator')`,
	// The rule and its guards.
	`delete from egisso.approval_rule`, `update egisso.approval_rule set register = 'point'`, `truncate egisso.approval_rule`,
	`select egisso.lift_approval('fact', 'x')`, `select egisso.require_approval('fact', false)`,
	`alter table egisso.package disable trigger guard_approval`, `drop trigger guard_approval on egisso.package`, `set session_replication_role = replica`,
	`create or replace function egisso.package_approved(id uuid) returns boolean language sql as 'select true'`,
	// Buttons that do their work, which is another.
	`select egisso.send_package($waiting)`, `select egisso.retry_package($waiting, 'x')`, `select egisso.retry_record('fact', '2', 'x')`,
	`select egisso.release_package($waiting, 'x')`, `select egisso.dissolve_package($waiting)`, `select egisso.form_package('fact')`,
	`select egisso.resend_package($waiting, 9)`, `select egisso.set_signing_service(true, 'x')`,
	// What answers, files and archives say of a package that never left.
	`select egisso.import_protocol('<x/>', $waiting, 'x')`, `select egisso.keep_protocol('<x/>', $waiting, 'x')`,
	`select egisso.note_unconfirmed($waiting, 'file', array(select record_id from egisso.package_record where package_id = $waiting), array['accepted'])`,
	`update egisso.package_record set outcome = 'accepted' where package_id = $waiting; update egisso.record set state = 'accepted' where package_id = $waiting`,
	`select egisso.begin_recovery('x'); select egisso.bring_protocol('x', $waiting, 'x', now(), 'x', 'x')`,
	`select egisso.begin_recovery('x'); insert into egisso.message (id, package_id, envelope) values (gen_random_uuid(), $waiting, 'x')`,
	`select egisso.prune_package($waiting, now(), '{}')`, `select egisso.prune_package($first, now(), '{}'); update egisso.package set state = 'signed' where id = $waiting`,
	`insert into egisso.answer (id, package_id) values ('x', $waiting)`,
	`update egisso.package set result = 'accepted', closed_at = now() where id = $waiting`,
	`update egisso.package set approved_by = 'a_approver' where id = $waiting`,
	`insert into egisso.attachment (message_id, id, content) select m.id, 'x', 'x' from egisso.message m`,
	`select egisso.adopt_record('fact', '2', (select record_id from egisso.package_record where package_id = $waiting), 'x')`,
	`select egisso.send_unconfirmed('fact', '2', 'x')`, `select egisso.release_person_changes('x', '2')`, `select egisso.release_held_changes('fact', 'removal', 'x')`,
	`select egisso.mark_reviewed($waiting)`, `select egisso.dispute_record('fact', '2', true, 'x')`, `select egisso.lock_rows_of_package($waiting); update egisso.package set state = 'signed' where id = $waiting`,
	`create function pg_temp.package_approved(uuid) returns boolean language sql as 'select true'; set local search_path = pg_temp, egisso; update package set state = 'signed' where id = $waiting`,
	`create temp table approval_rule (register text); set local search_path = pg_temp, egisso; update egisso.package set state = 'signed' where id = $waiting`,
}

// tries runs statements in a transaction: refused, or nothing has passed.
func (a approvals) tries(t *testing.T, who, way string) {
	t.Helper()
	tx, err := a.as[who].Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Conn().PgConn().Exec(t.Context(), way).ReadAll(); err != nil {
		return
	}
	if strings.HasPrefix(way, "set ") || strings.Contains(way, "approval") || strings.Contains(way, "form_order") || strings.Contains(way, "'organization'") {
		t.Errorf("%s may: %s", who, way)
	}
	var passed string
	if _, err := tx.Exec(t.Context(), "reset role"); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), `select coalesce(string_agg(id || ' ' || state || ' ' || coalesce(approval, ''), ', '), '') from egisso.journal
		where state not in ('formed', 'dissolved', 'send_failed') or message_id is not null or file_name is not null
		   or approval = 'approved' and approved_by is distinct from 'a_approver' or state = 'formed' and approval is null`).Scan(&passed); err != nil || passed != "" {
		t.Errorf("%s: %s lets pass %s (%v)", who, way, passed, err)
	}
}
