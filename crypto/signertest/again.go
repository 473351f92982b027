package signertest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Runner runs tests, and then once more without the shared specification those that looked for it
// while it was there: in a plain clone they have to be green too. It is a testing.M's Run, or what a
// TestMain puts around it:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(signertest.Runner(m.Run)) }
type Runner func() int

// Main is the only statement of a TestMain of tests that look for the shared specification and need
// nothing else.
func Main(m *testing.M) { os.Exit(Runner(m.Run).Run()) }

// looked are the tests of this process that asked for the shared specification while it was there.
var looked struct {
	mu     sync.Mutex
	active bool // a Runner will run them again
	tests  map[string]bool
}

// Run returns the exit code: the tests' own if they fail, otherwise that of their second run.
func (run Runner) Run() int {
	start := time.Now()
	folder, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "signertest:", err)
		return 1
	}
	looked.mu.Lock()
	looked.active, looked.tests = true, map[string]bool{}
	looked.mu.Unlock()
	code := run()
	looked.mu.Lock()
	looked.active = false
	tests := slices.Sorted(maps.Keys(looked.tests))
	looked.mu.Unlock()
	if code != 0 || len(tests) == 0 || os.Getenv(sharedVariable) != "" || !ordinary() {
		return code
	}
	return runWithout(folder, tests, time.Since(start))
}

// noteLook remembers who looks for the folder. Seeds of fuzz targets and benchmarks are only fewer
// without it.
func noteLook(t testing.TB, there bool) {
	t.Helper()
	switch t.(type) {
	case *testing.F, *testing.B:
		return
	}
	looked.mu.Lock()
	defer looked.mu.Unlock()
	if !looked.active {
		t.Fatal("signertest: tests that look for ../shared must also run without it: " +
			"their package needs func TestMain(m *testing.M) { signertest.Main(m) }")
	}
	name, _, _ := strings.Cut(t.Name(), "/")
	if there {
		looked.tests[name] = true
	}
}

// ordinary tells whether this process was started for its tests.
func ordinary() bool {
	for _, other := range []string{"bench", "fuzz", "fuzzworker", "list"} {
		if f := flag.Lookup("test." + other); f != nil && f.Value.String() != f.DefValue {
			return false
		}
	}
	return true
}

// runWithout runs the tests in a new process of this program that does not find the folder. What it
// says is shown if it fails, each line marked, so that no reader of test output takes its verdicts
// for those of the first run.
func runWithout(folder string, tests []string, used time.Duration) int {
	program, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "signertest:", err)
		return 1
	}
	var said bytes.Buffer
	cmd := exec.Command(program, again(tests, used)...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), sharedVariable+"=none")
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Minute // a process that a test left behind keeps the output open
	err = cmd.Run()
	if err == nil {
		if testing.Verbose() {
			fmt.Printf("without ../shared: passed once more: %s\n", strings.Join(tests, " "))
		}
		return 0
	}
	mark(os.Stdout, "without ../shared | ", said.Bytes())
	fmt.Printf("without ../shared: %v (EGISSOGW_TEST_SHARED=none go test -run '%s')\n", err, pattern(tests))
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	return 1
}

// mark writes text with something before each line.
func mark(w io.Writer, before string, text []byte) {
	for line := range bytes.Lines(text) {
		fmt.Fprintf(w, "%s%s\n", before, bytes.Trim(line, "\n\x16"))
	}
}

// carried are the flags that hold for both runs. Others are for the first one only: its files
// (profiles, coverage, what go test caches by) and how often and in what order it runs.
var carried = []string{"short", "skip", "parallel", "failfast", "fullpath", "paniconexit0"}

// again are the arguments of the second run, used the time that is gone of the first one's.
func again(tests []string, used time.Duration) []string {
	args := []string{"-test.run", pattern(tests)}
	flag.Visit(func(f *flag.Flag) {
		name, ok := strings.CutPrefix(f.Name, "test.")
		switch {
		case !ok:
		case slices.Contains(carried, name):
			args = append(args, "-"+f.Name+"="+f.Value.String())
		case name == "timeout":
			if all, err := time.ParseDuration(f.Value.String()); err == nil && all > 0 {
				args = append(args, "-"+f.Name+"="+max(all-used, time.Second).String())
			}
		}
	})
	return args
}

func pattern(tests []string) string {
	var names []string
	for _, name := range tests {
		names = append(names, regexp.QuoteMeta(name))
	}
	return "^(" + strings.Join(names, "|") + ")$"
}
