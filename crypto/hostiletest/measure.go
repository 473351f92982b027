package hostiletest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cost is what one measurement found.
type cost struct {
	// Input is the size of the input in bytes.
	Input int
	// Peak is the most memory the Go runtime had from the operating system. It
	// gives no address space back, so that nothing has to be sampled; the race
	// detector's own memory is not part of it.
	Peak uint64
	CPU  time.Duration
	// Says is the error, "" if there was none.
	Says string
}

// said is Says for the table.
func (c cost) said() string {
	const most = 160
	switch {
	case c.Says == "":
		return "read"
	case len(c.Says) > most:
		return c.Says[:most] + "…"
	}
	return c.Says
}

// measure runs the row in a process of its own.
func (r Row) measure(t *testing.T, bytes int) cost {
	t.Helper()
	dir := t.TempDir()
	if r.Outside {
		r.write(t, dir, 0, bytes)
	}
	var c cost
	start(t, dir, func(report *json.Decoder) error { return report.Decode(&c) },
		caseVariable+"="+r.Name, sizeVariable+"="+strconv.Itoa(bytes))
	return c
}

// write makes an input outside of the process that reads it: as the row with that number.
func (r Row) write(t *testing.T, dir string, number, bytes int) {
	t.Helper()
	if err := os.WriteFile(inputFile(dir, number, bytes), r.Input(bytes), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read is the input of that size, and where write made it, that.
func (r Row) read(t *testing.T, dir string, number, bytes int) []byte {
	t.Helper()
	if !r.Outside {
		return r.Input(bytes)
	}
	input, err := os.ReadFile(inputFile(dir, number, bytes))
	if err != nil {
		t.Fatal(err)
	}
	return input
}

func inputFile(dir string, number, bytes int) string {
	return filepath.Join(dir, strconv.Itoa(number)+"-"+strconv.Itoa(bytes))
}

// start runs the calling test function in another process, which is told by variables what to
// measure and reports in the folder.
func start(t *testing.T, dir string, read func(*json.Decoder) error, variables ...string) {
	t.Helper()
	parent, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+parent+"$", "-test.timeout=5m")
	cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"), dirVariable+"="+dir), variables...)
	output, err := cmd.CombinedOutput()
	if err == nil {
		var report *os.File
		if report, err = os.Open(filepath.Join(dir, reportName)); err == nil {
			defer report.Close()
			err = read(json.NewDecoder(report))
		}
	}
	if err != nil {
		const most = 2000
		t.Fatalf("process that reads: %v\n%.*s", err, most, output)
	}
}

// measured is what happens in the process of one measurement.
func measured(t *testing.T, rows []Row, name string) {
	t.Helper()
	size, err := strconv.Atoi(os.Getenv(sizeVariable))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no row %q", name)
	}
	dir := os.Getenv(dirVariable)
	report(t, dir, rows[i].costs(t, rows[i].read(t, dir, 0, size)))
}

// costs reads the input and tells what that took.
func (r Row) costs(t *testing.T, input []byte) cost {
	t.Helper()
	debug.SetMemoryLimit(memoryLimit)
	c := cost{Input: len(input)}
	runtime.GC()
	before := cpuTime(t)
	if err := r.Read(t, input); err != nil {
		c.Says = err.Error()
	}
	c.CPU = cpuTime(t) - before
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.Peak = m.Sys
	return c
}

// report adds to what this process has found.
func report(t *testing.T, dir string, found any) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, reportName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := json.NewEncoder(f).Encode(found); err != nil {
		t.Fatalf("report: %v", err)
	}
}

// cpuTime is what this process has used so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
