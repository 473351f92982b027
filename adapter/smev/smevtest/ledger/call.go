package ledger

import "slices"

// Called records a call. A line about a call is not waited for: what counts of
// it has a line of its own.
func (l *Ledger) Called(c Call) error { return l.add(entry{Call: &c}, relaxed) }

// Transferred records a transfer of the file storage.
func (l *Ledger) Transferred(t Transfer) error { return l.add(entry{Transfer: &t}, relaxed) }

func (s *state) called(c Call) {
	s.calls = append(s.calls, c)
	s.summary.Calls[c.Operation]++
	s.trouble(c.Operation, c.Trouble)
}

func (s *state) transferred(t Transfer) {
	s.transfers = append(s.transfers, t)
	operation := "RETR"
	if t.Upload {
		operation = "STOR"
	}
	s.summary.Calls[operation]++
	s.trouble(operation, t.Trouble)
}

func (s *state) trouble(operation, what string) {
	if what != "" {
		s.summary.Troubles[operation+": "+what]++
	}
}

// Calls lists the calls of one operation, or of all if it is empty, in the
// order of their end.
func (l *Ledger) Calls(operation string) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Call
	for _, c := range l.state.calls {
		if operation == "" || c.Operation == operation {
			out = append(out, c)
		}
	}
	return out
}

// Transfers lists the transfers of the file storage in the order of their end.
func (l *Ledger) Transfers() []Transfer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.transfers)
}
