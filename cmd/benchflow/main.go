// Command benchflow measures the whole way of facts, from the first reading of the
// МИС to the protocols of ЕГИССО, beside a yardstick in the same PostgreSQL: a COPY
// of as many rows of the same size and two passes that claim and update them.
//
//	benchflow                         20,000 and 100,000 facts
//	benchflow --facts=1000000         a region, by hand: about 20 GB of disk
//	benchflow --runs=3                each three times; the median counts
//	benchflow --with=none,archive     without evidence outside the database and with it, in turn
//	benchflow --changes=10000         alters so many facts afterwards
//
// МИС, gateway and yardstick have databases that were never analysed, servers with
// fsync and full_page_writes on, and nothing else is changed in their settings, unless --postgres does. The
// CPU time of the gateway and of its PostgreSQL is counted apart from that of the МИС
// and of the simulator, which run on the same machine.
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
	"strconv"
	"strings"
	"syscall"

	"egissogw/cmd/torture/world"
)

// settings are the command line.
type settings struct {
	facts   []int
	runs    int
	json    string
	module  string
	env     []string          // further settings of the gateway
	more    bool              // screens, latency and idling too
	with    []variant         // in turn
	changes int               // how many facts are altered
	top     int               // how many statements are shown
	log     int               // how many tables and indexes are shown by what they add to the log
	server  map[string]string // further settings of the databases
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchflow:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("benchflow", flag.ContinueOnError)
	f.SetOutput(stderr)
	facts := f.String("facts", "20000,100000", "how many facts, numbers separated by commas")
	f.IntVar(&s.runs, "runs", 1, "how often each number is run")
	f.StringVar(&s.json, "json", "", "write the results to this file, too")
	f.StringVar(&s.module, "module", ".", "folder of the module, which the gateway is built from")
	f.BoolVar(&s.more, "more", true, "time screens, the way of single changes and idling, too")
	with := f.String("with", "none", "what the gateway does beside, in turn: none, archive, guard, archive+guard, separated by commas")
	f.IntVar(&s.changes, "changes", 0, "alter so many facts, too, announced as a mass change")
	f.IntVar(&s.top, "statements", 0, "show so many of the statements that took most in the gateway's PostgreSQL")
	f.IntVar(&s.log, "log", 0, "show so many of its tables and indexes by what they hold and add to the write-ahead log; all of the log is kept for it")
	f.Func("env", "a setting of the gateway, NAME=VALUE; may be repeated", func(value string) error {
		s.env = append(s.env, value)
		return nil
	})
	s.server = map[string]string{}
	f.Func("postgres", "a setting of the servers, NAME=VALUE; may be repeated", func(pair string) error {
		name, value, ok := strings.Cut(pair, "=")
		if s.server[name] = value; !ok {
			return errors.New("has no =")
		}
		return nil
	})
	if err := f.Parse(args); err != nil {
		return s, err
	}
	for text := range strings.SplitSeq(*facts, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < minFacts || n > maxFacts {
			return s, fmt.Errorf("--facts: %q is no number from %d to %d", text, minFacts, maxFacts)
		}
		s.facts = append(s.facts, n)
	}
	if s.with, err = parseVariants(*with); err != nil {
		return s, err
	}
	for _, n := range s.facts {
		if s.changes < 0 || s.changes > n/2 { // of the others nothing can be altered so simply
			return s, fmt.Errorf("--changes: %d is no number from 0 to the half of %d facts", s.changes, n)
		}
	}
	if f.NArg() > 0 || s.runs < 1 {
		return s, errors.New("there are no arguments beside the flags, and --runs is at least 1")
	}
	return s, nil
}

// What the reference МИС can be filled with.
const (
	minFacts = 1000
	maxFacts = 2_000_000
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "egissogw-benchflow-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	programs := &world.Programs{Module: s.module, Dir: dir}
	b := bench{settings: s, programs: programs, template: world.NewTemplate(filepath.Join(dir, "cluster"), programs)}
	report := Report{Machine: machine()}
	for _, facts := range s.facts {
		for range s.runs {
			for _, with := range s.with {
				result, err := b.one(ctx, facts, with)
				if err != nil {
					return fmt.Errorf("%d facts: %w", facts, err)
				}
				result.print(stdout)
				report.Results = append(report.Results, result)
			}
		}
	}
	report.printMedians(stdout)
	if s.json != "" {
		return report.save(s.json)
	}
	return nil
}
