package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// as returns the connection string of database with the rights of role.
func as(t *testing.T, database, role string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("role", role)
	u.RawQuery = q.Encode()
	return u.String()
}

// installed is a database as config/dist/README.md has it made: the owner migrates, the others
// get their rights.
func installed(t *testing.T) (database string, owner *pgx.Conn) {
	t.Helper()
	database = pgtest.Empty(t)
	admin := connect(t, database)
	for _, role := range []string{"egisso_owner", "egisso_gateway", "egisso_operator", "egisso_reader", "egisso_agreer", "egisso_approver", "egisso_workplace"} {
		_, err := admin.Exec(t.Context(), "create role "+role)
		var pg *pgconn.PgError
		if err != nil && !(errors.As(err, &pg) && pg.Code == pgerrcode.DuplicateObject) {
			t.Fatal(err)
		}
	}
	name := admin.Config().Database
	if _, err := admin.Exec(t.Context(), "alter database "+pgx.Identifier{name}.Sanitize()+" owner to egisso_owner"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		migrateAs(t, as(t, database, "egisso_owner"))
	}
	return database, connect(t, as(t, database, "egisso_owner"))
}

func migrateAs(t *testing.T, url string) {
	t.Helper()
	if _, _, err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// opened is the store as a program with that role has it.
func opened(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege
}

// TestGatewayRoleSuffices takes records the whole way, triggers included, with no
// more rights than the gateway's.
func TestGatewayRoleSuffices(t *testing.T) {
	database, owner := installed(t)
	s := opened(t, as(t, database, "egisso_gateway"))
	f := fixture{s, database, owner}
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("version", s.CheckVersion(t.Context()))
	check("switch", s.SetService(t.Context(), true, "проверка"))
	check("job", s.JobStarted(t.Context(), "collect"))
	check("job", s.JobFinished(t.Context(), "collect", "ошибка", ""))
	check("cursor", s.SaveCursor(t.Context(), egisso.RegisterFact, "1"))
	pkg, m := f.sent(t, "1", "2")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Info: "принят", Outcomes: outcomes(lifecycle.Accepted, "1", "2")})
	check("acknowledge", s.MarkAcked(t.Context(), "a1"))
	f.want(t, `select string_agg(distinct state, ',') from egisso.record_status`, "accepted")

	_, err := s.Decide(t.Context(), egisso.RegisterFact, 10, func(lifecycle.Pending) (lifecycle.Decision, error) { return lifecycle.Decision{}, nil })
	check("decide", err)
	f.saveRows(t, row("3", "a"), row("4", "b"))
	f.follow(t, true, lifecycle.Ready)
	f.form(t)
	f.saveRows(t, row("3", "corrected"), deleted("4"))
	f.follow(t, true, lifecycle.Ready)
	f.sign(t)
	refused := f.claim(t)
	attempt, err := s.BeginAttempt(t.Context(), refused, time.Minute)
	check("attempt", err)
	check("refuse", s.Refuse(t.Context(), refused, attempt, store.Failure{Fault: "X", Detail: "x", Info: "x", Review: "посмотрите"}))
	f.form(t) // the register rests
	_, err = s.Expire(t.Context(), 0)
	check("expire", err)
	_, _, found, err := s.JournalEntry(t.Context(), pkg)
	if !found {
		t.Error("the package is not in the journal")
	}
	check("journal", err)
	_, err = s.Status(t.Context())
	check("status", err)

	gateway := connect(t, as(t, database, "egisso_gateway"))
	for _, statement := range []string{
		`insert into egisso.service_log (enabled, changed_by, reason) values (true, 'x', 'x')`,
		`insert into egisso.sender (part, mnemonic, standing) values ('egisso', 'X', 'confirmed')`,
		`update egisso.schema_version set version = 0`,
		`delete from egisso.message`,
		`drop view egisso.journal`,
	} {
		if _, err := gateway.Exec(t.Context(), statement); !denied(err) {
			t.Errorf("the gateway may: %s (%v)", statement, err)
		}
	}
	// A view over events: nobody can write it, whatever the rights.
	if _, err := gateway.Exec(t.Context(), `update egisso.service_state set enabled = true`); err == nil {
		t.Error("the gateway may move the switch without its function")
	}
}

// TestEveryQueryIsAllowed asks the database whether each role may run each query
// it has to: explaining one checks the rights and changes nothing.
func TestEveryQueryIsAllowed(t *testing.T) {
	database, _ := installed(t)
	all := queries(t, "sql/*.sql")
	people := queries(t, "sql/person.sql")
	for name := range people {
		delete(all, name)
	}
	looks := queries(t, "sql/status.sql")
	looks["service"] = all["service"]
	for _, name := range []string{"rows_of_key", "record_now", "record_findings", "record_history"} {
		looks[name] = all[name]
	}
	for role, list := range map[string]map[string]string{"egisso_gateway": all, "egisso_operator": looks, "egisso_reader": looks, "egisso_agreer": looks, "egisso_approver": people} {
		conn := connect(t, as(t, database, role))
		for name, text := range list {
			prepared, err := conn.Prepare(t.Context(), role+"_"+name, text)
			if err != nil {
				t.Errorf("%s: query %s: %v", role, name, err)
				continue
			}
			explain := "explain execute " + pgx.Identifier{prepared.Name}.Sanitize()
			if n := len(prepared.ParamOIDs); n > 0 {
				explain += "(" + strings.TrimSuffix(strings.Repeat("null,", n), ",") + ")"
			}
			if _, err := conn.Exec(t.Context(), explain); err != nil {
				t.Errorf("%s: query %s: %v", role, name, err)
			}
		}
	}
}

