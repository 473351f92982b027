package store_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var update = flag.Bool("update", false, "write the table of privileges")

// privileges lists every right of every role but the owner's own, as the catalogue
// has it: on the database, the schema, tables, views, columns, sequences, functions
// and types, and what objects made later would get. "with grant option" is *.
const privileges = `
with objects as (
    -- As text, or every name would be of the type name, which ends after 63 bytes.
    select 'database' as kind, 'database'::text as name, d.datdba as owner, coalesce(d.datacl, acldefault('d', d.datdba)) as acl, null::text as col
      from pg_database d where d.datname = current_database()
    union all
    select 'schema', n.nspname, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner)), null
      from pg_namespace n where n.nspname = 'egisso'
    union all
    select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'view' else 'table' end,
           c.relname, c.relowner, coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)), null
      from pg_class c where c.relnamespace = 'egisso'::regnamespace and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    union all
    select case c.relkind when 'v' then 'view' else 'table' end, c.relname, c.relowner, a.attacl, a.attname
      from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'egisso'::regnamespace and a.attacl is not null and not a.attisdropped
    union all
    select 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)), null
      from pg_proc p where p.pronamespace = 'egisso'::regnamespace
    union all
    -- The row types of tables belong to everybody, as always in PostgreSQL.
    select 'type', t.typname, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner)), null
      from pg_type t left join pg_class c on c.oid = t.typrelid
     where t.typnamespace = 'egisso'::regnamespace and t.typelem = 0 and coalesce(c.relkind, 'c') = 'c'
    union all
    select 'default', 'of ' || pg_get_userbyid(d.defaclrole) || ' for ' || d.defaclobjtype::text || coalesce(' in ' || n.nspname, ''), d.defaclrole, d.defaclacl, null
      from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace),
granted as (
    select case x.grantee when 0 then 'PUBLIC' else pg_get_userbyid(x.grantee) end as grantee, o.kind, o.name,
           lower(x.privilege_type) || case when x.is_grantable then '*' else '' end as priv, o.col
      from objects o cross join lateral aclexplode(o.acl) x
     where x.grantee <> o.owner),
lines as (
    select grantee, kind, name, priv || coalesce(' (' || string_agg(col, ', ' order by col) || ')', '') as rights
      from granted group by grantee, kind, name, priv, col is null)
select format('%-16s %-9s %-70s %s', grantee, kind, name, string_agg(rights, ', ' order by rights))
  from lines group by grantee, kind, name
 order by grantee = 'PUBLIC', grantee, array_position(array['database', 'schema', 'table', 'view', 'sequence', 'function', 'type', 'default'], kind), name collate "C"`

// TestPrivileges compares every right with the committed table: whoever changes one
// sees it in the diff. After -update look at it before it is committed.
func TestPrivileges(t *testing.T) {
	_, owner := installed(t)
	got := strings.Join(lines(t, owner, privileges), "\n") + "\n"
	file := filepath.Join("testdata", "privileges.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		want[line] = true
	}
	for line := range strings.Lines(got) {
		if strings.Contains(line, " function ") && !strings.Contains(line, ")") {
			t.Errorf("not the whole signature: %s", line)
		}
		if !want[line] {
			t.Errorf("not in the table: %s", line)
		}
		delete(want, line)
	}
	for line := range want {
		t.Errorf("only in the table: %s", line)
	}
	if t.Failed() {
		t.Log("if that is meant: go test ./adapter/store -run TestPrivileges -update")
	}
}

