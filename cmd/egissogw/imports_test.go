package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "egissogw/"

// allowed says what the production code of each of our packages may import of
// ours. "x/..." means x and everything below it. A new package gets a line here,
// by thinking about it.
var allowed = map[string][]string{
	"crypto/streebog":    {},
	"crypto/gost3410":    {"crypto/streebog"},
	"crypto/xmlsafe":     {},
	"crypto/cert":        {"crypto/gost3410", "crypto/streebog"},
	"crypto/cms":         {"crypto/cert", "crypto/gost3410", "crypto/streebog"},
	"crypto/softkey":     {"crypto/cert", "crypto/gost3410", "crypto/streebog"}, // streebog: keys under a password
	"crypto/pkcs11":      {"crypto/cert", "crypto/gost3410"},
	"crypto/command":     {"crypto/cert", "crypto/gost3410"},
	"crypto/signertest":  {"crypto/..."},
	"crypto/hostiletest": {},
	"crypto/gostbench":   {},
	"crypto/signbench":   {},
	"crypto/xmldsig":     {"crypto/xmlsafe", "crypto/cert", "crypto/gost3410", "crypto/streebog"},

	"adapter/archive":           {},
	"adapter/bus":               {"adapter/retry"},
	"adapter/egisso":            {}, // values: how they are checked and written is others' business
	"adapter/egisso/check":      {"adapter/egisso"},
	"adapter/egisso/wire":       {"adapter/egisso", "crypto/xmlsafe"},
	"adapter/egisso/egissotest": {"adapter/egisso", "adapter/egisso/check", "adapter/egisso/wire", "crypto/signertest", "crypto/xmlsafe"},
	"adapter/egisso/lifecycle":  {"adapter/egisso", "adapter/egisso/check", "adapter/egisso/wire"},
	"adapter/egisso/schema":     {},
	"adapter/memo":              {},
	"adapter/metrics":           {"adapter/bus", "adapter/egisso", "adapter/memo", "adapter/store"}, // what it is told and shown, no job
	"adapter/mis":               {"adapter/egisso"},
	"adapter/mis/refmis":        {"adapter/egisso", "testdata"},
	"adapter/mis/scaffold":      {"adapter/egisso", "adapter/mis"},
	"adapter/page":              {"adapter/egisso", "adapter/memo", "adapter/store"}, // it reads, no job
	"adapter/retry":             {},
	"adapter/smev":              {"adapter/bus", "adapter/retry", "wsdl", "crypto/xmlsafe", "crypto/xmldsig", "crypto/cert", "crypto/cms", "crypto/streebog"},
	"adapter/smev/smevtest/...": {"adapter/egisso", "adapter/smev", "adapter/smev/smevtest/...", "wsdl", "crypto/..."},
	"adapter/store":             {"adapter/egisso", "adapter/egisso/check", "adapter/egisso/lifecycle", "adapter/retry", "adapter/store/crashpoint"},
	"adapter/store/crashpoint":  {},
	"adapter/store/pgcluster":   {},
	"adapter/store/pgtest":      {"adapter/store/pgcluster"},

	// The jobs know no bus but the port.
	"jobs":         {"adapter/archive", "adapter/bus", "adapter/egisso/...", "adapter/mis", "adapter/retry", "adapter/store/...", "crypto/..."},
	"config":       {},
	"config/setup": {"config"},
	"wsdl":         {},
	"testdata":     {},

	// Commands read their arguments and print; what several of them need is below internal.
	// Only assemble plugs the parts of the gateway together, and the demo looks at the
	// gateway from outside.
	"cmd/egissogw":                    {"..."},
	"cmd/egissogw/internal/assemble":  {"adapter/...", "config", "crypto/...", "jobs", "cmd/egissogw/internal/fault", "cmd/egissogw/internal/screen"},
	"cmd/egissogw/internal/demo":      {"adapter/egisso/...", "adapter/mis/...", "adapter/store/...", "crypto/xmldsig", "cmd/egissogw/internal/fault", "cmd/egissogw/internal/private", "cmd/egissogw/internal/screen"},
	"cmd/egissogw/internal/fault":     {"config", "crypto/...", "cmd/egissogw/internal/screen"},
	"cmd/egissogw/internal/private":   {},
	"cmd/egissogw/internal/screen":    {},
	"cmd/egissogw/internal/signature": {"crypto/...", "cmd/egissogw/internal/fault", "cmd/egissogw/internal/screen"},
	"cmd/smevsim":                     {"..."},

	// The judge knows the gateway from outside, and imports only what builds a world:
	// nothing of what it judges.
	"cmd/torture":       {"cmd/torture/...", "adapter/smev/smevtest/...", "adapter/mis/refmis", "adapter/store/pgcluster"},
	"cmd/torture/world": {"adapter/smev/smevtest/...", "adapter/mis/refmis", "adapter/store/pgcluster"},
	"cmd/torture/judge": {"adapter/smev/smevtest/..."},
	"cmd/benchflow":     {"cmd/torture/world", "adapter/mis/refmis", "adapter/store/pgcluster"},
	// All of it is in tests, which plug the jobs together like cmd/egissogw.
	"cmd/torture/history": {},
}

