package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
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
	"unicode/utf8"

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

// TestDemoNamesItsFolder: what is wrong with the folder for temporary files is said at once.
func TestDemoNamesItsFolder(t *testing.T) {
	none := filepath.Join(t.TempDir(), "нет такого")
	t.Setenv("TMPDIR", none)
	if _, err := newDemoPlace(100); err == nil || !strings.Contains(err.Error(), none) || !strings.Contains(err.Error(), "TMPDIR=") {
		t.Errorf("no folder: %v", err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	before := freeSpace
	t.Cleanup(func() { freeSpace = before })
	freeSpace = func(string) (uint64, error) { return 100 << 20, nil }
	_, err := newDemoPlace(2500)
	if err == nil || !strings.Contains(err.Error(), "свободно 100 МиБ, а нужно 353") || !strings.Contains(err.Error(), dir) {
		t.Errorf("a full disk: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
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

// TestDemoNoticesAFullDisk: it ends at once and names the reason, whatever fails first.
func TestDemoNoticesAFullDisk(t *testing.T) {
	ctx, end := context.WithCancelCause(t.Context())
	defer end(nil)
	looks := 0
	p := &demoPlace{dir: "/x/demo", space: func(string) (uint64, error) {
		looks++
		return uint64(max(0, 3-looks)) * demoReserve, nil
	}}
	p.watch(ctx, end)
	for _, failed := range []error{errors.New("conn closed"), fmt.Errorf("write: %w", syscall.ENOSPC), context.Canceled} {
		if err := p.explain(ctx, failed); !errors.Is(err, errDiskFull) || !strings.Contains(err.Error(), "/x осталось меньше") {
			t.Errorf("%v is explained as %v", failed, err)
		}
	}
	roomy := &demoPlace{dir: "/x/demo", space: func(string) (uint64, error) { return 1 << 40, nil }}
	if err := roomy.explain(t.Context(), fmt.Errorf("write: %w", syscall.ENOSPC)); !errors.Is(err, errDiskFull) {
		t.Errorf("a quota: %v", err)
	}
	if other := errors.New("other"); !errors.Is(roomy.explain(t.Context(), other), other) || roomy.explain(t.Context(), nil) != nil {
		t.Error("an error of another kind is explained away")
	}
}

// TestDemoCommandsFitTheScreen: what a command of the demo prints and what it logs.
func TestDemoCommandsFitTheScreen(t *testing.T) {
	var stdout, stderr strings.Builder
	p := &play{app: &app{stdout: newNarrow(&stdout), stderr: &stderr}, program: "/bin/sh", stage: &stage{}}
	long := `time=2026-01-01T10:00:00.000+03:00 level=INFO msg="package formed" package_id=10060000-0000-4000-8000-000000000001 records=15`
	if err := p.command(t.Context(), "-c", "echo '"+long+"'; echo '"+long+"' >&2"); err != nil {
		t.Fatal(err)
	}
	_, printed, _ := strings.Cut(stdout.String(), "&2\n")
	for _, out := range []string{printed, stderr.String()} {
		if got := strings.Join(strings.Fields(out), " "); got != long {
			t.Errorf("%q became %q", long, got)
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > screenWidth {
				t.Errorf("%d characters: %s", n, line)
			}
		}
	}
}

func TestNarrowLines(t *testing.T) {
	var out strings.Builder
	w := newNarrow(&out)
	long := strings.Repeat("прочитано 2516, ", 12)
	text := "короткая\n\n  " + long + "\n" + strings.Repeat("x", 100) + "\nбез конца"
	for _, part := range []string{text[:7], text[7:50], text[50:], "\n"} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > screenWidth && !strings.Contains(line, "xxx") {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if got, want := strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(text), " "); got != want {
		t.Errorf("%q became %q", want, got)
	}
	if !strings.HasPrefix(out.String(), "короткая\n\n  прочитано") {
		t.Errorf("short lines changed: %q", out.String())
	}
}
