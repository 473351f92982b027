package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/cmd/torture/judge"
)

// outcome is how a history ended.
type outcome struct {
	problems []string // what is wrong; no personal data
	awaited  []string // of that, what is awaited
	lines    []string // see record_test.go
}

// awaited are the kinds of problems that today's program has, and what ends them. A
// version without one asks for its line to be taken away (TestHistories).
var awaited = map[string]awaitedProblem{}

// awaitedProblem is a kind of problem of today's program.
type awaitedProblem struct {
	ends  string   // what ends it
	after []string // edits one of which must have happened for it; none: whatever happened
	rare  bool     // many histories need not show it
}

// sort puts aside what is awaited of what happened, and hands: unexplained looks at them.
func (o *outcome) sort(happened func(names []string) bool) {
	all := o.problems
	o.problems = nil
	for _, problem := range all {
		kind, _, _ := strings.Cut(problem, ":")
		known, is := awaited[kind]
		switch {
		case kind == "hands":
		case is && (known.after == nil || happened(known.after)):
			o.awaited = append(o.awaited, kind)
		default:
			o.problems = append(o.problems, problem)
		}
	}
}

// run plays a history and looks at its end.
func run(ctx context.Context, g *grounds, h history, dir string) (o outcome) {
	p, err := start(ctx, g, h, dir)
	if err == nil {
		err = p.play(ctx)
	}
	if err == nil {
		err = p.judge(ctx, &o)
	}
	if err != nil {
		o.problems = append(o.problems, err.Error())
	}
	if err := p.end(ctx, err != nil); err != nil {
		o.problems = append(o.problems, fmt.Sprint("end: ", err))
	}
	o.sort(h.happened)
	return o
}

// judge asks the judge, and looks at what only a history shows.
func (p *play) judge(ctx context.Context, o *outcome) error {
	held, err := p.held(ctx)
	if err != nil {
		return err
	}
	verdict, err := judge.Judge(ctx, judge.Evidence{
		Source: p.db, Gateway: p.db, Ledger: p.bus.Ledger(), Held: p.bus.Held(), Unacked: p.unfinished(), Logs: []string{p.place.log.Name()},
		Removed: p.removed,
	})
	if err != nil {
		return err
	}
	if !verdict.Good() {
		o.problems = append(o.problems, verdict.Problems...)
	}
	for id := range p.swapped {
		o.problems = append(o.problems, "another man: fact "+id+" became that of another man, and nobody was asked")
	}
	o.problems = append(o.problems, p.order()...)
	o.problems = append(o.problems, p.unexplained(held)...)
	o.lines = p.lines(held)
	source, err := p.sourceDigest(ctx)
	o.lines = append(o.lines, "source\t"+source)
	return err
}

// heldRow is a row the gateway holds back, or that ЕГИССО refused.
type heldRow struct {
	register, key, state, reason string
	rules                        []string
}

// codes are the codes of the rules that hold it, each once; "-" if there are none.
func (h heldRow) codes() (list []string) {
	for _, code := range h.rules {
		if !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	if list == nil {
		return []string{"-"}
	}
	return list
}

// order: nothing reached ЕГИССО before what it rests on, nor after its removal.
func (p *play) order() (problems []string) {
	removed := p.firstRemoval()
	p.eachRecord(func(at time.Time, r ledger.Record) {
		switch missing := !r.Accepted && slices.Contains(r.Codes, "014"); {
		case missing && !removed.IsZero() && !at.Before(removed):
			problems = append(problems, "overtaken: "+r.Kind+" came after the removal of the measure it means")
		case missing:
			problems = append(problems, "order: "+r.Kind+" came before the measure it means")
		}
	})
	return problems
}

// firstRemoval is when ЕГИССО first took a measure out; zero: never.
func (p *play) firstRemoval() (first time.Time) {
	p.eachRecord(func(at time.Time, r ledger.Record) {
		if r.Accepted && r.Kind == string(egisso.KindMeasureInvalidation) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	})
	return first
}

// eachRecord visits what ЕГИССО processed, in the order it was sent.
func (p *play) eachRecord(visit func(processed time.Time, r ledger.Record)) {
	for _, id := range p.bus.Ledger().Messages() {
		m, _ := p.bus.Ledger().Message(id)
		if m.Processed == nil {
			continue
		}
		for _, r := range m.Processed.Records {
			visit(m.Processed.At, r)
		}
	}
}

// reasons are why a row may be held in the end, by the code of the rule, and what must
// have happened for it.
var reasons = map[string][]string{
	"L-ORDER":    {"backwards"},
	"L-AMT":      {"priceless"},
	"L-SNILS":    {"snils"},
	"014":        {"measure gone"},
	"019":        {"early", "measure ends"},
	"L-ROW":      {"new pharmacy"}, // without a point
	"L-SEQ":      {"measure gone", "grantor gone"},
	"L-BIRTH":    {"early"},
	"L-PERSON":   {"surname"},
	"L-IDENTITY": {"reuse"},
	"L-REVIEW":   {"closed pharmacy"},
	"L-EVT":      {"dies", "moves", "closes", "refuses"}, // before another prescription begins
}

// unexplained are rows held without anything having happened that explains it.
func (p *play) unexplained(held []heldRow) (problems []string) {
	for _, h := range held {
		for _, code := range h.codes() {
			if !p.happened(reasons[code]) {
				problems = append(problems, fmt.Sprintf("unexplained: row %s of %s is %s: %s", h.key, h.register, h.state, h.reason))
				break
			}
		}
	}
	return problems
}

// happened reports whether the МИС did one of these.
func (h history) happened(names []string) bool {
	return slices.ContainsFunc(h.Steps, func(s step) bool { return (s.Do == doEdit || s.Do == doAmid) && slices.Contains(names, s.Edit) })
}