// testPackageUsers are the programs that may use a package made for tests: the
// simulator is such a package with a command line.
var testPackageUsers = map[string][]string{
	"cmd/smevsim":       {"adapter/smev/smevtest/..."},
	"cmd/torture":       {"adapter/smev/smevtest/..."},
	"cmd/torture/world": {"adapter/smev/smevtest/..."},
	"cmd/torture/judge": {"adapter/smev/smevtest/..."},
}

// pure may not touch the world: no files, network, clock-driven or random input.
// (time is allowed for its types; ids and times are parameters.)
var pure = map[string][]string{
	"adapter/egisso":           impure,
	"adapter/egisso/check":     impure,
	"adapter/egisso/wire":      impure,
	"adapter/egisso/lifecycle": impure,
}

var impure = []string{"os", "net", "net/http", "database/sql", "crypto/rand", "math/rand", "math/rand/v2", "os/exec", "syscall"}

// fenced are outside packages only some of ours may import in production code.
var fenced = []struct {
	prefix string
	users  []string
	why    string
}{
	{"go.cypherpunks.ru/gogost", nil, "gogost is GPL-3 and only checks our own implementation in tests"},
	{"github.com/russellhaering/goxmldsig", []string{"crypto/xmldsig", "adapter/smev/smevtest"}, "its Validate stops at 1,000 elements and knows no GOST: only crypto/xmldsig and the simulator use its canonicalizer"},
	{"github.com/lestrrat-go/helium", []string{"adapter/egisso/schema"}, "one package asks the schemas; protocols are read by our own strict reader"},
	{"github.com/miekg/pkcs11", []string{"crypto/pkcs11"}, "cgo stays in one package"},
	{"github.com/sethvargo/go-envconfig", []string{"config", "cmd/..."}, "the environment is read in one place"},
	{"github.com/prometheus", []string{"adapter/metrics"}, "one package knows how numbers are shown to others"},
	{"github.com/fclairamb/ftpserverlib", []string{"adapter/smev/smevtest/..."}, "an FTP server belongs to the simulator"},
}

// goPackage is the part of go list's answer this test reads.
type goPackage struct {
	ImportPath string
	Imports    []string
}

// packages asks go list for every package of the module and what its production
// code imports.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", module+"...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var list []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return list
		case err != nil:
			t.Fatalf("read the answer of go list: %v", err)
		}
		list = append(list, p)
	}
}

func matchesAny(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		tree, ok := strings.CutSuffix(pattern, "...")
		if !ok {
			return name == pattern
		}
		return strings.HasPrefix(name+"/", tree)
	})
}

// isTestPackage reports whether name is a package made for tests or benchmarks, or
// below one: its name says so.
func isTestPackage(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		return strings.HasSuffix(part, "test") || strings.HasSuffix(part, "bench")
	})
}

// rules returns the line of the table that is for name.
func rules(name string) ([]string, bool) {
	for key, patterns := range allowed {
		if matchesAny(name, []string{key}) {
			return patterns, true
		}
	}
	return nil, false
}

// violations says, in whole sentences, what is wrong with the imports of list.
func violations(list []goPackage) []string {
	var found []string
	for _, p := range list {
		name := strings.TrimPrefix(p.ImportPath, module)
		patterns, known := rules(name)
		if !known {
			found = append(found, fmt.Sprintf("package %s has no line in the table of allowed imports: add one to imports_test.go", name))
			continue
		}
		for _, path := range p.Imports {
			var problem string
			if ours, isOurs := strings.CutPrefix(path, module); isOurs {
				problem = insideProblem(name, ours, patterns)
			} else {
				problem = outsideProblem(name, path)
			}
			if problem != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", name, path, problem))
			}
		}
	}
	return found
}

// insideProblem says why name may not import ours, another package of the module.
func insideProblem(name, ours string, patterns []string) string {
	switch {
	case isTestPackage(ours) && !isTestPackage(name) && !matchesAny(ours, testPackageUsers[name]):
		return "production code must not use a package made for tests"
	case matchesAny(ours, patterns):
		return ""
	case ours == "config":
		return "only cmd reads the configuration and hands out plain values"
	case ours == "jobs":
		return "only cmd plugs the jobs together"
	case strings.HasPrefix(name, "crypto/") && strings.HasPrefix(ours, "adapter/"):
		return "signing must not know what is signed"
	case len(patterns) == 0:
		return "it may import nothing of ours"
	default:
		return "of ours it may only import " + strings.Join(patterns, ", ")
	}
}

