package signertest_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/signertest"
)

// playVariable is how TestPlayed behaves in a process that TestAgain starts.
const playVariable = "SIGNERTEST_PLAY"

func TestMain(m *testing.M) {
	if os.Getenv(playVariable) == "forgets" {
		os.Exit(m.Run())
	}
	signertest.Main(m)
}

// TestPlayed looks for the shared specification as any test may; as TestAgain wishes, in a wrong way.
// It appends to a file how its process was started.
func TestPlayed(t *testing.T) {
	play := os.Getenv(playVariable)
	if play != "" {
		f, err := os.OpenFile("runs", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(strings.Join(os.Args[1:], " ") + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	switch play {
	case "skips the parent":
		t.Run("inner", func(*testing.T) { signertest.Shared(t) })
	case "takes the first":
		_ = signertest.SharedFiles(t, "*")[0]
	case "fails":
		if _, ok := signertest.FindShared(t); !ok {
			t.Error("nothing there")
		}
	default:
		t.Run("inner", func(t *testing.T) { signertest.Shared(t) })
	}
}

func FuzzPlayed(f *testing.F)      { signertest.SharedFiles(f, "*"); f.Fuzz(func(*testing.T, []byte) {}) }
func BenchmarkPlayed(b *testing.B) { signertest.SharedFiles(b, "*") }

// TestAgain: a test that looked for the folder runs once more without it, and what it does wrong
// then fails the run.
func TestAgain(t *testing.T) {
	const once, twice = 1, 2
	for _, c := range []struct {
		play, args, variable string
		runs, code           int
		says                 string
	}{
		{play: "well", runs: twice},
		{play: "well", args: "-test.v", runs: twice, says: "without ../shared: passed once more: TestPlayed"},
		{play: "well", args: "-test.run=^FuzzPlayed$"},
		{play: "well", args: "-test.run=^TestPlayed$ -test.bench=Played", runs: once},
		{play: "well", args: "-test.list=Played", says: "TestPlayed"},
		{play: "well", variable: "none", runs: once},
		{play: "skips the parent", runs: twice, code: 1, says: "\nwithout ../shared |     --- FAIL: TestPlayed/inner"},
		{play: "takes the first", runs: twice, code: 2, says: "index out of range"},
		{play: "fails", args: "-test.v=test2json", runs: twice, code: 1, says: "\nwithout ../shared | --- FAIL: TestPlayed"},
		{play: "fails", variable: "none", runs: once, code: 1},
		{play: "forgets", runs: once, code: 1, says: "func TestMain(m *testing.M) { signertest.Main(m) }"},
		{play: "forgets", variable: "none", runs: once, code: 1, says: "func TestMain(m *testing.M) { signertest.Main(m) }"},
	} {
		t.Run(strings.Join([]string{c.play, c.args, c.variable}, " "), func(t *testing.T) {
			folder, out, err := played(t, c.play, c.variable, strings.Fields(c.args)...)
			code := 0
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			runs, err := os.ReadFile(filepath.Join(folder, "runs"))
			if err != nil && c.runs != 0 {
				t.Fatal(err)
			}
			if got := bytes.Count(runs, []byte("\n")); got != c.runs || code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("ran %d times with code %d, want %d with %d, and %q in\n%s", got, code, c.runs, c.code, c.says, out)
			}
		})
	}
}

// TestAgainLeavesFilesAlone: the second run gets no profile to overwrite and its order, number of
// rounds and verbosity are of no account; what limits the first limits it too.
func TestAgainLeavesFilesAlone(t *testing.T) {
	first := strings.Fields("-test.run=Played -test.cpuprofile=cpu -test.testlogfile=log -test.paniconexit0 -test.shuffle=on -test.count=3 " +
		"-test.short -test.skip=^TestOther$ -test.timeout=10m -test.v=test2json")
	folder, out, err := played(t, "well", "", first...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(folder, "runs"))
	if err != nil {
		t.Fatal(err)
	}
	runs := strings.Split(strings.TrimSpace(string(text)), "\n")
	second := runs[len(runs)-1]
	limit := " -test.timeout="
	args, left, _ := strings.Cut(second, limit)
	if timeout, err := time.ParseDuration(left); len(runs) != 3+1 || err != nil || timeout <= 0 || timeout >= 10*time.Minute ||
		args != "-test.run ^(TestPlayed)$ -test.paniconexit0=true -test.short=true -test.skip=^TestOther$" {
		t.Errorf("%d runs, the last with %s", len(runs), second)
	}
	// go test -json reads verdicts at the start of a line, after a mark.
	if n := strings.Count(out, "\x16=== RUN   TestPlayed\n"); n != 3 {
		t.Errorf("%d verdicts of 3:\n%q", n, out)
	}
}

// played starts this program in a made-up repository with the folder beside it, unless the variable
// hides it, and returns where and what it said.
func played(t *testing.T, play, variable string, args ...string) (folder, out string, err error) {
	t.Helper()
	dir := t.TempDir()
	folder = filepath.Join(dir, "repository")
	for _, path := range []string{folder, filepath.Join(dir, "shared")} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{filepath.Join(folder, "go.mod"): "module made-up\n", filepath.Join(dir, "shared", "file"): ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if len(args) == 0 || !strings.HasPrefix(args[0], "-test.run") {
		args = append([]string{"-test.run=^TestPlayed$"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), playVariable+"="+play, "EGISSOGW_TEST_SHARED="+variable)
	said, err := cmd.CombinedOutput()
	return folder, string(said), err
}