// TestNoRightGoesAround holds whatever the table of privileges says: each query
// lists what breaks the rule.
func TestNoRightGoesAround(t *testing.T) {
	_, owner := installed(t)
	for rule, query := range map[string]string{
		"a view is only read, and by nobody with another right": `
			select c.relname || ' ' || r.rolname || ' ' || p from pg_class c cross join pg_roles r
			 cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
			 where c.relnamespace = 'egisso'::regnamespace and c.relkind in ('v', 'm') and r.rolname like 'egisso\_%' and r.rolname <> 'egisso_owner'
			   and case p when 'insert' then has_any_column_privilege(r.oid, c.oid, 'insert') when 'update' then has_any_column_privilege(r.oid, c.oid, 'update')
			            when 'references' then has_any_column_privilege(r.oid, c.oid, 'references') else has_table_privilege(r.oid, c.oid, p) end`,
		"nobody but the owner empties, points at or hangs a trigger on a table": `
			select c.relname || ' ' || r.rolname || ' ' || p from pg_class c cross join pg_roles r cross join unnest(array['truncate', 'references', 'trigger']) p
			 where c.relnamespace = 'egisso'::regnamespace and c.relkind in ('r', 'p') and r.rolname like 'egisso\_%' and r.rolname <> 'egisso_owner'
			   and case p when 'references' then has_any_column_privilege(r.oid, c.oid, p) else has_table_privilege(r.oid, c.oid, p) end`,
		"what people did is written by functions of the owner": `
			select c.relname || ' ' || r.rolname || ' ' || p from pg_class c cross join pg_roles r cross join unnest(array['insert', 'update', 'delete']) p
			 where c.oid in ('egisso.audit'::regclass, 'egisso.service_log'::regclass) and r.rolname like 'egisso\_%' and r.rolname <> 'egisso_owner'
			   and case p when 'delete' then has_table_privilege(r.oid, c.oid, p) else has_any_column_privilege(r.oid, c.oid, p) end`,
		"nobody but the owner makes objects in the schema": `
			select r.rolname from pg_roles r where r.rolname like 'egisso\_%' and r.rolname <> 'egisso_owner' and has_schema_privilege(r.oid, 'egisso', 'create')`,
		"a function means the same objects whoever's session it runs in": `
			select p.oid::regprocedure::text from pg_proc p join pg_language l on l.oid = p.prolang
			 where p.pronamespace = 'egisso'::regnamespace and (p.prosecdef or l.lanname = 'plpgsql')
			   and not 'search_path=egisso, pg_temp' = any (coalesce(p.proconfig, '{}'))`,
		"everybody may call only what reads nothing": `
			select p.oid::regprocedure::text from pg_proc p
			 where p.pronamespace = 'egisso'::regnamespace and (p.prosecdef or p.provolatile <> 'i')
			   and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)`,
		"everything is the owner's": `
			select c.relname::text from pg_class c where c.relnamespace = 'egisso'::regnamespace and c.relowner <> 'egisso_owner'::regrole
			union all select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'egisso'::regnamespace and p.proowner <> 'egisso_owner'::regrole`,
	} {
		if found := lines(t, owner, query); len(found) > 0 {
			t.Errorf("%s:\n\t%s", rule, strings.Join(found, "\n\t"))
		}
	}
}

func lines(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestMigrateTakesRightsBack: what an earlier version or an administrator's haste gave
// to a role is gone after the next migrate.
func TestMigrateTakesRightsBack(t *testing.T) {
	database, owner := installed(t)
	before := lines(t, owner, privileges)
	if _, err := owner.Exec(t.Context(), `grant all on all tables in schema egisso to egisso_gateway, egisso_operator, egisso_reader, public;
		grant select (content) on egisso.element to egisso_reader; grant all on all functions in schema egisso to public, egisso_reader;
		grant usage on all sequences in schema egisso to egisso_gateway`); err != nil {
		t.Fatal(err)
	}
	migrateAs(t, as(t, database, "egisso_owner"))
	if after := lines(t, owner, privileges); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("rights after migrate:\n%s", strings.Join(after, "\n"))
	}
}

// TestThePastIsNotRewritten tries what an intruder with the service's password would.
func TestThePastIsNotRewritten(t *testing.T) {
	database, owner := installed(t)
	f := fixture{opened(t, as(t, database, "egisso_gateway")), database, owner}
	if err := f.SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(t.Context(), `insert into egisso.answer (id, kind, raw, verified) values ('a', 'content', 'raw', true)`); err != nil {
		t.Fatal(err)
	}
	gateway := connect(t, as(t, database, "egisso_gateway"))
	for _, statement := range []string{
		`update egisso.operation_log set who = 'petrova', reason = 'forged', detail = 'nothing happened'`,
		`update egisso.service_state set enabled = false, changed_by = 'somebody else', reason = 'forged'`,
		`insert into egisso.audit (who, action) values ('petrova', 'release_package')`,
		`delete from egisso.operation_log`,
		`delete from egisso.audit`,
		`truncate egisso.audit`,
		`select egisso.note_action('release_package', null, null, null, 'forged', 'forged')`,
		`insert into egisso.protocol_file (id, raw, imported_by) values ('x', 'x', 'petrova')`,
		`update egisso.protocol_file set imported_by = 'petrova'`,
		`update egisso.message set envelope = 'forged'`,
		`update egisso.record_message set report = 'forged'`,
		`update egisso.journal set info = 'forged'`,
		`create function egisso.actor(x integer) returns text language sql as 'select 1'`,
	} {
		var pg *pgconn.PgError // a view of several tables cannot be written by anybody
		if _, err := gateway.Exec(t.Context(), statement); !denied(err) && !(errors.As(err, &pg) && pg.Code == pgerrcode.ObjectNotInPrerequisiteState) {
			t.Errorf("the gateway may: %s (%v)", statement, err)
		}
	}
	if _, err := gateway.Exec(t.Context(), `update egisso.answer set raw = 'forged'`); err == nil {
		t.Error("what came and was verified can be replaced")
	}
	for _, statement := range []string{`update egisso.audit set who = 'petrova'`, `delete from egisso.service_log`, `truncate egisso.service_log`} {
		if _, err := owner.Exec(t.Context(), statement); !denied(err) {
			t.Errorf("not even the owner may by mistake: %s (%v)", statement, err)
		}
	}
}

