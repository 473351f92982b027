package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"egissogw/cmd/egissogw/internal/screen"
)

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
	p := &play{Options: Options{Stdout: screen.NewNarrow(&stdout), Stderr: &stderr, Program: "/bin/sh"}, stage: &Stage{}}
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
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > screen.Width {
				t.Errorf("%d characters: %s", n, line)
			}
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
