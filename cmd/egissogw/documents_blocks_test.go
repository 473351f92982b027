package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgcluster"
	"egissogw/adapter/store/pgtest"
)

// block is what stands between two fences of a document, the number-th under its heading.
type block struct {
	path, heading, language, text string
	number                        int
}

func blocksOf(path, text string) (blocks []block) {
	lines := strings.Split(text, "\n")
	var b block
	inside := false
	for _, l := range lines {
		switch fence, isFence := strings.CutPrefix(strings.TrimSpace(l), "```"); {
		case isFence && !inside:
			inside, b.path, b.language, b.text = true, path, fence, ""
			b.number++
		case isFence:
			inside = false
			blocks = append(blocks, b)
		case inside:
			b.text += strings.TrimSpace(l) + "\n"
		case strings.HasPrefix(l, "#"):
			b.heading, b.number = l, 0
		}
	}
	return blocks
}

// notRun are the blocks nothing runs, by document and heading, and why.
var notRun = map[string]string{
	"README.md ## Попробовать":                             "what CI runs",
	"README.md ## Как это устроено":                        "a picture",
	"adapter/mis/README.md # Разработчику МИС create view": "a beginning; the whole is testdata/mis, which the demo runs",
	"config/dist/README.md ## Наблюдение":                  "asks a monitor of another machine",
	"config/dist/README.md ### Из исходных текстов":        "make build and install; the unit and setup are those of the packages",
	"config/dist/README.md ## Две пары глаз export":        "TestApprovalByCommand",
	"config/dist/security.md ## ГОСТ TLS":                  "wants a bus with GOST TLS",
}

// TestBlocksOfDocumentsAreRun: each block of shell or settings is followed line by line by the
// scenario of packages in a booted machine, each block of SQL runs in TestStatementsOfDocuments;
// the few others are named with the reason.
func TestBlocksOfDocumentsAreRun(t *testing.T) {
	t.Parallel()
	scenario, err := os.ReadFile("../../.ci/packages-scenario")
	if err != nil {
		t.Fatal(err)
	}
	used, followed := map[string]bool{}, 0
	for path, text := range peoplesDocuments(t) {
		for _, b := range blocksOf(path, text) {
			key := excepted(b)
			switch {
			case key != "":
				used[key] = true
			case slices.Contains([]string{"sql", "text", "json"}, b.language):
			case regexp.MustCompile(fmt.Sprintf(`(?m)^(follow|block) %s '%s'%s`, regexp.QuoteMeta(b.path), regexp.QuoteMeta(b.heading), nth(b.number))).Match(scenario):
				followed++
			default:
				t.Errorf("%s, %s: .ci/packages-scenario does not follow\n%s", b.path, b.heading, b.text)
			}
		}
	}
	if followed < 8 {
		t.Errorf("%d blocks are followed", followed)
	}
	for key := range notRun {
		if !used[key] {
			t.Errorf("%s is excepted, but not there", key)
		}
	}
}

// nth is how the scenario names the block: the first needs no number.
func nth(number int) string {
	if number == 1 {
		return `( 1|\n)`
	}
	return fmt.Sprintf(` %d\b`, number)
}

// excepted is the key of notRun for a block: its document and heading, and how it begins if the
// heading has others, too.
func excepted(b block) string {
	for key := range notRun {
		if begin, ok := strings.CutPrefix(key, b.path+" "+b.heading); ok && strings.HasPrefix(b.text, strings.TrimSpace(begin)) {
			return key
		}
	}
	return ""
}

// speakers say under whose role a statement of a document runs, by its beginning: the administrator
// of PostgreSQL, the owner of the schema, the administrator of the МИС (mis:), a person (ivanov).
var speakers = []struct{ begin, role string }{
	{"select egisso.bind_workplace", "egisso_owner"}, {"select egisso.require_approval", "egisso_owner"}, {"select egisso.lift_approval", "egisso_owner"},
	{"select egisso.", "ivanov"}, {"set egisso.actor", "ivanov"}, {"select set_config", "ivanov"}, {"begin", "ivanov"}, {"commit", "ivanov"},
	{"select * from egisso.", "ivanov"}, {"select pg_size_pretty", "ivanov"},
	{"select mis.", "mis:postgres"}, {"alter table mis.", "mis:postgres"},
	{"create role egissogw_source", "mis:postgres"}, {"grant usage on schema egisso_source", "mis:postgres"}, {"grant select on egisso_source", "mis:postgres"},
	{"create ", "postgres"}, {"alter role", "postgres"}, {"grant ", "postgres"},
}

