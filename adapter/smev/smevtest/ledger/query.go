package ledger

import (
	"slices"
	"strings"
)

// Violations lists what a correct gateway would not have done.
func (l *Ledger) Violations() []Violation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.violations)
}

// Accepted says how many times a measure, a fact or an event with this id was
// accepted. Identifiers are compared without regard to case.
func (l *Ledger) Accepted(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.state.records[strings.ToLower(id)]; r != nil {
		return r.accepted
	}
	return 0
}

// Rejected says how many times a record with this id was rejected.
func (l *Ledger) Rejected(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.state.records[strings.ToLower(id)]; r != nil {
		return r.refused
	}
	return 0
}

// AcceptedIDs lists the ids of accepted records of one kind (fact, localMSZ,
// errorsInvalidation, ...), or of all kinds if kind is empty, sorted.
func (l *Ledger) AcceptedIDs(kind string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for id, r := range l.state.records {
		if r.accepted > 0 && (kind == "" || r.kind == kind) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Summary counts everything.
func (l *Ledger) Summary() Summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.count()
}

// Message returns what is known about a MessageID.
func (l *Ledger) Message(id string) (Message, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m, ok := l.state.messages[id]
	if !ok {
		return Message{}, false
	}
	out := *m
	out.Attempts = slices.Clone(m.Attempts)
	return out, true
}

// Messages lists the MessageIDs in the order of their first attempt.
func (l *Ledger) Messages() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.order)
}

// Pending lists the accepted messages that have not been processed, oldest
// first.
func (l *Ledger) Pending() []Acceptance {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Acceptance
	for _, id := range l.state.order {
		if m := l.state.messages[id]; m.pending != nil {
			out = append(out, *m.pending)
		}
	}
	return out
}

// Unacked lists the answers not acknowledged yet and how often each was
// delivered, oldest first.
func (l *Ledger) Unacked() ([]Answer, []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var answers []Answer
	var deliveries []int
	for _, id := range l.state.queue {
		if a := l.state.answers[id]; !a.acked {
			answers = append(answers, a.Answer)
			deliveries = append(deliveries, a.deliveries)
		}
	}
	return answers, deliveries
}

// Deliveries says how many times an answer was delivered.
func (l *Ledger) Deliveries(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.state.answers[id]; a != nil {
		return a.deliveries
	}
	return 0
}

// Stored lists the accepted attempts with files, oldest first.
func (l *Ledger) Stored() []Attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Attempt
	for _, id := range l.state.order {
		for _, a := range l.state.messages[id].Attempts {
			if a.Fault == "" && a.Stored > 0 {
				out = append(out, a)
			}
		}
	}
	return out
}
