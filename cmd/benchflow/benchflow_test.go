package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"--facts=0"}, {"--facts=many"}, {"--facts=20000,"}, {"--runs=0"}, {"20000"}, {"--facts=3000000"}, {"--with=all"}, {"--with="}, {"--facts=2000", "--changes=1001"}, {"--changes=-1"}, {"--postgres=fsync"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	s, err := parse([]string{"--facts=2000, 3000", "--env=EGISSOGW_LOG_LEVEL=info", "--log=5", "--postgres=max_wal_size=64MB"}, io.Discard)
	if err != nil || len(s.with) != 1 || s.with[0].archive || len(s.with[0].env(s.env)) != 1 || len(s.facts) != 2 || s.facts[1] != 3000 ||
		len(s.env) != 1 || s.log != 5 || s.server["max_wal_size"] != "64MB" {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = parse([]string{"--facts=2000", "--with=none,archive+guard", "--changes=1000", "--env=A=b"}, io.Discard)
	if err != nil || s.changes != 1000 || len(s.with) != 2 || !s.with[1].archive || !slices.Equal(s.with[1].env(s.env), []string{"A=b", "EGISSOGW_GUARD_WINDOW=24h"}) {
		t.Errorf("%+v, %v", s, err)
	}
}

// The time of a child counts while it lives and after it was waited for.
func TestTreeTimeCountsChildren(t *testing.T) {
	before, err := treeTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	burn := exec.Command("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
	if err := burn.Run(); err != nil {
		t.Fatal(err)
	}
	after, err := treeTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	spent := burn.ProcessState.UserTime() + burn.ProcessState.SystemTime()
	if after-before < spent-2*clockTick {
		t.Errorf("%v counted, the child alone took %v", after-before, spent)
	}
	if _, err := treeTime(1 << 30); err == nil {
		t.Error("a process that is not there has a time")
	}
}

func TestStepsOfALog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "gateway.log")
	text := `time=2026-01-01T00:00:00.000Z level=INFO msg="started"
time=2026-01-01T00:00:01.000Z level=DEBUG msg="rows decided" register=fact rows=500
time=2026-01-01T00:00:03.500Z level=DEBUG msg="rows decided" register=fact rows=120
time=2026-01-01T00:00:04.000Z level=INFO msg="answer applied" decided=620
`
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := steps(log)
	if err != nil {
		t.Fatal(err)
	}
	if d := list[1]; d.Lines != 2 || d.Rows != 620 || d.Began != 1 || time.Duration(d.Seconds*float64(time.Second)) != 2500*time.Millisecond {
		t.Errorf("decide: %+v", d)
	}
	if err := os.WriteFile(log, []byte("time=2026-01-01T00:00:00.000Z msg=\"started\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := steps(log); err == nil {
		t.Error("a log without answers passes")
	}
}
