// Command torture plays bad days with real processes and judges the gateway from
// outside: private PostgreSQL servers, the reference МИС, the simulator of the bus
// and of ЕГИССО, and one to four `egissogw serve`, which it kills, freezes and
// starts again while the МИС changes.
//
//	torture                 every scenario
//	torture --short         the quickest of each kind, within a minute
//	torture --name=kill     those whose name contains the text, with --short in a small world
//	torture --list          what there is
//	torture --seen          what was seen once, and the scenarios that would show it again (README.md)
//
// The scenarios are in table.go, some beside their plays; what must hold in each of them is in package
// judge. The report goes to standard output and, with --json, to a file. The exit
// code is 1 when a scenario fails that need not, or passes although it is marked as
// one that awaits something; 3 when one could not be played.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"egissogw/cmd/torture/world"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3 // something could not be played, all else went well
)

// settings are the command line.
type settings struct {
	names    string
	short    bool
	list     bool
	seen     bool
	json     string
	keep     bool
	module   string
	former   string
	parallel int
	seed     uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var s settings
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.names, "name", "", "play the scenarios whose name contains one of these texts, separated by commas")
	f.BoolVar(&s.short, "short", false, "play small worlds, and if none is named the quickest of each kind")
	f.BoolVar(&s.list, "list", false, "list the scenarios and what they await")
	f.BoolVar(&s.seen, "seen", false, "list what was seen once, and the scenarios that would show it again")
	f.StringVar(&s.json, "json", "", "write the report to this file, too")
	f.BoolVar(&s.keep, "keep", false, "leave the folder of a scenario that does not pass, with the logs, ledger and messages")
	f.StringVar(&s.module, "module", ".", "folder of the module, which the programs are built from")
	f.StringVar(&s.former, "former", "", "commit whose program is upgraded from in the scenario upgrade; the oldest with the same tables if empty")
	f.IntVar(&s.parallel, "parallel", 0, "how many are played at once; 2 of the short ones and 1 of the others if 0")
	f.Uint64Var(&s.seed, "seed", 1, "what decides whatever is left to chance")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return exitUsage
	}
	chosen := choose(scenarios, s)
	if f.NArg() > 0 || len(chosen) == 0 {
		fmt.Fprintln(stderr, "torture: no such scenario; --list shows them")
		return exitUsage
	}
	if s.former == "" {
		s.former = oldestWithTables(ctx, s.module)
	}
	if s.seen {
		writeSeen(stdout)
		return exitOK
	}
	if s.list {
		list(stdout, chosen)
		return exitOK
	}
	return playAll(ctx, s, chosen, stdout, stderr)
}

// choose returns the scenarios the command line names, in the short form the
// quickest of each kind if it names none.
func choose(all []Scenario, s settings) (chosen []Scenario) {
	for _, sc := range all {
		named := s.names == ""
		for name := range strings.SplitSeq(s.names, ",") {
			named = named || name != "" && strings.Contains(sc.Name, name)
		}
		if named && (sc.Short || !s.short || s.names != "") {
			chosen = append(chosen, sc)
		}
	}
	return chosen
}

// playAll plays the scenarios and reports.
func playAll(ctx context.Context, s settings, chosen []Scenario, stdout, stderr io.Writer) int {
	dir, err := os.MkdirTemp("", "egissogw-torture-build-")
	if err != nil {
		fmt.Fprintln(stderr, "torture:", err)
		return exitFailed
	}
	defer os.RemoveAll(dir)
	if s.parallel == 0 {
		if s.parallel = 1; s.short {
			s.parallel = 2
		}
	}
	programs := &world.Programs{Module: s.module, Dir: dir, Former: s.former}
	r := runner{
		programs: programs, template: world.NewTemplate(filepath.Join(dir, "cluster"), programs), settings: s,
		progress: func(result Result) { fmt.Fprintln(stderr, result.line()) },
	}
	report := r.play(ctx, chosen)
	report.write(stdout)
	if s.json != "" {
		if err := report.save(s.json); err != nil {
			fmt.Fprintln(stderr, "torture:", err)
			return exitFailed
		}
	}
	return report.code()
}
