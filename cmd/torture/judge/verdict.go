package judge

import (
	"context"
	"fmt"
)

// Verdict is what the evidence shows. Everything but Records ought to be zero.
type Verdict struct {
	Records int `json:"records"` // live rows of the source
	Lost    int `json:"lost"`    // rows without an outcome, a reason, or their fact in ЕГИССО
	Twice   int `json:"twice"`   // ids accepted again, facts ЕГИССО holds for nobody
	Stuck   int `json:"stuck"`   // records, packages and messages unfinished after a quiet time
	Wrong   int `json:"wrong"`   // other content in ЕГИССО, removals nobody asked for, broken rules of the bus
	Leaked  int `json:"leaked"`  // people named in logs
	Hands   int `json:"hands"`   // rows and packages that wait for a person

	Problems []string `json:"problems,omitempty"` // the first of each kind; no personal data
}

// Good reports whether nothing is wrong; hands may be needed.
func (v Verdict) Good() bool { return v.Lost+v.Twice+v.Stuck+v.Wrong+v.Leaked == 0 }

// toldProblems is how many problems of one kind are told.
const toldProblems = 3

// trial is a case being heard.
type trial struct {
	Evidence
	Verdict
	facts   sourceRows
	others  map[string]sourceRows
	gateway map[string]map[string]gatewayRow
	told    map[string]int
}

// find counts a finding and tells the first few of a kind.
func (t *trial) find(count *int, n int, kind, format string, args ...any) {
	if n == 0 {
		return
	}
	*count += n
	if t.told[kind]++; t.told[kind] <= toldProblems {
		t.Problems = append(t.Problems, kind+": "+fmt.Sprintf(format, args...))
	}
}

// tells reports whether another problem of the kind would be told, or only counted.
func (t *trial) tells(kind string) bool { return t.told[kind] < toldProblems }

// Judge looks at the evidence. An error means that it could not be read.
func Judge(ctx context.Context, e Evidence) (Verdict, error) {
	t := &trial{Evidence: e, others: map[string]sourceRows{}, told: map[string]int{}}
	var err error
	if t.facts, err = readFacts(ctx, e.Source); err != nil {
		return t.Verdict, err
	}
	t.Records = len(t.facts)
	for register, view := range sourceViews {
		if t.others[register], err = readKeys(ctx, e.Source, view); err != nil {
			return t.Verdict, err
		}
		t.Records += len(t.others[register])
	}
	if t.gateway, err = readGateway(ctx, e.Gateway); err != nil {
		return t.Verdict, err
	}
	for _, i := range invariants {
		if err := i.hold(ctx, t); err != nil {
			return t.Verdict, fmt.Errorf("%s: %w", i.says, err)
		}
	}
	return t.Verdict, nil
}
