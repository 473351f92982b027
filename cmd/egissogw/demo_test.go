package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"egissogw/crypto/signertest"
)

// demoFolder is a folder for temporary files with an awkward name, which the account of the
// database server can enter.
func demoFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "it's a, \"demo\" *")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDemoLeavesNothing: a demo that is stopped, by whatever and at whatever moment, says so and
// leaves nothing running and nothing on the disk.
func TestDemoLeavesNothing(t *testing.T) {
	t.Parallel()
	// Under nohup the demo goes on by intent; what is caught here is not ignored there.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	gateway, _ := programs(t)
	for _, tt := range []struct {
		name   string
		signal os.Signal // nil: its output is read no more
		after  string    // what is said before: a pattern
	}{
		{"interrupted while PostgreSQL starts", os.Interrupt, "запуск частного сервера"},
		{"output read no more while the МИС is filled", nil, "учебная МИС"},
		{"terminated while the simulator starts", syscall.SIGTERM, "имитатор СМЭВ"},
		{"terminal closed at work", syscall.SIGHUP, "прочитано [1-9]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := demoFolder(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, gateway, "demo", "--facts", "100")
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitForLine(t, stdout, tt.after)
			if tt.signal == nil {
				stdout.Close()
			} else if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, stdout)
			err = cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
				t.Errorf("ended by %v", err)
			}
			if text := stderr.String(); text != "egissogw demo: остановлено; ничего не осталось ни запущенным, ни на диске\n" {
				t.Errorf("it says %q", text)
			}
			assertNothingLeft(t, dir)
		})
	}
}

func waitForLine(t *testing.T, from io.Reader, pattern string) {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if wanted.MatchString(lines.Text()) {
			return
		}
	}
	t.Fatalf("it ended before it said %q", pattern)
}

// assertNothingLeft looks for files in the folder and for processes that know it.
func assertNothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left on the disk: %v, %v", left, err)
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		// What ends while we look is gone.
		arguments, _ := os.ReadFile(line)
		cwd, _ := os.Readlink(filepath.Join(filepath.Dir(line), "cwd"))
		if strings.Contains(string(arguments)+cwd, dir) {
			t.Errorf("still running: %q in %s", arguments, cwd)
		}
	}
}

// TestDemoNeedsTheSimulator: that it is missing is said before anything is started, and
// nothing is left.
func TestDemoNeedsTheSimulator(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"not beside the program": {nil, "нет программы имитатора СМЭВ"},
		"not where it is said":   {[]string{"--sim", filepath.Join(dir, "smevsim")}, "нет программы имитатора СМЭВ " + dir},
		"a command nobody has":   {[]string{"--sim", "smevsim-of-nobody"}, "нет программы имитатора СМЭВ smevsim-of-nobody"},
		"a folder":               {[]string{"--sim", dir}, "нельзя запустить"},
		"no program":             {[]string{"--sim", signertest.File(t, "smevsim", []byte("x"))}, "нельзя запустить"},
	} {
		r := console{}.run(t, append([]string{"demo", "--facts", "100"}, tt.args...)...)
		if r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, tt.says) || !strings.Contains(r.stderr, "--sim") {
			t.Errorf("%s: exit code %d, %q, %q", name, r.code, r.stdout, r.stderr)
		}
		assertNothingLeft(t, dir)
	}
}
