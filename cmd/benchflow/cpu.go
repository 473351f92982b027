package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clockTick is the unit of CPU times in /proc, proc(5): USER_HZ, 100 everywhere Go runs.
const clockTick = time.Second / 100

// treeTime is the CPU time of a process, of its children that live and of those it
// has waited for.
func treeTime(pid int) (time.Duration, error) {
	own, err := processTime(pid, true)
	if err != nil {
		return 0, err
	}
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return 0, err
	}
	for _, file := range children {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread ended
		}
		for child := range strings.FieldsSeq(string(text)) {
			n, err := strconv.Atoi(child)
			if err != nil {
				return 0, fmt.Errorf("children of process %d: %w", pid, err)
			}
			if t, err := processTime(n, true); err == nil { // it may have ended: then its parent has its time
				own += t
			}
		}
	}
	return own, nil
}

// processTime reads the fields utime, stime and, with waited, cutime and cstime of /proc/PID/stat.
func processTime(pid int, waited bool) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time of a process: %w", err)
	}
	// The name, in parentheses, may hold blanks.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	const utime, cstime = 11, 14 // counted from the field after the name
	if len(fields) <= cstime {
		return 0, fmt.Errorf("CPU time of process %d: %d fields", pid, len(fields))
	}
	last := cstime
	if !waited {
		last = utime + 1
	}
	var ticks int64
	for _, field := range fields[utime : last+1] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}

// ownTime is the CPU time of this process: of the simulator.
func ownTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// postmaster is the process of a PostgreSQL server, from the first line of its
// postmaster.pid.
func postmaster(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find PostgreSQL's process: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(strings.TrimSpace(line))
}
