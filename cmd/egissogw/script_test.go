package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"egissogw/adapter/store"
	"egissogw/crypto/gost3410"
)

// Scripts say what a person sees of each command: testdata/script/offline without a database,
// site on that of newSite. They run in this process: no command costs one.
//
//	egissogw ARGUMENTS [<FILE]   runs a command; ! before it: it has to fail
//	code N                       was its exit code
//	keep NAME REGEXP             keeps what the first group finds in its standard output in $NAME
//	expand FILE                  replaces $NAME in a file
//	sql STATEMENT                changes the site's database
//	decide                       lets the site's records be decided on

func TestOfflineScripts(t *testing.T) {
	signer, _ := withSigner(t, gost3410.CryptoProA())
	runScripts(t, "offline", signer.env, nil)
}

func TestSiteScripts(t *testing.T) {
	signer, _ := withSigner(t, gost3410.CryptoProA())
	s := newSite(t)
	maps.Copy(s.env, signer.env)
	s.env["fact"] = s.text(t, `select min(row_key) from egisso.source_row where register = 'fact'`)
	runScripts(t, "site", s.env, map[string]func(*testscript.TestScript, bool, []string){
		"sql": func(ts *testscript.TestScript, _ bool, args []string) {
			_, err := s.conn.Exec(t.Context(), strings.Join(args, " "))
			ts.Check(err)
		},
		"decide": func(ts *testscript.TestScript, _ bool, _ []string) {
			opened, err := store.Open(t.Context(), s.env["EGISSOGW_DATABASE_URL"])
			ts.Check(err)
			defer opened.Close()
			ts.Check(decideRecords(t.Context(), opened))
		},
	})
}

func runScripts(t *testing.T, folder string, env map[string]string, more map[string]func(*testscript.TestScript, bool, []string)) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"code": scriptCode, "keep": scriptKeep, "expand": scriptExpand,
		"egissogw": func(ts *testscript.TestScript, neg bool, args []string) { scriptCommand(t.Context(), ts, neg, args) },
	}
	maps.Copy(cmds, more)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata/script", folder),
		Setup: func(e *testscript.Env) error {
			for name, value := range env {
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: cmds,
	})
}

// scriptEnvironment looks variables up in that of the script.
type scriptEnvironment struct{ *testscript.TestScript }

func (e scriptEnvironment) Lookup(name string) (string, bool) {
	value := e.Getenv(name)
	return value, value != ""
}

func scriptCommand(ctx context.Context, ts *testscript.TestScript, neg bool, args []string) {
	stdin := ""
	if last := len(args) - 1; last >= 0 && strings.HasPrefix(args[last], "<") {
		stdin, args = ts.ReadFile(args[last][1:]), args[:last]
	}
	a := &app{stdin: strings.NewReader(stdin), stdout: ts.Stdout(), stderr: ts.Stderr(), lookuper: scriptEnvironment{ts}, now: time.Now}
	code := a.main(ctx, args)
	ts.Setenv("code", strconv.Itoa(code))
	if (code != exitOK) != neg {
		ts.Fatalf("egissogw %s: exit code %d", strings.Join(args, " "), code)
	}
}

func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if got := ts.Getenv("code"); len(args) != 1 || neg || got != args[0] {
		ts.Fatalf("exit code %s, want %q", got, args)
	}
}

func scriptKeep(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("nothing fits %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

func scriptExpand(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(path), ts.Getenv)), 0o600))
}

// unscripted are commands whose success needs more than a script: each with the test it has.
var unscripted = map[string]string{
	"serve": "TestServeShowsHowItIs", "demo": "TestDemoLeavesNothing", "check": "TestCheckTellsEverythingAtOnce", "migrate": "TestSchemaIsAskedFor",
	"agree": "TestApprovalByCommand", "approve": "TestApprovalByCommand", "disapprove": "TestApproval",
}

// TestEveryCommandIsScripted: each command succeeds in a script and fails in one.
func TestEveryCommandIsScripted(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, c := range commands {
		for how, pattern := range map[string]string{"succeeds": `(?m)^egissogw %s( |$)`, "fails": `(?m)^! egissogw %s( |$)`} {
			if how == "succeeds" && unscripted[c.name] != "" {
				continue
			}
			if !regexp.MustCompile(fmt.Sprintf(pattern, c.name)).Match(all.Bytes()) {
				t.Errorf("%s %s in no script", c.name, how)
			}
		}
	}
}
