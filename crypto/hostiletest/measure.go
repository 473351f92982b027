package hostiletest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
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
	result, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	parent, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+parent+"$", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), caseVariable+"="+r.Name, sizeVariable+"="+strconv.Itoa(bytes))
	cmd.ExtraFiles = []*os.File{w} // descriptor 3 there
	if r.Outside {
		name := filepath.Join(t.TempDir(), "input")
		if err := os.WriteFile(name, r.Input(bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, fileVariable+"="+name)
	}
	var c cost
	output, err := cmd.CombinedOutput()
	w.Close()
	if err == nil {
		err = json.NewDecoder(result).Decode(&c)
	}
	if err != nil {
		const most = 2000
		t.Fatalf("process that reads %d bytes: %v\n%.*s", bytes, err, most, output)
	}
	return c
}

// measured is what happens in the process of a measurement.
func measured(t *testing.T, rows []Row, name string) {
	t.Helper()
	size, err := strconv.Atoi(os.Getenv(sizeVariable))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Name != name {
			continue
		}
		debug.SetMemoryLimit(memoryLimit)
		var input []byte
		if name := os.Getenv(fileVariable); name != "" {
			if input, err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		} else {
			input = r.Input(size)
		}
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
		report := os.NewFile(3, "report")
		defer report.Close()
		if err := json.NewEncoder(report).Encode(c); err != nil {
			t.Fatal(fmt.Errorf("report: %w", err))
		}
		return
	}
	t.Fatalf("no row %q", name)
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
