package history

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egissogw/adapter/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Variables of make histories.
const (
	envCount  = "EGISSOGW_HISTORIES"        // how many
	envSeed   = "EGISSOGW_HISTORIES_SEED"   // of the first, 1 if empty
	envRecord = "EGISSOGW_HISTORIES_RECORD" // file for what ЕГИССО holds at their ends
	envShrink = "EGISSOGW_HISTORIES_SHRINK" // how long one that fails is made shorter
)

// few is how many histories every run of the tests plays, always the same: others are
// for make histories, which may find what nobody has explained yet.
const few = 3

// TestHistories plays histories.
func TestHistories(t *testing.T) {
	first, n := uint64(1), uint64(few)
	if text := os.Getenv(envCount); text != "" {
		n = number(t, envCount)
	}
	if text := os.Getenv(envSeed); text != "" {
		first = number(t, envSeed)
	}
	record := openRecord(t)
	c := &company{grounds: prepare(t), record: record, seen: map[string]bool{}}
	for seed := first; seed < first+n; seed++ {
		c.try(t, seed)
	}
	for kind, what := range awaited {
		if n >= many && !what.rare && !c.seen[kind] {
			t.Errorf("%q is awaited (%s), and %d histories show nothing of it: take it from the list", kind, what.ends, n)
		}
	}
}

// TestSameSeedSameEnd: a history ends the second time as it did the first, although a
// crash may have come between and the machine was busy otherwise.
func TestSameSeedSameEnd(t *testing.T) {
	g := prepare(t)
	oneCheck(t, again)
	var ends []string
	rapid.Check(t, func(rt *rapid.T) {
		h := draw(rt)
		for range 2 {
			ends = append(ends, recorded(again, run(context.Background(), g, h, t.TempDir())))
		}
	})
	if len(ends) != 2 || ends[0] == "" || ends[0] != ends[1] {
		t.Errorf("the ends differ:\n%s", strings.Join(ends, "\n"))
	}
}

// again is the seed of a history with a crash and some trouble.
const again = 10

// many is how many histories show whatever is wrong.
const many = 500

// company plays histories.
type company struct {
	grounds *grounds
	record  *os.File // nil for none
	seen    map[string]bool
}

// number is what a variable says.
func number(t *testing.T, name string) uint64 {
	n, err := strconv.ParseUint(os.Getenv(name), 10, 64)
	if err != nil || n == 0 {
		t.Fatalf("%s is %q, and must be a number from 1", name, os.Getenv(name))
	}
	return n
}

// openRecord opens the file of the record, or nothing.
func openRecord(t *testing.T) *os.File {
	name := os.Getenv(envRecord)
	if name == "" {
		return nil
	}
	file, err := os.Create(name)
	if err != nil {
		t.Fatalf("%s: %v", envRecord, err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return file
}

// try plays the history of a seed; one that fails is made shorter.
func (c *company) try(t *testing.T, seed uint64) {
	t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
		oneCheck(t, seed)
		dir, first := t.TempDir(), true
		rapid.Check(t, func(rt *rapid.T) {
			h := draw(rt)
			o := run(context.Background(), c.grounds, h, dir)
			if first { // others are shorter
				first = false
				c.note(t, seed, o)
			}
			if len(o.problems) > 0 {
				rt.Fatalf("seed %d\n%s%s", seed, h, list(o.problems))
			}
		})
	})
}

// note writes the end of a history into the record.
func (c *company) note(t *testing.T, seed uint64, o outcome) {
	for _, kind := range o.awaited {
		c.seen[kind] = true
	}
	if c.record == nil {
		return
	}
	if _, err := c.record.WriteString(recorded(seed, o)); err != nil {
		t.Error(err)
	}
}

func list(problems []string) (text string) {
	for _, problem := range problems {
		text += "  ✗ " + problem + "\n"
	}
	return text
}

// oneCheck lets rapid play one history, that of the seed.
func oneCheck(t *testing.T, seed uint64) {
	checks := "1"
	if testing.Short() {
		checks = "5" // of which rapid makes a fifth
	}
	shrink := os.Getenv(envShrink)
	if shrink == "" {
		shrink = "30s"
	}
	for name, value := range map[string]string{
		"rapid.seed": fmt.Sprint(seed), "rapid.checks": checks, "rapid.nofailfile": "true", "rapid.shrinktime": shrink,
	} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
}