// TestWhoIsStatedIsMarked: the role is PostgreSQL's, the person what a program says.
func TestWhoIsStatedIsMarked(t *testing.T) {
	database, owner := installed(t)
	conn := connect(t, as(t, database, "egisso_operator"))
	session := lines(t, conn, `select session_user::text`)[0]
	for setting, stated := range map[string]string{
		"": "", "Иванова И.И.": "Иванова И.И.", " \x1b[2J\u202eИванова\nИ.И.\t": "[2J Иванова И.И.", strings.Repeat("я", 500): strings.Repeat("я", 200),
	} {
		for _, statement := range []string{`select set_config('egisso.actor', $1, false)`, `select egisso.import_protocol('<a>' || $1 || '</a>')`} {
			if _, err := conn.Exec(t.Context(), statement, setting); err != nil {
				t.Fatal(err)
			}
		}
		want := session
		if stated != "" {
			want += " (со слов: " + stated + ")"
		}
		got := lines(t, owner, `select who || '|' || session_role || '|' || coalesce(stated, '') from egisso.operation_log order by id desc limit 1`)[0]
		if got != want+"|"+session+"|"+stated {
			t.Errorf("%q: %q", setting, got)
		}
	}
	// Many people of one pooled role: a name is of one transaction, and the next one's is another's or nobody's.
	for stated, statements := range map[string]string{
		"Петрова П.П.": `begin; set local egisso.actor = 'Петрова П.П.'; select egisso.set_signing_service(true, 'начало'); select egisso.import_protocol('<b/>'); commit`,
		"":             `begin; select egisso.set_signing_service(false, 'конец'); select egisso.import_protocol('<c/>'); commit`,
	} {
		for _, s := range []string{`reset egisso.actor`, `begin; set local egisso.actor = 'Сидорова С.С.'; rollback`, statements} {
			if _, err := conn.Exec(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		got := strings.Join(lines(t, owner, `select coalesce((select stated from egisso.operation_log order by id desc limit 1), '') || '|' || changed_by from egisso.service_state`), "")
		if want := stated + "|" + session; !strings.HasPrefix(got, want) || strings.Contains(got, "со слов") != (stated != "") {
			t.Errorf("of one transaction: %q, want %q", got, want)
		}
	}
}

// TestReasonsArePlain: what people write reaches other people's screens.
func TestReasonsArePlain(t *testing.T) {
	database, _ := installed(t)
	conn := connect(t, as(t, database, "egisso_operator"))
	reason := func(text string) error {
		_, err := conn.Exec(context.Background(), `select egisso.release_person_changes($1)`, text)
		return err
	}
	for _, text := range []string{"", "  ", "\x1b[31mfake", "a\nb", "a\tb", "\u202Etxt.exe", "a\u200bb", "a\u0085b", "a\u2028b", "a\ufeffb", "a\U000e0041b", strings.Repeat("я", 2001)} {
		if err := reason(text); err == nil {
			t.Errorf("%q was taken", text)
		} else if strings.ContainsAny(err.Error(), "\x1b\n\u202e") {
			t.Errorf("the refusal repeats it: %q", err)
		}
	}
	for _, text := range []string{"по звонку № 5\u00a0«а» — ё", "  " + strings.Repeat("я", 2000) + " "} {
		if err := reason(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if got := lines(t, conn, `select reason from egisso.operation_log order by id desc limit 1`)[0]; got != strings.Repeat("я", 2000) {
		t.Errorf("kept as %q", got)
	}
}

// TestViewingIsNoted: the service writes who looked, and nothing else into that log.
func TestViewingIsNoted(t *testing.T) {
	database, owner := installed(t)
	conn := connect(t, as(t, database, "egisso_gateway"))
	for action, wanted := range map[string]bool{"export": true, "view_message": true, "release_package": false, "view_": false, "": false} {
		if _, err := conn.Exec(t.Context(), `select egisso.note_viewing($1, 'fact', null, 'x')`, action); (err == nil) != wanted {
			t.Errorf("%q: %v", action, err)
		}
	}
	if got := lines(t, owner, `select string_agg(action, ' ' order by action) from egisso.operation_log`)[0]; got != "export view_message" {
		t.Errorf("noted: %s", got)
	}
}