// queries reads the named queries of files of the package.
func queries(t testing.TB, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	found := map[string]string{}
	heading := regexp.MustCompile(`(?m)^-- name: (\w+)$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := heading.FindAllStringSubmatch(string(text), -1)
		for i, query := range heading.Split(string(text), -1)[1:] {
			found[names[i][1]] = query
		}
	}
	if len(found) == 0 {
		t.Fatalf("no queries in %s", pattern)
	}
	return found
}

// TestWhoLooksSeesNoPersonalData: the operator and the reader can run the commands
// that show something, and cannot read what records hold.
func TestWhoLooksSeesNoPersonalData(t *testing.T) {
	database, owner := installed(t)
	f := fixture{opened(t, as(t, database, "egisso_gateway")), database, owner}
	pkg, _ := f.sent(t, "1")
	for _, role := range []string{"egisso_operator", "egisso_reader", "egisso_agreer", "egisso_approver"} {
		t.Run(role, func(t *testing.T) {
			s := opened(t, as(t, database, role))
			_, status := s.Status(t.Context())
			_, service := s.Service(t.Context())
			_, journal := s.Journal(t.Context(), 10)
			_, _, found, entry := s.JournalEntry(t.Context(), pkg)
			if err := errors.Join(s.CheckVersion(t.Context()), status, service, journal, entry); err != nil || !found {
				t.Errorf("journal found %v, error %v", found, err)
			}
			conn := connect(t, as(t, database, role))
			for _, view := range []string{"journal", "journal_detail", "record_status", "record_finding", "service_state", "record_history", "protocol_import", "operation_log", "incoming_journal"} {
				if _, err := conn.Exec(t.Context(), "select * from egisso."+view); err != nil {
					t.Error(err)
				}
			}
			for _, column := range []string{
				"source_content.content", "source_row.accepted_content", "held.content", "element.content", "element.becomes", "package_record.findings", "record_message.report", "message.envelope",
				"attachment.content", "answer.raw", "answer.content", "incoming.raw", "incoming.content", "incoming.problem", "received_file.content", "received_file.password", "attempt.detail", "service_log.reason",
			} {
				table, name, _ := strings.Cut(column, ".")
				if _, err := conn.Exec(t.Context(), fmt.Sprintf("select %s from egisso.%s", name, table)); !denied(err) {
					t.Errorf("%s may be read (%v)", column, err)
				}
			}
			if _, err := conn.Exec(t.Context(), "update egisso.record set state = 'ready'"); !denied(err) {
				t.Errorf("records may be changed (%v)", err)
			}
			err := s.SetService(t.Context(), true, "проверка")
			if role != "egisso_operator" && !denied(err) || role == "egisso_operator" && err != nil {
				t.Errorf("the switch: %v", err)
			}
		})
	}
	f.want(t, `select reason from egisso.service_state`, "проверка")
}

// TestWhoMayCommand: an operator may give every command, a reader none.
func TestWhoMayCommand(t *testing.T) {
	database, owner := installed(t)
	f := fixture{opened(t, as(t, database, "egisso_gateway")), database, owner}
	_, m := f.sent(t, "1")
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Outcomes: outcomes(lifecycle.Rejected, "1")})
	for role, wanted := range map[string]bool{"egisso_operator": true, "egisso_gateway": true, "egisso_reader": false, "egisso_approver": false} {
		conn := connect(t, as(t, database, role))
		for _, call := range []string{
			`form_package('fact')`, `retry_record('fact', '1', 'проверка')`, `import_protocol('<protocol/>')`,
		} {
			_, err := conn.Exec(t.Context(), "select egisso."+call)
			if wanted && err != nil || !wanted && !denied(err) {
				t.Errorf("%s: %s: %v", role, call, err)
			}
		}
		for _, call := range []string{`send_package($1)`, `dissolve_package($1)`, `retry_package($1, 'проверка')`, `release_package($1, 'проверка')`} {
			if _, err := conn.Exec(t.Context(), "select egisso."+call, uuid.New()); denied(err) == wanted {
				t.Errorf("%s: %s: %v", role, call, err)
			}
		}
	}
	gateway := connect(t, as(t, database, "egisso_gateway"))
	if _, err := gateway.Exec(t.Context(), `update egisso.audit set reason = ''`); !denied(err) {
		t.Errorf("the log of operations can be rewritten: %v", err)
	}
}
