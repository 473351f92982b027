package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"egissogw/cmd/torture/judge"
)

// Outcome of a scenario.
type Outcome string

// Outcomes.
const (
	Passed    Outcome = "passed"
	Failed    Outcome = "FAILED"
	Awaited   Outcome = "awaits"     // fails, as the table says
	Surprised Outcome = "UNEXPECTED" // passes, although the table says that it awaits something
	NotPlayed Outcome = "not played"
)

// Result is what came of one scenario.
type Result struct {
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
	Awaits  string  `json:"awaits,omitempty"`
	Reason  string  `json:"reason,omitempty"` // why it failed or was not played
	judge.Verdict
	Runs        int     `json:"runs"`  // of gateways
	Kills       int     `json:"kills"` // of whatever kind
	Asked       int     `json:"asked"` // what a person did
	Recovered   float64 `json:"seconds_to_recover"`
	Seconds     float64 `json:"seconds"`
	MemoryMiB   float64 `json:"peak_memory_mib"`
	Descriptors int     `json:"descriptors"`

	Notes []string `json:"notes,omitempty"`
}

// acceptable reports whether the verdict is what the scenario asks for.
func (r Result) acceptable(s Scenario) bool { return r.Good() && (r.Hands == 0 || s.Asks != "") }

func (r Result) judged(s Scenario) Result {
	ok := r.acceptable(s)
	if ok && s.Within > 0 && r.Recovered > s.Within.Seconds() {
		ok, r.Reason = false, fmt.Sprintf("it took %.0f s, and %s are enough", r.Recovered, s.Within)
	}
	switch {
	case ok && s.Awaits == "":
		r.Outcome = Passed
	case ok:
		r.Outcome, r.Reason = Surprised, "it passes: take the mark away"
	case s.Awaits != "":
		r.Outcome = Awaited
	default:
		r.Outcome = Failed
	}
	return r
}

func (r Result) failed(err error) Result {
	r.Outcome, r.Reason = Failed, err.Error()
	if r.Awaits != "" {
		r.Outcome = Awaited
	}
	return r
}

func (r Result) notPlayed(err error) Result {
	r.Outcome, r.Reason = NotPlayed, strings.TrimPrefix(err.Error(), errNotPlayed.Error()+": ")
	return r
}

// line is a result while others are still played.
func (r Result) line() string {
	text := fmt.Sprintf("%-10s %-28s %5.1f s", r.Outcome, r.Name, r.Seconds)
	if r.Reason != "" {
		text += "  " + r.Reason
	}
	if r.Awaits != "" && r.Outcome == Awaited {
		text += "  (" + r.Awaits + ")"
	}
	if r.Outcome != Passed {
		for _, problem := range r.Problems[:min(2, len(r.Problems))] {
			text += "\n             " + problem
		}
	}
	return text
}

// Report is that of a whole run.
type Report struct {
	Began   time.Time `json:"began"`
	Seed    uint64    `json:"seed"`
	Short   bool      `json:"short"`
	Seconds float64   `json:"seconds"`
	Results []Result  `json:"results"`
}

// code is the exit code.
func (r Report) code() int {
	code := exitOK
	for _, result := range r.Results {
		switch result.Outcome {
		case Failed, Surprised:
			return exitFailed
		case NotPlayed:
			code = exitPartial
		}
	}
	return code
}

// save writes the report for programs.
func (r Report) save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// write writes the report for people.
func (r Report) write(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scenario\toutcome\truns\tkills\trecords\tlost\ttwice\tstuck\twrong\tleaked\thands\trecovered, s\tseconds\tMiB\tfiles\t")
	counts := map[Outcome]int{}
	kills := 0
	for _, x := range r.Results {
		counts[x.Outcome]++
		kills += x.Kills
		if x.Outcome == NotPlayed {
			fmt.Fprintf(t, "%s\t%s\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n", x.Name, x.Outcome)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%.0f\t%d\t\n", x.Name, x.Outcome, x.Runs, x.Kills, x.Records,
			x.Lost, x.Twice, x.Stuck, x.Wrong, x.Leaked, x.Hands+x.Asked, x.Recovered, x.Seconds, x.MemoryMiB, x.Descriptors)
	}
	_ = t.Flush() // to a terminal or a pipe: nothing to be done
	for _, x := range r.Results {
		for _, note := range x.Notes {
			fmt.Fprintf(w, "\n%s: %s\n", x.Name, note)
		}
		if x.Outcome == Passed {
			continue
		}
		fmt.Fprintf(w, "\n%s: %s", x.Name, x.Outcome)
		if x.Awaits != "" {
			fmt.Fprintf(w, " «%s»", x.Awaits)
		}
		fmt.Fprintln(w)
		for _, problem := range append([]string{x.Reason}, x.Problems...) {
			if problem != "" {
				fmt.Fprintln(w, "  "+problem)
			}
		}
	}
	fmt.Fprintf(w, "\n%d scenarios, %d kills, %.0f s:", len(r.Results), kills, r.Seconds)
	for _, o := range []Outcome{Passed, Failed, Awaited, Surprised, NotPlayed} {
		if counts[o] > 0 {
			fmt.Fprintf(w, " %s %d", o, counts[o])
		}
	}
	fmt.Fprintln(w)
}

// list writes what there is.
func list(w io.Writer, all []Scenario) {
	for _, s := range all {
		fmt.Fprintf(w, "%s\n  %s.\n", s.Name, s.Happens)
		for _, line := range []struct{ what, text string }{
			{"must hold", s.Holds}, {"may be asked", s.Asks}, {"awaits", s.Awaits}, {"seen before", strings.Join(seenBy(s.Name), ", ")},
		} {
			if line.text != "" {
				fmt.Fprintf(w, "  %s: %s\n", line.what, line.text)
			}
		}
	}
}