// outsideProblem says why name may not import path, a package of somebody else.
func outsideProblem(name, path string) string {
	if slices.Contains(pure[name], path) {
		return "the package is pure, what it needs of the world is a parameter"
	}
	for _, f := range fenced {
		if strings.HasPrefix(path+"/", f.prefix+"/") && !matchesAny(name, f.users) {
			return f.why
		}
	}
	return ""
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	list := packages(t)
	if len(list) < 5 {
		t.Fatalf("go list found only %d packages", len(list))
	}
	for _, violation := range violations(list) {
		t.Error(violation)
	}
}

// TestForbiddenImportsAreFound sees that the rules above do refuse.
func TestForbiddenImportsAreFound(t *testing.T) {
	cases := []struct{ name, imports, want string }{
		{"adapter/store", "egissogw/config", "only cmd reads"},
		{"adapter/smev", "egissogw/jobs", "only cmd plugs"},
		{"adapter/smev", "egissogw/adapter/store", "of ours it may only import"},
		{"crypto/cert", "egissogw/adapter/egisso", "must not know"},
		{"crypto/xmlsafe", "egissogw/crypto/cert", "nothing of ours"},
		{"adapter/egisso/check", "egissogw/adapter/egisso/lifecycle", "of ours it may only import"},
		{"adapter/egisso/check", "egissogw/adapter/egisso/wire", "of ours it may only import"},
		{"adapter/egisso/wire", "egissogw/adapter/egisso/check", "of ours it may only import"},
		{"adapter/mis", "egissogw/adapter/egisso/check", "of ours it may only import"},
		{"adapter/store", "egissogw/adapter/egisso/wire", "of ours it may only import"},
		{"jobs", "egissogw/adapter/smev/smevtest", "made for tests"},
		{"jobs", "egissogw/adapter/egisso/egissotest", "made for tests"},
		{"jobs", "egissogw/adapter/smev/smevtest/ledger", "made for tests"},
		{"cmd/egissogw", "egissogw/adapter/store/pgtest", "made for tests"},
		{"cmd/egissogw", "egissogw/crypto/signertest", "made for tests"},
		{"cmd/smevsim", "egissogw/adapter/store/pgtest", "made for tests"},
		{"cmd/torture/judge", "egissogw/adapter/store", "of ours it may only import"},
		{"cmd/torture/world", "egissogw/jobs", "plugs the jobs"},
		{"cmd/egissogw/internal/signature", "egissogw/config", "only cmd reads"},
		{"cmd/egissogw/internal/signature", "egissogw/adapter/smev", "of ours it may only import"},
		{"cmd/egissogw/internal/demo", "egissogw/cmd/egissogw/internal/assemble", "of ours it may only import"},
		{"cmd/egissogw/internal/screen", "egissogw/adapter/egisso", "nothing of ours"},
		{"cmd/egissogw/internal/assemble", "egissogw/adapter/store/pgtest", "made for tests"},
		{"adapter/egisso", "os", "pure"},
		{"adapter/egisso", "math/rand/v2", "pure"},
		{"crypto/gost3410", "go.cypherpunks.ru/gogost/v5/gost3410", "GPL-3"},
		{"jobs", "github.com/sethvargo/go-envconfig", "one place"},
		{"adapter/metrics", "egissogw/jobs", "only cmd plugs"},
		{"jobs", "github.com/prometheus/client_golang/prometheus", "shown to others"},
		{"utility", "fmt", "no line in the table"},
		{"crypto", "fmt", "no line in the table"},
	}
	for _, tc := range cases {
		t.Run(tc.name+" "+tc.imports, func(t *testing.T) {
			got := violations([]goPackage{{ImportPath: module + tc.name, Imports: []string{tc.imports}}})
			if len(got) != 1 || !strings.Contains(got[0], tc.want) {
				t.Errorf("violations %q, want one with %q", got, tc.want)
			}
		})
	}
	legal := []goPackage{
		{ImportPath: module + "cmd/egissogw", Imports: []string{module + "config", module + "jobs", module + "adapter/store/pgcluster"}},
		{ImportPath: module + "cmd/smevsim", Imports: []string{module + "adapter/smev/smevtest"}},
		{ImportPath: module + "jobs", Imports: []string{module + "adapter/egisso", module + "crypto/cert", "time"}},
	}
	if got := violations(legal); len(got) > 0 {
		t.Errorf("legal imports are refused: %q", got)
	}
}