// refusedStatements need what is not there in a database where nothing happened yet.
var refusedStatements = map[string]string{
	"select egisso.release_person_changes('причина', 'ключ')": "ключ",
	"select egisso.mark_incoming_reviewed('ID')":              "не требует внимания",
	"select egisso.lift_approval('fact', 'причина')":          "и так уходят без утверждения",
}

// TestStatementsOfDocuments runs every SQL statement of the documents, word for word, on a server
// of its own: the roles first, then the rest, each under the role its document names.
func TestStatementsOfDocuments(t *testing.T) {
	t.Parallel()
	var statements []string
	inline := regexp.MustCompile(`^(select [a-z_.]+\(|select \* from|alter |grant |create role|set egisso)`)
	texts := peoplesDocuments(t)
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		text := texts[path]
		for _, b := range blocksOf(path, text) {
			if b.language == "sql" && excepted(b) == "" {
				clean := regexp.MustCompile(`--.*`).ReplaceAllString(b.text, "")
				for s := range strings.SplitSeq(clean, ";") {
					if s = strings.TrimSpace(s); s != "" {
						statements = append(statements, s)
					}
				}
			}
		}
		for _, m := range inlineCode.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if inline.MatchString(m[1]) {
				statements = append(statements, m[1])
			}
		}
	}
	if len(statements) < 25 {
		t.Errorf("%d statements", len(statements))
	}
	s := newStatementServer(t)
	roles := regexp.MustCompile(`^(create role egisso_|create database |grant egisso_operator )`)
	for _, statement := range statements {
		if roles.MatchString(statement) {
			s.run(t, statement)
		}
	}
	s.fill(t)
	for _, statement := range statements {
		if !roles.MatchString(statement) {
			s.run(t, statement)
		}
	}
}

// statementServer is a server with a connection for each role and database.
type statementServer struct {
	cluster *pgcluster.Cluster
	conns   map[string]*pgx.Conn
}

func newStatementServer(t *testing.T) statementServer {
	t.Helper()
	pgtest.Cluster(t) // has prepared what the new one is a copy of
	prepared, err := pgcluster.Prepare(t.Context(), filepath.Join("..", "..", ".cache", "pgtest"))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := pgcluster.Start(t.Context(), pgcluster.Options{NoSync: true, From: prepared})
	if err != nil {
		t.Fatal(err)
	}
	s := statementServer{cluster, map[string]*pgx.Conn{}}
	t.Cleanup(func() {
		for _, conn := range s.conns {
			_ = conn.Close(context.WithoutCancel(t.Context()))
		}
		_ = cluster.Stop()
	})
	if err := cluster.Exec(t.Context(), "create role ivanov login"); err != nil { // the person of the document
		t.Fatal(err)
	}
	return s
}

// fill makes what the statements after the roles speak of: the schema, by its owner's role, and a МИС.
func (s statementServer) fill(t *testing.T) {
	t.Helper()
	if err := errors.Join(migrateDatabase(t.Context(), s.url("egisso", "egisso_owner")), s.cluster.CreateDatabase(t.Context(), "mis"),
		installSource(t.Context(), s.cluster.SocketURL("mis"))); err != nil {
		t.Fatal(err)
	}
}

func (s statementServer) url(database, role string) string {
	return strings.Replace(s.cluster.SocketURL(database), "user=postgres", "user="+role, 1)
}

func (s statementServer) run(t *testing.T, statement string) {
	t.Helper()
	at := slices.IndexFunc(speakers, func(who struct{ begin, role string }) bool { return strings.HasPrefix(statement, who.begin) })
	if at < 0 {
		t.Errorf("nobody is known to run %q", statement)
		return
	}
	database, role := "egisso", speakers[at].role
	if mis, ok := strings.CutPrefix(role, "mis:"); ok {
		database, role = "mis", mis
	} else if role == "postgres" {
		database = role
	}
	conn := s.conns[database+role]
	if conn == nil {
		var err error
		if conn, err = pgx.Connect(t.Context(), s.url(database, role)); err != nil {
			t.Fatal(err)
		}
		s.conns[database+role] = conn
	}
	values := map[string]any{"$1": "Иванова И.И.", "$2": "проверка"}
	var args []any
	for _, name := range []string{"$1", "$2"} {
		if strings.Contains(statement, name) {
			args = append(args, values[name])
			statement = strings.ReplaceAll(statement, name, fmt.Sprintf("$%d", len(args)))
		}
	}
	_, err := conn.Exec(t.Context(), statement, args...)
	if want := refusedStatements[statement]; want != "" {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", statement, err, want)
		}
	} else if err != nil {
		t.Errorf("%s, as %s: %v", statement, role, err)
	}
}
